"""Is a listing to be believed, or may somebody stand before a closed door?"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.normal_form import ListingState
from services.aftercare.meetings.sighting import UNCONFIRMED_AT
from services.aftercare.tables import Enrolment, Meeting


def is_sure(row: Meeting) -> bool:
    """By what is on file now, whatever was heard of it when."""
    is_listed = row.state is ListingState.ACTIVE and row.withdrawn_on is None
    return is_listed and row.unseen < UNCONFIRMED_AT and row.suspect_since is None


async def listing_is_sure(session: AsyncSession, enrolment: Enrolment) -> bool:
    return is_sure(await session.get_one(Meeting, enrolment.meeting_id))
