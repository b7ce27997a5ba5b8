"""One HTTP request to a clearinghouse and what came back: the care that every adapter owes its inquiries.

No redirect is followed and no proxy is taken from the environment: X12 with a person in it goes where it was
sent, or nowhere. The whole exchange, from the name look-up to the last byte, fits into one deadline. A body
is read up to a cap, and a compressed one is unpacked no further than that.
"""

import asyncio
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2

from services.insurance.payers.adapter import AttemptResult, ResultKind, Trouble

LARGEST_ANSWER = 2 * 1024 * 1024  # bytes; the largest real answer known is well under a tenth of this
LONGEST_RETRY_AFTER = 86_400
GZIP = zlib.MAX_WBITS | 16
PLAIN = ("", "identity")
# Below the five seconds after which common servers close an idle connection: a request on a closed one fails.
IDLE_CONNECTIONS = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2)
# Of the deadline, for connecting and for the TLS handshake each. Cut short from outside in a handshake, the
# library leaves the socket open; its own time-out closes it, so that one has to strike first.
CONNECTING = 0.45
PASSING = {408: Trouble.TIMED_OUT, 425: Trouble.SERVER_ERROR, 429: Trouble.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came over HTTP within the deadline. `body` stops one byte beyond the cap."""

    status: int
    headers: httpx2.Headers = field(repr=False)
    body: bytes = field(repr=False)
    latency: timedelta

    @property
    def retry_after(self) -> timedelta | None:
        """RFC 9110 10.2.3, seconds only: the date form is rare, and a wrong clock would make it harmful."""
        stated = self.headers.get("retry-after", "")
        if not (stated.isascii() and stated.isdigit() and len(stated) < 10):
            return None
        return timedelta(seconds=min(int(stated), LONGEST_RETRY_AFTER))

    def result(
        self,
        kind: ResultKind,
        trouble: Trouble | None = None,
        *,
        raw: bytes = b"",
        billed: bool = False,
        handle: str = "",
    ) -> AttemptResult:
        """This reply as the outcome of an attempt."""
        return AttemptResult(kind, self.latency, raw, trouble, self.status, self.retry_after, billed, handle)


class Exchange:
    """A connection pool for one clearinghouse. Its representation shows no header: a key may be in one."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._client = httpx2.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=None,  # asyncio.timeout spans the whole exchange; no httpx2 time-out does
            limits=IDLE_CONNECTIONS,
            verify=tls or True,
        )

    async def __call__(
        self,
        method: str,
        url: str,
        deadline: timedelta,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply | AttemptResult:
        """The reply; or the outcome, when none came whole and in time (`unavailable`)."""
        started = time.monotonic()
        sent = {"accept-encoding": "identity", **(headers or {})}
        trouble = Trouble.TRANSPORT_FAILED
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                connecting = httpx2.Timeout(None, connect=deadline.total_seconds() * CONNECTING)
                status, got, answer = await self._exchange(method, url, body, sent, connecting)
            return Reply(status, got, answer, _since(started))
        except (TimeoutError, httpx2.TimeoutException):
            trouble = Trouble.TIMED_OUT
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, zlib.error, ValueError):
            # Whatever the other side sent that HTTP cannot be, it is their trouble and it may pass.
            pass
        return AttemptResult(ResultKind.UNAVAILABLE, _since(started), trouble=trouble)

    async def close(self) -> None:
        await self._client.aclose()

    async def _exchange(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], limit: httpx2.Timeout
    ) -> tuple[int, httpx2.Headers, bytes]:
        request = self._client.stream(method, url, content=body or None, headers=headers, timeout=limit)
        async with request as response:
            coding = response.headers.get("content-encoding", "").strip().lower()
            unpack = None if coding in PLAIN else zlib.decompressobj(GZIP)
            answer = bytearray()
            async for chunk in response.aiter_raw():
                room = LARGEST_ANSWER + 1 - len(answer)
                answer += unpack.decompress(chunk, room) if unpack else chunk[:room]
                if len(answer) > LARGEST_ANSWER:
                    break
            return response.status_code, response.headers, bytes(answer)


def refusal(reply: Reply) -> AttemptResult | None:
    """The outcome where HTTP itself says that there is no answer; None for a 200 with a body of fair size."""
    status = reply.status
    if status in PASSING:
        return reply.result(ResultKind.UNAVAILABLE, PASSING[status])
    if status >= 500:
        return reply.result(ResultKind.UNAVAILABLE, Trouble.SERVER_ERROR)
    if len(reply.body) > LARGEST_ANSWER:
        return reply.result(ResultKind.MISCONFIGURED, Trouble.TOO_LARGE)
    if status in (401, 403):
        return reply.result(ResultKind.MISCONFIGURED, Trouble.CREDENTIALS_REFUSED, raw=reply.body)
    if status != 200:
        return reply.result(ResultKind.MISCONFIGURED, Trouble.REFUSED, raw=reply.body)
    return None


def _since(started: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - started)
