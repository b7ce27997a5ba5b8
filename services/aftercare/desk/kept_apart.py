"""The staff's JSON API of pairs who must not meet. It names cases by their ids and says no reason."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.aftercare.access import store_of
from services.aftercare.plans.kept_apart import kept_apart_from, let_meet
from services.aftercare.plans.separating import separate
from shared import audit
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["aftercare"])

# Who may know of both: the alumni team knows only clients who agreed to aftercare.
Carer = Annotated[Caller, Depends(allowed(Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR))]


@router.get("/cases/{case_id}/kept-apart")
async def read_pairs(request: Request, case_id: UUID, caller: Carer) -> dict[str, Any]:
    """The cases this client is kept apart from."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "kept_apart.read", case_id)
        return {"case_ids": sorted(map(str, await kept_apart_from(session, case_id)))}


@router.put("/cases/{case_id}/kept-apart/{other_case_id}", status_code=204)
async def keep_pair_apart(request: Request, case_id: UUID, other_case_id: UUID, caller: Carer) -> None:
    """From now on the two are sent to no meeting of each other's; what they share is taken apart."""
    if case_id == other_case_id:
        raise Problem(422, "same_case", "One case", "Name two different cases.")
    async with store_of(request).transaction() as session:
        for one in sorted((case_id, other_case_id)):
            await audit.record(session, caller, "kept_apart.add", one)
        await separate(session, case_id, other_case_id)


@router.delete("/cases/{case_id}/kept-apart/{other_case_id}", status_code=204)
async def let_pair_meet(request: Request, case_id: UUID, other_case_id: UUID, caller: Carer) -> None:
    """The two may meet again. Nothing is rearranged for it."""
    if case_id == other_case_id:
        raise Problem(422, "same_case", "One case", "Name two different cases.")
    async with store_of(request).transaction() as session:
        for one in sorted((case_id, other_case_id)):
            await audit.record(session, caller, "kept_apart.remove", one)
        await let_meet(session, case_id, other_case_id)
