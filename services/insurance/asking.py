"""The job that asks one question. Network calls stand between transactions, never inside one.

(a) intake's door, which is the consent check; (b) a place in the payer's rate, or an answer of the last day
used again; (c) the attempt, recorded before it leaves; (d) the 270 out and the answer in; (e) one
transaction for raw X12, benefits, state, fact, the next question and the end of the job.

Killed between (c) and (e), the attempt's fate is unknown: it may have been answered and billed. The operating
rules forbid a repeat before 90 s, so the next run waits that long, then sends the same question (same TRN02)
in a new interchange (new ISA13).
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.insurance import payer_gate, x12
from services.insurance.attempts import HANDLE, Known, Sent, answered_lately, note, trace_number, write_down
from services.insurance.data_door import CaseUnknown, Identifiers, IntakeUnreachable, NoConsent, identifiers
from services.insurance.forgetting import keep_forgetting
from services.insurance.payer_records import load_directory
from services.insurance.payers.adapter import Adapter, AttemptResult, ResultKind, Trouble
from services.insurance.payers.directory import Directory
from services.insurance.question import Question, Terms, identity_of, question, varied
from services.insurance.recording import Outcome, go_on, hold_back, record_outcome
from services.insurance.rules.breaker import CLOSED, Breaker
from services.insurance.rules.eligibility import AskAgain, Correct, Decision, Unclear, decide
from services.insurance.rules.same_person import Asked
from services.insurance.rules.statements import Purpose
from services.insurance.rules.states import OPEN, PENDING, QuestionState, State
from services.insurance.rules.variations import variations
from services.insurance.tables import Attempt, Verification
from services.insurance.tables import Question as Row
from services.insurance.verification import close_without_consent
from shared import clock
from shared.contracts.insurance import CorrectableField, UnavailableReason, UnclearReason
from shared.database import Database
from shared.fault_points import fault_point
from shared.jobs import Job, Later, LeaseLost, finish
from shared.messaging.consumer import is_transient
from shared.peers import Peer
from shared.sealing import box, keyring

log = logging.getLogger(__name__)

UNKNOWN = "unknown"
LOOK_EVERY, SECOND = timedelta(minutes=10), timedelta(seconds=1)
SETTLE_AGAIN = (0.1, 0.5, 2.0)  # seconds
INTAKE_AGAIN = timedelta(seconds=3)
SAME_QUESTION_AGAIN = timedelta(seconds=3)
# A clearinghouse that took the question and has no answer yet.
FETCH_EVERY = timedelta(seconds=5)
FETCH_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be asked now. With `handle` the question is out already and its answer is fetched."""

    row: Row
    directory: Directory
    fields: tuple[CorrectableField, ...] = ()
    attempt_id: UUID | None = None
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of this run, and of which attempt where one left the house."""

    known: Identifiers
    decision: Decision
    question: Question | None = None
    attempt_id: UUID | None = None
    result: AttemptResult | None = None
    reused: Known | None = None


@dataclass(frozen=True)
class AskPayer:
    """The work of kind `ask_payer`; the job's subject is the question."""

    database: Database
    intake: Peer
    adapters: Mapping[str, Adapter]
    terms: Terms

    async def __call__(self, job: Job) -> None:
        due = await self._due(job.subject_id)
        if due is None:
            return
        fault_point("asking.begun")
        try:
            purpose = Purpose(due.row.purpose)
            known = await identifiers(self.intake, due.row.case_id, due.row.id, purpose)
        except NoConsent:
            await self._without_consent(job)
            return
        except IntakeUnreachable:
            # Our own service, and nothing has left yet: the payers' long pauses are not for this.
            raise Later(self._soon(INTAKE_AGAIN), "intake_unreachable") from None
        except CaseUnknown:
            log.error("intake knows no such case", extra={"code": "case_unknown"})
            await self._without_consent(job, reason="case_unknown")
            return
        fault_point("asking.consented")
        # The door keeps the date of the first request; a question that goes out later is about that later
        # day.
        known = replace(known, service_date=max(known.service_date, self._today()))
        asked = self._question(due, known)
        if isinstance(asked, Correct | Unclear):
            await self._settle_surely(job, Came(known, asked))
            return
        if due.handle:
            result = await asked.adapter.poll(due.handle, self.terms.deadline)
            came = Came(known, _decision(result, asked), asked, due.attempt_id, result)
            await self._settle_surely(job, came)
            return
        turn = await self._take_turn(job, known, asked)
        if isinstance(turn, Sent):
            fault_point("asking.recorded")
            result = await asked.adapter.send(turn.inquiry, self.terms.deadline)
            fault_point("asking.answered")
            came = Came(known, _decision(result, asked), asked, turn.attempt_id, result)
            await self._settle_surely(job, came)
            fault_point("asking.settled")
        elif turn is not None:
            decision = _read(turn.raw, replace(asked.asked, trace=turn.trace))
            await self._settle_surely(job, Came(known, decision, asked, reused=turn))

    async def _due(self, question_id: UUID) -> Due | None:
        """The question, if it is to be asked now; None if not any more. Raises Later if not yet."""
        async with self.database.reading() as session:
            row = await session.get(Row, question_id)
            if row is None or row.state not in PENDING:
                return None
            query = select(Attempt).where(Attempt.question_id == question_id)
            out = query.where(Attempt.result.is_(None) | (Attempt.result == ResultKind.PENDING))
            attempts = list(await session.scalars(out.options(undefer(Attempt.handle))))
            unknown_until = [a.started_at + self.terms.resend_after for a in attempts if a.result is None]
            taken = next((a for a in attempts if a.result is not None and a.handle), None)
            handle = ""
            if taken is not None and taken.handle:
                handle = (await box(session, row.case_id)).open(HANDLE, taken.id, taken.handle)
            directory = await load_directory(session)
            verification = await session.get_one(Verification, row.verification_id)
            fields = tuple(CorrectableField(field) for field in verification.fields)
        times = [*unknown_until, *([row.next_attempt_at] if row.next_attempt_at else [])]
        if times and (wait := max(times) - clock.now()) > timedelta():
            raise self._later(wait, "fate_unknown" if unknown_until else "payer_unavailable")
        return Due(row, directory, fields, taken.id if taken else None, handle)

    def _question(self, due: Due, known: Identifiers) -> Question | Correct | Unclear:
        row = due.row
        if row.purpose == Purpose.PLAN:
            payer = due.directory.find(known.payer)
        else:
            payer = due.directory.by_code(row.payer_code or "")
        if row.variation:
            ladder = variations(identity_of(known), _refused_for(row))
            if row.variation > len(
                ladder
            ):  # the details were mended meanwhile: what is left was refused already
                return Correct(due.fields)
            known = varied(known, ladder[row.variation - 1])
        trace = trace_number(row.id, row.variation)
        return question(known, payer, row.service_types, trace, self.adapters, self.terms)

    async def _take_turn(self, job: Job, known: Identifiers, asked: Question) -> Sent | Known | None:
        """Write down what is about to leave, or find it answered already. None: not wanted any more.

        Raises Later when the payer is not to be asked right now.
        """
        async with self.database.transaction() as session:
            row, verification = await _locked(session, job.subject_id)
            if row.state not in PENDING:
                return None
            await session.execute(
                update(Attempt)
                .where(Attempt.question_id == row.id, Attempt.result.is_(None))
                .values(result=UNKNOWN)
            )
            mark = keyring(session).blind_index("verifications.fingerprint", asked.fingerprint)
            row.payer_code, row.fingerprint = asked.payer.code, mark
            if row.purpose == Purpose.PLAN:
                verification.payer_code = asked.payer.code
                verification.membership_index = keyring(session).blind_index(
                    "verifications.membership", asked.membership
                )
                verification.service_date = asked.asked.service_date
                _note_wishes(verification, known)
            if verification.forced is None:
                lately = await answered_lately(session, row.id, mark, self.terms.fresh_for)
                if lately is not None:
                    return lately
            hold = await payer_gate.enter(session, asked.adapter.name, asked.payer.code, row, self.terms.pace)
            if hold is None:
                if row.purpose == Purpose.PLAN and verification.state in OPEN:
                    verification.state = State.QUERYING
                sent = await write_down(session, row, asked)
                if sent is None:  # its answer will serve both
                    raise Later(self._soon(SAME_QUESTION_AGAIN), "same_question_in_flight")
                await keep_forgetting(session)
                return sent
            if hold.out and not await hold_back(session, verification, row, hold.wait, self.terms):
                await finish(session, job)
                return None
        raise self._later(hold.wait, "payer_out" if hold.out else "payer_busy")

    async def _settle_surely(self, job: Job, came: Came) -> None:
        """An answer in hand is not given up, and asked for again, because the database was busy for a
        moment."""
        for pause in SETTLE_AGAIN:
            try:
                return await self._settle(job, came)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("an answer could not be recorded at once", extra={"code": type(error).__name__})
                await asyncio.sleep(pause)
        return await self._settle(job, came)

    async def _settle(self, job: Job, came: Came) -> None:
        """Record what came of this run. Raises Later when the payer is to be asked again."""
        async with self.database.transaction() as session:
            row, verification = await _locked(session, job.subject_id)
            wanted = row.state in PENDING
            breaker, fetching = CLOSED, False
            if came.attempt_id and came.result and came.question:
                attempt = await session.get_one(Attempt, came.attempt_id)
                if attempt.result not in (None, ResultKind.PENDING):
                    raise LeaseLost(job.kind)  # another run took this attempt for lost and asked again
                fetching = self._fetching(attempt, came.result)
                note(attempt, came.result, await box(session, row.case_id), keep_answer=wanted)
                if fetching:
                    attempt.result = ResultKind.PENDING
                elif attempt.result == ResultKind.PENDING:
                    attempt.result = ResultKind.UNAVAILABLE  # taken long ago, never answered: asked anew
                if not fetching:
                    # A payer that names a day to ask again has answered.
                    out = isinstance(came.decision, AskAgain) and came.decision.wait_days is None
                    payer = came.question.payer.code
                    breaker = await payer_gate.came_back(
                        session,
                        attempt.adapter,
                        payer,
                        self.terms.pace,
                        self.terms.resend_after,
                        answered=not out,
                    )
            delay = None
            if wanted and fetching and came.result:
                delay = came.result.retry_after or FETCH_EVERY * self.terms.retry_scale
                row.next_attempt_at = clock.now() + delay
            elif wanted:
                delay = await self._record(session, row, verification, came, breaker)
            if delay is None:
                await finish(session, job)
            fault_point("asking.settling")
        if delay is not None:
            raise self._later(delay, "payer_unavailable")

    async def _record(
        self, session: AsyncSession, row: Row, verification: Verification, came: Came, breaker: Breaker
    ) -> timedelta | None:
        if row.purpose == Purpose.PLAN:
            _note_wishes(verification, came.known)
        row.answered_by = came.reused.attempt_id if came.reused else came.attempt_id
        row.in_flight = None
        refused_for = _refused_for(row) if row.variation else getattr(came.decision, "reasons", ())
        ladder = variations(identity_of(came.known), refused_for) if refused_for else ()
        outcome = Outcome(
            decision=came.decision,
            answered_at=came.reused.answered_at if came.reused else clock.now(),
            variations_left=len(ladder) - row.variation,
            refused_for=tuple(refused_for),
            breaker=breaker,
            chance=random.random(),
            multi_stc=came.question is not None and came.question.adapter.capabilities.multi_stc,
        )
        delay = await record_outcome(session, verification, row, outcome, self.terms)
        if delay and came.result and came.result.retry_after:
            delay = max(delay, came.result.retry_after)
            row.next_attempt_at = clock.now() + delay
        return delay

    async def _without_consent(self, job: Job, reason: str = "no_consent") -> None:
        """The plan may not be asked: the verification ends. Behavioural benefits are then for the phone."""
        async with self.database.transaction() as session:
            row, verification = await _locked(session, job.subject_id)
            if row.state in PENDING:
                if row.purpose == Purpose.PLAN and verification.state in OPEN:
                    await close_without_consent(session, verification)
                row.state, row.reason = QuestionState.DROPPED, reason
                row.next_attempt_at = row.in_flight = None
                if row.purpose != Purpose.PLAN:
                    await go_on(session, verification, self.terms, multi_stc=False)
            await finish(session, job)

    def _fetching(self, attempt: Attempt, result: AttemptResult) -> bool:
        """Whether the answer is still to be fetched: a failed look for it is no reason to ask, and pay,
        again."""
        missed = attempt.result == ResultKind.PENDING and result.kind is ResultKind.UNAVAILABLE
        taken = result.kind is ResultKind.PENDING or (missed and result.trouble is not Trouble.HANDLE_LOST)
        return taken and clock.now() - attempt.started_at < FETCH_FOR * self.terms.retry_scale

    def _today(self) -> date:
        return clock.now().astimezone(self.terms.zone).date()

    def _later(self, wait: timedelta, code: str) -> Later:
        """Looked at again at least every few minutes: what it waits for may have happened in between."""
        return Later(min(wait, max(LOOK_EVERY * self.terms.retry_scale, SECOND)), code)

    def _soon(self, pause: timedelta) -> timedelta:
        return pause * self.terms.retry_scale * random.uniform(0.8, 1.2)


