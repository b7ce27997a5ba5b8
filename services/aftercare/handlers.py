"""What aftercare hears, and who deals with it."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.messages.outgoing import hold_back
from services.aftercare.plans.consent import give_consent, note_consent, revoke_consent
from services.aftercare.plans.hearing import hear_admitted, hear_cancelled, hear_discharged, hear_planned
from services.aftercare.plans.introductions import end_by_consent
from shared.contracts.fact import Fact
from shared.contracts.intake import (
    ClientAdmitted,
    ClientDischarged,
    ConsentGiven,
    ConsentItem,
    ConsentRevoked,
    DischargeCancelled,
    DischargePlanned,
)
from shared.messaging.consumer import Handler

CONSENT_WITHDRAWN = "consent_withdrawn"


async def on_consent_given(session: AsyncSession, fact: ConsentGiven) -> None:
    last = await note_consent(session, fact.case_id, fact.item, fact.consent_id, fact.occurred_at)
    if last and fact.item is ConsentItem.AFTERCARE:
        await give_consent(session, fact.case_id, fact.consent_id)


async def on_consent_revoked(session: AsyncSession, fact: ConsentRevoked) -> None:
    """Each consent ends what it allowed, and nothing else (aftercare.md 8.4, 8.5).

    AFTERCARE: the meetings we arranged. INTRODUCTION: what that one person is told; the meetings stay.
    CONTACT: what waits to be written. TEXTS: nothing here, each message asks intake when it leaves, and may
    go by e-mail.
    """
    if fact.item is ConsentItem.INTRODUCTION:
        await end_by_consent(session, fact.case_id, fact.consent_id)
        return
    if not await note_consent(session, fact.case_id, fact.item, None, fact.occurred_at):
        return
    if fact.item is ConsentItem.AFTERCARE:
        await revoke_consent(session, fact.case_id)
    elif fact.item is ConsentItem.CONTACT:
        await hold_back(session, fact.case_id, CONSENT_WITHDRAWN)


HEARD: dict[type[Fact], Handler] = {
    ClientAdmitted: hear_admitted,
    DischargePlanned: hear_planned,
    ClientDischarged: hear_discharged,
    DischargeCancelled: hear_cancelled,
    ConsentGiven: on_consent_given,
    ConsentRevoked: on_consent_revoked,
}
