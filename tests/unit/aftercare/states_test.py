"""Which states follow on which, by the specification's own list (aftercare.md 8.2)."""

import pytest

from services.aftercare.plans.states import NotAllowed, may_enrolment, may_occurrence, may_plan, plan_to
from services.aftercare.tables import OVER, EnrolmentState, PlanState
from shared.contracts.aftercare import OccurrenceState

P, E, O = PlanState, EnrolmentState, OccurrenceState  # noqa: E741


@pytest.mark.parametrize(
    ("at", "to"),
    [
        (P.DRAFT, P.OFFERED), (P.OFFERED, P.ACTIVE), (P.ACTIVE, P.PAUSED), (P.PAUSED, P.ACTIVE),
        (P.ACTIVE, P.COMPLETED), (P.ACTIVE, P.ENDED_BY_CLIENT), (P.ACTIVE, P.LOST_CONTACT),
        (P.LOST_CONTACT, P.ACTIVE), (P.ACTIVE, P.DRAFT), (P.PAUSED, P.CLOSED), (P.CLOSED, P.DRAFT),
    ],
)  # fmt: skip
def test_a_plan_goes_the_ways_of_the_specification(at: PlanState, to: PlanState) -> None:
    assert may_plan(at, to)


def test_a_plan_that_is_over_starts_again_only_as_a_draft() -> None:
    for at in OVER:
        onward = {to for to in PlanState if to is not at and may_plan(at, to)}
        assert onward <= {P.DRAFT, P.SUPERSEDED}
    with pytest.raises(NotAllowed, match="closed cannot become active"):
        plan_to(P.CLOSED, P.ACTIVE)


def test_no_death_is_told_of_a_plan_that_is_over() -> None:
    assert not any(may_plan(at, P.CLOSED) for at in OVER if at is not P.CLOSED)


def test_a_no_stays_a_no_and_what_ended_comes_back_only_as_a_suggestion() -> None:
    assert {to for to in EnrolmentState if may_enrolment(E.DECLINED, to)} == {E.DECLINED}
    assert {to for to in EnrolmentState if may_enrolment(E.ENDED, to)} == {E.ENDED, E.SUGGESTED}
    assert may_enrolment(E.WAITING, E.ACTIVE)
    assert may_enrolment(E.SUSPENDED, E.REPLACED)


def test_a_date_whose_outcome_is_known_is_never_ahead_again() -> None:
    ahead = {O.PLANNED, O.REMINDED, O.UNCONFIRMED}
    for at in set(OccurrenceState) - ahead:
        assert not {to for to in ahead if may_occurrence(at, to)}
    assert may_occurrence(O.UNKNOWN, O.ATTENDED)
    assert not may_occurrence(O.CANCELLED, O.ATTENDED)
