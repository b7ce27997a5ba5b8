"""The door through which aftercare writes to a client: an address, with a consent that holds now.

Asked for each message, kept by nobody: whoever takes back a consent is written to no more from that moment.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.consent_rules import may_disclose
from services.intake.disclosures import ConsentMissing
from services.intake.records import CaseNotFound, state_of, take
from shared import audit, clock
from shared.contracts.intake import ConsentItem
from shared.identity import Caller
from shared.sealing import KeyShredded, box

Written = Literal["email", "text"]

# What must be agreed to, and where the address lies.
_NEEDS: dict[Written, tuple[ConsentItem, ...]] = {
    "email": (ConsentItem.CONTACT,),
    "text": (ConsentItem.CONTACT, ConsentItem.TEXTS),
}
_COLUMN: dict[Written, str] = {"email": "email", "text": "phone"}


class NotTheClientsOwn(Exception):
    """What is on file belongs to whoever asked for the client: writing there would tell them."""


class NoAddress(Exception):
    """The client gave no address of this kind."""


@dataclass(frozen=True, slots=True)
class Reach:
    address: str
    language: str


async def reach(session: AsyncSession, caller: Caller, case_id: UUID, channel: Written) -> Reach:
    """Raises CaseNotFound, ConsentMissing, NotTheClientsOwn, NoAddress.

    Both consents for a text: being contacted at all, and by text message. Nobody writes to the dead.
    """
    column = _COLUMN[channel]
    await audit.record(session, caller, "case.reach", case_id, (column,))
    # Locked: a revocation waits for us or we for it, so no address leaves on a consent already gone.
    case = await take(session, case_id)
    now = clock.now()
    known = await state_of(session, case)
    if known.deceased or not all(may_disclose(known.consents, item, now) for item in _NEEDS[channel]):
        raise ConsentMissing
    if case.for_whom != "self":
        raise NotTheClientsOwn
    await session.refresh(case, [column])
    sealed = getattr(case, column)
    if sealed is None:
        raise NoAddress
    try:
        address = (await box(session, case_id)).open(f"cases.{column}", case_id, sealed)
    except KeyShredded:
        raise CaseNotFound from None
    return Reach(address, case.language)