def _decision(result: AttemptResult, question: Question) -> Decision:
    """What one attempt means. A time-out is never "no coverage"; a refused envelope is our defect, not the
    client's."""
    match result.kind:
        case ResultKind.UNAVAILABLE | ResultKind.PENDING:
            late = result.trouble is Trouble.TIMED_OUT or result.kind is ResultKind.PENDING
            return AskAgain(UnavailableReason.TIMED_OUT if late else UnavailableReason.TRANSPORT_FAILED)
        case ResultKind.ENVELOPE_REJECTED | ResultKind.MISCONFIGURED:
            log.error("the clearinghouse refused our inquiry", extra={"code": result.kind.value})
            return Unclear(UnclearReason.PAYER_REFUSED)
        case ResultKind.ANSWERED:
            return _read(result.raw, question.asked)


def _read(raw: bytes, asked: Asked) -> Decision:
    try:
        return decide(x12.read(raw), asked)
    except x12.Unreadable:
        return Unclear(UnclearReason.NOT_READABLE)


def _note_wishes(verification: Verification, known: Identifiers) -> None:
    verification.levels_of_care = [level.value for level in known.levels_of_care]
    verification.admission_on = known.admission_on


def _refused_for(row: Row) -> tuple[str, ...]:
    """AAA03 of the first refusal: the ladder is made from these, so that its order never changes."""
    return tuple((row.reason or "").split())


async def _locked(session: AsyncSession, question_id: UUID) -> tuple[Row, Verification]:
    """Question and verification, the latter locked first as everywhere."""
    verification_id = await session.scalar(select(Row.verification_id).where(Row.id == question_id))
    verification = await session.get_one(Verification, verification_id, with_for_update=True)
    return await session.get_one(Row, question_id, with_for_update=True), verification
