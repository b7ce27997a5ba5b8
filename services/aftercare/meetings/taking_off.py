"""Staff take a meeting off whatever its list says, and put it back."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.seats import HOUSE
from services.aftercare.meetings.sighting import ListingChanges
from services.aftercare.plans.listing_changes import listings_changed
from services.aftercare.plans.opening import rethink_empty_plans
from services.aftercare.tables import Meeting
from shared import clock


async def take_off(session: AsyncSession, meeting_id: UUID) -> Meeting | None:
    """Offered to nobody from now on; whoever goes there is helped to another one. Twice is once."""
    meeting = await _listed_elsewhere(session, meeting_id)
    if meeting is None or meeting.taken_off:
        return meeting
    was_offered = meeting.withdrawn_on is None
    meeting.taken_off = True
    if was_offered:
        meeting.withdrawn_on = clock.now().date()
        await session.flush()
        await listings_changed(session, ListingChanges(withdrawn=(meeting.id,)))
    return meeting


async def put_back(session: AsyncSession, meeting_id: UUID) -> Meeting | None:
    """Offered anew while its list has it; otherwise it comes back when the list shows it again."""
    await rethink_empty_plans(session)  # first: everybody locks plans before meetings
    meeting = await _listed_elsewhere(session, meeting_id)
    if meeting is None or not meeting.taken_off:
        return meeting
    meeting.taken_off = False
    if meeting.listed:
        meeting.withdrawn_on, meeting.unseen = None, 0
        meeting.first_seen = meeting.unchanged_since = clock.now().date()
    return meeting


async def _listed_elsewhere(session: AsyncSession, meeting_id: UUID) -> Meeting | None:
    """Not a group of the house: those are closed, not taken off."""
    query = select(Meeting).where(Meeting.id == meeting_id, Meeting.source != HOUSE).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))
