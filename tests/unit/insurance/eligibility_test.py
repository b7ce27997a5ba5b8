"""What an answer means for the person we asked about."""

from dataclasses import replace
from datetime import date

import pytest

from services.insurance import x12
from services.insurance.rules.eligibility import (
    Active,
    AskAgain,
    Correct,
    Decision,
    Inactive,
    Outcome,
    Unclear,
    decide,
    outcome,
    plan_name,
)
from shared.contracts.insurance import CorrectableField, DeclinedReason, UnavailableReason, UnclearReason
from tests.unit.insurance.payer_answers import ACTIVE, ASKED, answer, rows_of, text_of


def decided(*below: list[str], people: list[list[str]] | None = None) -> Decision:
    return decide(x12.read(answer(*below, people=people)), ASKED)


def person(name: str, first: str, birth: str, member_id: str = "NSH100200300") -> list[list[str]]:
    return [
        ["HL", "3", "2", "22", "0"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "IL", "1", name, first, "", "", "", "MI", member_id],
        *([["DMG", "D8", birth]] if birth else []),
    ]


def test_an_active_plan_of_the_person_we_asked_about_is_active() -> None:
    assert isinstance(decided(*ACTIVE), Active)


@pytest.mark.parametrize("types", ["30", "1", "60", "98", "MH", "", "1^33^35"])
def test_any_medical_benefit_makes_the_plan_active(types: str) -> None:
    assert isinstance(decided(["EB", "1", "", types]), Active)


def test_dental_alone_is_no_medical_coverage() -> None:
    decision = decided(["EB", "1", "", "35^AL^88"])
    assert isinstance(decision, Inactive)
    assert decision.reason is DeclinedReason.NO_MEDICAL_COVERAGE


def test_an_inactive_plan_is_declined() -> None:
    decision = decided(["EB", "6", "", "30"])
    assert isinstance(decision, Inactive)
    assert decision.reason is DeclinedReason.INACTIVE


def test_an_inactive_month_of_the_past_beside_an_active_plan_is_history() -> None:
    old = [["EB", "6", "", "30"], ["DTP", "307", "RD8", "20250101-20250131"]]
    assert isinstance(decided(*ACTIVE, *old), Active)
    alone = decided(*old)
    assert isinstance(alone, Unclear)
    assert alone.reason is UnclearReason.STATUS_NOT_STATED


@pytest.mark.parametrize("code", ["5", "7", "8", "V"])
def test_a_status_still_under_investigation_goes_to_a_person(code: str) -> None:
    decision = decided(["EB", code, "", "30"])
    assert isinstance(decision, Unclear)
    assert decision.reason is UnclearReason.STATUS_PENDING


@pytest.mark.parametrize("code", ["R", "L", "MC", "B", "D", "I"])
def test_an_answer_without_a_status_goes_to_a_person(code: str) -> None:
    decision = decided(["EB", code, "", "30"])
    assert isinstance(decision, Unclear)
    assert decision.reason is UnclearReason.STATUS_NOT_STATED


def test_a_plan_that_ended_before_the_day_is_inactive_though_a_row_says_active() -> None:
    ended = [["EB", "1", "", "30"], ["DTP", "347", "D8", "20251231"]]
    assert isinstance(decided(*ended), Inactive)


def test_a_plan_that_begins_later_goes_to_a_person() -> None:
    decision = decided(["EB", "1", "", "30"], ["DTP", "346", "D8", "20260401"])
    assert isinstance(decision, Unclear)


@pytest.mark.parametrize(
    "people",
    [
        person("LINDQVIST", "MARISOL", "19880412"),
        person("OKAFOR", "JONAH", "19880412"),
        person("OKAFOR", "MARISOL", "19880413"),
        person("OKAFOR", "MARISOL", "", "OTHER1"),
        [],
    ],
)
def test_an_answer_about_somebody_else_is_never_used(people: list[list[str]]) -> None:
    decision = decided(*ACTIVE, people=people)
    assert isinstance(decision, Unclear)
    assert decision.reason is UnclearReason.IDENTITY_NOT_ECHOED


@pytest.mark.parametrize(
    "people",
    [
        person("OKAFOR", "MARI", "19880412"),
        person("Okáfor", "Marisol", "19880412"),
        person("OKAFOR", "MARISOL", ""),
    ],
)
def test_the_same_person_spelled_by_a_payer_is_recognised(people: list[list[str]]) -> None:
    assert isinstance(decided(*ACTIVE, people=people), Active)


