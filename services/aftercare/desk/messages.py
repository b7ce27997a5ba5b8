"""What was written to a client and what was not, and why; stopping and resuming for them. Never the words.

The demonstration's tray shows the words too: nothing of it has left, and everybody in it is invented.
"""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.finding import Arranger, Carer, PlanMissing, plan_for
from services.aftercare.messages.keeping import tray_of
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.stops import (
    is_address_stopped,
    resume_writing,
    stop_writing,
    stopped_channels,
)
from services.aftercare.tables import Message
from shared import audit
from shared.contracts.aftercare import MessageChannel
from shared.problems import Problem
from shared.sealing import KeyShredded

router = APIRouter(prefix="/api/v1/cases/{case_id}/messages", tags=["messages"])

_SHOWN = 200


class NoTray(Problem):
    def __init__(self) -> None:
        detail = "Messages are kept in a tray in the demonstration only."
        super().__init__(404, "not_found", "No tray", detail)


class WantedStop(BaseModel):
    """`channel` null: nothing at all is to be written."""

    channel: MessageChannel | None = None


@router.get("")
async def messages(request: Request, case_id: UUID, caller: Carer) -> dict[str, Any]:
    """The latest messages, newest first: why, when, by which channel, and what kept back the others."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "messages.list", case_id)
        await plan_for(session, case_id, caller)
        rows = await _messages(session, case_id)
        return {"messages": [_view(row) for row in rows], "stopped": await _stopped(session, case_id)}


@router.post("/stop")
async def stop(request: Request, case_id: UUID, wanted: WantedStop, caller: Arranger) -> dict[str, Any]:
    """The client asked, by telephone or in the room, not to be written to."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "messages.stop", case_id)
        await plan_for(session, case_id, caller)
        await stop_writing(session, case_id, wanted.channel)
        return {"stopped": await _stopped(session, case_id)}


@router.post("/resume")
async def resume(request: Request, case_id: UUID, caller: Arranger) -> dict[str, Any]:
    """The client wants to be written to again. A STOP sent from a telephone is taken back by a START only."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "messages.resume", case_id)
        await plan_for(session, case_id, caller)
        await resume_writing(session, case_id)
        return {"stopped": await _stopped(session, case_id)}


@router.get("/tray")
async def tray(request: Request, case_id: UUID, caller: Carer) -> dict[str, Any]:
    """What would have left, word for word; 404 where messages really leave."""
    if not settings_of(request).tray:
        raise NoTray
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "messages.tray", case_id, ("tray",))
        await plan_for(session, case_id, caller)
        try:
            kept = [(row, await tray_of(session, row)) for row in await _messages(session, case_id)]
        except KeyShredded:
            raise PlanMissing from None
        return {"messages": [_view(row) | shown for row, shown in kept if shown]}


async def _messages(session: AsyncSession, case_id: UUID) -> list[Message]:
    query = select(Message).where(Message.case_id == case_id, Message.purpose != Purpose.PAGE_STAFF)
    return list(await session.scalars(query.order_by(Message.created_at.desc(), Message.id).limit(_SHOWN)))


async def _stopped(session: AsyncSession, case_id: UUID) -> list[str]:
    """The channels nothing goes out by: stopped by the client, or by whoever has the last address used."""
    found = {channel for channel in await stopped_channels(session, case_id) if channel}
    for channel in MessageChannel:
        last = select(Message.address_index).where(
            Message.case_id == case_id, Message.channel == channel, Message.address_index.is_not(None)
        )
        index = await session.scalar(last.order_by(Message.created_at.desc()).limit(1))
        if index and await is_address_stopped(session, channel, index):
            found.add(channel)
    return sorted(found)


def _view(row: Message) -> dict[str, Any]:
    return {
        "id": row.id,
        "purpose": row.purpose,
        "channel": row.channel,
        "state": row.state,
        "reason": row.reason,
        "tries": row.tries,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
    }
