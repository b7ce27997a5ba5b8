"""What intake hears from insurance, and what each fact does to the coverage track."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.case import Coverage
from services.intake.coverage import move
from services.intake.records import CaseNotFound, take, touched
from services.intake.tables import Case
from shared import clock
from shared.contracts.fact import Fact
from shared.contracts.insurance import (
    CoverageChanged,
    CoverageConfirmed,
    CoverageCorrectionNeeded,
    CoverageDeclined,
    CoverageExpired,
    CoverageUnclear,
    DeclinedReason,
    PayerUnavailable,
    VerificationStarted,
)
from shared.messaging.consumer import Handler, Impossible


async def on_verification_started(session: AsyncSession, fact: VerificationStarted) -> None:
    """Insurance asks again by itself (a re-check): from now on that question's answers count."""
    case = await _case(session, fact)
    if case.verification_id and fact.verification_id > case.verification_id:
        case.verification_id = fact.verification_id
        move(case, Coverage.REQUESTED, clock.now())


async def on_coverage_confirmed(session: AsyncSession, fact: CoverageConfirmed) -> None:
    if case := await _awaiting(session, fact, fact.verification_id):
        move(case, Coverage.VERIFIED, clock.now(), fresh_until=fact.fresh_until, detail=_differences(case))


async def on_coverage_declined(session: AsyncSession, fact: CoverageDeclined) -> None:
    if case := await _awaiting(session, fact, fact.verification_id):
        # Nobody was asked: the person took the consent back while the question waited.
        withdrawn = fact.reason is DeclinedReason.CONSENT_WITHDRAWN
        track = Coverage.AWAITING_CONSENT if withdrawn else Coverage.DECLINED
        move(case, track, clock.now(), detail={"reason": fact.reason.value} | _differences(case))


async def on_coverage_unclear(session: AsyncSession, fact: CoverageUnclear) -> None:
    if case := await _awaiting(session, fact, fact.verification_id):
        move(case, Coverage.UNCLEAR, clock.now(), detail={"reason": fact.reason.value})


async def on_correction_needed(session: AsyncSession, fact: CoverageCorrectionNeeded) -> None:
    if case := await _awaiting(session, fact, fact.verification_id):
        detail: dict[str, object] = {"fields": [field.value for field in fact.fields]}
        move(case, Coverage.CORRECTION_NEEDED, clock.now(), detail=detail)


async def on_payer_unavailable(session: AsyncSession, fact: PayerUnavailable) -> None:
    if case := await _awaiting(session, fact, fact.verification_id):
        detail: dict[str, object] = {
            "reason": fact.reason.value,
            "next_attempt_at": fact.next_attempt_at.isoformat(),
        }
        move(case, Coverage.UNAVAILABLE, clock.now(), detail=detail)


async def on_coverage_expired(session: AsyncSession, fact: CoverageExpired) -> None:
    """Only an answer that held can grow too old; what a person still has to settle stays in sight."""
    case = await _awaiting(session, fact, fact.verification_id)
    if case and case.coverage == Coverage.VERIFIED.value:
        move(case, Coverage.EXPIRED, clock.now(), detail={"reason": fact.reason.value})


async def on_coverage_changed(session: AsyncSession, fact: CoverageChanged) -> None:
    """What is different is noted beside the track; where the track itself goes, the answer says."""
    if case := await _awaiting(session, fact, fact.verification_id):
        found = {"differences": [difference.value for difference in fact.differences]}
        case.coverage_detail = case.coverage_detail | found
        touched(case, clock.now())


def _differences(case: Case) -> dict[str, object]:
    """Said of this very verification, before or after its answer: a new question wipes them."""
    return {name: said for name, said in case.coverage_detail.items() if name == "differences"}


async def _case(session: AsyncSession, fact: Fact) -> Case:
    try:
        return await take(session, fact.case_id)
    except CaseNotFound:
        raise Impossible("Insurance speaks of a case that intake does not have.") from None


async def _awaiting(session: AsyncSession, fact: Fact, verification_id: UUID) -> Case | None:
    """The case, when this answers the question it is waiting on; None for a superseded question.

    Insurance tells VerificationStarted before any answer, so an id intake did not make is known by then.
    """
    case = await _case(session, fact)
    return case if case.verification_id == verification_id else None


HEARD: dict[type[Fact], Handler] = {
    VerificationStarted: on_verification_started,
    CoverageConfirmed: on_coverage_confirmed,
    CoverageDeclined: on_coverage_declined,
    CoverageUnclear: on_coverage_unclear,
    CoverageCorrectionNeeded: on_correction_needed,
    PayerUnavailable: on_payer_unavailable,
    CoverageExpired: on_coverage_expired,
    CoverageChanged: on_coverage_changed,
}
