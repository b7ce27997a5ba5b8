"""What a decision changes: state, reason, benefits, the next question, and the fact that tells everybody.

The plan's question moves the verification. Questions about behavioural benefits only add to what is known:
whatever becomes of them, the coverage stays what the plan said. Inside `transaction()` only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance import expiry
from services.insurance.benefit_facts import facts_of, particulars_of, statements_of
from services.insurance.comparing import compare_with_previous
from services.insurance.payer_records import load_directory
from services.insurance.phone.tasks import PhoneReason, close_task, open_task
from services.insurance.question import Terms
from services.insurance.rules.breaker import CLOSED, Breaker
from services.insurance.rules.eligibility import Active, AskAgain, Correct, Decision, Inactive, Unclear
from services.insurance.rules.following import following
from services.insurance.rules.levels_of_care import levels_of_care
from services.insurance.rules.retries import PHONE_BESIDE, retry_delay, window
from services.insurance.rules.statements import Purpose
from services.insurance.rules.states import OPEN, PENDING, QuestionState, State
from services.insurance.tables import BenefitFact, Question, Verification
from services.insurance.verification import SUPERSEDED, plan_question
from services.insurance.x12.answers import Answer
from shared import clock
from shared.contracts.care import LevelOfCare, Network
from shared.contracts.fact import new_id
from shared.contracts.insurance import (
    CoverageConfirmed,
    CoverageCorrectionNeeded,
    CoverageDeclined,
    CoverageUnclear,
    DeclinedReason,
    PayerUnavailable,
    UnavailableReason,
    UnclearReason,
)
from shared.messaging.outbox import say
from shared.sealing import box

# Payers throttle or block a provider that tries identity after identity (insurance.md 2.3): then a person
# phones.
MOST_CORRECTIONS = 3
# A plan phones back slowly: what is unknown for a stay that is not near is due within half a working day.
PHONE_WITHIN = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One decision about one question. `variations_left`: safe ones not tried yet, after a refusal for
    `refused_for` (AAA03); `chance` spreads retries (0-1)."""

    decision: Decision
    answered_at: datetime
    variations_left: int = 0
    refused_for: tuple[str, ...] = ()
    breaker: Breaker = CLOSED
    chance: float = 0.5
    multi_stc: bool = False


async def record_outcome(
    session: AsyncSession, verification: Verification, question: Question, outcome: Outcome, terms: Terms
) -> timedelta | None:
    """Apply `outcome`; returns how long to wait when the same question goes out again."""
    decision = outcome.decision
    if isinstance(decision, AskAgain):
        return await _ask_again(session, verification, question, decision, outcome, terms)
    plan = question.purpose == Purpose.PLAN
    if (
        plan
        and isinstance(decision, Correct)
        and await _corrections(session, verification) >= MOST_CORRECTIONS - 1
    ):
        decision = Unclear(UnclearReason.TRIED_TOO_OFTEN)
    question.next_attempt_at, question.in_flight = None, None
    question.failures, question.first_failed_at = 0, None
    answer = None if isinstance(decision, Correct) else decision.answer
    if answer is not None:
        await _keep(session, question, answer)
        question.answered_at = outcome.answered_at
    question.state, question.reason = _question_state(decision, question)
    if isinstance(decision, Correct):
        question.reason = " ".join(outcome.refused_for)[:40] or None
    again = None
    if isinstance(decision, Correct) and outcome.variations_left > 0:
        question.variation += 1
        question.state = QuestionState.WAITING
        again = terms.resend_after
        question.next_attempt_at = clock.now() + again
    if plan:
        await _move(session, verification, decision, outcome.answered_at, terms)
    if again is None:
        await go_on(session, verification, terms, multi_stc=outcome.multi_stc)
    return again


async def hold_back(
    session: AsyncSession, verification: Verification, question: Question, wait: timedelta, terms: Terms
) -> bool:
    """The payer is left alone for `wait`; told once. False when the window is over and a person phones."""
    told = question.state == QuestionState.UNAVAILABLE
    reason = UnavailableReason.TRANSPORT_FAILED
    return await _wait(session, verification, question, reason, wait, terms, tell=not told)


async def _ask_again(
    session: AsyncSession,
    verification: Verification,
    question: Question,
    decision: AskAgain,
    outcome: Outcome,
    terms: Terms,
) -> timedelta | None:
    """Plan the next time. None when the window is over: then a person phones."""
    if await _overtaken(session, verification):
        verification.state, verification.reason = State.CLOSED, SUPERSEDED
        question.state, question.next_attempt_at = QuestionState.DROPPED, None
        return None
    if decision.wait_days is not None:
        question.named_waits += 1
        if question.named_waits > 1:
            await _give_up(session, verification, question, terms)
            return None
        await open_task(session, verification, PhoneReason.PAYER_UNAVAILABLE, clock.now())
        delay = timedelta(days=decision.wait_days) * terms.retry_scale
        question.failures, question.first_failed_at = (
            0,
            None,
        )  # the payer named the day: the window begins then
    else:
        question.failures += 1
        delay = outcome.breaker.wait(clock.now()) or retry_delay(
            question.failures, outcome.chance, terms.retry_scale
        )
    named = decision.wait_days is not None
    waiting = await _wait(
        session, verification, question, decision.reason, delay, terms, tell=True, named=named
    )
    return delay if waiting else None


