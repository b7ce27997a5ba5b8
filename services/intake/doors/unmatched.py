"""The tray of messages about stays nobody could place yet: nothing that arrived is dropped."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.intake.doors import hl7
from services.intake.tables import Hl7Message, UnmatchedStay
from shared.sealing import boxes

REASONS = {
    "no_open_case": "No open case has this person's EHR number, or their name and birth date.",
    "several_cases": "More than one case fits. Somebody must say which.",
    "not_admitted": "The EHR says this person left, but they were not admitted here.",
    "before_admission": "The EHR says this person left before the stay we know of began.",
    "other_stay": "The EHR says this person left, at another time than the stay we know of ended.",
}


async def waiting(session: AsyncSession, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Call after the audit row is written: the answer holds names."""
    query = (
        select(UnmatchedStay, Hl7Message)
        .join(Hl7Message, Hl7Message.id == UnmatchedStay.message_id)
        .where(UnmatchedStay.resolved_at.is_(None))
        .order_by(UnmatchedStay.id)
        .limit(200)
        .options(undefer(Hl7Message.raw))
    )
    found = (await session.execute(query)).all()
    opened = await boxes(session, [message.id for _, message in found])
    rows = []
    for entry, message in found:
        raw = opened[message.id].open("hl7_messages.raw", message.id, message.raw or b"")
        said = hl7.read(raw.encode(), zone)
        first, last = said.names[0] if said.names else ("", "")
        rows.append(
            {
                "unmatched_id": str(entry.id),
                "trigger": message.trigger,
                "received_at": message.received_at.isoformat(),
                "reason": entry.reason,
                "message": REASONS[entry.reason],
                "name": f"{first} {last}".strip(),
                "birth_date": said.born.isoformat() if said.born else None,
            }
        )
    return rows
