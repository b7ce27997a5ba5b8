"""The client's consent to aftercare, given and withdrawn after the plan was opened."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.enrolment import end_enrolments
from services.aftercare.plans.opening import choose_again, latest_plan
from services.aftercare.tables import Plan, PlanState
from shared import clock


async def give_consent(session: AsyncSession, case_id: UUID, consent_id: UUID) -> None:
    """The client agreed that we arrange meetings: choose again, and this time enrol. Told twice is once.

    Only the plan of the last stay: an earlier one would put the same meetings on the calendar again.
    """
    plan = await latest_plan(session, case_id, lock=True)
    if plan is None or plan.state is PlanState.CLOSED or plan.consent_id == consent_id:
        return
    plan.consent_id = consent_id
    plan.consent_revoked_at = None
    plan.version += 1
    await choose_again(session, plan)


async def revoke_consent(session: AsyncSession, case_id: UUID) -> None:
    """The client no longer wants us to arrange meetings: take all off the calendar, suggest nothing."""
    plans = select(Plan).where(Plan.case_id == case_id, Plan.state != PlanState.CLOSED)
    for plan in await session.scalars(plans.with_for_update()):
        await end_enrolments(session, plan)
        plan.consent_id = None
        plan.consent_revoked_at = clock.now()
        plan.version += 1
        if plan.state is PlanState.ACTIVE:
            plan.state = PlanState.OFFERED
