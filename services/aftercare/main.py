"""The aftercare service put together: HTTP, the facts it hears, and the job that chooses meetings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from services.aftercare import api, meeting_api
from services.aftercare.enrolment import choose_meetings
from services.aftercare.handlers import HEARD
from services.aftercare.plans import CHOOSE_MEETINGS
from services.aftercare.portal import pages
from services.aftercare.settings import Settings
from shared import flow
from shared.database import Database
from shared.running import running
from shared.sealing import KeyRing
from shared.telemetry import start_logging
from shared.web import create_app, serve


def build(settings: Settings) -> FastAPI:
    keyring = KeyRing.from_file(settings.keys_dir / "aftercare.key")
    database = Database(settings.database_url, "aftercare", keyring)
    jobs = {CHOOSE_MEETINGS: partial(choose_meetings, database, settings)}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with running(database, settings, "aftercare", HEARD, jobs, app=app):
            yield

    app = create_app("aftercare", title="Throughcare aftercare", settings=settings, lifespan=lifespan)
    app.state.database = database
    for router in (flow.router, api.router, meeting_api.router, pages.router):
        app.include_router(router)
    return app


def main() -> None:
    settings = Settings()
    start_logging(settings.log_level)
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
