"""What is known of one date. The caller has locked the plan.

Better evidence replaces weaker, never the reverse; of the same grade the later word counts, so that a wrong
tap can be taken back. No answer is not a miss, and a meeting that was not held is not the client's.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import sign_of_life
from services.aftercare.follow_up.last_heard import SELF_REPORT, last_heard
from services.aftercare.follow_up.next_chance import next_within
from services.aftercare.follow_up.nobody_there import pass_on
from services.aftercare.follow_up.streak import streak_of
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.states import may_occurrence
from services.aftercare.tables import Attendance, Occurrence, Plan, Purpose
from shared import clock
from shared.contracts.aftercare import AttendanceRecorded, Attended, OccurrenceState
from shared.jobs import schedule
from shared.messaging.outbox import say

CLIMB = "climb"
_CAME = (Attended.ATTENDED, Attended.PARTLY)
_CAME_STATES = (OccurrenceState.ATTENDED, OccurrenceState.PARTLY)
_STILL_SORRY = timedelta(hours=48)


async def record_attendance(
    session: AsyncSession,
    plan: Plan,
    occurrence: Occurrence,
    outcome: Attended,
    *,
    evidence: int,
    helpfulness: int | None = None,
    by: UUID | None = None,
) -> bool:
    """Keep it; False when what is known is better, or the date was called off, or is still to come.

    `evidence` 0-4 (Attendance); `helpfulness` 1-5, kept beside whatever it was said with; `by`: staff, null
    for the client or for time having passed. Told again, it is a repeat: nothing is said twice.
    """
    state = OccurrenceState(outcome.value)
    if occurrence.starts_at > clock.now() and outcome is not Attended.EXCUSED:
        return False
    known = await session.get(Attendance, occurrence.id)
    if known is not None and known.evidence > evidence:
        return False
    if not may_occurrence(occurrence.state, state):
        return False
    before = known.outcome if known is not None else None
    repeated = known is not None and (before, known.evidence) == (outcome, evidence)
    if known is None:
        known = Attendance(occurrence_id=occurrence.id, plan_id=plan.id, case_id=plan.case_id)
        session.add(known)
    known.outcome, known.evidence, known.recorded_by = outcome, evidence, by
    known.helpfulness = helpfulness if helpfulness is not None else known.helpfulness
    known.recorded_at = clock.now()
    occurrence.state = state
    if evidence == SELF_REPORT:  # the client's own word, also when staff wrote it down on the telephone
        await sign_of_life(session, plan)
    if not repeated:
        await _follow(session, plan, occurrence, before, outcome, evidence)
    return True


async def _follow(
    session: AsyncSession,
    plan: Plan,
    occurrence: Occurrence,
    before: Attended | None,
    outcome: Attended,
    evidence: int,
) -> None:
    """What the news means for the plan, the meeting and the ladder."""
    await session.flush()
    came = select(func.max(Occurrence.starts_at)).where(
        Occurrence.plan_id == plan.id, Occurrence.state.in_(_CAME_STATES)
    )
    plan.last_attended_at = await session.scalar(came)
    if outcome in _CAME:
        # Somebody saw them, whoever told us.
        await sign_of_life(session, plan, occurrence.starts_at)
    elif before in _CAME and plan.last_contact_at == occurrence.starts_at:
        plan.last_contact_at = await last_heard(session, plan)  # nobody saw them after all
    plan.missed_in_a_row, _ = await streak_of(session, plan)
    if plan.missed_in_a_row == 0:
        plan.rung = 0
    await pass_on(session, plan, occurrence, before, outcome)
    if outcome is Attended.NOT_HELD:
        await _apologise(session, plan, occurrence)
    ids = {"plan_id": plan.id, "occurrence_id": occurrence.id}
    said = AttendanceRecorded(case_id=plan.case_id, outcome=outcome, evidence=evidence, **ids)
    say(session, said)
    await schedule(session, CLIMB, plan.id, key=f"{CLIMB}:{said.event_id}")


async def _apologise(session: AsyncSession, plan: Plan, occurrence: Occurrence) -> None:
    """Sorry, and what comes next within 48 hours: the next date of the plan, or of its fall-back."""
    now = clock.now()
    until = now + _STILL_SORRY
    details = {"starts_at": occurrence.starts_at.isoformat()}
    if (coming := await next_within(session, plan, now, until)) is not None:
        details["next_at"] = coming.isoformat()
    await write_to(
        session,
        plan,
        Purpose.SORRY_NOT_HELD,
        key=f"sorry_not_held:{occurrence.id}",
        about=occurrence.id,
        useless_after=until,
        details=details,
    )
