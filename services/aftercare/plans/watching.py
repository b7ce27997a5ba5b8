"""The daily watch over all plans: each that runs must have its next look ahead of it.

A plan's looks are a chain, each setting the next. A chain may break: a job that failed twelve times is given
up. Nobody would be reminded of anything any more, and nothing would say so. The watch sets its own next day
before it does anything else, and any plan that begins starts it again.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select

from services.aftercare.follow_up.schedule import begin_follow_up
from services.aftercare.plans.opening import locked
from services.aftercare.plans.timers import LOOK_AHEAD, begin_looking_ahead, watch_plans
from services.aftercare.tables import Plan, PlanState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.intake import DischargeType
from shared.jobs import Job, finish, jobs

_DAY = timedelta(days=1)
_LOOKS = exists().where(
    jobs.c.kind == LOOK_AHEAD,
    jobs.c.subject_id == Plan.id,
    jobs.c.done_at.is_(None),
    jobs.c.gave_up_at.is_(None),
)
_BLIND = (Plan.state == PlanState.ACTIVE) & ~_LOOKS
# Somebody who left, and whose year nobody began to count: a plan from before there was a follow-up.
_UNFOLLOWED = (
    Plan.state.in_((PlanState.OFFERED, PlanState.ACTIVE))
    & Plan.left_at.is_not(None)
    & Plan.held.is_(False)
    & Plan.counted_since.is_(None)
    & (Plan.disposition != DischargeType.UNKNOWN)
)


async def watch(place: Workplace, job: Job) -> None:
    """The job. Run twice it finds nothing to mend."""
    async with place.database.transaction() as session:
        await watch_plans(session, clock.now() + _DAY)
    async with place.database.reading() as session:
        query = select(Plan.id).where(or_(_BLIND, _UNFOLLOWED)).order_by(Plan.id)
        broken = list(await session.scalars(query))
    for plan_id in broken:
        await _mend(place, plan_id)
    async with place.database.transaction() as session:
        await finish(session, job)


async def _mend(place: Workplace, plan_id: UUID) -> None:
    async with place.database.transaction() as session:
        if await locked(session, plan_id) is None:
            return
        blind = select(Plan).where(Plan.id == plan_id, _BLIND)
        if (plan := await session.scalar(blind)) is not None:
            await begin_looking_ahead(session, plan)
        unfollowed = select(Plan).where(Plan.id == plan_id, _UNFOLLOWED)
        if (plan := await session.scalar(unfollowed)) is not None:
            await begin_follow_up(session, plan)
