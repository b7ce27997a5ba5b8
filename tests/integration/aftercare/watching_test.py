"""A plan that runs is always looked at again, whatever happened to the look of a day."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select, update

from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.preferences import Preferences, keep_preferences
from services.aftercare.plans.timers import LOOK_AHEAD, WATCH_PLANS
from services.aftercare.tables import Enrolment, EnrolmentState, Plan, PlanState
from shared import clock
from shared.jobs import jobs

from .conftest import Aftercare, SetClock, discharged
from .telling import dates, the_plan

MONDAY = datetime(2026, 10, 26, 18, tzinfo=UTC)
DAY = timedelta(days=1)


async def _open_looks(aftercare: Aftercare, plan_id: UUID) -> list[datetime]:
    looks = jobs.c.kind == LOOK_AHEAD, jobs.c.subject_id == plan_id
    query = select(jobs.c.due_at).where(*looks, jobs.c.done_at.is_(None), jobs.c.gave_up_at.is_(None))
    async with aftercare.database.reading() as session:
        return list(await session.scalars(query))


async def _enrolled(aftercare: Aftercare, set_clock: SetClock, zone: str | None = None) -> Plan:
    set_clock(MONDAY)
    fact = discharged()
    if zone:
        async with aftercare.database.transaction() as session:
            await keep_preferences(session, fact.case_id, Preferences(zone=zone))
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings", LOOK_AHEAD, WATCH_PLANS)
    return await the_plan(aftercare, fact.case_id)


async def test_a_look_that_was_given_up_is_made_good_the_next_day(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    plan = await _enrolled(aftercare, set_clock)
    async with aftercare.database.transaction() as session:
        await session.execute(
            update(jobs)
            .where(jobs.c.kind == LOOK_AHEAD, jobs.c.done_at.is_(None))
            .values(gave_up_at=clock.now(), attempts=12)
        )
    known = {one.id for one in await dates(aftercare, plan.case_id)}
    set_clock(MONDAY + 2 * DAY)
    await aftercare.run_jobs(WATCH_PLANS, LOOK_AHEAD)
    assert len(await _open_looks(aftercare, plan.id)) == 1
    assert {one.id for one in await dates(aftercare, plan.case_id)} - known


async def test_the_watch_goes_on_day_after_day_and_mends_nothing_that_is_whole(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    plan = await _enrolled(aftercare, set_clock)
    for day in range(1, 5):
        set_clock(MONDAY + day * DAY)
        await aftercare.run_jobs(WATCH_PLANS, LOOK_AHEAD)
        assert len(await _open_looks(aftercare, plan.id)) == 1
    query = select(jobs.c.id).where(jobs.c.kind == WATCH_PLANS, jobs.c.done_at.is_(None))
    async with aftercare.database.reading() as session:
        assert len(list(await session.scalars(query))) == 1


@pytest.mark.parametrize("to", ["Pacific/Honolulu", "America/Los_Angeles", "Pacific/Auckland"])
async def test_a_client_who_moves_to_another_zone_is_looked_at_the_next_day_too(
    aftercare: Aftercare, set_clock: SetClock, to: str
) -> None:
    plan = await _enrolled(aftercare, set_clock, "Pacific/Guam")
    async with aftercare.database.transaction() as session:
        await keep_preferences(session, plan.case_id, Preferences(zone=to))
    for day in range(1, 4):
        set_clock(MONDAY + day * DAY + timedelta(minutes=30))
        await aftercare.run_jobs(LOOK_AHEAD)
        (due,) = await _open_looks(aftercare, plan.id)
        assert clock.now() < due <= clock.now() + DAY + timedelta(hours=4)


async def test_two_plans_of_one_case_that_run_both_are_one_after_the_first_watch(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    earlier = await _enrolled(aftercare, set_clock)
    set_clock(MONDAY + DAY)
    fact = discharged(earlier.case_id)
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    async with aftercare.database.transaction() as session:  # as the first version left them
        mine = Plan.case_id == earlier.case_id
        await session.execute(update(Plan).where(mine).values(state=PlanState.ACTIVE, ended_at=None))
        await session.execute(
            update(Enrolment)
            .where(Enrolment.plan_id == earlier.id, Enrolment.active_at.is_not(None))
            .values(state=EnrolmentState.ACTIVE, ended_at=None)
        )
        later = await latest_plan(session, earlier.case_id)
        assert later is not None
        assert later.stay_id == fact.stay_id  # whoever looks one up means the later
    for day in (2, 3):
        set_clock(MONDAY + day * DAY)
        await aftercare.run_jobs(WATCH_PLANS, LOOK_AHEAD)
        states = {plan.id: plan.state for plan in await aftercare.plans(earlier.case_id)}
        assert states == {earlier.id: PlanState.SUPERSEDED, later.id: PlanState.ACTIVE}
    going = [one for one in await aftercare.enrolments(earlier.case_id) if one.state is EnrolmentState.ACTIVE]
    assert {one.plan_id for one in going} == {later.id}
    ahead = [one for one in await dates(aftercare, earlier.case_id) if one.starts_at > clock.now()]
    assert {one.plan_id for one in ahead} == {later.id}
    (row,) = (await web.get("/api/v1/roster")).json()["plans"]
    assert row["plan_id"] == str(later.id)