async def _wait(
    session: AsyncSession,
    verification: Verification,
    question: Question,
    reason: UnavailableReason,
    delay: timedelta,
    terms: Terms,
    *,
    tell: bool,
    named: bool = False,
) -> bool:
    """Have the question asked after `delay`, and somebody phone beside it when the client comes within a
    day."""
    now = clock.now()
    if not named:
        question.first_failed_at = question.first_failed_at or now
    waited = now - (question.first_failed_at or now)
    if waited >= window(_days_to_admission(verification, terms), terms.retry_scale):
        await _give_up(session, verification, question, terms)
        return False
    if _near(verification, terms) and waited >= PHONE_BESIDE * terms.retry_scale:
        await open_task(session, verification, PhoneReason.ADMISSION_NEAR, now)
    question.state = QuestionState.UNAVAILABLE
    if not question.variation:  # else it holds what the ladder of variations is made from
        question.reason = reason.value
    question.next_attempt_at = now + delay
    if question.purpose == Purpose.PLAN and verification.state in OPEN:
        verification.state, verification.reason = State.PAYER_UNAVAILABLE, reason.value
        if tell:
            said = PayerUnavailable(
                case_id=verification.case_id,
                verification_id=verification.id,
                reason=reason,
                next_attempt_at=question.next_attempt_at,
            )
            say(session, said)
    return True


async def go_on(session: AsyncSession, verification: Verification, terms: Terms, *, multi_stc: bool) -> None:
    """After an answer: the question that follows from it, or, when none does, what is left for a person."""
    await session.flush()
    query = select(Question).where(Question.verification_id == verification.id).order_by(Question.id)
    questions = list(await session.scalars(query))
    if any(one.state in PENDING for one in questions):
        return
    if verification.state == State.VERIFIED_ACTIVE and verification.payer_code:
        directory = await load_directory(session)
        payer = directory.by_code(verification.payer_code)
        # One that was not allowed, not found or not answered ends it: the next would meet the same.
        if payer is not None and all(one.state == QuestionState.ANSWERED for one in questions):
            asked = [(Purpose(one.purpose), tuple(one.service_types)) for one in questions]
            statements = await statements_of(session, verification)
            after = following(asked, statements, payer, directory, multi_stc=multi_stc)
            if after is not None:
                await plan_question(
                    session,
                    new_id(),
                    verification.id,
                    verification.case_id,
                    after.purpose,
                    after.service_types,
                    after.payer.code,
                )
                return
    await _leave_the_rest(session, verification, questions, terms)


async def settle_by_phone(
    session: AsyncSession, verification: Verification, active: bool | None, told_at: datetime, terms: Terms
) -> None:
    """What a call settled: the plan is active, it is not, or nobody could say (None changes nothing). The
    answer is as old as the call.

    Questions that still wait to be asked by machine are not asked any more.
    """
    if active is None or verification.state in (State.CLOSED, State.EXPIRED):
        return
    await _drop_pending(session, verification)
    await _settled(session, verification, None if active else DeclinedReason.INACTIVE, told_at, terms)
    await compare_with_previous(session, verification)


async def _move(
    session: AsyncSession,
    verification: Verification,
    decision: Active | Inactive | Correct | Unclear,
    answered_at: datetime,
    terms: Terms,
) -> None:
    """The verification follows its plan question."""
    ids = {"case_id": verification.case_id, "verification_id": verification.id}
    match decision:
        case Active():
            await _settled(session, verification, None, answered_at, terms)
        case Inactive(reason, _):
            await _settled(session, verification, reason, answered_at, terms)
        case Correct(fields):
            known = (verification.state, tuple(verification.fields))
            verification.state, verification.reason = State.NEEDS_CORRECTION, None
            verification.fields = [field.value for field in fields]
            await expiry.look_again(session, verification)
            if known != (State.NEEDS_CORRECTION, tuple(verification.fields)):  # else a variation met the same
                say(session, CoverageCorrectionNeeded(**ids, fields=fields))
        case Unclear(unclear, _):
            verification.answered_at = answered_at
            await _to_a_person(session, verification, unclear, terms)


