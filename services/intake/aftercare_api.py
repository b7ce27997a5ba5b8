"""What aftercare asks of intake: where a client may be written to, and who may be told that they come."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.intake import introductions, reaching
from services.intake.refusals import answered
from services.intake.requests import Db
from shared.identity import Caller, allowed_service

router = APIRouter(prefix="/api/v1/cases/{case_id}", tags=["aftercare"])
Aftercare = Annotated[Caller, Depends(allowed_service("aftercare"))]


class WantedReach(BaseModel):
    channel: reaching.Written
    purpose: Literal["aftercare"]


class WantedIntroduction(BaseModel):
    consent_id: UUID
    request_id: UUID


@router.post("/reach")
async def reach(database: Db, caller: Aftercare, case_id: UUID, asked: WantedReach) -> dict[str, Any]:
    """The client's own address for one message, or 403 consent_missing, 409 no_address.

    Asked anew for each message; whoever asks keeps it no longer than the message takes to leave.
    """
    with answered():
        async with database.transaction() as session:
            found = await reaching.reach(session, caller, case_id, asked.channel)
    return {"address": found.address, "language": found.language}


@router.post("/introductions")
async def introduce(
    database: Db, caller: Aftercare, case_id: UUID, asked: WantedIntroduction
) -> dict[str, Any]:
    """The person a client agreed may be told, with the notice to send along (42 CFR 2.32), or 403."""
    with answered():
        async with database.transaction() as session:
            told = await introductions.introduce(session, caller, case_id, asked.consent_id, asked.request_id)
    return {
        "recipient": told.recipient,
        "expires_at": told.expires_at.isoformat() if told.expires_at else None,
        "notice": introductions.NOTICE,
    }
