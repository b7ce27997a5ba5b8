"""A client found nobody at a meeting, or people after all: what of it is passed on about the listing.

Two people's word makes a listing suspect for everybody. One person's second word does not: they may have the
wrong link. For them somebody looks for another meeting instead.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.meetings.suspicion import note_report
from services.aftercare.tables import Attendance, Enrolment, Meeting, Occurrence, Plan
from shared import clock
from shared.contracts.aftercare import Attended, FollowUpKind

_CAME = (Attended.ATTENDED, Attended.PARTLY)
_TELLS = (*_CAME, Attended.NOT_HELD)  # of the meeting, not only of the client
_LOOK_WITHIN = timedelta(days=2)


async def pass_on(
    session: AsyncSession,
    plan: Plan,
    occurrence: Occurrence,
    before: Attended | None,
    outcome: Attended,
) -> None:
    """`before`: what was known of the date until now, so that better evidence of the same is no second
    report and a wrong tap is taken back."""
    if outcome is before:
        return
    enrolment = await session.get_one(Enrolment, occurrence.enrolment_id)
    meeting_id = enrolment.meeting_id
    whose = await _whose_report_stands(session, meeting_id, occurrence.id)
    if outcome in _CAME:
        await note_report(session, meeting_id, held=True)
    elif outcome is Attended.NOT_HELD and whose == plan.case_id:
        now = clock.now()
        key = f"nobody_there:{enrolment.id}"
        by = now + _LOOK_WITHIN
        await ask_person(session, plan, FollowUpKind.REMATCH, key=key, due_from=now, due_by=by)
    elif outcome is Attended.NOT_HELD:
        await note_report(session, meeting_id, held=False)
    elif before is Attended.NOT_HELD and whose is None:
        await note_report(session, meeting_id, held=True)  # the one report that stood is taken back


async def _whose_report_stands(session: AsyncSession, meeting_id: UUID, occurrence_id: UUID) -> UUID | None:
    """The case whose report of another date stands; None when there is none."""
    standing = await session.scalar(select(Meeting.not_held_reports).where(Meeting.id == meeting_id))
    if not standing:
        return None
    last = (
        select(Attendance.case_id, Attendance.outcome)
        .join(Occurrence, Occurrence.id == Attendance.occurrence_id)
        .join(Enrolment, Enrolment.id == Occurrence.enrolment_id)
        .where(
            Enrolment.meeting_id == meeting_id,
            Attendance.occurrence_id != occurrence_id,
            Attendance.outcome.in_(_TELLS),
        )
        .order_by(Attendance.recorded_at.desc())
        .limit(1)
    )
    row = (await session.execute(last)).first()
    return row.case_id if row is not None and row.outcome is Attended.NOT_HELD else None
