"""Concerns: seen, taken on, resolved. Who is on call needs nothing but the list and one button."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.finding import PlanMissing, needs_consent
from services.aftercare.desk.follow_up_views import concern_view
from services.aftercare.follow_up.concerns import (
    acknowledge,
    concerns_of,
    note_of,
    open_concerns,
    raise_concern,
    resolve,
)
from services.aftercare.follow_up.paging import somebody_is_on_call
from services.aftercare.plans.opening import latest_plan, locked
from services.aftercare.tables import Concern
from shared import audit
from shared.contracts.aftercare import ConcernCause
from shared.contracts.fact import new_id
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["concerns"])

_CARE = (Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.COORDINATOR, Role.DIRECTOR)
# Whoever notices danger may say so, and whoever is called may answer: consent never stands before it.
Carer = Annotated[Caller, Depends(allowed(*_CARE))]
Clinical = Annotated[Caller, Depends(allowed(Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR))]


class ConcernMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No concern", "There is no such concern.")


class NewConcern(BaseModel):
    """`id`, made by the caller, makes sending it twice one concern."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    level: Annotated[int, Field(ge=1, le=3)]
    cause: ConcernCause = ConcernCause.STAFF


class Resolution(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    note: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]


@router.get("/concerns")
async def list_concerns(request: Request, caller: Carer) -> dict[str, Any]:
    """What nobody resolved, the gravest and oldest first. `on_call`: is there anybody a page would reach?

    Who knows of a client only by their consent sees, without it, what calls whoever is on call.
    """
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "concern.list", None)
        found = await open_concerns(session, consented_only=needs_consent(caller))
    return {
        "on_call": somebody_is_on_call(settings_of(request)),
        "concerns": [concern_view(one) for one in found],
    }


@router.get("/cases/{case_id}/concerns")
async def concerns_of_case(request: Request, case_id: UUID, caller: Clinical) -> dict[str, Any]:
    """All of one client's, with what came of them."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "concern.read", case_id, ("notes",))
        found = await concerns_of(session, case_id)
        return {"concerns": [concern_view(one, await note_of(session, one)) for one in found]}


@router.post("/cases/{case_id}/concerns", status_code=201)
async def add_concern(request: Request, case_id: UUID, new: NewConcern, caller: Carer) -> dict[str, Any]:
    """A member of staff is worried. Level 3 calls whoever is on call, at once."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "concern.raise", case_id)
        plan = await latest_plan(session, case_id, lock=True)
        if plan is None:
            raise PlanMissing
        key = f"staff:{new.id or new_id()}"
        return concern_view(await raise_concern(session, plan, new.level, new.cause, key=key))


@router.post("/concerns/{concern_id}/acknowledge")
async def take_on(request: Request, concern_id: UUID, caller: Carer) -> dict[str, Any]:
    """ "I have it": the calling stops. The first who says so stays the owner."""
    async with store_of(request).transaction() as session:
        concern = await _find(session, caller, concern_id, "concern.acknowledge")
        await acknowledge(session, concern, _person(caller))
        return concern_view(concern)


@router.post("/concerns/{concern_id}/resolve")
async def settle(
    request: Request, concern_id: UUID, resolution: Resolution, caller: Clinical
) -> dict[str, Any]:
    """What came of it. The first word stands."""
    async with store_of(request).transaction() as session:
        concern = await _find(session, caller, concern_id, "concern.resolve")
        if not await resolve(session, concern, _person(caller), resolution.note.strip()):
            detail = "This concern was resolved before. Its note stands."
            raise Problem(409, "not_open", "Resolved already", detail)
        return concern_view(concern)


def _person(caller: Caller) -> UUID:
    if caller.id is None:
        raise Problem(403, "not_allowed", "Not allowed", "This needs the token of a member of staff.")
    return caller.id


async def _find(session: AsyncSession, caller: Caller, concern_id: UUID, action: str) -> Concern:
    concern = await session.get(Concern, concern_id)
    await audit.record(session, caller, action, concern.case_id if concern else None)
    if concern is None:
        raise ConcernMissing
    await locked(session, concern.plan_id)
    await session.refresh(concern, with_for_update=True)
    return concern
