"""Every refusal leads to exactly one action, and the follow-up only makes us more careful."""

import itertools

import pytest

from services.insurance.rules.rejections import FOLLOWUPS, OF_THE_PERSON, Action, Disposition, disposition
from shared.contracts.insurance import CorrectableField as Field

LOOPS = [f"{loop}{letter}" for loop in ("2000", "2100", "2110") for letter in "ABCD"]
STRANGE_LOOPS = ["", "2100E", "2120C", "C", "??"]
# Written out a second time, from the specification and not from the table under test.
RETRY = ["04", "42", "80"]
MANUAL = [
    "35",
    "41",
    "49",
    "50",
    "51",
    "69",
    "70",
    "98",
    "AA",
    "AE",
    "AF",
    "AG",
    "AO",
    "CI",
    "E8",
    "IA",
    "MA",
]
FACILITY = ["43", "44", "45", "46", "47", "48", "97"]
DAY = ["52", "53", "54", "55", "56", "57", "61", "62", "63"]
PERSON = ["58", "60", "64", "65", "66", "67", "68", "71", "72", "73", "74", "75", "76", "77", "78"]
BY_LOOP = ["15", "33", "79"]
REASONS = [*RETRY, *MANUAL, *FACILITY, *DAY, *PERSON, *BY_LOOP, "T4"]
UNKNOWN = ["", "00", "ZZ", "720", "patient not found"]
FOLLOW_UPS = ["", "C", "N", "P", "R", "S", "W", "X", "Y", "Q", "unheard of"]
PRODUCT = list(itertools.product([*LOOPS, *STRANGE_LOOPS], [*REASONS, *UNKNOWN], FOLLOW_UPS))


def by_reason(loop: str, reason: str) -> Action:
    """What the reason asks for by itself, as the specification's first table says."""
    if reason in RETRY:
        return Action.RETRY
    if reason in BY_LOOP:
        levels = {"15": "ABCD", "33": "ABCD", "79": "AB"}[reason]
        return Action.CORRECT if loop and loop[-1] in levels else Action.MANUAL
    return Action.CORRECT if reason in [*FACILITY, *DAY, *PERSON, "T4"] else Action.MANUAL


def by_followup(reason: str, followup: str) -> Action:
    """The least care the follow-up asks for, as the second table says."""
    if followup == "R":
        return Action.RETRY if reason in RETRY else Action.CORRECT
    return {
        "C": Action.CORRECT,
        "N": Action.MANUAL,
        **dict.fromkeys("SWXY", Action.WAIT),
    }.get(followup, Action.RETRY)


def test_the_whole_product_of_loop_reason_and_follow_up_has_exactly_one_action() -> None:
    assert len(PRODUCT) == 17 * (len(REASONS) + 5) * 11
    for loop, reason, followup in PRODUCT:
        found = disposition(loop, reason, followup)
        assert type(found) is Disposition
        assert found.action is max(by_reason(loop, reason), by_followup(reason, followup)), (
            loop,
            reason,
            followup,
        )


def test_no_follow_up_makes_us_less_careful() -> None:
    for loop, reason, followup in PRODUCT:
        assert disposition(loop, reason, followup).action >= disposition(loop, reason, "").action


def test_only_three_reasons_are_ever_asked_again_unchanged() -> None:
    retried = {reason for loop, reason, f in PRODUCT if disposition(loop, reason, f).action is Action.RETRY}
    assert retried == set(RETRY)


def test_a_correction_names_a_field_unless_only_the_follow_up_asks_for_one() -> None:
    for loop, reason, followup in PRODUCT:
        found = disposition(loop, reason, followup)
        if found.fields:
            assert found.action is Action.CORRECT
        elif found.action is Action.CORRECT:
            assert (reason in RETRY, followup) == (True, "C")


def test_a_date_is_set_only_where_the_payer_named_a_time_and_nothing_worse_holds() -> None:
    days = {"W": 30, "X": 10, "Y": 1}
    for loop, reason, followup in PRODUCT:
        found = disposition(loop, reason, followup)
        expected = days.get(followup) if found.action is Action.WAIT else None
        assert found.wait_days == expected
    assert set(days) < set(FOLLOWUPS)


def test_an_unknown_reason_goes_to_a_person_whatever_the_follow_up() -> None:
    for loop, reason, followup in itertools.product([*LOOPS, *STRANGE_LOOPS], UNKNOWN, FOLLOW_UPS):
        assert disposition(loop, reason, followup).action is Action.MANUAL


def test_a_refusal_at_a_benefit_says_nothing_of_the_plan() -> None:
    for loop, reason, followup in PRODUCT:
        of_one_benefit = loop.startswith("2110") and reason not in OF_THE_PERSON
        assert disposition(loop, reason, followup).benefit_only is of_one_benefit


@pytest.mark.parametrize(
    ("loop", "reason", "fields"),
    [
        ("2100A", "79", (Field.PAYER,)),
        ("2000A", "T4", (Field.PAYER,)),
        ("2100B", "43", (Field.FACILITY,)),
        ("2100B", "79", (Field.FACILITY,)),
        ("2100B", "15", (Field.FACILITY,)),
        ("2100C", "15", (Field.MEMBER_ID, Field.NAME, Field.BIRTH_DATE)),
        ("2100D", "15", (Field.NAME, Field.BIRTH_DATE)),
        ("2100C", "57", (Field.SERVICE_DATE,)),
        ("2100C", "58", (Field.BIRTH_DATE,)),
        ("2100D", "65", (Field.NAME,)),
        ("2100C", "71", (Field.BIRTH_DATE,)),
        ("2100C", "72", (Field.MEMBER_ID,)),
        ("2100C", "73", (Field.NAME,)),
        ("2100C", "75", (Field.MEMBER_ID, Field.NAME, Field.BIRTH_DATE)),
        ("2100C", "78", (Field.MEMBER_ID, Field.PAYER)),
    ],
)
def test_what_may_be_wrong(loop: str, reason: str, fields: tuple[Field, ...]) -> None:
    assert disposition(loop, reason, "C").fields == fields
