"""A verification's life outside the payer: requested, withdrawn, asked for again. Inside `transaction()`
only."""

from typing import cast
from uuid import UUID

from sqlalchemy import Table as SqlTable
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.states import OPEN, State
from services.insurance.tables import Verification
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.insurance import CoverageDeclined, DeclinedReason, VerificationStarted
from shared.database import insert_or_ignore
from shared.jobs import schedule
from shared.messaging.outbox import say

ASK_PAYER = "ask_payer"
SUPERSEDED = "superseded"
_verifications = cast(SqlTable, Verification.__table__)


class VerificationNotFound(Exception):
    """No verification has this id."""


class AlreadyAsking(Exception):
    """The payer is being asked right now; a second question would be billed and answer nothing new."""


async def request_verification(
    session: AsyncSession, verification_id: UUID, case_id: UUID, consent_id: UUID
) -> bool:
    """Take up the question and plan asking the payer. Coming twice is one verification; returns whether it is
    new.

    An older question of the same case that nobody has an answer to yet is superseded: whoever asks again
    has changed something, and the old one would only repeat the mistake.
    """
    row = {
        "id": verification_id,
        "case_id": case_id,
        "consent_id": consent_id,
        "state": State.REQUESTED.value,
        "fields": [],
        "trace_number": f"TC{verification_id.hex.upper()}",
        "failures": 0,
        "requested_at": clock.now(),
    }
    if not await insert_or_ignore(session, _verifications, [row], ["id"]):
        return False
    await session.execute(
        update(Verification)
        .where(
            Verification.case_id == case_id,
            Verification.id != verification_id,
            Verification.state.in_((State.REQUESTED, State.PAYER_UNAVAILABLE)),
        )
        .values(state=State.CLOSED, reason=SUPERSEDED, next_attempt_at=None, in_flight=None)
    )
    await schedule(session, ASK_PAYER, verification_id)
    say(session, VerificationStarted(case_id=case_id, verification_id=verification_id))
    return True


async def ask_again(session: AsyncSession, verification_id: UUID) -> UUID:
    """Ask the payer anew, as a new verification with an id of its own; returns that id.

    New, because an old answer stays what it was, and because intake's door then gives today as service date.
    Raises VerificationNotFound, AlreadyAsking.
    """
    old = await session.get(Verification, verification_id, with_for_update=True)
    if old is None:
        raise VerificationNotFound
    asking = await session.scalar(
        select(Verification.id).where(
            Verification.case_id == old.case_id, Verification.state.in_((State.REQUESTED, State.QUERYING))
        )
    )
    if asking is not None:
        raise AlreadyAsking
    fresh_id = new_id()
    await request_verification(session, fresh_id, old.case_id, old.consent_id)
    return fresh_id


async def withdraw(session: AsyncSession, case_id: UUID) -> None:
    """The person took back the consent: whatever is still to be asked is not asked.

    An attempt that is out already cannot be called back; what it brings is thrown away (asking.py).
    """
    still_open = await session.scalars(
        select(Verification)
        .where(Verification.case_id == case_id, Verification.state.in_(OPEN))
        .with_for_update()
    )
    for verification in still_open.all():
        close_without_consent(session, verification)


def close_without_consent(session: AsyncSession, verification: Verification) -> None:
    """Close `verification` and say so."""
    reason = DeclinedReason.CONSENT_WITHDRAWN
    verification.state = State.CLOSED
    verification.reason = reason
    verification.next_attempt_at = None
    verification.in_flight = None
    say(
        session,
        CoverageDeclined(case_id=verification.case_id, verification_id=verification.id, reason=reason),
    )
