"""A plan's enrolments as calendar entries, with their dates on file."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.entry import SUMMARIES, Entry, SingleDate
from services.aftercare.meetings.normal_form import from_plain
from services.aftercare.plans.preferences import Preferences
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Occurrence, Plan
from shared import clock
from shared.contracts.aftercare import OccurrenceState

_SHOWN = (
    EnrolmentState.ACTIVE,
    EnrolmentState.SUSPENDED,
    EnrolmentState.REPLACED,
    EnrolmentState.ENDED,
)


async def entries_of(session: AsyncSession, plan: Plan, wanted: Preferences) -> list[Entry]:
    """What has ever been on the client's calendar; ended entries stay for their past."""
    query = select(Enrolment).where(
        Enrolment.plan_id == plan.id,
        Enrolment.active_at.is_not(None),
        Enrolment.fall_back.is_(False),
        Enrolment.state.in_(_SHOWN),
    )
    enrolments = list(await session.scalars(query.order_by(Enrolment.id)))
    rows = select(Meeting).where(Meeting.id.in_(one.meeting_id for one in enrolments))
    meetings = {row.id: row for row in await session.scalars(rows)}
    dates = await _dates(session, [one.id for one in enrolments])
    return [_entry(plan, one, meetings[one.meeting_id], dates[one.id], wanted) for one in enrolments]


async def entry_of(
    session: AsyncSession, plan: Plan, enrolment: Enrolment, wanted: Preferences | None = None
) -> Entry:
    """One enrolment. Without the client's wishes it is not for their eyes, and is named in neutral words."""
    meeting = await session.get_one(Meeting, enrolment.meeting_id)
    dates = await _dates(session, [enrolment.id])
    return _entry(plan, enrolment, meeting, dates[enrolment.id], wanted)


def _entry(
    plan: Plan, one: Enrolment, row: Meeting, dates: list[SingleDate], wanted: Preferences | None
) -> Entry:
    meeting = from_plain(row.listing)
    summary = SUMMARIES[wanted.written_in if wanted else "en"]
    return Entry(
        id=one.id,
        meeting=meeting,
        sequence=one.sequence,
        first_at=one.first_occurrence_at,
        issued_at=one.active_at or one.suggested_at,
        review_on=plan.review_on,
        ended_at=one.ended_at,
        dates=tuple(dates),
        summary=meeting.name if wanted and wanted.full_names and meeting.name else summary,
        since=_since(one, row),
    )


def _since(one: Enrolment, row: Meeting) -> datetime:
    """Since when the listing has said what it says, and the meeting has been on the calendar (again).

    Lists are dated by the day: on the day of a change what is over by now is what is on file. Of weeks of
    silence nothing is: a client who was not heard of and then was has no dates in them.
    """
    changed = datetime.combine(row.unchanged_since, time(), UTC) + timedelta(days=1)
    return min(max(changed, one.active_at or one.suggested_at), clock.now())


async def _dates(session: AsyncSession, enrolment_ids: list[UUID]) -> dict[UUID, list[SingleDate]]:
    query = select(Occurrence).where(Occurrence.enrolment_id.in_(enrolment_ids))
    found: dict[UUID, list[SingleDate]] = defaultdict(list)
    for row in await session.scalars(query.order_by(Occurrence.original_start)):
        found[row.enrolment_id].append(date_of(row))
    return found


def date_of(row: Occurrence) -> SingleDate:
    return SingleDate(
        row.original_start,
        row.starts_at,
        row.ends_at,
        cancelled=row.state is OccurrenceState.CANCELLED,
        unconfirmed=row.state is OccurrenceState.UNCONFIRMED,
    )
