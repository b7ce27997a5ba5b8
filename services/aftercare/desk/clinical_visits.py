"""Clinical visits that took place, as staff record them for the measures."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.aftercare.access import store_of
from services.aftercare.desk.finding import Clinical, plan_for
from services.aftercare.follow_up.clinical_visits import record_visit, visits_of, withdraw_visit
from services.aftercare.tables import ClinicalVisit
from shared import audit, clock
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["follow-up"])


class NewVisit(BaseModel):
    """A completed visit for substance use. `id`, made by the caller, makes sending it twice one visit."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    at: AwareDatetime


@router.get("/cases/{case_id}/clinical-visits")
async def list_visits(request: Request, case_id: UUID, caller: Clinical) -> dict[str, Any]:
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "visit.list", case_id)
        await plan_for(session, case_id, caller)
        return {"visits": [_view(one) for one in await visits_of(session, case_id)]}


@router.post("/cases/{case_id}/clinical-visits", status_code=201)
async def add_visit(request: Request, case_id: UUID, new: NewVisit, caller: Clinical) -> dict[str, Any]:
    if new.at > clock.now():
        raise Problem(422, "not_yet", "Not yet", "Only a visit that took place is recorded.")
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "visit.record", case_id)
        await plan_for(session, case_id, caller, lock=True)
        return _view(await record_visit(session, case_id, new.at, by=caller.id, visit_id=new.id))


@router.delete("/cases/{case_id}/clinical-visits/{visit_id}")
async def take_back_visit(
    request: Request, case_id: UUID, visit_id: UUID, caller: Clinical
) -> dict[str, Any]:
    """It was recorded in error: kept as such, and counted nowhere."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "visit.withdraw", case_id)
        visit = await session.get(ClinicalVisit, visit_id, with_for_update=True)
        if visit is None or visit.case_id != case_id:
            raise Problem(404, "not_found", "No visit", "This case has no such visit.")
        withdraw_visit(visit)
        return _view(visit)


def _view(one: ClinicalVisit) -> dict[str, Any]:
    return {
        "visit_id": one.id,
        "at": one.at,
        "recorded_by": one.recorded_by,
        "recorded_at": one.recorded_at,
        "withdrawn_at": one.withdrawn_at,
    }
