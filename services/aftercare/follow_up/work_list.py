"""What people have to do, across all plans; the most pressing first."""

from collections.abc import Sequence

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import FollowUp, Plan
from shared import clock
from shared.contracts.aftercare import FollowUpState

_DUE = (FollowUpState.OPEN, FollowUpState.ATTEMPTED, FollowUpState.OVERDUE)
_MOST = 5000  # a centre with more than this to do has other worries


async def work_list(session: AsyncSession, *, consented_only: bool, coming: bool) -> Sequence[FollowUp]:
    """Overdue first, then by the time it must be done. `consented_only`: clients who agreed to aftercare."""
    now = clock.now()
    # By the clock as well as by the state: what a job that was given up did not open is due all the same.
    is_due = FollowUp.state.in_(_DUE) | (
        (FollowUp.state == FollowUpState.SCHEDULED) & (FollowUp.due_from <= now)
    )
    late_first = case((FollowUp.due_by <= now, 0), else_=1)
    query = select(FollowUp).where(FollowUp.state.in_((*_DUE, FollowUpState.SCHEDULED)) if coming else is_due)
    if consented_only:
        consenting = select(Plan.id).where(Plan.consent_id.is_not(None))
        query = query.where(FollowUp.plan_id.in_(consenting))
    query = query.order_by(late_first, FollowUp.due_by, FollowUp.id).limit(_MOST)
    return (await session.scalars(query)).all()


async def follow_ups_of(session: AsyncSession, plan: Plan) -> Sequence[FollowUp]:
    """Everything of one plan in the order of its days."""
    query = select(FollowUp).where(FollowUp.plan_id == plan.id)
    return (await session.scalars(query.order_by(FollowUp.due_from, FollowUp.id))).all()
