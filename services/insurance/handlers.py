"""The facts insurance hears, each leading to one use case."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.verification import request_verification, withdraw
from shared.contracts.fact import Fact
from shared.contracts.intake import ConsentItem, ConsentRevoked, VerificationRequested
from shared.messaging.consumer import Handler


async def on_verification_requested(session: AsyncSession, fact: VerificationRequested) -> None:
    await request_verification(session, fact.verification_id, fact.case_id, fact.consent_id)


async def on_consent_revoked(session: AsyncSession, fact: ConsentRevoked) -> None:
    if fact.item is ConsentItem.INSURER:
        await withdraw(session, fact.case_id)


HEARD: dict[type[Fact], Handler] = {
    VerificationRequested: on_verification_requested,
    ConsentRevoked: on_consent_revoked,
}