async def _settled(
    session: AsyncSession,
    verification: Verification,
    declined: DeclinedReason | None,
    answered_at: datetime,
    terms: Terms,
) -> None:
    """The plan is active, or it is not and `declined` says why. Nobody has to phone for that any more."""
    await close_task(session, verification.id)
    verification.answered_at, verification.fields = answered_at, []
    ids = {"case_id": verification.case_id, "verification_id": verification.id}
    if declined is None:
        verification.state, verification.reason = State.VERIFIED_ACTIVE, None
        fresh_until = await expiry.plan(session, verification, terms)
        say(session, CoverageConfirmed(**ids, fresh_until=fresh_until))
    else:
        verification.state, verification.reason = State.VERIFIED_INACTIVE, declined.value
        verification.fresh_until = None
        await expiry.look_again(session, verification)
        say(session, CoverageDeclined(**ids, reason=declined))


async def _give_up(
    session: AsyncSession, verification: Verification, question: Question, terms: Terms
) -> None:
    """The window is over. For the plan that needs a person; behavioural benefits are phoned for as unknown
    ones."""
    question.state, question.reason = QuestionState.UNCLEAR, UnclearReason.TRIED_TOO_OFTEN.value
    question.next_attempt_at = question.in_flight = None
    if question.purpose == Purpose.PLAN:
        await _to_a_person(session, verification, UnclearReason.TRIED_TOO_OFTEN, terms)
    await go_on(session, verification, terms, multi_stc=False)


async def _to_a_person(
    session: AsyncSession, verification: Verification, reason: UnclearReason, terms: Terms
) -> None:
    if (verification.state, verification.reason) != (State.MANUAL_REVIEW, reason.value):
        said = CoverageUnclear(case_id=verification.case_id, verification_id=verification.id, reason=reason)
        say(session, said)
    verification.state, verification.reason = State.MANUAL_REVIEW, reason.value
    await expiry.look_again(session, verification)
    await open_task(session, verification, PhoneReason.MANUAL_REVIEW, _phone_by(verification, terms))


async def _leave_the_rest(
    session: AsyncSession, verification: Verification, questions: Sequence[Question], terms: Terms
) -> None:
    """Everything a machine can ask is asked: compare with the last time, and have what is unknown phoned
    for."""
    await compare_with_previous(session, verification)
    if verification.state != State.VERIFIED_ACTIVE:
        return
    wanted = [LevelOfCare(code) for code in verification.levels_of_care] or list(LevelOfCare)
    statements = await statements_of(session, verification)
    levels = levels_of_care(statements, (), wanted, service_date=verification.service_date)
    payer = (await load_directory(session)).by_code(verification.payer_code or "")
    network = payer.network if payer else Network.IN
    if not any(level.open_questions for level in levels if level.network is network):
        return
    carved = any(one.purpose == Purpose.CARVE_OUT for one in questions)
    reason = PhoneReason.CARVE_OUT if carved else PhoneReason.LEVELS_UNKNOWN
    await open_task(session, verification, reason, _phone_by(verification, terms))


def _question_state(decision: Decision, question: Question) -> tuple[QuestionState, str | None]:
    match decision:
        case Correct():
            return QuestionState.REFUSED, None
        case Unclear(reason, answer) if question.purpose == Purpose.PLAN or answer is None:
            return QuestionState.UNCLEAR, reason.value
        case _:
            return QuestionState.ANSWERED, None


async def _keep(session: AsyncSession, question: Question, answer: Answer) -> None:
    """The rows of this answer instead of any that an earlier run of the same question left."""
    await session.execute(delete(BenefitFact).where(BenefitFact.question_id == question.id))
    sealing = await box(session, question.case_id)
    session.add_all(facts_of(answer.benefits, question, sealing))
    question.particulars = particulars_of(answer, question, sealing)


async def _drop_pending(session: AsyncSession, verification: Verification) -> None:
    waiting = await session.scalars(
        select(Question).where(Question.verification_id == verification.id, Question.state.in_(PENDING))
    )
    for question in waiting.all():
        question.state, question.next_attempt_at, question.in_flight = QuestionState.DROPPED, None, None


async def _corrections(session: AsyncSession, verification: Verification) -> int:
    """How many questions of this case have already come back as not found."""
    earlier = select(func.count()).where(
        Verification.case_id == verification.case_id,
        Verification.id != verification.id,
        Verification.state == State.NEEDS_CORRECTION,
    )
    return await session.scalar(earlier) or 0


async def _overtaken(session: AsyncSession, verification: Verification) -> bool:
    """Whether the case was asked about anew meanwhile: then the older question need not be repeated."""
    newer = select(Verification.id).where(
        Verification.case_id == verification.case_id, Verification.requested_at > verification.requested_at
    )
    return await session.scalar(newer.limit(1)) is not None


def _days_to_admission(verification: Verification, terms: Terms) -> int | None:
    if verification.admission_on is None:
        return None
    return (verification.admission_on - clock.now().astimezone(terms.zone).date()).days


def _near(verification: Verification, terms: Terms) -> bool:
    """Whether the client comes within a day."""
    days = _days_to_admission(verification, terms)
    return days is not None and 0 <= days <= 1


def _phone_by(verification: Verification, terms: Terms) -> datetime:
    return clock.now() + (timedelta() if _near(verification, terms) else PHONE_WITHIN)
