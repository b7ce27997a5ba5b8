"""Groups the house runs itself: staff write down when and where, and how many may come.

A group is a meeting of the source "house", like any other to the matcher and the calendar. No list tells of
it, so it is never stale and nobody but staff changes or ends it.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.content_changes import Difference, difference
from services.aftercare.meetings.normal_form import ListingState, from_plain, to_plain
from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.seats import HOUSE, locked_group, locked_queue, seat_freed
from services.aftercare.meetings.sighting import ListingChanges
from services.aftercare.plans.listing_changes import listings_changed
from services.aftercare.plans.opening import rethink_empty_plans
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting
from shared import clock
from shared.contracts.aftercare import ReplacementReason


async def create_group(session: AsyncSession, group_id: UUID, listing: NormalMeeting, seats: int) -> Meeting:
    """`listing` has the source HOUSE and the id as its source_id."""
    today = clock.now().date()
    group = Meeting(
        id=group_id,
        source=HOUSE,
        source_id=listing.source_id,
        state=ListingState.ACTIVE,
        first_seen=today,
        last_seen=today,
        seats=seats,
    )
    _keep(group, listing, today)
    session.add(group)
    await rethink_empty_plans(session)
    return group


async def change_group(
    session: AsyncSession, group_id: UUID, listing: NormalMeeting, seats: int
) -> Meeting | None:
    """New time, place or seats; None for a group that does not exist or is closed.

    Whoever comes is told of a change that matters. Fewer seats than people: nobody loses theirs.
    """
    group = await locked_group(session, group_id)
    if group is None or group.withdrawn_on is not None:
        return None
    today = clock.now().date()
    differs = difference(from_plain(group.listing), listing, today)
    more_seats = seats > (group.seats or 0)
    group.seats = seats
    if differs is not Difference.NONE:
        _keep(group, listing, today)
    if differs is Difference.VISIT:
        group.suspect_since, group.not_held_reports = None, 0
        await session.flush()
        await listings_changed(session, ListingChanges(changed=(group.id,)))
    if more_seats:
        await seat_freed(session, group.id)
    return group


async def close_group(session: AsyncSession, group_id: UUID) -> Meeting | None:
    """It does not meet any more: those who come or wait are helped to another meeting."""
    plans = await locked_queue(session, group_id)
    group = await locked_group(session, group_id)
    if group is None or group.withdrawn_on is not None:
        return group
    group.state, group.withdrawn_on = ListingState.INACTIVE, clock.now().date()
    await session.flush()
    queue = select(Enrolment).where(
        Enrolment.meeting_id == group.id, Enrolment.state == EnrolmentState.WAITING
    )
    for enrolment in await session.scalars(queue.execution_options(populate_existing=True)):
        enrolment.state, enrolment.held_until = EnrolmentState.ENDED, None
    for plan in plans.values():
        await ask_rebalance(session, plan, ReplacementReason.WITHDRAWN)
    await listings_changed(session, ListingChanges(withdrawn=(group.id,)))
    return group


def _keep(group: Meeting, listing: NormalMeeting, today: date) -> None:
    group.programme, group.name = listing.programme, listing.name
    group.listing, group.content_hash = to_plain(listing), listing.content_hash
    group.unchanged_since = today
