"""The meetings of one list as they are on file: read and written in bulk, 24,000 rows in seconds.

Plain statements on the table, no objects: what has to be written is decided elsewhere (sighting.py). Rows of
values are one prepared statement run many times; lists of ids are cut up, as SQLite takes 32,766 values.
"""

import asyncio
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Table, and_, bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.normal_form import from_plain, to_plain
from services.aftercare.meetings.sighting import Known, Outcome
from services.aftercare.tables import Enrolment, EnrolmentState, Import, Meeting, Verdict
from shared import clock
from shared.contracts.fact import new_id

T = TypeVar("T")

_meetings = cast(Table, Meeting.__table__)
_BATCH = 2000  # rows or ids a statement; each stays far below the database's time limit
_LOCK = 0x6C69_7374  # any fixed number: the locks of lists, apart from the audit's


@dataclass(frozen=True, slots=True)
class OnFile:
    """`join_url` has the passcode, which the content hash leaves out."""

    known: Known
    source_id: str
    content_hash: str
    join_url: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """New content of a known meeting. `unchanged` when only noise differs: its days of stability go on."""

    id: UUID
    meeting: NormalMeeting
    unchanged: bool


async def take_turn(session: AsyncSession, source: str) -> None:
    """One snapshot of a list at a time: two at once would count one absence twice. Held until commit."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        name = zlib.crc32(source.encode()) & 0x7FFFFFFF
        await session.execute(
            text("select pg_advisory_xact_lock(:lock, :name)"), {"lock": _LOCK, "name": name}
        )


async def last_good(session: AsyncSession, source: str) -> Import | None:
    """One from the future is left out: a clock that once ran ahead must not stop the counting of days until
    then. Less than a day ahead is the same day, and a small step back must not count it twice."""
    query = select(Import).where(Import.source == source, Import.verdict == Verdict.TAKEN)
    query = query.where(Import.fetched_at <= clock.now() + timedelta(days=1))
    return await session.scalar(query.order_by(Import.fetched_at.desc(), Import.id.desc()).limit(1))


async def known_meetings(session: AsyncSession, source: str) -> dict[str, OnFile]:
    """Every meeting ever seen in this list, by the list's id."""
    columns = _meetings.c
    query = select(
        columns.id,
        columns.state,
        columns.listed,
        columns.unseen,
        columns.last_seen,
        columns.withdrawn_on.is_not(None),
        columns.taken_off,
        columns.suspect_since.is_not(None),
        columns.source_id,
        columns.content_hash,
        columns.listing[("join", "url")].as_string(),
    ).where(columns.source == source)
    rows = await session.stream(query)
    known: dict[str, OnFile] = {}
    async for some in rows.partitions(_BATCH):  # between two batches others get their turn
        known |= {row[8]: OnFile(Known(*row[:8]), row[8], row[9], row[10] or "") for row in some}
    return known


async def contents(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, NormalMeeting]:
    """What is stored of these meetings. One that an older version wrote illegibly is left out."""
    found: dict[UUID, NormalMeeting] = {}
    for some in _batches(ids):
        query = select(_meetings.c.id, _meetings.c.listing).where(_meetings.c.id.in_(some))
        found |= await asyncio.to_thread(_legible, (await session.execute(query)).all())
    return found


def _legible(rows: Iterable[Any]) -> dict[UUID, NormalMeeting]:
    found = {}
    for meeting_id, listing in rows:
        try:
            found[meeting_id] = from_plain(listing)
        except (KeyError, TypeError, ValueError):
            continue
    return found


async def gone_to(session: AsyncSession, source: str) -> frozenset[UUID]:
    """The meetings of this list that somebody goes to."""
    states = (EnrolmentState.ACCEPTED, EnrolmentState.ACTIVE, EnrolmentState.SUSPENDED)
    query = (
        select(Enrolment.meeting_id)
        .join(Meeting, Meeting.id == Enrolment.meeting_id)
        .where(Meeting.source == source, Enrolment.state.in_(states))
    )
    return frozenset(await session.scalars(query.distinct()))


async def add(session: AsyncSession, fresh: Iterable[NormalMeeting], today: date) -> None:
    days = dict.fromkeys(("first_seen", "last_seen", "unchanged_since"), today)
    for some in _batches(fresh):
        await session.execute(insert(_meetings), [_row(one) | {"id": new_id()} | days for one in some])


async def rewrite(session: AsyncSession, rewritten: Iterable[Rewritten], today: date) -> None:
    fields = ("source_id", "programme", "name", "state", "listing", "content_hash")
    content: dict[str, Any] = {name: bindparam(name) for name in fields}
    by_id = update(_meetings).where(_meetings.c.id == bindparam("row_id"))
    given = list(rewritten)
    for statement, chosen in (
        (by_id.values(**content), [one for one in given if one.unchanged]),
        (by_id.values(**content, unchanged_since=today), [one for one in given if not one.unchanged]),
    ):
        for some in _batches(chosen):
            rows = [
                {"row_id": one.id}
                | {name: value for name, value in _row(one.meeting).items() if name in fields}
                for one in some
            ]
            await session.execute(statement, rows)


async def write(session: AsyncSession, outcome: Outcome, today: date) -> None:
    """What the snapshot meant, row by row. New content is written before: `offered_anew` begins afresh."""
    await _set(session, outcome.seen, listed=True, unseen=0, last_seen=today)
    await _set(session, outcome.gone, listed=False)
    await _set(session, outcome.counted, unseen=_meetings.c.unseen + 1)
    await _set(session, outcome.withdrawn, withdrawn_on=today)
    await _set(session, outcome.offered_anew, withdrawn_on=None, first_seen=today, unchanged_since=today)
    await _set(session, outcome.cleared, suspect_since=None, not_held_reports=0)


async def missing_now(session: AsyncSession, source: str) -> int:
    """Not in the last good snapshot and not withdrawn."""
    here = and_(Meeting.source == source, Meeting.listed.is_(False), Meeting.withdrawn_on.is_(None))
    return await session.scalar(select(func.count()).select_from(Meeting).where(here)) or 0


async def _set(session: AsyncSession, ids: Iterable[UUID], **values: Any) -> None:
    for some in _batches(ids):
        await session.execute(update(_meetings).where(_meetings.c.id.in_(some)).values(**values))


def _row(meeting: NormalMeeting) -> dict[str, Any]:
    return {
        "source": meeting.source,
        "source_id": meeting.source_id,
        "programme": meeting.programme,
        "name": meeting.name,
        "state": meeting.state,
        "listing": to_plain(meeting),
        "content_hash": meeting.content_hash,
    }


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, _BATCH)):
        yield batch
