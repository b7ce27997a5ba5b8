"""When the client was last heard of, as far as rows tell: asked when something known proves wrong."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import Attempt, Attendance, CheckIn, Plan
from shared.contracts.aftercare import FollowUpOutcome

SPOKE = (FollowUpOutcome.REACHED, FollowUpOutcome.DECLINED)
SELF_REPORT = 1


async def last_heard(session: AsyncSession, plan: Plan) -> datetime | None:
    """What left no row is forgotten, which errs to looking sooner. `plan.last_attended_at` is up to date."""
    signs = (
        select(func.max(Attempt.at)).where(
            Attempt.plan_id == plan.id, Attempt.outcome.in_(SPOKE), Attempt.withdrawn_at.is_(None)
        ),
        select(func.max(Attendance.recorded_at)).where(
            Attendance.plan_id == plan.id, Attendance.evidence == SELF_REPORT
        ),
        select(func.max(CheckIn.answered_at)).where(
            CheckIn.plan_id == plan.id, CheckIn.recorded_by.is_(None)
        ),
    )
    known = [moment for sign in signs if (moment := await session.scalar(sign)) is not None]
    return max([*known, *([plan.last_attended_at] if plan.last_attended_at else [])], default=None)
