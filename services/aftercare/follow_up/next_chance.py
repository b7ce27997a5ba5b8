"""The next meeting somebody could go to soon: a date of their week, or of the meeting kept beside it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.normal_form import from_plain
from services.aftercare.meetings.recurrence import next_occurrences
from services.aftercare.plans.states import COMING
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Occurrence, Plan


async def next_within(session: AsyncSession, plan: Plan, now: datetime, until: datetime) -> datetime | None:
    """When it starts, or None when there is nothing until then: the client's page shows what comes later."""
    dates = select(func.min(Occurrence.starts_at)).where(
        Occurrence.plan_id == plan.id, Occurrence.starts_at > now, Occurrence.state.in_(COMING)
    )
    found = [await session.scalar(dates), await _beside(session, plan, now)]
    return min((one for one in found if one is not None and one <= until), default=None)


async def _beside(session: AsyncSession, plan: Plan, now: datetime) -> datetime | None:
    query = (
        select(Meeting)
        .join(Enrolment, Enrolment.meeting_id == Meeting.id)
        .where(
            Enrolment.plan_id == plan.id,
            Enrolment.fall_back.is_(True),
            Enrolment.state == EnrolmentState.SUGGESTED,
            Meeting.withdrawn_on.is_(None),
        )
    )
    row = (await session.scalars(query.limit(1))).first()
    meeting = from_plain(row.listing) if row else None
    if meeting is None or meeting.recurrence is None or not meeting.offerable:
        return None
    return next(iter(next_occurrences(meeting.recurrence, now, 1, "UTC")), None)
