"""The facts insurance hears, each leading to one use case."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance import expiry
from services.insurance.verification import request_verification, withdraw, withdraw_behavioural
from shared.contracts.fact import Fact
from shared.contracts.intake import (
    ClientAdmitted,
    ClientDischarged,
    ConsentItem,
    ConsentRevoked,
    VerificationRequested,
)
from shared.messaging.consumer import Handler


async def on_verification_requested(session: AsyncSession, fact: VerificationRequested) -> None:
    await request_verification(session, fact.verification_id, fact.case_id, fact.consent_id)


async def on_consent_revoked(session: AsyncSession, fact: ConsentRevoked) -> None:
    if fact.item is ConsentItem.INSURER:
        await withdraw(session, fact.case_id)
    elif fact.item is ConsentItem.SUD_BENEFITS:
        await withdraw_behavioural(session, fact.case_id)


async def on_client_admitted(session: AsyncSession, fact: ClientAdmitted) -> None:
    await expiry.admitted(session, fact.case_id, fact.admitted_at)


async def on_client_discharged(session: AsyncSession, fact: ClientDischarged) -> None:
    await expiry.left(session, fact.case_id, fact.discharged_at)


HEARD: dict[type[Fact], Handler] = {
    VerificationRequested: on_verification_requested,
    ConsentRevoked: on_consent_revoked,
    ClientAdmitted: on_client_admitted,
    ClientDischarged: on_client_discharged,
}
