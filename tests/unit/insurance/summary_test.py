"""The answer in plain words."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.insurance import x12
from services.insurance.states import State
from services.insurance.summary import CLOSED, FIELDS, INACTIVE, UNCLEAR, in_words, summary
from shared.contracts.insurance import CorrectableField, DeclinedReason, UnclearReason
from tests.unit.insurance.payer_answers import ACTIVE, answer

ZONE = ZoneInfo("America/Los_Angeles")
BENEFITS = x12.read(answer(*ACTIVE)).responses[0].answers[0].benefits


def test_an_active_plan_says_what_is_left_to_pay_and_promises_nothing() -> None:
    text = summary(State.VERIFIED_ACTIVE, None, [], BENEFITS, None, ZONE)
    assert "Your deductible for you is $2,000.00. You have $750.00 of it left to pay." in text
    assert "not a promise" in text


def test_what_the_plan_did_not_state_is_said_to_be_unknown() -> None:
    assert "did not tell us your deductible" in summary(State.VERIFIED_ACTIVE, None, [], [], None, ZONE)


def test_an_inactive_plan_is_not_a_dead_end() -> None:
    text = summary(State.VERIFIED_INACTIVE, "inactive", [], [], None, ZONE)
    assert "payment plans" in text


def test_the_next_time_is_told_in_the_centres_own_time() -> None:
    at = datetime(2026, 3, 15, 22, 45, tzinfo=UTC)
    assert "at 3:45 pm" in summary(State.PAYER_UNAVAILABLE, "timed_out", [], [], at, ZONE)


def test_what_to_correct_is_named() -> None:
    text = summary(State.NEEDS_CORRECTION, None, ["member_id", "birth_date"], [], None, ZONE)
    assert "the member number on the card and the date of birth" in text


def test_every_reason_has_words() -> None:
    assert {reason.value for reason in UnclearReason} == set(UNCLEAR)
    assert {reason.value for reason in DeclinedReason} <= set(INACTIVE) | set(CLOSED)
    assert {field.value for field in CorrectableField} == set(FIELDS)


@pytest.mark.parametrize("state", list(State))
def test_no_code_and_no_diagnosis_is_in_a_summary(state: State) -> None:
    text = summary(state, None, [], BENEFITS, None, ZONE)
    assert not re.search(r"\b(AAA|EB|STC|2100|substance|addiction)\b|_", text)
    assert all(len(sentence.split()) <= 25 for sentence in text.split(". "))


def test_a_benefit_row_is_readable_and_an_unknown_code_is_shown_as_such() -> None:
    assert (
        in_words(BENEFITS[1])
        == "Deductible, one person, in network, a calendar year: $2,000.00 (the whole plan)"
    )
    (odd,) = x12.read(answer(["EB", "Q9", "", "A0"])).responses[0].answers[0].benefits
    assert in_words(odd) == "Code q9 (code A0)"
