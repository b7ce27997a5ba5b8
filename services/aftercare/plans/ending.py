"""How a plan ends, and how a discharge that did not happen is taken back. The caller has locked the plan."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.schedule import end_follow_up
from services.aftercare.messages.outgoing import hold_back
from services.aftercare.plans.enrolment import end_enrolments
from services.aftercare.plans.states import plan_to
from services.aftercare.tables import OVER, Plan, PlanState, Purpose
from shared import clock
from shared.contracts.aftercare import PlanEnded, PlanEndReason, PlanWithdrawn
from shared.messaging.outbox import say

_ENDS = {
    PlanEndReason.DECEASED: PlanState.CLOSED,
    PlanEndReason.ENDED_BY_CLIENT: PlanState.ENDED_BY_CLIENT,
    PlanEndReason.COMPLETED: PlanState.COMPLETED,
    PlanEndReason.SUPERSEDED: PlanState.SUPERSEDED,
}
# After a death nobody is written to, not even the cancellation of a calendar entry: families read mail.
_TO_THE_CLIENT = frozenset(Purpose) - {Purpose.PAGE_STAFF}


async def end_plan(session: AsyncSession, plan: Plan, reason: PlanEndReason) -> bool:
    """End the plan with all that is on the calendar and all that still waits. False when it is over already.

    A death that is told of a plan already over changes nothing there.
    """
    died = reason is PlanEndReason.DECEASED
    if plan.state in OVER and not (plan.state is PlanState.CLOSED and reason is PlanEndReason.SUPERSEDED):
        return False
    await end_enrolments(session, plan, tell=not died)
    plan.state = plan_to(plan.state, _ENDS[reason])
    plan.ended_at, plan.pause_reason, plan.paused_at = clock.now(), None, None
    plan.version += 1
    await hold_back(session, plan.case_id, reason.value, purposes=_TO_THE_CLIENT if died else None)
    await end_follow_up(session, plan)
    say(session, PlanEnded(case_id=plan.case_id, plan_id=plan.id, reason=reason))
    return True


async def withdraw(session: AsyncSession, plan: Plan, why: str) -> None:
    """The discharge did not happen (A13), or another house goes on: a draft again, off every calendar.

    Nothing is written to the client but the cancellations of calendar entries they have. A discharge later
    starts anew, with higher versions of the same entries. `why` is a code for what is held back.
    """
    if plan.state is PlanState.SUPERSEDED:
        return
    offered = plan.state is not PlanState.DRAFT
    await end_enrolments(session, plan)
    plan.state = plan_to(plan.state, PlanState.DRAFT)
    plan.chosen_at = plan.activated_at = plan.ended_at = plan.pause_reason = plan.paused_at = None
    plan.missed_in_a_row = plan.rung = 0
    plan.version += 1
    await hold_back(session, plan.case_id, why)
    await end_follow_up(session, plan)
    if offered:
        say(session, PlanWithdrawn(case_id=plan.case_id, plan_id=plan.id))
