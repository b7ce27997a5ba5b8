"""The meetings on file as the matcher sees them, and what other people's plans mean for one of them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import and_, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import NullType

from services.aftercare.matching.wishes import Surroundings
from services.aftercare.meetings.normal_form import Listing, ListingState, Programme, from_plain
from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.seats import HOUSE, full_groups
from services.aftercare.plans.kept_apart import GOING, kept_apart_from, meetings_of
from services.aftercare.tables import Enrolment, Meeting
from shared import clock

# What may be offered: open, still listed, and nobody has stood before a closed door there lately.
OFFERED = and_(
    Meeting.state == ListingState.ACTIVE,
    Meeting.withdrawn_on.is_(None),
    Meeting.suspect_since.is_(None),
    Meeting.programme.not_in((Programme.OTHER, Programme.FAMILY)),
)
_BATCH = 500


class Offered(NamedTuple):
    """A meeting that may be chosen, and the hash of its content as the row has it."""

    listing: Listing
    content_hash: str


_COLUMNS = (Meeting.id, Meeting.source, Meeting.content_hash, Meeting.last_seen, Meeting.unchanged_since)
_Row = tuple[UUID, str, str, date, date]
# As the driver gives them: to make ids and dates of all of them costs more than to ask for them.
_STORED = (
    select(*(type_coerce(column, NullType()) for column in _COLUMNS)).where(OFFERED).order_by(Meeting.id)
)


class _Look(NamedTuple):
    """What the last look read on which day, its meetings by content hash, and what was made of it."""

    stored: list[tuple[Any, ...]]
    today: date
    parsed: dict[str, NormalMeeting]
    offered: tuple[Offered, ...]


# Plan after plan is chosen for on the same rows, and parsing them costs as much as matching: what was made of
# them serves until one differs. The hash leaves out what no choice depends on (a passcode), so nothing shown
# may come from here. A national list of 24,000 takes some 50 MB.
_last_look = _Look([], date.min, {}, ())


async def offered_listings(session: AsyncSession) -> tuple[Offered, ...]:
    """Every meeting of a programme somebody may choose; the matcher says why each does not fit."""
    global _last_look
    stored = [tuple(row) for row in await session.execute(_STORED)]
    today = clock.now().date()
    if (stored, today) != (_last_look.stored, _last_look.today):
        _last_look = await _look(session, stored, today, _last_look.parsed)
    return _last_look.offered


async def _look(
    session: AsyncSession, stored: list[tuple[Any, ...]], today: date, known: dict[str, NormalMeeting]
) -> _Look:
    rows = _typed(session, stored)
    contents = {content for _, _, content, _, _ in rows}
    parsed = {content: meeting for content, meeting in known.items() if content in contents}
    parsed |= await _parsed(
        session, [meeting_id for meeting_id, _, content, _, _ in rows if content not in known]
    )
    offered = tuple(
        Offered(Listing(str(meeting_id), parsed[content], _seen(source, seen, today), unchanged), content)
        for meeting_id, source, content, seen, unchanged in rows
        if content in parsed  # else it changed meanwhile
    )
    if len(offered) < len(stored):
        stored = []  # the next choice looks again
    return _Look(stored, today, parsed, offered)


def _typed(session: AsyncSession, stored: list[tuple[Any, ...]]) -> list[_Row]:
    dialect = session.get_bind().dialect
    kinds = (column.type.dialect_impl(dialect) for column in _COLUMNS)
    readers = [kind.result_processor(dialect, None) or (lambda value: value) for kind in kinds]
    return [
        cast(_Row, tuple(read(value) for read, value in zip(readers, row, strict=True))) for row in stored
    ]


async def _parsed(session: AsyncSession, ids: Sequence[UUID]) -> dict[str, NormalMeeting]:
    found = {}
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        contents = select(Meeting.content_hash, Meeting.listing).where(Meeting.id.in_(some))
        for content, listing in await session.execute(contents):
            found[content] = from_plain(listing)
    return found


def listing_of(row: Meeting) -> Listing:
    """One row with everything that is shown of it. What was withdrawn counts as closed."""
    meeting = from_plain(row.listing)
    if row.withdrawn_on is not None:
        meeting = replace(meeting, state=ListingState.INACTIVE)
    return Listing(
        str(row.id), meeting, _seen(row.source, row.last_seen, clock.now().date()), row.unchanged_since
    )


def _seen(source: str, last_seen: date, today: date) -> date:
    """Groups of the house stand in no list: they are held until staff say otherwise."""
    return today if source == HOUSE else last_seen


async def meetings_on_file(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Meeting]:
    return {row.id: row for row in await session.scalars(select(Meeting).where(Meeting.id.in_(ids)))}


async def surroundings(session: AsyncSession, case_id: UUID, courtesy_cap: int) -> Surroundings:
    """Who else goes where, as it matters to this client."""
    others = await kept_apart_from(session, case_id)
    apart = await meetings_of(session, others, going=False)
    met = await meetings_of(session, others, going=True)
    return Surroundings(
        attending=await attending(session, but_not=case_id, at_least=courtesy_cap),
        kept_apart=frozenset(map(str, apart)),
        met=frozenset(map(str, met)),
        full=frozenset(map(str, await full_groups(session))),
        courtesy_cap=courtesy_cap,
        today=clock.now().date(),
    )


async def attending(
    session: AsyncSession, *, but_not: UUID, at_least: int, among: Collection[UUID] | None = None
) -> dict[str, int]:
    """How many clients of this centre, the case in question left out, go to each well-attended meeting.

    `among`: of these meetings only.
    """
    query = (
        select(Enrolment.meeting_id, func.count(Enrolment.case_id.distinct()))
        .where(Enrolment.state.in_(GOING), Enrolment.case_id != but_not)
        .group_by(Enrolment.meeting_id)
        .having(func.count(Enrolment.case_id.distinct()) >= at_least)
    )
    if among is not None:
        query = query.where(Enrolment.meeting_id.in_(among))
    return {str(meeting_id): count for meeting_id, count in (await session.execute(query))}
