"""The staff's JSON API of introductions: whom a client agreed may be told, and that it was told.

The recipient's name is shown in the one answer and kept nowhere here. Staff speak to them; what they must
send along is the notice of 42 CFR 2.32.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import httpx2
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from services.aftercare.access import store_of
from services.aftercare.desk.finding import ConsentMissing, NotNow, enrolment_for
from services.aftercare.plans.introductions import (
    Introduced,
    end_introduction,
    note_told,
    open_introduction,
)
from services.aftercare.workplace import Workplace
from shared import audit
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(
    prefix="/api/v1/cases/{case_id}/plan/enrolments/{enrolment_id}/introduction", tags=["aftercare"]
)
# Not the alumni team: this is a disclosure about somebody's treatment.
Discloser = Annotated[Caller, Depends(allowed(Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR))]


class WantedIntroduction(BaseModel):
    model_config = ConfigDict(extra="forbid")

    consent_id: UUID


@router.post("")
async def introduce(
    request: Request, case_id: UUID, enrolment_id: UUID, wanted: WantedIntroduction, caller: Discloser
) -> dict[str, Any]:
    """Who may be told that this client is coming. Asked again it is the same disclosure.

    403 consent_missing: no consent that stands and names somebody. 503: intake does not answer; try again.
    """
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "introduction.ask", case_id)
        plan, enrolment = await enrolment_for(session, case_id, enrolment_id, caller)
        introduction = await open_introduction(session, plan, enrolment, wanted.consent_id)
        if introduction is None:
            raise NotNow(plan)
        asked = {"consent_id": str(wanted.consent_id), "request_id": str(introduction.id)}
    told = await _ask_intake(request.app.state.place, case_id, asked)
    async with store_of(request).transaction() as session:
        await enrolment_for(session, case_id, enrolment_id, caller)  # the plan's lock comes first
        if not await note_told(session, introduction.id, told):
            raise ConsentMissing  # withdrawn while we asked: nobody learns the name
    return {"recipient": told.recipient, "notice": told.notice, "expires_at": told.expires_at}


@router.delete("", status_code=204)
async def end(request: Request, case_id: UUID, enrolment_id: UUID, caller: Discloser) -> None:
    """The client goes there without anybody being told from now on."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "introduction.end", case_id)
        _, enrolment = await enrolment_for(session, case_id, enrolment_id, caller)
        await end_introduction(session, enrolment)


async def _ask_intake(place: Workplace, case_id: UUID, asked: dict[str, str]) -> Introduced:
    try:
        answer = await place.intake.post(f"/api/v1/cases/{case_id}/introductions", json=asked)
        if answer.status_code == 403:
            detail = "No consent that stands names somebody who may be told."
            raise Problem(403, "consent_missing", "Consent missing", detail)
        body = answer.raise_for_status().json()
        until = body["expires_at"]
        return Introduced(
            str(body["recipient"]), str(body["notice"]), datetime.fromisoformat(until) if until else None
        )
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        # Whatever else came is no permission. The answer itself may name somebody: it goes into no log.
        detail = "The consent could not be checked. Nobody may be told; try again in a minute."
        raise Problem(503, "intake_unreachable", "Not checked", detail) from None
