"""The clearinghouse's own process: 270s in on any of its faces, 271, 999 or TA1 out.

It refuses interchanges marked as production (ISA15=P) and people it does not know, and stamps every benefit
answer, so it can never pass as a real clearinghouse nor be handed live data.
"""

from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.insurance.simulator import core_faces, faces
from services.insurance.simulator.faults import Order
from services.insurance.simulator.house import Clearinghouse
from services.insurance.simulator.settings import SimulatorSettings
from shared import clock
from shared.telemetry import start_logging


def build(settings: SimulatorSettings) -> ASGIApp:
    """The whole clearinghouse as an ASGI application, with state of its own."""
    app = FastAPI(title="Throughcare built-in clearinghouse", docs_url=None, redoc_url=None)
    house = Clearinghouse(settings)
    app.include_router(faces.routes(house, settings))
    app.include_router(core_faces.routes(house, settings))

    @app.exception_handler(faces.TooLarge)
    async def too_large(_: Request, __: Exception) -> Response:
        return PlainTextResponse("The inquiry is too large.", 413)

    @app.post("/faults", status_code=204)
    async def order(wanted: Order) -> None:
        house.orders.give(wanted, clock.now())

    @app.delete("/faults", status_code=204)
    async def clear() -> None:
        house.orders.clear()

    @app.get("/counts")
    async def counts() -> dict[str, Any]:
        return house.counts.told()

    @app.delete("/counts", status_code=204)
    async def forget() -> None:
        house.counts.forget()

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return Resettable(app)


class Resettable:
    """Lets a face drop the connection without a word, as a failing gateway does.

    ASGI has no such thing, but the server's own `send` knows the transport: hence outside of everything
    else. With another server than uvicorn the client sees a 500 instead.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[faces.RESET] = _abort(send)
        await self._app(scope, receive, send)


def _abort(send: Send) -> Callable[[], None]:
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    return transport.abort if transport else lambda: None


def main() -> None:
    settings = SimulatorSettings()
    start_logging(settings.log_level)
    uvicorn.run(
        build(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,  # the slow member must not keep the process alive
    )


if __name__ == "__main__":
    main()
