"""Intake put together: one application, one database, one lifespan."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from services.intake import aftercare_api, api, moves, public_api
from services.intake.doors import ehr, http_hl7, mllp
from services.intake.handlers import HEARD
from services.intake.settings import Settings
from services.intake.site.pages import add_site
from shared import flow
from shared.database import Database
from shared.running import running
from shared.sealing import KeyRing
from shared.telemetry import start_logging
from shared.web import create_app, serve

SERVICE = "intake"


def build(settings: Settings) -> FastAPI:
    ring = KeyRing.from_file(settings.keys_dir / f"{SERVICE}.key")
    database = Database(settings.database_url, SERVICE, ring)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(running(database, settings, SERVICE, HEARD, {}, app=app))
            if settings.mllp_port:
                answer = partial(ehr.answer, database, zone=ZoneInfo(settings.centre_zone))
                await stack.enter_async_context(
                    mllp.listening(
                        settings.mllp_host,
                        settings.mllp_port,
                        answer,
                        largest=settings.mllp_largest_message,
                        idle_seconds=settings.mllp_idle_seconds,
                    )
                )
            yield

    app = create_app(SERVICE, title="Throughcare intake", settings=settings, lifespan=lifespan)
    app.state.database = database
    for part in (public_api, api, moves, aftercare_api, http_hl7, flow):
        app.include_router(part.router)
    add_site(app, ring, settings)
    return app


def main() -> None:
    settings = Settings()
    start_logging(settings.log_level)
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