def test_an_answer_to_another_question_is_not_ours() -> None:
    decision = decide(x12.read(answer(*ACTIVE)), replace(ASKED, trace="TC0002"))
    assert decision == Unclear(UnclearReason.IDENTITY_NOT_ECHOED)


def test_a_wrong_member_id_is_to_be_corrected() -> None:
    assert decided(["AAA", "N", "", "72", "C"]) == Correct((CorrectableField.MEMBER_ID,))


def test_a_payer_that_cannot_respond_is_asked_again() -> None:
    assert decided(["AAA", "Y", "", "42", "R"]) == AskAgain(UnavailableReason.CANNOT_RESPOND)
    assert decided(["AAA", "Y", "", "42", "X"]) == AskAgain(UnavailableReason.CANNOT_RESPOND, 10)


def test_the_most_careful_of_several_refusals_decides() -> None:
    assert isinstance(decided(["AAA", "Y", "", "42", "R"], ["AAA", "N", "", "72", "N"]), Unclear)


def test_a_refusal_beside_benefits_never_verifies() -> None:
    below = [["AAA", "N", "", "72", "C"], *ACTIVE]
    assert decided(*below) == Correct((CorrectableField.MEMBER_ID,))
    assert outcome(x12.read(answer(*below)).responses[0].answers[0]) is Outcome.MIXED


def test_a_refused_benefit_leaves_the_plan_active() -> None:
    assert isinstance(decided(*ACTIVE, ["AAA", "N", "", "70", "C"]), Active)


def test_a_refused_envelope_goes_to_a_person() -> None:
    ta1 = [rows_of()[0], ["TA1", "000000007", "260315", "1200", "R", "020"], ["IEA", "0", "000000007"]]
    assert decide(x12.read(text_of(ta1)), ASKED) == Unclear(UnclearReason.PAYER_REFUSED)


def test_the_plan_is_not_named_after_a_vendor() -> None:
    vendor = ["EB", "3", "", "30", "", "DENTAL VENDOR"]
    (found,) = x12.read(answer(vendor, *ACTIVE)).responses[0].answers
    assert plan_name(found.benefits) == "CHOICE PPO"


def test_a_dependant_answered_under_the_subscriber_is_the_patient() -> None:
    people = [
        ["HL", "3", "2", "22", "1"],
        ["NM1", "IL", "1", "ABERNATHY", "RUTH", "", "", "", "MI", "UFM400500600"],
        ["HL", "4", "3", "23", "0"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "03", "1", "ABERNATHY", "JONAH"],
        ["DMG", "D8", "20020905"],
    ]
    asked = replace(ASKED, first_name="Jonah", last_name="Abernathy", birth_date=date(2002, 9, 5))
    assert isinstance(decide(x12.read(answer(*ACTIVE, people=people)), asked), Active)


def test_a_subscribers_active_plan_does_not_cover_for_a_dependant_who_was_dropped() -> None:
    people = [
        ["HL", "3", "2", "22", "1"],
        ["NM1", "IL", "1", "ABERNATHY", "RUTH", "", "", "", "MI", "UFM400500600"],
        ["EB", "1", "", "30", "", "FAMILY PPO"],
        ["HL", "4", "3", "23", "0"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "03", "1", "OKAFOR", "MARISOL"],
        ["DMG", "D8", "19880412"],
    ]
    assert isinstance(decided(["EB", "6", "", "30"], people=people), Inactive)


def test_a_subscriber_and_a_dependant_asked_about_together_are_two_answers() -> None:
    people = [
        ["HL", "3", "2", "22", "1"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "IL", "1", "OKAFOR", "MARISOL", "", "", "", "MI", "NSH100200300"],
        ["DMG", "D8", "19880412"],
        ["EB", "1", "", "30", "", "FAMILY PPO"],
        ["HL", "4", "3", "23", "0"],
        ["TRN", "2", "TC0002", "1990000001"],
        ["NM1", "03", "1", "OKAFOR", "ADA"],
        ["DMG", "D8", "20150412"],
    ]
    reading = x12.read(answer(["EB", "6", "", "30"], people=people))
    assert len(reading.responses[0].answers) == 2
    assert isinstance(decide(reading, ASKED), Active)
