"""Facts already applied: one row for each, in the transaction of its effect, so a repeat does nothing."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Column, Index, Table, Uuid
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, UtcDateTime, plumbing
from shared.upsert import insert_or_ignore

inbox = Table(
    "inbox",
    plumbing,
    Column("event_id", Uuid, primary_key=True, info=PSEUDONYMOUS),
    Column("applied_at", UtcDateTime, nullable=False, info=PSEUDONYMOUS),
)
Index("ix_inbox_applied_at", inbox.c.applied_at)  # pruned by age


async def note_new(session: AsyncSession, event_ids: Iterable[UUID]) -> set[UUID]:
    """Write down `event_ids` and return those that were not there before."""
    at = clock.now()
    rows = [{"event_id": event_id, "applied_at": at} for event_id in dict.fromkeys(event_ids)]
    return set(await insert_or_ignore(session, inbox, rows, ["event_id"]))
