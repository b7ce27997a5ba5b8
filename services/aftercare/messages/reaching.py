"""Where a client may be written to, asked of intake for each message: the call is the consent check."""

from dataclasses import dataclass, field
from uuid import UUID

import httpx2

from shared.contracts.aftercare import MessageChannel
from shared.peers import Peer

# What intake may refuse with, and whether a person should look at what is on file.
_REFUSALS = {
    (403, "consent_missing"): False,
    (409, "not_the_clients_own"): True,
    (409, "no_address"): True,
}


@dataclass(frozen=True)
class Reach:
    address: str = field(repr=False)
    language: str


@dataclass(frozen=True)
class NotReachable:
    """Intake's refusal, in its own code. `look`: what is on file is not theirs, or is missing."""

    reason: str
    look: bool = False


class IntakeAway(Exception):
    """Intake did not answer, or not as agreed; it may later."""


async def reach(intake: Peer, case_id: UUID, channel: MessageChannel) -> Reach | NotReachable:
    """Raises IntakeAway. What is returned is used once and kept nowhere."""
    asked = {"channel": channel.value, "purpose": "aftercare"}
    try:
        answer = await intake.post(f"/api/v1/cases/{case_id}/reach", json=asked)
    except httpx2.HTTPError as error:
        raise IntakeAway from error
    code = _code(answer)
    # A refusal of our own token is 403 too, with another code: a fault here, not a withdrawn consent.
    if (answer.status_code, code) in _REFUSALS:
        return NotReachable(code, look=_REFUSALS[answer.status_code, code])
    if answer.status_code == 404:
        return NotReachable("case_unknown")
    if answer.status_code != 200:
        raise IntakeAway
    try:
        given = answer.json()
        address, language = given["address"], given["language"]
    except (ValueError, KeyError, TypeError):
        raise IntakeAway from None
    if not (isinstance(address, str) and address and isinstance(language, str)):
        raise IntakeAway
    return Reach(address, language)


def _code(answer: httpx2.Response) -> str:
    try:
        return str(answer.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""
