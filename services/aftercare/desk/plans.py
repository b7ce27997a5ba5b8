"""The staff's JSON API of aftercare: wishes, plans, answers taken by telephone, the roster."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.plan_views import plan_view, roster_view
from services.aftercare.plans.enrolment import accept, decline
from services.aftercare.plans.opening import latest_plan, rethink
from services.aftercare.plans.preferences import Preferences, keep_preferences, preferences_of
from services.aftercare.tables import Enrolment, Plan
from shared import audit
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["aftercare"])

_CARE = (Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.COORDINATOR, Role.DIRECTOR)
Carer = Annotated[Caller, Depends(allowed(*_CARE))]
# Who speaks with discharged clients and may answer for them.
Arranger = Annotated[Caller, Depends(allowed(Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR))]


class PlanMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No plan", "This case has no aftercare plan.")


class ConsentMissing(Problem):
    def __init__(self) -> None:
        detail = "The client withdrew the aftercare consent. Nothing is put on their calendar without it."
        super().__init__(409, "consent_missing", "Consent missing", detail)


class NotOpen(Problem):
    def __init__(self) -> None:
        super().__init__(409, "not_open", "Not open", "This meeting is no longer waiting for an answer.")


@router.get("/cases/{case_id}/preferences")
async def read_preferences(request: Request, case_id: UUID, caller: Carer) -> Preferences:
    """What the client wants; the usual answers while nobody has asked."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "preferences.read", case_id)
        await _plan(session, case_id, caller)
        return await preferences_of(session, case_id, settings_of(request).centre_zone)


@router.put("/cases/{case_id}/preferences")
async def change_preferences(
    request: Request, case_id: UUID, wanted: Preferences, caller: Arranger
) -> Preferences:
    """Keep what the client wants and, while nothing is decided, choose meetings again."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "preferences.change", case_id)
        await _plan(session, case_id, caller)
        await keep_preferences(session, case_id, wanted)
        await rethink(session, case_id)
    return wanted


@router.get("/cases/{case_id}/plan")
async def read_plan(request: Request, case_id: UUID, caller: Carer) -> dict[str, Any]:
    """The plan of the last discharge: meetings with points and next dates, and why others do not fit."""
    settings = settings_of(request)
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "plan.read", case_id, ("preferences", "enrolments", "report"))
        plan = await _plan(session, case_id, caller)
        if plan is None:
            raise PlanMissing
        return await plan_view(session, plan, settings.centre_zone, settings.aftercare_url)


@router.post("/cases/{case_id}/plan/enrolments/{enrolment_id}/accept")
async def accept_enrolment(
    request: Request, case_id: UUID, enrolment_id: UUID, caller: Arranger
) -> dict[str, Any]:
    """The client said yes, on the telephone or in the room."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "enrolment.accept", case_id)
        plan, enrolment = await _enrolment(session, case_id, enrolment_id, caller)
        if plan.consent_revoked_at:
            raise ConsentMissing
        if not await accept(session, plan, enrolment):
            raise NotOpen
        return {"enrolment_id": enrolment.id, "state": enrolment.state, "plan_state": plan.state}


@router.post("/cases/{case_id}/plan/enrolments/{enrolment_id}/decline")
async def decline_enrolment(
    request: Request, case_id: UUID, enrolment_id: UUID, caller: Arranger
) -> dict[str, Any]:
    """The client said no; the meeting is not suggested again for this plan."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "enrolment.decline", case_id)
        plan, enrolment = await _enrolment(session, case_id, enrolment_id, caller)
        if not decline(enrolment):
            raise NotOpen
        return {"enrolment_id": enrolment.id, "state": enrolment.state, "plan_state": plan.state}


@router.get("/roster")
async def roster(request: Request, caller: Carer) -> dict[str, Any]:
    """Every open plan with what it needs, the most urgent first; no names: intake knows those."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "roster.list", None)
        return {"plans": await roster_view(session, consented_only=_needs_consent(caller))}


def _needs_consent(caller: Caller) -> bool:
    """Alumni coordinators know of a client only while the client agrees to aftercare."""
    return caller.role is Role.ALUMNI


async def _plan(session: AsyncSession, case_id: UUID, caller: Caller, *, lock: bool = False) -> Plan | None:
    """The plan of the last discharge. A client this caller may not know of is like one without a plan."""
    plan = await latest_plan(session, case_id, lock=lock)
    if _needs_consent(caller) and (plan is None or plan.consent_id is None):
        raise PlanMissing
    return plan


async def _enrolment(
    session: AsyncSession, case_id: UUID, enrolment_id: UUID, caller: Caller
) -> tuple[Plan, Enrolment]:
    plan = await _plan(session, case_id, caller, lock=True)
    enrolment = await session.get(Enrolment, enrolment_id)
    if plan is None or enrolment is None or enrolment.plan_id != plan.id:
        raise PlanMissing
    return plan, enrolment
