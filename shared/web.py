"""What every HTTP face of Throughcare does alike: errors, security headers, traces, health."""

import gc
import logging
import signal
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import exc
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.identity import Verifier
from shared.messaging.consumer import is_transient
from shared.problems import RESPONSE
from shared.problems import Problem as Problem
from shared.settings import ServiceSettings
from shared.telemetry import current_traceparent, tracing

log = logging.getLogger(__name__)

MAX_BODY = 256 * 1024  # bytes; doors that take more say so themselves
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "cache-control": "no-store",
}


def create_app(
    service: str, *, title: str, settings: ServiceSettings, lifespan: Any, **options: Any
) -> FastAPI:
    """A FastAPI application with Throughcare's manners. Routes are added by the caller."""
    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        docs_url=None,  # the interactive pages load scripts from elsewhere
        redoc_url=None,
        responses={422: RESPONSE, "default": RESPONSE},
        max_body_size=options.pop("max_body_size", MAX_BODY),
        **options,
    )
    app.state.service = service
    app.state.settings = settings
    app.state.verifier = Verifier.from_keys(settings.keys_dir, service)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid_input)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(exc.SQLAlchemyError, _database_error)
    app.add_middleware(Manners)
    app.add_api_route("/healthz", _alive, include_in_schema=False)
    app.add_api_route("/readyz", _ready, include_in_schema=False)
    return app


async def _alive() -> dict[str, str]:
    """The process answers. Nothing else: a restart would not bring the broker or the database back."""
    return {"status": "alive"}


async def _ready(request: Request) -> Response:
    """200 when database and broker answer, 503 with what does not."""
    flow = getattr(request.app.state, "flow", None)
    away = await flow.away() if flow else ["start"]
    return JSONResponse({"ready": not away, "away": away}, status_code=503 if away else 200)


class Manners:
    """Trace and security headers on every answer. Pure ASGI, so that streams stay streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        with tracing(received) as trace_id:
            started = False

            async def send_with_headers(message: Message) -> None:
                nonlocal started
                if message["type"] == "http.response.start":
                    started = True
                    headers = MutableHeaders(scope=message)
                    for name, value in SECURITY_HEADERS.items():
                        headers.setdefault(name, value)
                    headers["x-request-id"] = trace_id
                await send(message)

            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as error:
                if started:
                    raise
                # Answered here, inside the trace and with the headers; outside it would have neither.
                answer = await _unexpected(Request(scope), error)
                await answer(scope, receive, send_with_headers)


def _answer(request: Request, problem: Problem) -> JSONResponse:
    trace = current_traceparent() or "00-" + "0" * 32
    # The route as we wrote it: whatever a caller put into the path, a name perhaps, is not repeated.
    route = getattr(request.scope.get("route"), "path", "/")
    return JSONResponse(
        problem.body(route, trace[3:35]),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=problem.headers,
    )


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error)


async def _invalid_input(request: Request, error: Exception) -> Response:
    """Where and what, never the value that was sent."""
    assert isinstance(error, RequestValidationError)
    ours = _declared_names(request.app)
    errors = [
        {
            "pointer": _pointer(item["loc"][1:], ours),
            "code": item["type"],
            "message": str(item["msg"]).removeprefix("Value error, "),
        }
        for item in error.errors()
    ]
    detail = "Some of what was sent cannot be accepted."
    return _answer(request, Problem(422, "invalid_input", "Check what you entered", detail, errors=errors))


def _pointer(loc: Sequence[str | int], ours: frozenset[str]) -> str:
    """RFC 6901, as far as the names are ours: a key the caller made up, a name perhaps, is not repeated."""
    known = takewhile(lambda part: isinstance(part, int) or part in ours, loc)
    return "/" + "/".join(map(str, known))


def _declared_names(app: FastAPI) -> frozenset[str]:
    """Every parameter and property of the service's API. FastAPI keeps the document it made."""
    return frozenset(_names_in(app.openapi()))


def _names_in(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _names_in(each)
    elif isinstance(part, dict):
        if isinstance(properties := part.get("properties"), dict):
            yield from properties
        if "in" in part and isinstance(name := part.get("name"), str):
            yield name
        for each in part.values():
            yield from _names_in(each)


_CODES = {
    400: "malformed_body",
    401: "sign_in_required",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_type",
    429: "slow_down",
}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "error")
    title = code.replace("_", " ").capitalize()
    problem = Problem(error.status_code, code, title, f"{title}.")
    problem.headers = dict(error.headers or {})
    return _answer(request, problem)


async def _database_error(request: Request, error: Exception) -> Response:
    if not is_transient(error):
        return await _unexpected(request, error)
    log.warning("the database is away", extra={"code": type(error).__name__})
    phone = request.app.state.settings.centre_phone
    problem = Problem(503, "try_again", "Please try again", f"We could not save this. Call {phone} any time.")
    problem.headers = {"retry-after": "5"}
    return _answer(request, problem)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error, extra={"code": type(error).__name__})
    phone = request.app.state.settings.centre_phone
    return _answer(request, Problem(500, "error", "Something went wrong", f"It is our fault. Call {phone}."))


def spare_the_collector() -> None:
    """Leave what was loaded at the start out of every later garbage collection: it stays until the end.

    A statement makes hundreds of short-lived objects, so the young ones are looked at less often, too.
    Together they took a fifth of the time of a rebalancing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def serve(app: Any, settings: ServiceSettings) -> None:
    """Run one process until SIGTERM or SIGINT; a request under way has 4 seconds to end."""
    spare_the_collector()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=4,
        forwarded_allow_ips=settings.trusted_proxies,
    )
    uvicorn.Server(config).run()


def stop_this_process() -> None:
    """End as if asked to: the supervisor starts a fresh one."""
    signal.raise_signal(signal.SIGTERM)
