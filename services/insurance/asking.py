"""The job that asks the payer. Network calls stand between transactions, never inside one.

(a) intake's door, which is the consent check; (b) the attempt, recorded before it leaves; (c) the 270 out and
the answer in; (d) one transaction for raw X12, benefits, state, fact and the end of the job.

Killed between (b) and (d), the attempt's fate is unknown: it may have been answered and billed. The operating
rules forbid a repeat before 90 s, so the next run waits that long, then sends the same question (same TRN02)
in a new interchange (new ISA13).
"""

import logging
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table as SqlTable
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance import x12
from services.insurance.data_door import IntakeUnreachable, NoConsent, identifiers
from services.insurance.eligibility import AskAgain, Correct, Decision, Unclear, decide
from services.insurance.forgetting import keep_forgetting
from services.insurance.payers.adapter import Adapter, AttemptResult, ResultKind, Trouble
from services.insurance.question import Question, Terms, question
from services.insurance.recording import record_decision
from services.insurance.states import OPEN, State
from services.insurance.tables import Attempt, ControlNumbers, Verification
from services.insurance.verification import close_without_consent
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.insurance import UnavailableReason, UnclearReason
from shared.database import Database, insert_or_ignore
from shared.jobs import Job, Later, LeaseLost, finish
from shared.peers import Peer
from shared.sealing import box, keyring

log = logging.getLogger(__name__)

LARGEST_CONTROL = 999_999_999
UNKNOWN = "unknown"
INTAKE_AGAIN = timedelta(seconds=3)


@dataclass(frozen=True)
class AskPayer:
    """The work of kind `ask_payer`; the job's subject is the verification."""

    database: Database
    intake: Peer
    adapter: Adapter
    terms: Terms

    async def __call__(self, job: Job) -> None:
        case_id = await self._case_to_ask_for(job.subject_id)
        if case_id is None:
            return
        try:
            known = await identifiers(self.intake, case_id, job.subject_id)
        except NoConsent:
            await self._close(job)
            return
        except IntakeUnreachable:
            # Our own service, and nothing has left yet: the payers' long pauses are not for this.
            pause = INTAKE_AGAIN * self.terms.retry_scale * random.uniform(0.8, 1.2)
            raise Later(pause, "intake_unreachable") from None
        asked = question(known, self.adapter.name, f"TC{job.subject_id.hex.upper()}", self.terms)
        if isinstance(asked, Correct | Unclear):
            await self._settle(job, asked)
            return
        prepared = await self._record_attempt(job, asked)
        if prepared is None:
            return
        attempt_id, inquiry = prepared
        result = await self.adapter.send(inquiry, self.terms.deadline)
        await self._settle(job, _decision(result, asked), attempt_id, result)

    async def _case_to_ask_for(self, verification_id: UUID) -> UUID | None:
        """The case, if the payer is to be asked now; None if not any more. Raises Later if not yet."""
        async with self.database.reading() as session:
            verification = await session.get(Verification, verification_id)
            if verification is None or verification.state not in OPEN:
                return None
            sent = await session.scalars(
                select(Attempt.started_at).where(
                    Attempt.verification_id == verification_id, Attempt.result.is_(None)
                )
            )
            unknown_until = [at + self.terms.resend_after for at in sent]
        not_before = max([*unknown_until, verification.next_attempt_at or verification.requested_at])
        wait = not_before - clock.now()
        if wait > timedelta():
            raise Later(wait, "fate_unknown" if unknown_until else "payer_unavailable")
        return verification.case_id

    async def _record_attempt(self, job: Job, asked: Question) -> tuple[UUID, str] | None:
        """Write down what is about to leave; returns the attempt's id and the 270. None: not wanted any
        more."""
        async with self.database.transaction() as session:
            verification = await _locked(session, job.subject_id)
            if verification.state not in OPEN:
                return None
            await session.execute(
                update(Attempt)
                .where(Attempt.verification_id == verification.id, Attempt.result.is_(None))
                .values(result=UNKNOWN)
            )
            now = clock.now()
            control = await _next_control(session, self.terms.sender)
            inquiry = asked.written(control, now, self.adapter.receiver)
            attempt = Attempt(
                id=new_id(),
                verification_id=verification.id,
                case_id=verification.case_id,
                trace_number=verification.trace_number,
                control_number=control,
                adapter=self.adapter.name,
                started_at=now,
            )
            sealing = await box(session, verification.case_id)
            attempt.request = sealing.seal("attempts.request", attempt.id, inquiry)
            session.add(attempt)
            verification.state = State.QUERYING
            verification.payer_code = asked.payer.code
            verification.service_date = asked.asked.service_date
            verification.next_attempt_at = None
            mark = keyring(session).blind_index("verifications.fingerprint", asked.fingerprint)
            verification.fingerprint = verification.in_flight = mark
            try:
                await session.flush()
            except IntegrityError:
                # The same question is out already, asked for another verification.
                raise Later(self.terms.resend_after, "same_question_in_flight") from None
            await keep_forgetting(session)
        return attempt.id, inquiry

    async def _settle(
        self,
        job: Job,
        decision: Decision,
        attempt_id: UUID | None = None,
        result: AttemptResult | None = None,
    ) -> None:
        """Record what came of this run. Raises Later when the payer is to be asked again."""
        async with self.database.transaction() as session:
            verification = await _locked(session, job.subject_id)
            attempt = await session.get_one(Attempt, attempt_id) if attempt_id else None
            wanted = verification.state in OPEN
            if attempt and result:
                if attempt.result is not None:
                    raise LeaseLost(job.kind)  # another run took this attempt for lost and asked again
                _note(attempt, result)
                if wanted:
                    sealing = await box(session, attempt.case_id)
                    raw = result.raw.decode("latin-1")  # every byte a character: lossless, whatever it was
                    attempt.response = sealing.seal("attempts.response", attempt.id, raw)
            delay = None
            if wanted:
                chance = random.random()
                delay = await record_decision(session, verification, attempt, decision, self.terms, chance)
                if delay and result and result.retry_after:
                    delay = max(delay, result.retry_after)
            if delay is None:
                await finish(session, job)
        if delay is not None:
            raise Later(delay, "payer_unavailable")

    async def _close(self, job: Job) -> None:
        async with self.database.transaction() as session:
            verification = await _locked(session, job.subject_id)
            if verification.state in OPEN:
                close_without_consent(session, verification)
            await finish(session, job)


