"""The meetings of a client's plan, as the pages need them. The caller has written the audit row."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.normal_form import Listing
from services.aftercare.plans.enrolment import enrolments_of
from services.aftercare.plans.listings import listing_of
from services.aftercare.plans.states import ON_CALENDAR
from services.aftercare.portal.dates import Instead, Reader, instead
from services.aftercare.portal.when import moment_words, rhythm_words, there_words
from services.aftercare.tables import OVER, Enrolment, EnrolmentState, Meeting, Plan, PlanState
from shared import clock


@dataclass(frozen=True)
class Offer:
    """A suggestion waiting for a yes or no. `instead_of`: the name of the meeting it would replace, or "".

    `seat_until`: a free seat is kept that long, or "".
    """

    id: UUID
    name: str
    rhythm: str
    first: str
    there: str
    online: bool
    instead_of: str
    seat_until: str


class OwnMeetings:
    """Enrolments with their listings, by enrolment id."""

    def __init__(self, plan: Plan, pairs: Sequence[tuple[Enrolment, Listing]]) -> None:
        self._plan = plan
        self.by_id = {enrolment.id: (enrolment, listing.meeting) for enrolment, listing in pairs}

    def going(self) -> list[Enrolment]:
        """On the calendar, or will be, or waiting for a seat."""
        states = (*ON_CALENDAR, EnrolmentState.ACCEPTED, EnrolmentState.WAITING)
        return [one for one, _ in self.by_id.values() if one.state in states]

    def offers(self, reader: Reader) -> list[Offer]:
        """None while the plan rests or is over: a yes would lead nowhere."""
        if self._plan.state in (*OVER, PlanState.PAUSED):
            return []
        return [self._offer(one, reader) for one, _ in self.by_id.values() if is_offer(one)]

    def fall_back(self, reader: Reader) -> Instead | None:
        for one, meeting in self.by_id.values():
            if one.fall_back and one.state is EnrolmentState.SUGGESTED:
                return instead(meeting, reader)
        return None

    def _offer(self, one: Enrolment, reader: Reader) -> Offer:
        _, meeting = self.by_id[one.id]
        rule = meeting.recurrence
        old = self.by_id.get(one.instead_of) if one.instead_of else None
        replaces = old is not None and old[0].state in ON_CALENDAR
        own = rule.tz if rule and rule.tz else reader.zone
        return Offer(
            id=one.id,
            name=meeting.name,
            rhythm=rhythm_words(rule, reader.language),
            first=moment_words(one.first_occurrence_at, reader.zone, reader.now, reader.language),
            there=there_words(one.first_occurrence_at, reader.zone, own, reader.language),
            online=one.modality != "in_person",
            instead_of=old[1].name if old and replaces else "",
            seat_until=moment_words(one.held_until, reader.zone, reader.now, reader.language)
            if one.held_until and one.state is EnrolmentState.WAITING
            else "",
        )


def is_offer(one: Enrolment) -> bool:
    """Does it wait for the client's answer? In a queue only while a free seat is kept for them."""
    if one.state is EnrolmentState.WAITING:
        return one.held_until is not None and one.held_until > clock.now()
    return one.state is EnrolmentState.SUGGESTED and not one.fall_back


async def own_meetings(session: AsyncSession, plan: Plan) -> OwnMeetings:
    enrolments = await enrolments_of(session, plan)
    rows = await session.scalars(select(Meeting).where(Meeting.id.in_(one.meeting_id for one in enrolments)))
    listings = {row.id: listing_of(row) for row in rows}
    return OwnMeetings(
        plan, [(one, listings[one.meeting_id]) for one in enrolments if one.meeting_id in listings]
    )
