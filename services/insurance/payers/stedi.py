"""Stedi's raw X12 eligibility check: {"x12": the 270} there, {"x12": the 271} back, with a JSON reading of it
which we do not use.

Facts (Stedi's API reference, "post healthcare eligibility raw x12"): POST application/json with the API key
alone in Authorization; delimiters must be ~ * : ^; 400 means their validation or the payer id, 403 a test key
with live data; 429 means too many at once (five by default), not too many a second; payers' own refusals
(AAA) come with 200. One service type an inquiry is advised.
"""

import json
from datetime import timedelta

from pydantic import SecretStr

from services.insurance.payers.adapter import NOTHING_WAITS, AttemptResult, Capabilities
from services.insurance.payers.exchange import Exchange, Reply, refusal
from services.insurance.payers.payload import outcome

URL = "https://healthcare.us.stedi.com/2024-04-01/change/medicalnetwork/eligibility/v3/raw-x12"


class Stedi:
    """`test` says whether the key is one for test mode, which knows Stedi's mock members only."""

    name = "stedi"
    receiver = "STEDI"

    def __init__(self, url: str, key: SecretStr, *, test: bool = True) -> None:
        self.capabilities = Capabilities(x12=True, multi_stc=False, batch=False, test=test)
        self._url, self._key = url, key
        self._exchange = Exchange()

    async def send(self, inquiry: str, deadline: timedelta) -> AttemptResult:
        """One real-time check."""
        headers = {"content-type": "application/json", "authorization": self._key.get_secret_value()}
        body = json.dumps({"x12": inquiry}).encode()
        reply = await self._exchange("POST", self._url, deadline, body=body, headers=headers)
        return reply if isinstance(reply, AttemptResult) else _result(reply)

    async def poll(self, handle: str, deadline: timedelta) -> AttemptResult:
        """Nothing is ever left for later here: a handle is from other settings than today's."""
        return NOTHING_WAITS

    async def close(self) -> None:
        await self._exchange.close()


def _result(reply: Reply) -> AttemptResult:
    return refusal(reply) or outcome(reply, _x12(reply.body))


def _x12(body: bytes) -> bytes:
    """The answer's `x12`; empty when there is none to be had."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return b""
    found = told.get("x12") if isinstance(told, dict) else None
    return found.encode("utf-8", errors="replace") if isinstance(found, str) else b""
