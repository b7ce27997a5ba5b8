"""The daily look goes on: after a look that failed for good, and after a week at rest."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select, update

from services.aftercare.follow_up import looking_after
from services.aftercare.follow_up.looking_after import LOOK_AFTER, look_after
from services.aftercare.follow_up.schedule import SET_CALLS
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.pausing import pause
from services.aftercare.plans.preferences import Preferences, keep_preferences
from services.aftercare.plans.timers import WATCH_PLANS
from services.aftercare.tables import PlanState
from services.aftercare.workplace import Workplace
from shared.contracts.aftercare import FollowUpKind, Instrument, PauseReason
from shared.job_runner import JobRunner
from shared.jobs import GIVE_UP_AFTER, jobs
from tests.conftest import eventually

from .conftest import Aftercare, SetClock
from .follow_up_case import LEFT, Client


@pytest.fixture
async def client(aftercare: Aftercare, set_clock: SetClock) -> Client:
    client = Client(aftercare, set_clock)
    await client.leaves()
    return client


async def looks_due(client: Client) -> int:
    open_looks = select(jobs.c.id).where(
        jobs.c.kind == LOOK_AFTER, jobs.c.done_at.is_(None), jobs.c.gave_up_at.is_(None)
    )
    async with client.aftercare.database.reading() as session:
        return len((await session.scalars(open_looks)).all())


async def test_a_look_that_fails_for_good_costs_a_day_and_not_the_year(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = client.aftercare.database
    place = Workplace(database, client.aftercare.settings, client.aftercare.door.peer())

    async def fails(*_: object) -> None:
        raise RuntimeError("invented")

    async def given_up() -> bool:
        async with database.transaction() as session:
            await session.execute(
                update(jobs)
                .where(jobs.c.kind == LOOK_AFTER, jobs.c.attempts > 0)
                .values(attempts=GIVE_UP_AFTER - 1)
            )
        async with database.reading() as session:
            return (await session.scalars(select(jobs.c.id).where(jobs.c.gave_up_at.is_not(None)))).first()

    monkeypatch.setattr(looking_after, "climb", fails)
    client.set_clock(LEFT + timedelta(days=1))
    runner = asyncio.create_task(JobRunner(database, {LOOK_AFTER: partial(look_after, place)}).run())
    await eventually(given_up)
    runner.cancel()
    with suppress(asyncio.CancelledError):
        await runner
    monkeypatch.undo()
    async with database.transaction() as session:  # a given-up job is no idle one to `run_jobs`
        await session.execute(delete(jobs).where(jobs.c.gave_up_at.is_not(None)))
    await client.at(2)
    assert [one.instrument for one in await client.check_ins()] == [Instrument.WEEKLY]
    assert await looks_due(client) == 1


async def test_a_week_at_rest_is_caught_up_with_by_one_look(client: Client) -> None:
    await client.day_by_day(1, 2)
    await client.at(9.5)
    assert await looks_due(client) == 1
    assert len(await client.tasks(FollowUpKind.PEER_CALL)) == 1
    weekly = [one for one in await client.check_ins() if one.instrument is Instrument.WEEKLY]
    assert [(one.due_on - LEFT.date()).days for one in weekly] == [2, 9]
    await client.at(10)
    assert await looks_due(client) == 1
    assert (await client.plan()).state is PlanState.ACTIVE


async def test_a_chain_that_broke_altogether_begins_again_with_the_days_watch(client: Client) -> None:
    await client.day_by_day(1, 2)
    async with client.aftercare.database.transaction() as session:
        await session.execute(
            update(jobs).where(jobs.c.kind == LOOK_AFTER, jobs.c.done_at.is_(None)).values(gave_up_at=LEFT)
        )
    assert await looks_due(client) == 0
    for day in (3, 4):
        await client.at(day, WATCH_PLANS, SET_CALLS)
        assert await looks_due(client) == 1
    await client.day_by_day(5, 9)
    weekly = [one for one in await client.check_ins() if one.instrument is Instrument.WEEKLY]
    assert [(one.due_on - LEFT.date()).days for one in weekly] == [2, 9]


async def test_the_watch_begins_no_look_after_the_year_or_while_the_plan_rests(client: Client) -> None:
    async with client.aftercare.database.transaction() as session:
        await session.execute(update(jobs).where(jobs.c.kind == LOOK_AFTER).values(gave_up_at=LEFT))
    await client.at(380, WATCH_PLANS, SET_CALLS)
    assert await looks_due(client) == 0
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await pause(session, plan, PauseReason.CUSTODY)
    await client.at(20, WATCH_PLANS, SET_CALLS)
    assert await looks_due(client) == 0


@pytest.mark.parametrize("to", ["Pacific/Honolulu", "America/Los_Angeles", "Pacific/Auckland"])
async def test_a_client_who_moves_to_another_zone_is_looked_after_the_next_day_too(
    aftercare: Aftercare, set_clock: SetClock, to: str
) -> None:
    client = Client(aftercare, set_clock)
    async with aftercare.database.transaction() as session:
        await keep_preferences(session, client.case_id, Preferences(zone="Pacific/Guam"))
    await client.leaves()
    await client.at(1)
    async with aftercare.database.transaction() as session:
        await keep_preferences(session, client.case_id, Preferences(zone=to))
    for day in (1.25, 2.25, 3.25):  # shortly after nine in Guam
        await client.at(day)
        assert await looks_due(client) == 1
