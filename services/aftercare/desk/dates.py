"""The staff's JSON API of single dates: what is ahead, one that is off, one that is at another time."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import store_of
from services.aftercare.desk.finding import Arranger, Carer, NotNow, PlanMissing, plan_for
from services.aftercare.plans.occurrences import call_off, dates_of, move
from services.aftercare.tables import Occurrence, Plan
from shared import audit, clock
from shared.identity import Caller

router = APIRouter(prefix="/api/v1/cases/{case_id}/plan/dates", tags=["aftercare"])

_SHOWN_BACK, _SHOWN_AHEAD = timedelta(days=14), timedelta(days=14)


class WantedTime(BaseModel):
    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime


@router.get("")
async def read_dates(
    request: Request,
    case_id: UUID,
    caller: Carer,
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query()] = None,
) -> dict[str, Any]:
    """The dates that start between two instants; a fortnight back and ahead when nothing is said."""
    now = clock.now()
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "dates.read", case_id)
        plan = await plan_for(session, case_id, caller)
        found = await dates_of(session, plan, since or now - _SHOWN_BACK, until or now + _SHOWN_AHEAD)
        return {"dates": [date_view(one) for one in found]}


@router.post("/{occurrence_id}/call-off")
async def call_off_date(
    request: Request, case_id: UUID, occurrence_id: UUID, caller: Arranger
) -> dict[str, Any]:
    """The group does not meet that day; the series goes on."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "date.call_off", case_id)
        plan, occurrence = await _date(session, case_id, occurrence_id, caller)
        if not await call_off(session, plan, occurrence):
            raise NotNow(plan)
        return date_view(occurrence)


@router.post("/{occurrence_id}/move")
async def move_date(
    request: Request, case_id: UUID, occurrence_id: UUID, wanted: WantedTime, caller: Arranger
) -> dict[str, Any]:
    """The group meets at another time that once; it stays the same date."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "date.move", case_id)
        plan, occurrence = await _date(session, case_id, occurrence_id, caller)
        if not await move(session, plan, occurrence, wanted.starts_at):
            raise NotNow(plan)
        return date_view(occurrence)


def date_view(one: Occurrence) -> dict[str, Any]:
    return {
        "occurrence_id": one.id,
        "enrolment_id": one.enrolment_id,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "original_start": one.original_start,
        "state": one.state,
        "doubtful": one.doubtful,
    }


async def _date(
    session: AsyncSession, case_id: UUID, occurrence_id: UUID, caller: Caller
) -> tuple[Plan, Occurrence]:
    plan = await plan_for(session, case_id, caller, lock=True)
    occurrence = await session.get(Occurrence, occurrence_id)
    if occurrence is None or occurrence.plan_id != plan.id:
        raise PlanMissing
    return plan, occurrence
