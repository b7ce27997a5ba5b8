"""A plan's enrolments as calendar entries, with the single dates that differ from their series."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.entry import SUMMARIES, Entry, SingleDate
from services.aftercare.meetings.normal_form import Meeting as Listed
from services.aftercare.meetings.normal_form import from_plain
from services.aftercare.plans.preferences import Preferences
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Occurrence, Plan
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
    meetings = {row.id: from_plain(row.listing) for row in await session.scalars(rows)}
    dates = await _differing(session, [one.id for one in enrolments])
    return [
        _entry(plan, one, meeting, dates[one.id], wanted)
        for one in enrolments
        # A listing that lost its time leaves nothing to put on a calendar.
        if (meeting := meetings[one.meeting_id]).recurrence is not None and meeting.recurrence.tz
    ]


async def entry_of(
    session: AsyncSession,
    plan: Plan,
    enrolment: Enrolment,
    wanted: Preferences,
    original_start: datetime | None = None,
) -> Entry:
    """One enrolment; with `original_start`, that date is among its dates even if nothing is special in it."""
    meeting = from_plain((await session.get_one(Meeting, enrolment.meeting_id)).listing)
    dates = await _differing(session, [enrolment.id], original_start)
    return _entry(plan, enrolment, meeting, dates[enrolment.id], wanted)


def _entry(
    plan: Plan, one: Enrolment, meeting: Listed, dates: list[SingleDate], wanted: Preferences
) -> Entry:
    return Entry(
        id=one.id,
        meeting=meeting,
        sequence=one.sequence,
        first_at=one.first_occurrence_at,
        issued_at=one.active_at or one.suggested_at,
        review_on=plan.review_on,
        ended_at=one.ended_at,
        dates=tuple(dates),
        summary=meeting.name if wanted.full_names and meeting.name else SUMMARIES[wanted.written_in],
    )


async def _differing(
    session: AsyncSession, enrolment_ids: list[UUID], also: datetime | None = None
) -> dict[UUID, list[SingleDate]]:
    differs = or_(
        Occurrence.state.in_((OccurrenceState.CANCELLED, OccurrenceState.UNCONFIRMED)),
        Occurrence.starts_at != Occurrence.original_start,
    )
    if also is not None:
        differs = or_(differs, Occurrence.original_start == also)
    query = select(Occurrence).where(Occurrence.enrolment_id.in_(enrolment_ids), differs)
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
