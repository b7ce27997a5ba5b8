"""The four points on both databases: steps are added, none is rewritten, and each is the client's own."""

from uuid import UUID

import pytest
from sqlalchemy import select

from services.aftercare.plans.opening import latest_plan
from services.aftercare.smart.cycle import Standing
from services.aftercare.smart.points import PointNow, StepNotOpen, points_of, progress
from services.aftercare.smart.worksheets import keep
from services.aftercare.tables import PointProgress
from shared.contracts.aftercare import PointStage, Tool

from .conftest import Aftercare, discharged

NEW, LEARNING, PRACTISING, KEEPING = PointStage


@pytest.fixture
async def case_id(aftercare: Aftercare) -> UUID:
    fact = discharged()
    await aftercare.hear(fact)
    return fact.case_id


async def go(
    aftercare: Aftercare, case_id: UUID, point: int, stage: PointStage, rating: int | None = None
) -> Standing:
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, case_id)
        assert plan is not None
        return await progress(session, plan, point, stage, rating)


async def points(aftercare: Aftercare, case_id: UUID) -> list[PointNow]:
    async with aftercare.database.reading() as session:
        plan = await latest_plan(session, case_id)
        assert plan is not None
        return await points_of(session, plan)


async def rows(aftercare: Aftercare, case_id: UUID) -> list[tuple[str, int, int | None]]:
    query = select(PointProgress).where(PointProgress.case_id == case_id)
    async with aftercare.database.reading() as session:
        found = await session.scalars(query.order_by(PointProgress.at, PointProgress.id))
        return [(row.stage.value, row.cycle, row.self_rating) for row in found]


async def test_a_point_goes_round_and_its_history_stays(aftercare: Aftercare, case_id: UUID) -> None:
    await go(aftercare, case_id, 2, LEARNING, 3)
    await go(aftercare, case_id, 2, PRACTISING)
    await go(aftercare, case_id, 2, PRACTISING, 6)
    await go(aftercare, case_id, 2, KEEPING)
    assert await go(aftercare, case_id, 2, NEW) == Standing(NEW, 2)
    assert await rows(aftercare, case_id) == [
        ("learning", 1, 3),
        ("practising", 1, None),
        ("practising", 1, 6),
        ("keeping", 1, None),
        ("new", 2, None),
    ]
    # A rating alone is no step.
    assert (await aftercare.said(case_id)).count("point_progressed") == 4
    now = (await points(aftercare, case_id))[1]
    assert (now.standing, now.rating, len(now.history)) == (Standing(NEW, 2), None, 5)


async def test_a_step_sent_twice_is_one_step(aftercare: Aftercare, case_id: UUID) -> None:
    for _ in range(3):
        await go(aftercare, case_id, 1, LEARNING, 4)
    assert await rows(aftercare, case_id) == [("learning", 1, 4)]
    assert (await aftercare.said(case_id)).count("point_progressed") == 1


async def test_a_stage_is_not_skipped_and_wrong_numbers_are_refused(
    aftercare: Aftercare, case_id: UUID
) -> None:
    with pytest.raises(StepNotOpen):
        await go(aftercare, case_id, 1, KEEPING)
    for point, rating in ((0, None), (5, None), (1, 11), (1, -1)):
        with pytest.raises(ValueError, match="1 to 4"):
            await go(aftercare, case_id, point, NEW, rating)
    assert await rows(aftercare, case_id) == []


async def test_a_completed_worksheet_suggests_learning_at_each_point_it_serves(
    aftercare: Aftercare, case_id: UUID
) -> None:
    assert [one.suggested for one in await points(aftercare, case_id)] == [None] * 4
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, case_id)
        assert plan is not None
        values = {"values": ["my daughter"]}
        await keep(session, plan, Tool.HOV, values, complete=True)
        await keep(session, plan, Tool.URG, {"trigger": "a draft suggests nothing"})
    assert [one.suggested for one in await points(aftercare, case_id)] == [LEARNING, None, None, LEARNING]
    assert [one.standing for one in await points(aftercare, case_id)] == [Standing()] * 4  # theirs to decide
    await go(aftercare, case_id, 1, LEARNING)
    await go(aftercare, case_id, 1, NEW)
    # What was used in the round before says nothing about this one.
    assert (await points(aftercare, case_id))[0].suggested is None


async def test_the_round_goes_on_after_another_stay(aftercare: Aftercare, case_id: UUID) -> None:
    await go(aftercare, case_id, 3, LEARNING)
    await aftercare.hear(discharged(case_id))
    assert await go(aftercare, case_id, 3, PRACTISING) == Standing(PRACTISING, 1)
