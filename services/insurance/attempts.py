"""One time a question leaves the house: written down before it does, noted when it comes back, used again
within a day.

Inside `transaction()` only.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.insurance.payers.adapter import AttemptResult
from services.insurance.question import Question
from services.insurance.rules.states import QuestionState
from services.insurance.tables import Attempt, ControlNumbers, of
from services.insurance.tables import Question as Row
from shared import clock
from shared.contracts.fact import new_id
from shared.sealing import Box, box
from shared.upsert import insert_or_ignore

LARGEST_CONTROL = 999_999_999
EVERY_SENDER = "EVERY"  # a centre that changes its sender id goes on counting
REQUEST, RESPONSE, HANDLE = "attempts.request", "attempts.response", "attempts.handle"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is about to leave: the attempt's id and the 270."""

    attempt_id: UUID
    inquiry: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """An answer of the last day to the same question. `trace` is the TRN02 it refers to."""

    attempt_id: UUID
    raw: bytes = field(repr=False)
    trace: str
    answered_at: datetime


def trace_number(question_id: UUID, variation: int) -> str:
    """TRN02: the same for every repeat of the same wording, so that an answer to any of them is
    recognised."""
    return f"TC{question_id.hex.upper()}" + (f"V{variation}" if variation else "")


async def write_down(session: AsyncSession, row: Row, asked: Question) -> Sent | None:
    """A new attempt with a control number of its own; None while the same question is out for another case.

    Of two that ask at the same moment one fails on the unique `in_flight`, and its job comes again.
    """
    out = await session.scalar(select(Row.id).where(Row.in_flight == row.fingerprint, Row.id != row.id))
    if out is not None:
        return None
    now = clock.now()
    inquiry = asked.written(control := await _next_control(session), now)
    attempt = Attempt(
        id=new_id(),
        question_id=row.id,
        verification_id=row.verification_id,
        case_id=row.case_id,
        payer_code=asked.payer.code,
        trace_number=asked.inquiry.trace,
        control_number=control,
        adapter=asked.adapter.name,
        started_at=now,
    )
    attempt.request = (await box(session, row.case_id)).seal(REQUEST, attempt.id, inquiry)
    session.add(attempt)
    row.state, row.next_attempt_at, row.in_flight = QuestionState.ASKING, None, row.fingerprint
    await session.flush()
    return Sent(attempt.id, inquiry)


def note(attempt: Attempt, result: AttemptResult, sealing: Box, *, keep_answer: bool) -> None:
    """What came of it. The answer to a question that is not wanted any more is not kept."""
    attempt.ended_at = clock.now()
    attempt.result = result.kind.value
    attempt.trouble = result.trouble.value if result.trouble else None
    attempt.http_status = result.http_status
    attempt.billed = result.billed
    if result.handle:
        attempt.handle = sealing.seal(HANDLE, attempt.id, result.handle)
    if keep_answer and result.raw:
        raw = result.raw.decode("latin-1")  # every byte a character: lossless, whatever it was
        attempt.response = sealing.seal(RESPONSE, attempt.id, raw)


async def answered_lately(
    session: AsyncSession, own: UUID, fingerprint: bytes, within: timedelta
) -> Known | None:
    """The newest answer to the same question, whichever case asked it, as long as its raw X12 can still be
    read."""
    query = (
        select(Row.answered_at, Attempt)
        .join(Attempt, Attempt.id == Row.answered_by)
        .where(Row.fingerprint == fingerprint, Row.id != own, Row.state == QuestionState.ANSWERED)
        .where(Row.answered_at > clock.now() - within, Attempt.response.is_not(None))
        .order_by(Row.answered_at.desc())
        .limit(1)
        .options(undefer(Attempt.response))
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    answered_at, attempt = found
    assert answered_at is not None
    assert attempt.response is not None
    sealing = await box(session, attempt.case_id)
    raw = sealing.open(RESPONSE, attempt.id, attempt.response).encode("latin-1")
    return Known(attempt.id, raw, attempt.trace_number, answered_at)


async def _next_control(session: AsyncSession) -> int:
    """The next ISA13, one sequence for all senders. One UPDATE: two processes never share a number, and none
    comes back after a crash."""
    await insert_or_ignore(session, of(ControlNumbers), [{"sender": EVERY_SENDER, "last": 0}], ["sender"])
    following = (ControlNumbers.last % LARGEST_CONTROL) + 1
    taken = await session.execute(
        update(ControlNumbers)
        .where(ControlNumbers.sender == EVERY_SENDER)
        .values(last=following)
        .returning(ControlNumbers.last)
    )
    return taken.scalar_one()
