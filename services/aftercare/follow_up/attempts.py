"""Trying to reach somebody, and what came of it. The caller has locked the plan and the follow-up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import TO_DO, ask_person, sign_of_life, withdraw_task
from services.aftercare.follow_up.last_heard import SPOKE, last_heard
from services.aftercare.tables import Attempt, FollowUp, Plan
from shared import clock
from shared.contracts.aftercare import (
    FollowUpCompleted,
    FollowUpDue,
    FollowUpKind,
    FollowUpOutcome,
    FollowUpState,
)
from shared.contracts.fact import new_id
from shared.contracts.intake import ContactChannel
from shared.messaging.outbox import say
from shared.sealing import box

NOTE = "attempts.note"
# Only who was spoken with, or tried, is off the list: these are not done by a tick.
CALLS = (
    FollowUpKind.FIRST_CALL,
    FollowUpKind.CALL,
    FollowUpKind.SAME_DAY_CALL,
    FollowUpKind.PEER_CALL,
    FollowUpKind.USE_REPORTED,
)
_CHECK_WITHIN = timedelta(days=3)


async def log_attempt(
    session: AsyncSession,
    plan: Plan,
    follow_up: FollowUp,
    channel: ContactChannel,
    outcome: FollowUpOutcome,
    *,
    staff_id: UUID | None,
    note: str = "",
    attempt_id: UUID | None = None,
) -> Attempt | None:
    """One try. Who spoke with the client has done it, also when they want no call; a word left is a try.

    None when it is done or cancelled already. The same `attempt_id` twice is one attempt.
    """
    attempt_id = attempt_id or new_id()
    if (before := await session.get(Attempt, attempt_id)) is not None:
        return before if before.follow_up_id == follow_up.id else None
    if follow_up.state not in TO_DO:
        return None
    now = clock.now()
    attempt = Attempt(
        id=attempt_id,
        follow_up_id=follow_up.id,
        plan_id=plan.id,
        case_id=plan.case_id,
        channel=channel,
        outcome=outcome,
        staff_id=staff_id,
        at=now,
        note=(await box(session, plan.case_id)).seal(NOTE, attempt_id, note) if note else None,
    )
    session.add(attempt)
    follow_up.attempts += 1
    follow_up.version += 1
    if outcome in SPOKE:
        _complete(session, follow_up, outcome, now)
        await sign_of_life(session, plan, now)
    elif follow_up.state is not FollowUpState.OVERDUE:
        follow_up.state = FollowUpState.ATTEMPTED
    if outcome is FollowUpOutcome.WRONG_CONTACT:
        key = _check_contact(attempt_id)
        by = now + _CHECK_WITHIN
        await ask_person(session, plan, FollowUpKind.CHECK_CONTACT, key=key, due_from=now, due_by=by)
    await session.flush()
    return attempt


async def complete(session: AsyncSession, follow_up: FollowUp) -> bool:
    """A task that is no call is done. False when there is nothing left to do, or it is a call."""
    if follow_up.state not in TO_DO or follow_up.kind in CALLS:
        return False
    follow_up.version += 1
    _complete(session, follow_up, FollowUpOutcome.DONE, clock.now())
    return True


async def reopen(session: AsyncSession, follow_up: FollowUp) -> bool:
    """Done was said in error: it is due again. False when it is not done by `complete`."""
    if follow_up.state is not FollowUpState.DONE or follow_up.outcome is not FollowUpOutcome.DONE:
        return False
    _put_back(session, follow_up)
    return True


async def withdraw_attempt(session: AsyncSession, plan: Plan, follow_up: FollowUp, attempt: Attempt) -> bool:
    """It was logged in error, perhaps for the wrong person: as if it had not been. False the second time."""
    if attempt.withdrawn_at is not None:
        return False
    attempt.withdrawn_at = clock.now()
    follow_up.attempts -= 1
    await session.flush()
    if attempt.outcome in SPOKE and plan.last_contact_at == attempt.at:
        plan.last_contact_at = await last_heard(session, plan)
    if attempt.outcome is FollowUpOutcome.WRONG_CONTACT:
        await withdraw_task(session, plan, _check_contact(attempt.id))
    ended_it = follow_up.state is FollowUpState.DONE and follow_up.outcome is attempt.outcome
    if ended_it or (follow_up.state is FollowUpState.ATTEMPTED and follow_up.attempts == 0):
        _put_back(session, follow_up)
    else:
        follow_up.version += 1
    return True


def take(follow_up: FollowUp, staff_id: UUID | None) -> bool:
    """Mine, or (None) anybody's again. False when there is nothing left to do."""
    if follow_up.state not in TO_DO:
        return False
    follow_up.owner_id = staff_id
    follow_up.version += 1
    return True


def _complete(session: AsyncSession, follow_up: FollowUp, outcome: FollowUpOutcome, now: datetime) -> None:
    follow_up.state, follow_up.outcome, follow_up.done_at = FollowUpState.DONE, outcome, now
    ids = {"plan_id": follow_up.plan_id, "follow_up_id": follow_up.id}
    say(session, FollowUpCompleted(case_id=follow_up.case_id, outcome=outcome, **ids))


def _put_back(session: AsyncSession, follow_up: FollowUp) -> None:
    """On the list again, where it was: tried, late, or untouched."""
    follow_up.outcome = follow_up.done_at = None
    follow_up.version += 1
    if follow_up.overdue_at is not None:
        follow_up.state = FollowUpState.OVERDUE
    else:
        follow_up.state = FollowUpState.ATTEMPTED if follow_up.attempts else FollowUpState.OPEN
    ids = {"plan_id": follow_up.plan_id, "follow_up_id": follow_up.id}
    say(
        session,
        FollowUpDue(case_id=follow_up.case_id, kind=follow_up.kind, due_by=follow_up.due_by, **ids),
    )


def _check_contact(attempt_id: UUID) -> str:
    return f"check_contact:{attempt_id}"


async def attempts_of(session: AsyncSession, follow_up: FollowUp) -> Sequence[Attempt]:
    """Those taken back too, in order."""
    query = select(Attempt).where(Attempt.follow_up_id == follow_up.id)
    return (await session.scalars(query.order_by(Attempt.at, Attempt.id))).all()


async def note_of(session: AsyncSession, attempt: Attempt) -> str | None:
    """The caller has written the audit row."""
    if attempt.note is None:
        return None
    return (await box(session, attempt.case_id)).open(NOTE, attempt.id, attempt.note)
