"""The roster: whose aftercare is running or about to, and what each needs. Ids of cases, no names."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.desk.needs import needs
from services.aftercare.desk.plan_views import listings_by_id, next_start, when
from services.aftercare.meetings.normal_form import Listing
from services.aftercare.plans.states import ON_CALENDAR, OPEN
from services.aftercare.tables import OVER, Enrolment, Plan, PlanState
from shared import clock


async def roster_view(session: AsyncSession, *, consented_only: bool) -> list[dict[str, Any]]:
    """One row a case, of its last plan; those that need a person first.

    Not those in the house without a discharge in sight: they are not in aftercare yet, or again.
    """
    in_house = and_(Plan.held, Plan.left_at.is_(None))
    query = select(Plan).where(or_(Plan.state == PlanState.PAUSED, ~in_house), Plan.state.not_in(OVER))
    if consented_only:
        query = query.where(Plan.consent_id.is_not(None))
    # The last plan of a case overwrites the ones before it.
    ordered = await session.scalars(query.order_by(Plan.discharged_at, Plan.id))
    plans = list({plan.case_id: plan for plan in ordered}.values())
    by_plan: dict[UUID, list[Enrolment]] = defaultdict(list)
    live = select(Enrolment).where(Enrolment.state.in_((*ON_CALENDAR, *OPEN)))
    for one in await session.scalars(live.order_by(Enrolment.first_occurrence_at)):
        by_plan[one.plan_id].append(one)
    shown = {plan.id for plan in plans}
    ids = {one.meeting_id for plan_id, group in by_plan.items() if plan_id in shown for one in group}
    meetings = await listings_by_id(session, ids)
    now = clock.now()
    rows = [_row(plan, by_plan[plan.id], meetings, now) for plan in plans]
    return sorted(rows, key=lambda row: (not row["needs"], -row["discharged_at"].timestamp()))


def _row(
    plan: Plan, enrolments: list[Enrolment], meetings: dict[UUID, Listing], now: datetime
) -> dict[str, Any]:
    going = [one for one in enrolments if one.state in ON_CALENDAR]
    rests = plan.state is PlanState.PAUSED
    coming = [moment for one in going if (moment := next_start(meetings[one.meeting_id].meeting, now))]
    return {
        "case_id": str(plan.case_id),
        "plan_id": str(plan.id),
        "state": plan.state,
        "pause_reason": plan.pause_reason,
        "tier": plan.tier,
        "discharged_at": plan.discharged_at,
        "left_at": plan.left_at,
        "discharge_type": plan.disposition,
        "next_occurrence_at": None if rests else min(coming, default=None),
        "meetings": [
            {
                "enrolment_id": str(one.id),
                "name": meetings[one.meeting_id].meeting.name,
                "programme": meetings[one.meeting_id].meeting.programme,
                "when": when(meetings[one.meeting_id].meeting),
                "state": one.state,
            }
            for one in enrolments
            if not one.fall_back
        ],
        "needs": needs(plan, enrolments, meetings, now),
    }
