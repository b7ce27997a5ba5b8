"""Plain X12 over HTTP: POST application/edi-x12, the answer in the body. Used for the built-in
clearinghouse."""

import asyncio
import time
from datetime import timedelta

import httpx2

from services.insurance import x12
from services.insurance.payers.adapter import AttemptResult, ResultKind, Trouble

LARGEST_ANSWER = 2 * 1024 * 1024  # bytes; the largest real answer known is well under a tenth of this


class EdiHttp:
    """One clearinghouse endpoint. Follows no redirect: X12 with a person in it goes where it was sent, or
    nowhere."""

    name = "edi_http"

    def __init__(self, url: str, *, receiver: str = "THROUGHCARESIM") -> None:
        self.receiver = receiver
        self._url = url.rstrip("/") + "/eligibility"
        # trust_env off: no proxy taken from the surroundings may see an inquiry.
        self._client = httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=None)

    async def send(self, inquiry: str, deadline: timedelta) -> AttemptResult:
        """Send and read, all within `deadline`. A time-out is never "no coverage": it is `unavailable`."""
        started = time.monotonic()

        def result(kind: ResultKind, **known: object) -> AttemptResult:
            latency = timedelta(seconds=time.monotonic() - started)
            return AttemptResult(kind, latency, **known)  # type: ignore[arg-type]

        try:
            async with asyncio.timeout(deadline.total_seconds()):
                status, headers, body = await self._exchange(inquiry)
        except TimeoutError:
            return result(ResultKind.UNAVAILABLE, trouble=Trouble.TIMED_OUT)
        except httpx2.HTTPError:
            return result(ResultKind.UNAVAILABLE, trouble=Trouble.TRANSPORT_FAILED)
        seen = {"http_status": status, "retry_after": _retry_after(headers)}
        if status == 429:
            return result(ResultKind.UNAVAILABLE, trouble=Trouble.TOO_MANY_REQUESTS, **seen)
        if status >= 500:
            return result(ResultKind.UNAVAILABLE, trouble=Trouble.SERVER_ERROR, **seen)
        if status != 200:
            return result(ResultKind.MISCONFIGURED, trouble=Trouble.REFUSED, raw=body, **seen)
        if len(body) > LARGEST_ANSWER:
            return result(ResultKind.MISCONFIGURED, trouble=Trouble.TOO_LARGE, **seen)
        if _envelope_refused(body):
            return result(ResultKind.ENVELOPE_REJECTED, raw=body, **seen)
        return result(ResultKind.ANSWERED, raw=body, billed=True, **seen)

    async def close(self) -> None:
        await self._client.aclose()

    async def _exchange(self, inquiry: str) -> tuple[int, httpx2.Headers, bytes]:
        """Status, headers and body, read no further than one byte beyond the cap."""
        request = {"content": inquiry.encode("ascii"), "headers": {"content-type": "application/edi-x12"}}
        async with self._client.stream("POST", self._url, **request) as response:  # type: ignore[arg-type]
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    break
            return response.status_code, response.headers, bytes(body)


def _envelope_refused(body: bytes) -> bool:
    try:
        reading = x12.read(body)
    except x12.Unreadable:
        return False
    return not reading.responses and any(not receipt.accepted for receipt in reading.acknowledgements)


def _retry_after(headers: httpx2.Headers) -> timedelta | None:
    """Seconds only; the date form is rare and a wrong clock on either side would make it harmful."""
    stated = headers.get("retry-after", "")
    return timedelta(seconds=min(int(stated), 86_400)) if stated.isascii() and stated.isdigit() else None
