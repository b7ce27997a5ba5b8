"""Where one message goes: to the client, by intake's leave, or to whoever of the staff is on call."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.aftercare.messages.addresses import AddressUnusable, index_of, normal
from services.aftercare.messages.opening import on_call
from services.aftercare.messages.reaching import IntakeAway, NotReachable, reach
from services.aftercare.messages.stops import is_address_stopped
from services.aftercare.workplace import Workplace
from shared.contracts.aftercare import MessageChannel
from shared.jobs import Later

log = logging.getLogger(__name__)

INTAKE_AGAIN = timedelta(seconds=60)


@dataclass(frozen=True)
class Found:
    """Where it goes, in the one form of such an address."""

    channel: MessageChannel
    address: str = field(repr=False)
    language: str = "en"


async def ask_intake(
    place: Workplace, case_id: UUID, channels: Sequence[MessageChannel]
) -> Found | NotReachable:
    """The first channel that has an address, a consent and no stop; else the first refusal."""
    refusals = []
    for channel in channels:
        try:
            answer = await reach(place.intake, case_id, channel)
        except IntakeAway:
            raise Later(INTAKE_AGAIN * random.uniform(0.8, 1.2), "intake_unreachable") from None
        if isinstance(answer, NotReachable):
            refusals.append(answer)
            continue
        try:
            address = normal(channel, answer.address)
        except AddressUnusable:
            refusals.append(NotReachable("address_unusable", look=True))
            continue
        async with place.database.reading() as session:
            stopped = await is_address_stopped(session, channel, index_of(session, channel, address))
        if not stopped:
            return Found(channel, address, answer.language)
        refusals.append(NotReachable("stopped"))
    return refusals[0]


def whose_turn(place: Workplace, turn: int) -> Found | NotReachable:
    """Whose turn it is among the on-call staff who can be written to at all."""
    staff = [one for one in on_call(place.settings) if one[0] in place.channels]
    if not staff:
        log.critical("a page to staff cannot leave: nobody is on call, or by no channel there is")
        return NotReachable("nobody_on_call")
    return Found(*staff[turn % len(staff)])
