"""Taking a list into the database: what is new, what changed, and whether to believe the list at all.

A meeting that is missing from a list is not withdrawn: of 161 disappearances watched, 102 came back. It only
stops being sighted, and the matcher stops offering it nine days later. A list that is empty, unreadable or a
fifth smaller than the last good one says more about the exporter than about the meetings: it is refused.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.meeting_guide import Reading
from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.normal_form import to_plain
from services.aftercare.tables import Import, Meeting, Verdict
from shared import clock
from shared.contracts.fact import new_id
from shared.upsert import insert_for

_SHRINKAGE = 0.8  # of the last good list; less is refused
_SMALL = 20  # lists shorter than this may shrink freely: a person looks after them row by row
_BATCH = 500  # rows a statement: SQLite takes at most 32,766 bound values

T = TypeVar("T")


@dataclass(frozen=True)
class Taken:
    """The snapshot as recorded, and the ids of the known meetings it changed."""

    snapshot: Import
    changed: tuple[UUID, ...]


async def take_snapshot(session: AsyncSession, source: str, raw: bytes, reading: Reading) -> Taken:
    """Record the list and, unless it is refused, its meetings. The same bytes again change no meeting."""
    snapshot = Import(
        id=new_id(),
        source=source,
        fetched_at=clock.now(),
        sha256=hashlib.sha256(raw).hexdigest(),
        verdict=Verdict.TAKEN,
        reason=None,
        source_rows=reading.source_rows,
        rows=reading.rows,
        accepted=len(reading.meetings),
        rejected=[asdict(one) for one in reading.rejected],
        by_appointment=reading.by_appointment,
        inactive=reading.inactive,
        unzoned=reading.unzoned,
        added=0,
        changed=0,
    )
    snapshot.reason = reading.problem or await _reason_to_refuse(session, snapshot)
    changed: list[UUID] = []
    if snapshot.reason:
        snapshot.verdict = Verdict.REFUSED
    else:
        snapshot.added, changed = await _take_meetings(session, source, reading)
        snapshot.changed = len(changed)
    session.add(snapshot)
    return Taken(snapshot, tuple(changed))


async def _reason_to_refuse(session: AsyncSession, snapshot: Import) -> str | None:
    if snapshot.accepted == 0:
        return "empty"
    last_good = await session.scalar(
        select(Import.accepted)
        .where(Import.source == snapshot.source, Import.verdict == Verdict.TAKEN)
        .order_by(Import.fetched_at.desc(), Import.id.desc())
        .limit(1)
    )
    shrunk = last_good is not None and last_good >= _SMALL and snapshot.accepted < _SHRINKAGE * last_good
    return "much_smaller_than_before" if shrunk else None


async def _take_meetings(session: AsyncSession, source: str, reading: Reading) -> tuple[int, list[UUID]]:
    """How many meetings are new, and which known ones changed."""
    today = clock.now().date()
    listed = select(Meeting.source_id, Meeting.content_hash).where(Meeting.source == source)
    known: dict[str, str] = dict((await session.execute(listed)).all())
    fresh = [meeting for meeting in reading.meetings if meeting.source_id not in known]
    # One prepared statement for all rows; somebody importing the same list at this moment may win a row.
    insert = insert_for(session, cast(Table, Meeting.__table__)).on_conflict_do_nothing()
    for batch in _batches(_row(meeting, today) for meeting in fresh):
        await session.execute(insert, batch)
    changed: list[UUID] = []
    for meeting in reading.meetings:
        if known.get(meeting.source_id, meeting.content_hash) != meeting.content_hash:
            new_content = (
                update(Meeting)
                .where(Meeting.source == source, Meeting.source_id == meeting.source_id)
                .values(**_content(meeting), unchanged_since=today)
                .returning(Meeting.id)
            )
            changed += (await session.scalars(new_content)).all()
    for seen in _batches(meeting.source_id for meeting in reading.meetings):
        sighted = Meeting.source == source, Meeting.source_id.in_(seen), Meeting.last_seen < today
        await session.execute(update(Meeting).where(*sighted).values(last_seen=today))
    return len(fresh), changed


def _row(meeting: NormalMeeting, today: date) -> dict[str, Any]:
    seen = dict.fromkeys(("first_seen", "last_seen", "unchanged_since"), today)
    return {
        "id": new_id(),
        "source": meeting.source,
        "source_id": meeting.source_id,
        **_content(meeting),
        **seen,
    }


def _content(meeting: NormalMeeting) -> dict[str, Any]:
    return {
        "programme": meeting.programme,
        "name": meeting.name,
        "state": meeting.state,
        "listing": to_plain(meeting),
        "content_hash": meeting.content_hash,
    }


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, _BATCH)):
        yield batch
