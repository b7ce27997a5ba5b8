"""The clearinghouse's simpler faces: the same house, as our adapters and known vendors reach one.

plain     POST /eligibility            X12 in, X12 out
raw JSON  POST /stedi/.../raw-x12      {"x12": ...} with a key
later     POST /slow-answers           202 and Location, then 202 until the answer is there
coded     POST /coded-answers          HTTP 200 whatever happens; 0 done, 1 rejected, 3 not yet in JSON
"""

import hmac
import json
from collections.abc import Callable
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from services.insurance.simulator.faults import HEADER, Fault, by_header
from services.insurance.simulator.house import Clearinghouse, Failed, NoInquiry
from services.insurance.simulator.settings import SimulatorSettings

LARGEST_INQUIRY = 64 * 1024
MOST_WAITING = 10_000  # the oldest goes first: nobody will fetch it any more
X12 = "application/edi-x12"
PAGE = "<!doctype html><html><head><title>Sorry</title></head><body>We will be back soon.</body></html>"
RESET = "throughcare.reset"


class TooLarge(Exception):
    """More than any inquiry needs."""


def routes(house: Clearinghouse, settings: SimulatorSettings) -> APIRouter:
    """Every face of `house`."""
    router = APIRouter()
    waiting = Waiting(settings.simulator_polls)

    @router.post("/eligibility")
    async def plain(request: Request) -> Response:
        try:
            served = await house.serve(await body_of(request), wanted(request))
        except NoInquiry:
            return PlainTextResponse("This is not an X12 interchange.", 400)
        if isinstance(served, Failed):
            return http_failure(served.fault, request)
        return waiting.put(served.text) if served.later else Response(served.text, media_type=X12)

    @router.post("/slow-answers")
    async def slow(request: Request) -> Response:
        try:
            served = await house.serve(await body_of(request), wanted(request))
        except NoInquiry:
            return PlainTextResponse("This is not an X12 interchange.", 400)
        return http_failure(served.fault, request) if isinstance(served, Failed) else waiting.put(served.text)

    @router.get("/slow-answers/{handle}")
    async def fetched(handle: str) -> Response:
        return waiting.get(handle)

    @router.post("/coded-answers")
    async def coded(request: Request) -> Response:
        try:
            served = await house.serve(await body_of(request), wanted(request))
        except NoInquiry:
            return JSONResponse({"APIResponseCode": "1", "APIResponseMessage": "Rejected"})
        if isinstance(served, Failed):
            return JSONResponse({"APIResponseCode": "1", "APIResponseMessage": "Rejected"})
        handle = waiting.put(served.text).headers["location"].rpartition("/")[2]
        return JSONResponse({"APIResponseCode": "3", "APIResponseMessage": "Pending", "RequestID": handle})

    @router.get("/coded-answers/{handle}")
    async def looked_up(handle: str) -> Response:
        found = waiting.get(handle)
        if found.status_code == 200:
            return JSONResponse({"APIResponseCode": "0", "x12": bytes(found.body).decode("utf-8")})
        return JSONResponse({"APIResponseCode": "3" if found.status_code == 202 else "1"})

    @router.post("/stedi/2024-04-01/change/medicalnetwork/eligibility/v3/raw-x12")
    async def raw_json(request: Request) -> Response:
        if not same(request.headers.get("authorization", ""), settings.simulator_key.get_secret_value()):
            return JSONResponse({"code": "ACCESS_DENIED", "message": "The key is not valid."}, 403)
        try:
            told = json.loads(await body_of(request))
            inquiry = str(told["x12"]).encode("utf-8")
            served = await house.serve(inquiry, wanted(request))
        except (NoInquiry, ValueError, TypeError, KeyError, RecursionError):
            return JSONResponse({"code": "INVALID_REQUEST", "message": "x12 must be a 270."}, 400)
        if isinstance(served, Failed):
            return http_failure(served.fault, request)
        mode = {"applicationMode": "test", "traceId": str(uuid4())}
        return JSONResponse({"meta": mode, "controlNumber": "0001", "x12": served.text})

    return router


class Waiting:
    """Answers to be fetched. Each is handed out once, after `polls` times "not yet"."""

    def __init__(self, polls: int) -> None:
        self._polls = polls
        self._held: dict[str, list[str]] = {}

    def put(self, text: str) -> Response:
        if len(self._held) >= MOST_WAITING:
            del self._held[next(iter(self._held))]
        handle = uuid4().hex
        self._held[handle] = [*[""] * self._polls, text]
        headers = {"location": f"/slow-answers/{handle}", "retry-after": "1"}
        return Response(status_code=202, headers=headers)

    def get(self, handle: str) -> Response:
        held = self._held.get(handle)
        if held is None:
            return PlainTextResponse("Nothing is kept under this.", 404)
        text = held.pop(0)
        if not held:
            del self._held[handle]
        return (
            Response(text, media_type=X12)
            if text
            else Response(status_code=202, headers={"retry-after": "1"})
        )


def http_failure(fault: Fault, request: Request) -> Response:
    """What faults look like where only HTTP can tell them."""
    match fault:
        case Fault.RESET:
            reset: Callable[[], None] = request.scope[RESET]
            reset()
            return Response(status_code=500)  # goes nowhere: there is no connection any more
        case Fault.BUSY:
            return PlainTextResponse("Too many at once.", 429, {"retry-after": "2"})
        case Fault.DOWN:
            return PlainTextResponse("The simulated payers are out of service.", 503)
        case Fault.UNAUTHORIZED:
            return PlainTextResponse("Who are you?", 401)
        case Fault.VERSION:
            return PlainTextResponse("This version is not spoken here.", 400)
        case Fault.HTML:
            return HTMLResponse(PAGE)
        case _:
            return PlainTextResponse("Something broke.", 500)


async def body_of(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_INQUIRY:
            raise TooLarge
    return bytes(body)


def wanted(request: Request) -> Fault | None:
    return by_header(request.headers.get(HEADER))


def same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
