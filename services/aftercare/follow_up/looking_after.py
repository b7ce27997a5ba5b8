"""The daily look after somebody who has left: questions that are due, silence that grows, the open door.

One job a plan and local day, at 09:00 on the client's clock; twice on one day is once. Each sets the next
before it looks, so that a look which fails for good costs one day and not the year; one that cannot even do
that is begun anew by the daily watch (plans/watching.py). A service that was at rest for days catches up with
one look.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.check_ins import open_check_in
from services.aftercare.follow_up.client_clock import zone_of
from services.aftercare.follow_up.climbing import climb
from services.aftercare.follow_up.due_times import next_opening, within_working_days
from services.aftercare.follow_up.follow_ups import ask_person, set_call
from services.aftercare.follow_up.ladder import light_touch_due
from services.aftercare.follow_up.year import (
    CALL_DAYS,
    LAST_DAY,
    call_window,
    days_since,
    due_questionnaires,
)
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.opening import locked
from services.aftercare.plans.timers import stamp
from services.aftercare.tables import OVER, FollowUp, Plan, PlanState, Purpose
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import FollowUpKind
from shared.jobs import Job, finish, schedule

LOOK_AFTER = "look_after"
_ASKED = (PlanState.OFFERED, PlanState.ACTIVE)
_TOUCHED_LATELY = timedelta(days=14)
_TOUCH_WITHIN = 5  # working days


async def set_calls(place: Workplace, job: Job) -> None:
    """The job: calls of the year on the client's calendar, and the first daily look."""
    async with place.database.transaction() as session:
        plan = await locked(session, job.subject_id)
        if plan is not None and plan.left_at is not None and _is_followed(plan):
            now = clock.now()
            zone, _ = await zone_of(session, plan, place.settings.centre_zone)
            for day in CALL_DAYS:
                due = call_window(plan.left_at, day, zone)
                if due.due_by > now:
                    await set_call(
                        session,
                        plan,
                        FollowUpKind.CALL,
                        key=f"day_{day}",
                        due_from=due.due_from,
                        due_by=due.due_by,
                    )
            await _look_again(session, plan, zone, now)
        await finish(session, job)


async def look_after(place: Workplace, job: Job) -> None:
    """The job. While the plan rests it only sets the next look."""
    now = clock.now()
    zone, weekday = await _set_next(place, job, now)
    async with place.database.transaction() as session:
        plan = await locked(session, job.subject_id)
        if plan is not None and plan.left_at is not None:
            if plan.state in _ASKED:
                for due in due_questionnaires(plan.left_at, now, weekday, zone):
                    await open_check_in(session, plan, due.instrument, due.due_on, due.open_until)
                await climb(session, plan, zone, place.settings.centre_zone)
            elif plan.state is PlanState.LOST_CONTACT:
                await _touch_lightly(session, plan, now, place.settings.centre_zone)
        await finish(session, job)


async def _set_next(place: Workplace, job: Job, now: datetime) -> tuple[str, int]:
    """In a transaction of its own. The client's zone and fixed day, for the look itself."""
    async with place.database.transaction() as session:
        plan = await locked(session, job.subject_id)
        if plan is None or plan.left_at is None or plan.state in OVER:
            return place.settings.centre_zone, 0
        zone, weekday = await zone_of(session, plan, place.settings.centre_zone)
        if days_since(plan.left_at, now) <= LAST_DAY:
            await _look_again(session, plan, zone, now)
    return zone, weekday


def _is_followed(plan: Plan) -> bool:
    return plan.state not in OVER and plan.state is not PlanState.PAUSED


async def _look_again(session: AsyncSession, plan: Plan, zone: str, now: datetime) -> None:
    # By its instant: in a zone further west the client's next day may be the one of this very look.
    at = next_opening(now, zone)
    await schedule(session, LOOK_AFTER, plan.id, due_at=at, key=f"{LOOK_AFTER}:{plan.id}:{stamp(at)}")


async def _touch_lightly(session: AsyncSession, plan: Plan, now: datetime, centre_zone: str) -> None:
    """Nothing to do, no question: the door is open. A person looks too, and may do more."""
    assert plan.left_at is not None
    day = light_touch_due(days_since(plan.left_at, now))
    if day is None or await _was_touched(session, plan, f"light_touch:{day}", now):
        return
    await ask_person(
        session,
        plan,
        FollowUpKind.LIGHT_TOUCH,
        key=f"light_touch:{day}",
        due_from=now,
        due_by=within_working_days(now, _TOUCH_WITHIN, centre_zone),
    )
    await write_to(session, plan, Purpose.DOOR_OPEN, key=f"door_open:{plan.id}:{day}")


async def _was_touched(session: AsyncSession, plan: Plan, key: str, now: datetime) -> bool:
    """On this day's account, or so lately that another word would be nagging."""
    query = select(FollowUp.id).where(
        FollowUp.plan_id == plan.id,
        FollowUp.kind == FollowUpKind.LIGHT_TOUCH,
        (FollowUp.due_from > now - _TOUCHED_LATELY) | (FollowUp.key == key),
    )
    return (await session.scalars(query.limit(1))).first() is not None
