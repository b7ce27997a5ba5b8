"""Calls to plans: recorded, confirmed by a second person where the centre wants one, and what they settle.

Inside `transaction()` only. A call counts from `checked_at` on: at once, or when the second person agreed.
A call looked at (`checked_by`) without that was sent back and never counts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.insurance.phone.answers import CallRecord, PlanAnswer, Said, read, written
from services.insurance.phone.tasks import TaskState, claim, finish_task, task_for_changing
from services.insurance.question import Terms
from services.insurance.recording import settle_by_phone
from services.insurance.rules.statements import LevelAnswer
from services.insurance.rules.states import State
from services.insurance.tables import PhoneCall, PhoneTask, Verification
from shared import clock
from shared.sealing import Box, box

PLACE = "phone_calls.details"
# What the payer's electronic answer left open and a person's call may close.
UNSETTLED = frozenset({State.MANUAL_REVIEW, State.PAYER_UNAVAILABLE, State.NEEDS_CORRECTION})
LONGEST_CALL = timedelta(hours=8)  # queues included; more is a wrong date
OLDEST_CALL = timedelta(days=30)


class CallNotFound(Exception):
    """No such call."""


class CallDiffers(Exception):
    """The same key came with another call: nothing was recorded."""


class ImplausibleCall(Exception):
    """The call ends before it starts, lies ahead, or was too long or too long ago to be one."""


class VerificationClosed(Exception):
    """The verification is over (withdrawn, or asked anew): the plan is told nothing more about it."""


class NothingToCheck(Exception):
    """The call was checked already, or counts without a second person."""


class SamePerson(Exception):
    """Whoever phoned cannot be the second person."""


async def record_call(
    session: AsyncSession,
    task: PhoneTask,
    staff_id: UUID,
    call: CallRecord,
    answers: Sequence[LevelAnswer],
    plan: PlanAnswer,
    terms: Terms,
    *,
    second_check: bool,
) -> PhoneCall:
    """Keep the call and act on it; recording the same `call.id` again with the same content changes nothing.

    Without `second_check` it counts at once. `call.corrects` must be an earlier call of this task.
    Raises TaskTaken, VerificationClosed, ImplausibleCall, CallNotFound, CallDiffers.
    """
    said = Said(call, plan, tuple(answers))
    sealing = await box(session, task.case_id)
    same = select(PhoneCall).where(PhoneCall.id == call.id).options(undefer(PhoneCall.details))
    before = await session.scalar(same)
    if before is not None:
        if before.task_id != task.id or sealing.open(PLACE, before.id, before.details) != written(said):
            raise CallDiffers
        return before
    verification = await session.get_one(Verification, task.verification_id, with_for_update=True)
    if verification.state == State.CLOSED:
        raise VerificationClosed
    _plausible(call, clock.now())
    if call.corrects is not None:
        corrected = await session.get(PhoneCall, call.corrects)
        if corrected is None or corrected.task_id != task.id:
            raise CallNotFound
    if task.state != TaskState.DONE:
        claim(task, staff_id)
    now = clock.now()
    row = PhoneCall(
        id=call.id,
        task_id=task.id,
        verification_id=task.verification_id,
        case_id=task.case_id,
        staff_id=staff_id,
        started_at=call.started_at,
        ended_at=call.ended_at,
        recorded_at=now,
        details=sealing.seal(PLACE, call.id, written(said)),
    )
    session.add(row)
    if second_check:
        task.state, task.closed_at = TaskState.TO_CHECK, None
    else:
        row.checked_at = now
        finish_task(task)
        await _settle(session, verification, said, terms)
    await session.flush()
    return row


async def check_call(
    session: AsyncSession, call_id: UUID, staff_id: UUID, terms: Terms, *, agrees: bool
) -> PhoneCall:
    """The second person's word: the call counts from now on, or goes back to be made again.

    Raises CallNotFound, NothingToCheck, SamePerson, VerificationClosed.
    """
    task_id = await session.scalar(select(PhoneCall.task_id).where(PhoneCall.id == call_id))
    if task_id is None:
        raise CallNotFound
    task = await task_for_changing(session, task_id)
    query = select(PhoneCall).where(PhoneCall.id == call_id).with_for_update()
    row = (await session.scalars(query.options(undefer(PhoneCall.details)))).one()
    if row.staff_id == staff_id:
        raise SamePerson
    if row.checked_at is not None or row.checked_by is not None:
        raise NothingToCheck
    verification = await session.get_one(Verification, row.verification_id)
    if verification.state == State.CLOSED:
        raise VerificationClosed
    row.checked_by = staff_id
    if not agrees:
        task.state, task.owner_id, task.closed_at = TaskState.OPEN, None, None
        return row
    row.checked_at = clock.now()
    finish_task(task)
    said = _opened(row, await box(session, row.case_id))
    await _settle(session, verification, said, terms)
    return row


async def calls_of(session: AsyncSession, case_ids: Iterable[UUID]) -> list[PhoneCall]:
    """Every call of these cases, in the order they were recorded, with their details to be opened."""
    query = select(PhoneCall).where(PhoneCall.case_id.in_(list(case_ids)))
    ordered = query.order_by(PhoneCall.recorded_at, PhoneCall.id)
    return list(await session.scalars(ordered.options(undefer(PhoneCall.details))))


def said_in(rows: Iterable[PhoneCall], sealing: Box) -> list[Said]:
    """What the calls that count brought, in their order."""
    return [_opened(row, sealing) for row in rows if row.checked_at is not None]


def opened_call(row: PhoneCall, sealing: Box) -> Said:
    """One call, whether it counts or not."""
    return _opened(row, sealing)


def _opened(row: PhoneCall, sealing: Box) -> Said:
    return read(sealing.open(PLACE, row.id, row.details))


async def _settle(session: AsyncSession, verification: Verification, said: Said, terms: Terms) -> None:
    """The plan's status by phone settles a verification the payer's own answer left open."""
    if said.plan.active is not None and verification.state in UNSETTLED:
        await settle_by_phone(session, verification, said.plan.active, said.call.ended_at, terms)


def _plausible(call: CallRecord, now: datetime) -> None:
    long = call.ended_at - call.started_at
    recent = now - OLDEST_CALL <= call.started_at and call.ended_at <= now + timedelta(minutes=5)
    if not timedelta() <= long <= LONGEST_CALL or not recent:
        raise ImplausibleCall