def _decision(result: AttemptResult, asked: Question) -> Decision:
    """What one attempt means. A time-out is never "no coverage"; a refused envelope is our defect, not the
    client's."""
    match result.kind:
        case ResultKind.UNAVAILABLE:
            timed_out = result.trouble is Trouble.TIMED_OUT
            return AskAgain(UnavailableReason.TIMED_OUT if timed_out else UnavailableReason.TRANSPORT_FAILED)
        case ResultKind.ENVELOPE_REJECTED | ResultKind.MISCONFIGURED:
            log.error("the clearinghouse refused our inquiry", extra={"code": result.kind.value})
            return Unclear(UnclearReason.PAYER_REFUSED)
        case ResultKind.ANSWERED:
            try:
                return decide(x12.read(result.raw), asked.asked)
            except x12.Unreadable:
                return Unclear(UnclearReason.NOT_READABLE)


def _note(attempt: Attempt, result: AttemptResult) -> None:
    attempt.ended_at = clock.now()
    attempt.result = result.kind.value
    attempt.trouble = result.trouble.value if result.trouble else None
    attempt.http_status = result.http_status
    attempt.billed = result.billed


async def _locked(session: AsyncSession, verification_id: UUID) -> Verification:
    return await session.get_one(Verification, verification_id, with_for_update=True)


async def _next_control(session: AsyncSession, sender: str) -> int:
    """The sender's next ISA13. One UPDATE: two processes never share a number, and none comes back after a
    crash."""
    counters = cast(SqlTable, ControlNumbers.__table__)
    await insert_or_ignore(session, counters, [{"sender": sender, "last": 0}], ["sender"])
    following = (ControlNumbers.last % LARGEST_CONTROL) + 1
    taken = await session.execute(
        update(ControlNumbers)
        .where(ControlNumbers.sender == sender)
        .values(last=following)
        .returning(ControlNumbers.last)
    )
    return taken.scalar_one()
