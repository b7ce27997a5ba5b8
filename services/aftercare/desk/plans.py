"""The staff's JSON API of aftercare: wishes, plans, answers taken by telephone, the roster."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.finding import (
    Arranger,
    Carer,
    ConsentMissing,
    NotOpen,
    enrolment_for,
    needs_consent,
    plan_for,
    plan_if_any,
)
from services.aftercare.desk.finding import PlanMissing as PlanMissing
from services.aftercare.desk.plan_views import plan_view
from services.aftercare.desk.roster_views import roster_view
from services.aftercare.messages.links import GOOD_FOR, make_link
from services.aftercare.plans.enrolment import accept, decline
from services.aftercare.plans.opening import rethink
from services.aftercare.plans.preferences import Preferences, keep_preferences, preferences_of
from services.aftercare.tables import OVER
from shared import audit, clock

router = APIRouter(prefix="/api/v1", tags=["aftercare"])


@router.get("/cases/{case_id}/preferences")
async def read_preferences(request: Request, case_id: UUID, caller: Carer) -> Preferences:
    """What the client wants; the usual answers while nobody has asked."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "preferences.read", case_id)
        await plan_if_any(session, case_id, caller)
        return await preferences_of(session, case_id, settings_of(request).centre_zone)


@router.put("/cases/{case_id}/preferences")
async def change_preferences(
    request: Request, case_id: UUID, wanted: Preferences, caller: Arranger
) -> Preferences:
    """Keep what the client wants. Nothing decided yet: choose again; else propose what fits now."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "preferences.change", case_id)
        await plan_if_any(session, case_id, caller, lock=True)
        await keep_preferences(session, case_id, wanted)
        await rethink(session, case_id)
    return wanted


@router.get("/cases/{case_id}/plan")
async def read_plan(request: Request, case_id: UUID, caller: Carer) -> dict[str, Any]:
    """The plan of the last discharge: meetings with points and next dates, and why others do not fit."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "plan.read", case_id, ("preferences", "enrolments", "report"))
        plan = await plan_for(session, case_id, caller)
        return await plan_view(session, plan, settings_of(request))


@router.post("/cases/{case_id}/plan/link", status_code=201)
async def new_link(request: Request, case_id: UUID, caller: Arranger) -> dict[str, Any]:
    """A link to the client's own page, good once, to hand over in the room. It is shown this one time."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "plan.link", case_id)
        plan = await plan_for(session, case_id, caller)
        if plan.state in OVER:
            raise PlanMissing
        url = await make_link(session, plan, settings_of(request))
        return {"url": url, "expires_at": clock.now() + GOOD_FOR}


@router.post("/cases/{case_id}/plan/enrolments/{enrolment_id}/accept")
async def accept_enrolment(
    request: Request, case_id: UUID, enrolment_id: UUID, caller: Arranger
) -> dict[str, Any]:
    """The client said yes, on the telephone or in the room; to a swap too.

    State "accepted": on the calendar once they left. "waiting": the group is full, they are in its queue.
    """
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "enrolment.accept", case_id)
        plan, enrolment = await enrolment_for(session, case_id, enrolment_id, caller)
        if plan.consent_revoked_at:
            raise ConsentMissing
        taken = await accept(session, plan, enrolment)
    if not taken:
        raise NotOpen  # not before the end: that the client was heard of is kept
    return {"enrolment_id": enrolment.id, "state": enrolment.state, "plan_state": plan.state}


@router.post("/cases/{case_id}/plan/enrolments/{enrolment_id}/decline")
async def decline_enrolment(
    request: Request, case_id: UUID, enrolment_id: UUID, caller: Arranger
) -> dict[str, Any]:
    """The client said no; the meeting is not suggested again for this plan."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "enrolment.decline", case_id)
        plan, enrolment = await enrolment_for(session, case_id, enrolment_id, caller)
        if not await decline(session, plan, enrolment):
            raise NotOpen
        return {"enrolment_id": enrolment.id, "state": enrolment.state, "plan_state": plan.state}


@router.get("/roster")
async def roster(request: Request, caller: Carer) -> dict[str, Any]:
    """Every open plan with what it needs, the most urgent first; no names: intake knows those."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "roster.list", None)
        return {"plans": await roster_view(session, consented_only=needs_consent(caller))}
