"""What several stays of one person mean together, in whatever order they were told."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from services.aftercare.plans.stays import Standing, StayTold, standings
from shared.contracts.intake import DischargeType

DAY = timedelta(days=1)
T0 = datetime(2026, 10, 23, 18, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("stay", "standing"),
    [
        (StayTold(ONE, admitted_at=T0), Standing.IN_HOUSE),
        (StayTold(ONE, planned_for=T0), Standing.EXPECTED),
        (StayTold(ONE, planned_for=T0, left_at=T0, type=DischargeType.HOME), Standing.RUN),
        (StayTold(ONE, left_at=T0, type=DischargeType.COMPLETED), Standing.RUN),
        (StayTold(ONE, left_at=T0, type=DischargeType.ADMINISTRATIVE), Standing.RUN),
        (StayTold(ONE, left_at=T0, type=DischargeType.AGAINST_ADVICE), Standing.RUN),
        (StayTold(ONE, left_at=T0, type=DischargeType.TRANSFERRED), Standing.WAITS),
        (StayTold(ONE, left_at=T0, type=DischargeType.UNKNOWN), Standing.ASK),
        (StayTold(ONE, left_at=T0, type=DischargeType.DECEASED), Standing.DECEASED),
    ],
)
def test_how_a_stay_ended_decides_what_follows(stay: StayTold, standing: Standing) -> None:
    assert standings([stay]) == {ONE: standing}


def test_somebody_back_in_the_house_has_a_plan_that_rests() -> None:
    first = StayTold(ONE, left_at=T0, type=DischargeType.HOME)
    again = StayTold(TWO, admitted_at=T0 + DAY)
    for told in permutations([first, again]):
        assert standings(told) == {ONE: Standing.READMITTED, TWO: Standing.IN_HOUSE}


def test_the_later_discharge_takes_the_place_of_the_earlier_one() -> None:
    first = StayTold(ONE, left_at=T0, type=DischargeType.HOME)
    again = StayTold(TWO, admitted_at=T0 + DAY, left_at=T0 + 9 * DAY, type=DischargeType.COMPLETED)
    for told in permutations([first, again]):
        assert standings(told) == {ONE: Standing.SUPERSEDED, TWO: Standing.RUN}


def test_the_admission_of_a_stay_that_has_ended_does_not_send_its_own_plan_to_rest() -> None:
    stay = StayTold(ONE, admitted_at=T0 - 30 * DAY, left_at=T0, type=DischargeType.HOME)
    assert standings([stay]) == {ONE: Standing.RUN}


def test_a_death_told_of_any_stay_is_the_end_of_all() -> None:
    first = StayTold(ONE, left_at=T0, type=DischargeType.DECEASED)
    again = StayTold(TWO, admitted_at=T0 + DAY)
    assert set(standings([first, again]).values()) == {Standing.DECEASED}
