"""A plan that rests, and one whose client does not answer. The caller has locked the plan.

A resting plan keeps its meetings; they are off the calendar until it goes on. Nothing is written and nothing
counted meanwhile.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.invitations import issue
from services.aftercare.follow_up.schedule import begin_follow_up, end_follow_up
from services.aftercare.messages.outgoing import hold_back
from services.aftercare.plans.doubts import listing_is_sure
from services.aftercare.plans.enrolment import begin, enrolments_of
from services.aftercare.plans.occurrences import forget_coming, plan_dates, set_confirmed
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.plans.states import ON_CALENDAR, may_plan, plan_to
from services.aftercare.plans.timers import begin_looking_ahead
from services.aftercare.tables import Enrolment, Plan, PlanState
from shared import clock
from shared.contracts.aftercare import (
    ContactLost,
    InvitationMethod,
    PauseReason,
    PlanActivated,
    PlanPaused,
    ReplacementReason,
)
from shared.messaging.outbox import say

PAUSED = "paused"


async def pause(session: AsyncSession, plan: Plan, reason: PauseReason) -> bool:
    """False when the plan cannot rest: it is over.

    A plan that rests already keeps its reason, but for a readmission: that one nobody can end by a word.
    """
    if plan.state is PlanState.PAUSED:
        if reason is PauseReason.READMITTED and plan.pause_reason is not reason:
            plan.pause_reason = reason
            plan.version += 1
            say(session, PlanPaused(case_id=plan.case_id, plan_id=plan.id, reason=reason))
        return True
    if not may_plan(plan.state, PlanState.PAUSED):
        return False
    now = clock.now()
    plan.state = PlanState.PAUSED
    plan.pause_reason, plan.paused_at = reason, now
    plan.version += 1
    for enrolment in await _going(session, plan):
        enrolment.ended_at = now
        enrolment.sequence += 1
        await forget_coming(session, enrolment, now)
        await issue(session, plan, enrolment, InvitationMethod.CANCEL)
    await hold_back(session, plan.case_id, PAUSED)
    await end_follow_up(session, plan)
    say(session, PlanPaused(case_id=plan.case_id, plan_id=plan.id, reason=reason))
    return True


async def resume(session: AsyncSession, plan: Plan) -> bool:
    """Go on where it was; False when it does not rest. What changed meanwhile is looked at by a rebalance.

    After a readmission it is not resumed: the next discharge opens that stay's own plan.
    """
    if plan.state is PlanState.ACTIVE:
        return True
    if plan.state is not PlanState.PAUSED or plan.pause_reason is PauseReason.READMITTED:
        return False
    now = clock.now()
    plan.pause_reason = plan.paused_at = None
    plan.missed_in_a_row = plan.rung = 0
    plan.last_contact_at = now
    going = await _going(session, plan)
    await _go_on(session, plan, going)
    for enrolment in going:
        enrolment.ended_at = None
        enrolment.sequence += 1
        await issue(session, plan, enrolment, InvitationMethod.REQUEST)
        # What the lists said meanwhile was not followed while the plan rested.
        await set_confirmed(session, plan, enrolment, await listing_is_sure(session, enrolment))
    await plan_dates(session, plan, now)
    await begin_follow_up(session, plan)
    await ask_rebalance(session, plan, ReplacementReason.NOT_FITTING)
    return True


async def lose_contact(session: AsyncSession, plan: Plan) -> bool:
    """Thirty days without a sign of life. The meetings stay on the calendar: the door is open."""
    if plan.state is PlanState.LOST_CONTACT:
        return True
    if not may_plan(plan.state, PlanState.LOST_CONTACT):
        return False
    plan.state = PlanState.LOST_CONTACT
    plan.version += 1
    say(session, ContactLost(case_id=plan.case_id, plan_id=plan.id))
    return True


async def regain_contact(session: AsyncSession, plan: Plan) -> bool:
    """A sign of life: the plan goes on. False when contact was not lost."""
    if plan.state is not PlanState.LOST_CONTACT:
        return False
    await _go_on(session, plan, await _going(session, plan))
    await plan_dates(session, plan, clock.now())
    return True


async def _go_on(session: AsyncSession, plan: Plan, going: list[Enrolment]) -> None:
    """Active again, or only offered when nothing is on the calendar. Dates are counted from now on."""
    plan.state = plan_to(plan.state, PlanState.ACTIVE if going else PlanState.OFFERED)
    plan.version += 1
    for enrolment in going:
        enrolment.active_at = clock.now()
    if going and plan.activated_at is None:
        await begin(session, plan)  # it is their first yes that ended the silence
    elif going:
        say(session, PlanActivated(case_id=plan.case_id, plan_id=plan.id))
        await begin_looking_ahead(session, plan)


async def _going(session: AsyncSession, plan: Plan) -> list[Enrolment]:
    return [one for one in await enrolments_of(session, plan) if one.state in ON_CALENDAR]
