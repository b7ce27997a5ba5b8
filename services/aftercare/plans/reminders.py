"""What a date's timers do when they ring: remind, ask how it was, ask for proof, and at last let it be.

Each fires once for the date as it is. Nothing is written here: a message is queued, and everything that
speaks against it is asked anew when it leaves.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.attendance import record_attendance
from services.aftercare.meetings.normal_form import from_plain
from services.aftercare.meetings.recurrence import next_occurrences
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.looking_ahead import is_active
from services.aftercare.plans.opening import locked_to_use
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.plans.states import COMING
from services.aftercare.plans.timers import Timer, key_of, ringing, set_timers
from services.aftercare.plans.timetable import Instants, instants_of
from services.aftercare.tables import (
    Attendance,
    Enrolment,
    EnrolmentState,
    Meeting,
    Occurrence,
    Plan,
    Purpose,
)
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import Attended, OccurrenceState, VerificationDue
from shared.jobs import Job, finish
from shared.messaging.outbox import say

_BEFORE = {
    Timer.DAY_BEFORE: Purpose.REMINDER_DAY,
    Timer.HOUR_BEFORE: Purpose.REMINDER_HOUR,
    Timer.AT_THE_DOOR: Purpose.REMINDER_JOIN,
}
_WENT = (Attended.ATTENDED, Attended.PARTLY)


async def ring(place: Workplace, job: Job) -> None:
    """The job. Nothing happens for a date that moved, was taken away, or whose plan does not run."""
    told = ringing(job)
    async with place.database.transaction() as session:
        plan_id = await session.scalar(select(Occurrence.plan_id).where(Occurrence.id == job.subject_id))
        plan = await locked_to_use(session, plan_id, is_active) if plan_id else None
        occurrence = await session.get(Occurrence, job.subject_id) if plan else None
        if plan is not None and occurrence is not None and _still_meant(occurrence, told.starts_at):
            await _ring(place, session, plan, occurrence, told.timer)
        await finish(session, job)


def _still_meant(occurrence: Occurrence, starts_at: datetime) -> bool:
    """A date that moved has timers of its own."""
    return abs(occurrence.starts_at - starts_at) < timedelta(seconds=1)


async def _ring(
    place: Workplace, session: AsyncSession, plan: Plan, occurrence: Occurrence, timer: Timer
) -> None:
    wanted = await preferences_of(session, plan.case_id, place.settings.centre_zone)
    due = instants_of(occurrence.starts_at, occurrence.ends_at, wanted.zone)
    coming = occurrence.state in COMING
    ahead = coming and occurrence.starts_at > clock.now()  # a timer that rings late reminds of nothing
    match timer:
        case Timer.DAY_BEFORE | Timer.HOUR_BEFORE | Timer.AT_THE_DOOR if ahead:
            await _remind(session, plan, occurrence, timer)
        case Timer.IS_IT_HELD if ahead:
            await _write(session, plan, occurrence, Purpose.IS_IT_HELD, until=occurrence.starts_at)
        case Timer.ASK:
            await _ask(session, plan, occurrence, due, proof=wanted.verification_needed)
        case Timer.ASK_AGAIN if coming:
            await _write(session, plan, occurrence, Purpose.HOW_WAS_IT_AGAIN, until=due.give_up)
        case Timer.GIVE_UP if coming:
            # No answer is not a miss: nobody knows.
            await record_attendance(session, plan, occurrence, Attended.UNKNOWN, evidence=0)
        case Timer.PROOF:
            await _ask_for_proof(session, plan, occurrence, due, Purpose.PROOF_DUE)
        case Timer.PROOF_LAST:
            await _ask_for_proof(session, plan, occurrence, due, Purpose.PROOF_LAST_CALL)
        case _:
            pass  # called off, or answered already


async def _remind(session: AsyncSession, plan: Plan, occurrence: Occurrence, timer: Timer) -> None:
    """Nobody is sent to a door that may be closed: an unconfirmed date says so, once, with the fall-back."""
    if occurrence.state is OccurrenceState.UNCONFIRMED:
        await _write(session, plan, occurrence, Purpose.UNCONFIRMED, until=occurrence.starts_at)
        return
    await _write(session, plan, occurrence, _BEFORE[timer], until=occurrence.starts_at)
    occurrence.reminded_at = clock.now()
    occurrence.state = OccurrenceState.REMINDED


async def _ask(
    session: AsyncSession, plan: Plan, occurrence: Occurrence, due: Instants, *, proof: bool
) -> None:
    """How was it? And the rest of the date's timers, on the client's clock."""
    now = clock.now()
    timers = {Timer.PROOF: due.proof, Timer.PROOF_LAST: due.proof_last} if proof else {}
    if occurrence.state in COMING:
        if now < due.give_up:
            await _write(session, plan, occurrence, Purpose.HOW_WAS_IT, until=due.give_up)
            occurrence.asked_at = now
        timers |= {Timer.ASK_AGAIN: due.ask_again, Timer.GIVE_UP: due.give_up}
    await set_timers(session, occurrence, timers, now)


async def _ask_for_proof(
    session: AsyncSession, plan: Plan, occurrence: Occurrence, due: Instants, purpose: Purpose
) -> None:
    """Proof is for somebody who went, or did not say; and only while there is none."""
    known = await session.get(Attendance, occurrence.id)
    if occurrence.state is OccurrenceState.CANCELLED:
        return
    if known is not None and (known.evidence >= 2 or known.outcome not in (*_WENT, Attended.UNKNOWN)):
        return
    if purpose is Purpose.PROOF_DUE:
        ids = {"plan_id": plan.id, "occurrence_id": occurrence.id}
        say(session, VerificationDue(case_id=plan.case_id, **ids, due_by=due.proof_free_until))
    await _write(session, plan, occurrence, purpose, until=due.proof_free_until)


async def _write(
    session: AsyncSession, plan: Plan, occurrence: Occurrence, purpose: Purpose, *, until: datetime
) -> None:
    details = {"starts_at": occurrence.starts_at.isoformat()}
    if purpose in (Purpose.UNCONFIRMED, Purpose.IS_IT_HELD) and (instead := await _fall_back(session, plan)):
        details["fall_back_at"] = instead.isoformat()
    await write_to(
        session,
        plan,
        purpose,
        key=key_of(purpose, occurrence.id, occurrence.starts_at),
        about=occurrence.id,
        useless_after=until,
        details=details,
    )


async def _fall_back(session: AsyncSession, plan: Plan) -> datetime | None:
    """The next date of the meeting that is kept beside the week for just this."""
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
    return next(iter(next_occurrences(meeting.recurrence, clock.now(), 1, "UTC")), None)
