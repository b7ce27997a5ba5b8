"""Every refusal leads to exactly one action, and the follow-up only makes us more careful."""

import itertools

import pytest

from services.insurance.rejections import BY_LEVEL, FOLLOWUPS, REASONS, Action, disposition
from shared.contracts.insurance import CorrectableField

LOOPS = ("2000A", "2100A", "2100B", "2100C", "2100D", "2110C", "2110D")


@pytest.mark.parametrize(
    ("loop", "reason", "followup", "action"),
    [
        ("2100C", "72", "C", Action.CORRECT),
        ("2100C", "75", "C", Action.CORRECT),
        ("2100C", "75", "P", Action.CORRECT),
        ("2100C", "75", "R", Action.CORRECT),
        ("2100C", "75", "N", Action.MANUAL),
        ("2100A", "42", "R", Action.RETRY),
        ("2100A", "42", "P", Action.RETRY),
        ("2100A", "42", "", Action.RETRY),
        ("2100A", "42", "N", Action.MANUAL),
        ("2100A", "80", "R", Action.RETRY),
        ("2100A", "42", "Y", Action.WAIT),
        ("2100C", "75", "W", Action.WAIT),
        ("2100C", "75", "S", Action.WAIT),
        ("2100B", "41", "R", Action.MANUAL),
        ("2100B", "50", "N", Action.MANUAL),
        ("2100A", "79", "C", Action.CORRECT),
        ("2100D", "79", "C", Action.MANUAL),
        ("2100C", "ZZ", "R", Action.MANUAL),
        ("", "", "", Action.MANUAL),
    ],
)
def test_the_action(loop: str, reason: str, followup: str, action: Action) -> None:
    assert disposition(loop, reason, followup).action is action


def test_no_follow_up_makes_us_less_careful() -> None:
    for loop, reason in itertools.product(LOOPS, [*REASONS, *BY_LEVEL, "unheard of"]):
        alone = disposition(loop, reason, "")
        for followup in [*FOLLOWUPS, "P", "R", "unheard of"]:
            assert disposition(loop, reason, followup).action >= alone.action


def test_a_correction_always_names_a_field_to_look_at() -> None:
    for loop, reason in itertools.product(LOOPS, [*REASONS, *BY_LEVEL]):
        found = disposition(loop, reason, "")
        assert bool(found.fields) == (found.action is Action.CORRECT)


def test_the_same_reason_means_another_field_at_another_level() -> None:
    assert disposition("2100B", "15", "C").fields == (CorrectableField.FACILITY,)
    assert disposition("2100A", "79", "C").fields == (CorrectableField.PAYER,)


def test_a_refused_benefit_says_nothing_of_the_plan() -> None:
    assert disposition("2110C", "70", "C").benefit_only
    assert not disposition("2100C", "70", "C").benefit_only
