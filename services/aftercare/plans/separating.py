"""Keeping two clients apart from now on: what they share already is taken apart."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.kept_apart import keep_apart, meetings_of
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.tables import OVER, Plan
from shared.contracts.aftercare import ReplacementReason


async def separate(session: AsyncSession, case_id: UUID, other_case_id: UUID) -> bool:
    """Note the pair and have the plan looked at again that has to give way; False when it was noted before.

    Of two who go to the same meeting the one who left the house later gives way. Somebody who goes there
    stays when the other was only offered it.
    """
    if not await keep_apart(session, case_id, other_case_id):
        return False
    plans = [plan for plan in await _last_plans(session, {case_id, other_case_id}) if plan.state not in OVER]
    if len(plans) == 2:
        earlier, later = sorted(plans, key=lambda plan: (plan.discharged_at, plan.id))
        for plan in await _giving_way(session, earlier, later):
            await ask_rebalance(session, plan, ReplacementReason.NOT_FITTING)
    return True


async def _giving_way(session: AsyncSession, earlier: Plan, later: Plan) -> list[Plan]:
    may = [await meetings_of(session, [plan.case_id], going=False) for plan in (earlier, later)]
    go = [await meetings_of(session, [plan.case_id], going=True) for plan in (earlier, later)]
    shared = may[0] & may[1]
    only_later_goes = shared & go[1] - go[0]
    return [
        plan
        for plan, gives_way in ((earlier, only_later_goes), (later, shared - only_later_goes))
        if gives_way
    ]


async def _last_plans(session: AsyncSession, case_ids: set[UUID]) -> list[Plan]:
    """The plan of each case's last discharge, locked in the order of their ids."""
    query = select(Plan).where(Plan.case_id.in_(case_ids)).order_by(Plan.id)
    latest: dict[UUID, Plan] = {}
    for plan in await session.scalars(query.with_for_update()):
        known = latest.get(plan.case_id)
        if known is None or (plan.discharged_at, plan.id) > (known.discharged_at, known.id):
            latest[plan.case_id] = plan
    return list(latest.values())
