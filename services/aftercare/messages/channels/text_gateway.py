"""Text messages through any gateway that takes a JSON POST with a bearer token and an idempotency key.

The key is the message's id: the same message handed over twice is texted once, so whatever is unclear is
simply handed over again.
"""

import logging
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2

from services.aftercare.messages.channels.outcome import TAKEN, Fate, Outcome
from services.aftercare.messages.writing import Letter

log = logging.getLogger(__name__)

TIMEOUT = 15.0  # seconds, all in
_LONGEST_PAUSE = timedelta(hours=1)
_NOT_NOW = frozenset({408, 409, 425, 429})
_NOT_US = frozenset({401, 402, 403})


@dataclass(frozen=True)
class TextGateway:
    url: str
    token: str = field(repr=False)
    sender: str
    repeatable: bool = True

    async def send(self, address: str, letter: Letter) -> Outcome:
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": str(letter.id)}
        body = {"to": address, "from": self.sender, "text": letter.short, "reference": str(letter.id)}
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
                answer = await client.post(self.url, headers=headers, json=body)
        except httpx2.HTTPError as error:
            log.warning("the text gateway cannot be used now", extra={"code": type(error).__name__})
            return Outcome(Fate.LATER, "gateway_away")
        return _read(answer)


def _read(answer: httpx2.Response) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        # A sign-in page of some network in between answers 200 too; a gateway answers with an object.
        return TAKEN if _is_object(answer) else Outcome(Fate.LATER, "gateway_not_understood")
    if status in _NOT_US:
        log.error("the text gateway does not accept us", extra={"code": str(status)})
        return Outcome(Fate.LATER, "gateway_refuses_us")
    if status in _NOT_NOW or status >= 500 or status < 400:
        return Outcome(Fate.LATER, "gateway_busy", retry_after=_retry_after(answer))
    bad_address = status in (400, 404, 410, 422)
    return Outcome(Fate.REFUSED, "number_refused" if bad_address else "text_refused", None, bad_address)


def _is_object(answer: httpx2.Response) -> bool:
    try:
        return isinstance(answer.json(), dict)
    except ValueError:
        return False


def _retry_after(answer: httpx2.Response) -> timedelta | None:
    """RFC 9110 10.2.3, the seconds only: a date would trust the other side's clock."""
    text = answer.headers.get("retry-after", "")
    return min(timedelta(seconds=int(text)), _LONGEST_PAUSE) if text.isdigit() and len(text) < 7 else None
