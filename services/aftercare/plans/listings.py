"""The meetings on file as the matcher sees them, and what other people's plans mean for one of them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

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

# Meetings by their content hash: parsing them anew for every client costs as much as matching does. The hash
# leaves out what no choice depends on (a passcode), so nothing that is shown may come from here. A national
# list of 24,000 takes some 50 MB; whatever is offered no longer is forgotten at the next look.
_parsed: dict[str, NormalMeeting] = {}


class Offered(NamedTuple):
    """A meeting that may be chosen, and the hash of its content as the row has it."""

    listing: Listing
    content_hash: str


async def offered_listings(session: AsyncSession) -> list[Offered]:
    """Every meeting of a programme somebody may choose; the matcher says why each does not fit."""
    columns = (Meeting.id, Meeting.source, Meeting.content_hash, Meeting.last_seen, Meeting.unchanged_since)
    rows = (await session.execute(select(*columns).where(OFFERED).order_by(Meeting.id))).all()
    await _parse(session, [row.id for row in rows if row.content_hash not in _parsed])
    if len(_parsed) > len(rows):
        kept = {row.content_hash: _parsed[row.content_hash] for row in rows if row.content_hash in _parsed}
        _parsed.clear()
        _parsed.update(kept)
    today = clock.now().date()
    found = []
    for row in rows:
        # Absent when it changed between the two looks: the next choice sees it.
        if meeting := _parsed.get(row.content_hash):
            seen = _seen(row.source, row.last_seen, today)
            listing = Listing(str(row.id), meeting, seen, row.unchanged_since)
            found.append(Offered(listing, row.content_hash))
    return found


async def _parse(session: AsyncSession, ids: Sequence[UUID]) -> None:
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        contents = select(Meeting.content_hash, Meeting.listing).where(Meeting.id.in_(some))
        for content_hash, listing in await session.execute(contents):
            _parsed[content_hash] = from_plain(listing)


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
