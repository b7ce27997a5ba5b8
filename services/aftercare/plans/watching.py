"""The daily watch over all plans: each that runs has its next look ahead of it, and is its case's only one.

A plan's looks are a chain, each setting the next. A chain may break: a job that failed twelve times is given
up. Nobody would be reminded of anything any more, and nothing would say so. The watch sets its own next day
before it does anything else, and any plan that begins starts it again.

Two plans of one case run where an earlier version opened one for each discharge and ended none: every look-up
means the later, yet both would remind and call. The stays say which goes on, as with every fact.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select

from services.aftercare.follow_up.looking_after import LOOK_AFTER
from services.aftercare.follow_up.schedule import SET_CALLS, begin_follow_up
from services.aftercare.follow_up.year import LAST_DAY
from services.aftercare.plans.hearing import stays_of
from services.aftercare.plans.opening import locked
from services.aftercare.plans.settling import settle
from services.aftercare.plans.timers import LOOK_AHEAD, begin_looking_ahead, watch_plans
from services.aftercare.tables import OVER, Plan, PlanState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.intake import DischargeType
from shared.jobs import Job, finish, is_open, jobs

_DAY = timedelta(days=1)


def _has_open_job(*kinds: str) -> ColumnElement[bool]:
    return exists().where(jobs.c.kind.in_(kinds), jobs.c.subject_id == Plan.id, is_open)


_BLIND = (Plan.state == PlanState.ACTIVE) & ~_has_open_job(LOOK_AHEAD)
# Somebody who left, and whose year nobody began to count: a plan from before there was a follow-up.
_UNCOUNTED = (
    Plan.state.in_((PlanState.OFFERED, PlanState.ACTIVE))
    & Plan.held.is_(False)
    & Plan.counted_since.is_(None)
    & (Plan.disposition != DischargeType.UNKNOWN)
)
# Somebody whose year is counted, and whom nobody will look after any more.
_FORGOTTEN = (
    Plan.state.in_((PlanState.OFFERED, PlanState.ACTIVE, PlanState.LOST_CONTACT))
    & Plan.counted_since.is_not(None)
    & ~_has_open_job(LOOK_AFTER, SET_CALLS)
)
_DOUBLED = (
    select(Plan.case_id)
    .where(Plan.left_at.is_not(None), Plan.state.not_in(OVER))
    .group_by(Plan.case_id)
    .having(func.count() > 1)
    .order_by(Plan.case_id)
)


async def watch(place: Workplace, job: Job) -> None:
    """The job. Run twice it finds nothing to mend."""
    async with place.database.transaction() as session:
        await watch_plans(session, clock.now() + _DAY)
    async with place.database.reading() as session:
        doubled = list(await session.scalars(_DOUBLED))
    for case_id in doubled:
        async with place.database.transaction() as session:
            await settle(session, await stays_of(session, case_id))
    async with place.database.reading() as session:
        query = select(Plan.id).where(_BLIND | _is_unfollowed()).order_by(Plan.id)
        broken = list(await session.scalars(query))
    for plan_id in broken:
        await _mend(place, plan_id)
    async with place.database.transaction() as session:
        await finish(session, job)


def _is_unfollowed() -> ColumnElement[bool]:
    """While the year lasts."""
    return (Plan.left_at > clock.now() - timedelta(days=LAST_DAY)) & (_UNCOUNTED | _FORGOTTEN)


async def _mend(place: Workplace, plan_id: UUID) -> None:
    async with place.database.transaction() as session:
        if await locked(session, plan_id) is None:
            return
        blind = select(Plan).where(Plan.id == plan_id, _BLIND)
        if (plan := await session.scalar(blind)) is not None:
            await begin_looking_ahead(session, plan)
        unfollowed = select(Plan).where(Plan.id == plan_id, _is_unfollowed())
        if (plan := await session.scalar(unfollowed)) is not None:
            await begin_follow_up(session, plan)
