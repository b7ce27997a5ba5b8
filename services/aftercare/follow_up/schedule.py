"""The year's calls and questions, begun when somebody has left and taken back when that was not so.

Beginning is repeatable: what is done stays done, what was cancelled comes back, what is past is left out.
Times on the client's clock need the wishes, which are sealed: a job works those out.
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import cancel_follow_ups, set_call
from services.aftercare.follow_up.year import first_call
from services.aftercare.tables import Plan, Tier
from shared import clock
from shared.contracts.aftercare import FollowUpKind
from shared.contracts.fact import new_id
from shared.jobs import schedule

SET_CALLS = "set_calls"
# A discharge told of late: the first call is still worth making while the first week lasts.
_WORTH_A_FIRST_CALL = timedelta(days=7)
_TOLD_LATE = timedelta(hours=24)


async def begin_follow_up(session: AsyncSession, plan: Plan) -> None:
    """From `plan.left_at`; nothing while the client is in the house. The caller has locked the plan."""
    if plan.left_at is None:
        return
    now = clock.now()
    if plan.counted_since is None:
        plan.counted_since = now
    if now - plan.left_at < _WORTH_A_FIRST_CALL:
        due = first_call(plan.left_at, plan.disposition, intensive=plan.tier is Tier.INTENSIVE)
        due_by = due.due_by if due.due_by > now else now + _TOLD_LATE
        await set_call(
            session, plan, FollowUpKind.FIRST_CALL, key="first_call", due_from=due.due_from, due_by=due_by
        )
    await schedule(session, SET_CALLS, plan.id, key=f"{SET_CALLS}:{new_id()}")


async def end_follow_up(session: AsyncSession, plan: Plan) -> None:
    """A pause, a cancelled discharge, an end. What was done is kept."""
    plan.counted_since = None
    await cancel_follow_ups(session, plan)
