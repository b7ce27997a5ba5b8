"""Plain X12 over HTTP: POST application/edi-x12, the answer in the body. Used for the built-in
clearinghouse.

Some houses answer 202 with a Location instead, and have the answer there later (Availity's way): that is
`pending`, the handle is the Location's path, and a 202 on the poll means "not yet".
"""

from datetime import timedelta

import httpx2

from services.insurance.payers.adapter import NOTHING_WAITS, AttemptResult, Capabilities, ResultKind, Trouble
from services.insurance.payers.exchange import Exchange, Reply, refusal
from services.insurance.payers.payload import outcome

MEDIA = {"content-type": "application/edi-x12"}


class EdiHttp:
    """One clearinghouse endpoint: `url` is its origin, `path` where inquiries are posted."""

    name = "edi_http"
    receiver = "THROUGHCARESIM"
    capabilities = Capabilities(x12=True, multi_stc=True, batch=False, test=True)

    def __init__(self, url: str, *, path: str = "/eligibility") -> None:
        self._url = httpx2.URL(url.rstrip("/") + path)
        self._exchange = Exchange()

    async def send(self, inquiry: str, deadline: timedelta) -> AttemptResult:
        """Send and read, all within `deadline`. A time-out is never "no coverage": it is `unavailable`."""
        # An encoding that cannot fail: the error would carry the whole inquiry.
        body = inquiry.encode("utf-8", errors="replace")
        reply = await self._exchange("POST", str(self._url), deadline, body=body, headers=MEDIA)
        return reply if isinstance(reply, AttemptResult) else self._result(reply, self._url)

    async def poll(self, handle: str, deadline: timedelta) -> AttemptResult:
        """The answer waiting at `handle`, a path of this clearinghouse which `send` brought back."""
        there = self._same_origin(self._url, handle)
        if there is None:
            return NOTHING_WAITS
        reply = await self._exchange("GET", str(there), deadline)
        if isinstance(reply, AttemptResult):
            return reply
        if reply.status in (404, 410):
            # The house no longer knows the inquiry; nothing was wrong with it, so it may be sent again.
            return reply.result(ResultKind.UNAVAILABLE, Trouble.HANDLE_LOST)
        return self._result(reply, there)

    async def close(self) -> None:
        await self._exchange.close()

    def _result(self, reply: Reply, asked: httpx2.URL) -> AttemptResult:
        if reply.status == 202:
            there = self._same_origin(asked, reply.headers.get("location", "") or str(asked))
            if there is None or (there == self._url):
                return reply.result(ResultKind.MISCONFIGURED, Trouble.REFUSED)
            return reply.result(ResultKind.PENDING, handle=there.raw_path.decode("ascii"))
        return refusal(reply) or outcome(reply, reply.body)

    def _same_origin(self, base: httpx2.URL, reference: str) -> httpx2.URL | None:
        """`reference` as a URL of this clearinghouse; None when it leads elsewhere."""
        try:
            there = base.join(reference)
        except (httpx2.InvalidURL, ValueError):
            return None
        home = self._url
        same = (there.scheme, there.host, there.port) == (home.scheme, home.host, home.port)
        return there if same and not there.userinfo else None
