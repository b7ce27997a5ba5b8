"""The meetings on file as the matcher sees them, and how many of our clients already go where."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.normal_form import Listing, ListingState, Programme, from_plain
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting


async def offered_listings(session: AsyncSession) -> Sequence[Meeting]:
    """Every active meeting of a programme somebody may choose; the matcher says why each does not fit."""
    query = select(Meeting).where(
        Meeting.state == ListingState.ACTIVE, Meeting.programme.not_in((Programme.OTHER, Programme.FAMILY))
    )
    return (await session.scalars(query)).all()


def listing_of(row: Meeting) -> Listing:
    return Listing(str(row.id), from_plain(row.listing), row.last_seen, row.unchanged_since)


async def attending(session: AsyncSession, *, but_not: UUID) -> dict[str, int]:
    """Clients of this centre enrolled in each meeting, the case in question left out."""
    query = (
        select(Enrolment.meeting_id, func.count(Enrolment.case_id.distinct()))
        .where(Enrolment.state == EnrolmentState.ACTIVE, Enrolment.case_id != but_not)
        .group_by(Enrolment.meeting_id)
    )
    return {str(meeting_id): count for meeting_id, count in (await session.execute(query))}
