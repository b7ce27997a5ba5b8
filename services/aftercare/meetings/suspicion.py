"""Nobody was there: two such reports make a listing suspect (an older text of SMART's own finder asks for
the same). It is offered to nobody until it changes in its list, or staff have asked and clear it.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.sighting import ListingChanges
from services.aftercare.plans.listing_changes import listings_changed
from services.aftercare.tables import Meeting
from shared import clock

REPORTS = 2


def after_report(reports: int, *, held: bool) -> int:
    """How many "nobody was there" stand: one that says it was held takes back those before it."""
    return 0 if held else reports + 1


async def note_report(session: AsyncSession, meeting_id: UUID, held: bool) -> bool:
    """A client came and found people there, or nobody. True when that made the listing suspect just now.

    Once suspect, a report that it was held is not enough: those who found nobody wait for a person to ask.
    """
    meeting = await _locked(session, meeting_id)
    if meeting is None or meeting.suspect_since is not None:
        return False
    meeting.not_held_reports = after_report(meeting.not_held_reports, held=held)
    if meeting.not_held_reports < REPORTS:
        return False
    meeting.suspect_since = clock.now().date()
    await session.flush()
    await listings_changed(session, ListingChanges(suspect=(meeting.id,)))
    return True


async def clear_suspicion(session: AsyncSession, meeting_id: UUID) -> bool:
    """Staff asked: it is held. False for a meeting that does not exist. Twice is once."""
    meeting = await _locked(session, meeting_id)
    if meeting is None:
        return False
    was_suspect = meeting.suspect_since is not None
    meeting.suspect_since, meeting.not_held_reports = None, 0
    if was_suspect:
        await session.flush()
        await listings_changed(session, ListingChanges(seen_again=(meeting.id,)))
    return True


async def _locked(session: AsyncSession, meeting_id: UUID) -> Meeting | None:
    query = select(Meeting).where(Meeting.id == meeting_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))
