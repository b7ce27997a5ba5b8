"""The staff's JSON API of a plan's life: rest, go on, end, review, and what makes the first weeks risky."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.finding import Arranger, Clinical, NotNow, plan_for
from services.aftercare.plans.ending import end_plan
from services.aftercare.plans.pausing import pause, resume
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.plans.reviews import agree_on_target, complete
from services.aftercare.plans.risks import keep_risks, risks_of
from services.aftercare.plans.tiers import Risks
from services.aftercare.tables import OVER, Plan
from shared import audit
from shared.contracts.aftercare import PauseReason, PlanEndReason

router = APIRouter(prefix="/api/v1/cases/{case_id}/plan", tags=["aftercare"])


class WantedPause(BaseModel):
    """A readmission is not said here: the stay itself tells it."""

    model_config = ConfigDict(extra="forbid")

    reason: Literal[PauseReason.CUSTODY, PauseReason.CLIENT_WISH]


class Reviewed(BaseModel):
    """What client and staff agreed on: meetings a week from now on, or that the year is over."""

    model_config = ConfigDict(extra="forbid")

    target: Annotated[int, Field(ge=1, le=7)] | None = None
    complete: bool = False


@router.post("/pause")
async def pause_plan(
    request: Request, case_id: UUID, wanted: WantedPause, caller: Arranger
) -> dict[str, Any]:
    """Off the calendar, nothing written, nothing counted, until it goes on. The meetings are kept."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "plan.pause", case_id)
        plan = await plan_for(session, case_id, caller, lock=True)
        if not await pause(session, plan, wanted.reason):
            raise NotNow(plan)
        return _state(plan)


@router.post("/resume")
async def resume_plan(request: Request, case_id: UUID, caller: Arranger) -> dict[str, Any]:
    """Go on where it was. 409 after a readmission: the next discharge opens a plan of its own."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "plan.resume", case_id)
        plan = await plan_for(session, case_id, caller, lock=True)
        if not await resume(session, plan):
            raise NotNow(plan)
        return _state(plan)


@router.post("/end")
async def end(request: Request, case_id: UUID, caller: Arranger) -> dict[str, Any]:
    """The client wants no more of it: off the calendar, no more messages, no more calls."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "plan.end", case_id)
        plan = await plan_for(session, case_id, caller, lock=True)
        if not await end_plan(session, plan, PlanEndReason.ENDED_BY_CLIENT):
            raise NotNow(plan)
        return _state(plan)


@router.post("/review")
async def review(request: Request, case_id: UUID, agreed: Reviewed, caller: Arranger) -> dict[str, Any]:
    """What came of a review. `complete` is refused before the year is over."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "plan.review", case_id, ("preferences",))
        plan = await plan_for(session, case_id, caller, lock=True)
        if plan.state in OVER:
            raise NotNow(plan)
        if agreed.target is not None:
            wanted = await preferences_of(session, case_id, settings_of(request).centre_zone)
            await agree_on_target(session, plan, wanted, agreed.target)
        if agreed.complete and not await complete(session, plan):
            raise NotNow(plan)
        return _state(plan)


@router.get("/risks")
async def read_risks(request: Request, case_id: UUID, caller: Clinical) -> dict[str, Any]:
    """What decides how closely somebody is followed. null: nobody asked."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "risks.read", case_id)
        plan = await plan_for(session, case_id, caller)
        return (await risks_of(session, plan)).model_dump() | {"tier": plan.tier}


@router.put("/risks")
async def change_risks(request: Request, case_id: UUID, risks: Risks, caller: Clinical) -> dict[str, Any]:
    """Keep them; a new tier moves what is due by it."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "risks.change", case_id)
        plan = await plan_for(session, case_id, caller, lock=True)
        await keep_risks(session, plan, risks)
        return risks.model_dump() | {"tier": plan.tier}


def _state(plan: Plan) -> dict[str, Any]:
    return {"plan_id": plan.id, "state": plan.state, "target": plan.target, "pause_reason": plan.pause_reason}
