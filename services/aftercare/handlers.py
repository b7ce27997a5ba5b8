"""What aftercare hears, and who deals with it."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.consent import give_consent, revoke_consent
from services.aftercare.plans.opening import draft_plan
from shared.contracts.fact import Fact
from shared.contracts.intake import ClientDischarged, ConsentGiven, ConsentItem, ConsentRevoked
from shared.messaging.consumer import Handler


async def on_client_discharged(session: AsyncSession, fact: ClientDischarged) -> None:
    await draft_plan(session, fact)


async def on_consent_given(session: AsyncSession, fact: ConsentGiven) -> None:
    if fact.item is ConsentItem.AFTERCARE:
        await give_consent(session, fact.case_id, fact.consent_id)


async def on_consent_revoked(session: AsyncSession, fact: ConsentRevoked) -> None:
    if fact.item is ConsentItem.AFTERCARE:
        await revoke_consent(session, fact.case_id)


HEARD: dict[type[Fact], Handler] = {
    ClientDischarged: on_client_discharged,
    ConsentGiven: on_consent_given,
    ConsentRevoked: on_consent_revoked,
}
