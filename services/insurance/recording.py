"""What a decision changes: state, reason, benefits, the next time, and the fact that tells everybody."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.benefit_facts import facts_of
from services.insurance.eligibility import Active, AskAgain, Correct, Decision, Inactive, Unclear
from services.insurance.question import Terms
from services.insurance.retries import retry_delay
from services.insurance.states import State
from services.insurance.tables import Attempt, Verification
from services.insurance.x12.answers import Answer
from shared import clock
from shared.contracts.insurance import (
    CoverageConfirmed,
    CoverageCorrectionNeeded,
    CoverageDeclined,
    CoverageUnclear,
    PayerUnavailable,
    UnclearReason,
)
from shared.messaging.outbox import say
from shared.sealing import box

# Payers throttle or block a provider that tries identity after identity (insurance.md 2.3): then a person
# phones.
MOST_CORRECTIONS = 3


async def record_decision(
    session: AsyncSession,
    verification: Verification,
    attempt: Attempt | None,
    decision: Decision,
    terms: Terms,
    chance: float,
) -> timedelta | None:
    """Apply `decision` in the caller's transaction; returns how long to wait when the payer is to be asked
    again."""
    if isinstance(decision, AskAgain):
        return _ask_again(session, verification, decision, terms, chance)
    if isinstance(decision, Correct) and await _corrections(session, verification) >= MOST_CORRECTIONS - 1:
        decision = Unclear(UnclearReason.TRIED_TOO_OFTEN)
    verification.answered_at = clock.now()
    verification.next_attempt_at = None
    verification.in_flight = None
    ids = {"case_id": verification.case_id, "verification_id": verification.id}
    match decision:
        case Active(answer):
            await _keep(session, attempt, answer)
            verification.state = State.VERIFIED_ACTIVE
            verification.fresh_until = verification.answered_at + terms.fresh_for
            say(session, CoverageConfirmed(**ids, fresh_until=verification.fresh_until))
        case Inactive(reason, answer):
            await _keep(session, attempt, answer)
            verification.state, verification.reason = State.VERIFIED_INACTIVE, reason.value
            say(session, CoverageDeclined(**ids, reason=reason))
        case Correct(fields):
            verification.state = State.NEEDS_CORRECTION
            verification.fields = [field.value for field in fields]
            say(session, CoverageCorrectionNeeded(**ids, fields=fields))
        case Unclear(unclear, found):
            if found is not None:
                await _keep(session, attempt, found)
            _to_a_person(session, verification, unclear)
    return None


def _ask_again(
    session: AsyncSession, verification: Verification, decision: AskAgain, terms: Terms, chance: float
) -> timedelta | None:
    """Plan the next time, or hand over to a person when the window is over."""
    if decision.wait_days is not None:
        delay: timedelta | None = timedelta(days=decision.wait_days) * terms.retry_scale
    else:
        verification.failures += 1
        delay = retry_delay(verification.failures, chance, terms.retry_scale)
    if delay is None:
        verification.next_attempt_at = None
        verification.in_flight = None
        _to_a_person(session, verification, UnclearReason.TRIED_TOO_OFTEN)
        return None
    verification.state = State.PAYER_UNAVAILABLE
    verification.reason = decision.reason.value
    verification.next_attempt_at = clock.now() + delay
    say(
        session,
        PayerUnavailable(
            case_id=verification.case_id,
            verification_id=verification.id,
            reason=decision.reason,
            next_attempt_at=verification.next_attempt_at,
        ),
    )
    return delay


def _to_a_person(session: AsyncSession, verification: Verification, reason: UnclearReason) -> None:
    verification.state, verification.reason = State.MANUAL_REVIEW, reason.value
    say(
        session,
        CoverageUnclear(case_id=verification.case_id, verification_id=verification.id, reason=reason),
    )


async def _keep(session: AsyncSession, attempt: Attempt | None, answer: Answer) -> None:
    if attempt is not None:
        session.add_all(facts_of(answer.benefits, attempt, await box(session, attempt.case_id)))


async def _corrections(session: AsyncSession, verification: Verification) -> int:
    """How many questions of this case have already come back as not found."""
    earlier = select(func.count()).where(
        Verification.case_id == verification.case_id,
        Verification.id != verification.id,
        Verification.state == State.NEEDS_CORRECTION,
    )
    return await session.scalar(earlier) or 0
