"""What the client agreed to, given and withdrawn: only the last word on each item counts."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.choosing import choose_again, is_undecided
from services.aftercare.plans.enrolment import end_enrolments
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.plans.states import plan_to
from services.aftercare.tables import Consent, Plan, PlanState
from shared import clock
from shared.contracts.aftercare import ReplacementReason
from shared.contracts.intake import ConsentItem
from shared.upsert import insert_or_ignore


async def note_consent(
    session: AsyncSession, case_id: UUID, item: ConsentItem, consent_id: UUID | None, told_at: datetime
) -> bool:
    """Keep the word (`consent_id` None: withdrawn). False when it, or a later one, is known already."""
    row = {"case_id": case_id, "item": item, "consent_id": consent_id, "told_at": told_at}
    if await insert_or_ignore(session, cast(Table, Consent.__table__), [row], ["case_id", "item"]):
        return True
    query = select(Consent).where(Consent.case_id == case_id, Consent.item == item)
    known = (await session.scalars(query.with_for_update())).one()
    if known.told_at > told_at or (known.told_at, known.consent_id) == (told_at, consent_id):
        return False
    known.consent_id, known.told_at = consent_id, told_at
    return True


async def aftercare_consent(session: AsyncSession, case_id: UUID) -> Consent | None:
    """The last word on aftercare; None: nobody said anything."""
    return await session.get(Consent, (case_id, ConsentItem.AFTERCARE))


async def give_consent(session: AsyncSession, case_id: UUID, consent_id: UUID) -> None:
    """The client agreed that we arrange meetings: choose again, and this time enrol. Told twice is once.

    Only the plan of the last stay: an earlier one would put the same meetings on the calendar again. On one
    that is over the word is kept, should it open again.
    """
    plan = await latest_plan(session, case_id, lock=True)
    if plan is None or plan.consent_id == consent_id:
        return
    plan.consent_id = consent_id
    plan.consent_revoked_at = None
    plan.version += 1
    if plan.state is PlanState.ACTIVE:
        await ask_rebalance(session, plan, ReplacementReason.CLIENT_WISH)
    elif is_undecided(plan):
        await choose_again(session, plan)


async def revoke_consent(session: AsyncSession, case_id: UUID) -> None:
    """The client no longer wants us to arrange meetings: take all off the calendar, suggest nothing.

    Of a plan that is over, too, the alumni team knows nothing any more; and it may open again.
    """
    plans = select(Plan).where(Plan.case_id == case_id).order_by(Plan.id)
    for plan in await session.scalars(plans.with_for_update()):
        await end_enrolments(session, plan)
        plan.consent_id = None
        plan.consent_revoked_at = clock.now()
        plan.version += 1
        if plan.state in (PlanState.ACTIVE, PlanState.LOST_CONTACT):
            plan.state = plan_to(plan.state, PlanState.OFFERED)
