"""The four points are a round: no step is lost, none skips a stage, and no round comes back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aftercare.smart.cycle import Standing, step, steps_from, suggested
from shared.contracts.aftercare import PointStage

NEW, LEARNING, PRACTISING, KEEPING = PointStage
DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (Standing(NEW, 1), {Standing(LEARNING, 1)}),
        (Standing(LEARNING, 1), {Standing(PRACTISING, 1), Standing(NEW, 2)}),
        (Standing(PRACTISING, 3), {Standing(KEEPING, 3), Standing(NEW, 4)}),
        (Standing(KEEPING, 1), {Standing(NEW, 2)}),
    ],
)
def test_the_round_goes_on_or_begins_anew(now: Standing, then: set[Standing]) -> None:
    assert set(steps_from(now)) == then


@given(st.lists(st.sampled_from(PointStage), max_size=40))
def test_whatever_is_asked_for_the_round_holds(wanted: list[PointStage]) -> None:
    now = Standing()
    for stage in wanted:
        then = step(now, stage)
        if then is None:
            assert stage not in {one.stage for one in steps_from(now)}
            continue
        assert then.stage is stage
        # The same choice sent twice is one step.
        assert step(then, stage) == then
        assert then.cycle == now.cycle + (stage is NEW and then != now)
        now = then


@pytest.mark.parametrize(
    ("stage", "days", "expected"),
    [
        (NEW, [], None),
        (NEW, [DAY], LEARNING),
        (LEARNING, [DAY, DAY, DAY], None),
        (LEARNING, [DAY, DAY + timedelta(1), DAY + timedelta(4)], PRACTISING),
        (PRACTISING, [DAY + timedelta(n) for n in range(30)], None),
        (KEEPING, [DAY], None),
    ],
)
def test_used_tools_suggest_a_step_but_never_that_it_is_kept(
    stage: PointStage, days: list[date], expected: PointStage | None
) -> None:
    assert suggested(Standing(stage), days) is expected
