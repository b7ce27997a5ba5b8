"""The coverage track: asking the insurer, what was answered, and paying for oneself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import next_steps
from services.intake.admission_rules import NO_INSURER_CONSENT
from services.intake.case import Coverage, GateClosed
from services.intake.consent_rules import may_disclose
from services.intake.records import state_of, touched
from services.intake.tables import Case
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem, VerificationRequested
from shared.messaging.outbox import say


async def request(session: AsyncSession, case: Case, now: datetime) -> UUID:
    """Ask insurance to verify benefits on the person's own consent; answers the verification's id.

    After self-pay this is the person's change of mind: the track starts anew. Raises GateClosed without
    that consent, without enough to find the person, after the end, and while an answer is awaited.
    """
    known = await state_of(session, case)
    next_steps.check("request_verification", known, now)
    consent = may_disclose(known.consents, ConsentItem.INSURER, now, restricted=known.restricted)
    if consent is None:
        raise GateClosed([NO_INSURER_CONSENT])
    case.verification_id = new_id()
    move(case, Coverage.REQUESTED, now)
    say(
        session,
        VerificationRequested(case_id=case.id, verification_id=case.verification_id, consent_id=consent.id),
    )
    return case.verification_id


def move(
    case: Case,
    to: Coverage,
    now: datetime,
    *,
    fresh_until: datetime | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Put the track where it belongs; what was known of the state before does not linger."""
    case.coverage = to.value
    case.coverage_fresh_until = fresh_until
    case.coverage_detail = detail or {}
    touched(case, now)


async def choose_self_pay(session: AsyncSession, case: Case, now: datetime) -> None:
    """The person's own choice. Answers still on their way to an older question are then ignored.

    Raises GateClosed when it is settled already how the stay is paid for.
    """
    next_steps.check("choose_self_pay", await state_of(session, case), now)
    case.verification_id = None
    move(case, Coverage.SELF_PAY, now)
