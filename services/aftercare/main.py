"""The aftercare service put together: HTTP, the facts it hears, and the jobs of its rooms."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from services.aftercare import desk, portal
from services.aftercare.follow_up import work as follow_up
from services.aftercare.follow_up.concerns import PAGE_CONCERN
from services.aftercare.follow_up.paging import WATCH_PAGE, somebody_is_on_call
from services.aftercare.handlers import HEARD
from services.aftercare.meetings import work as meetings
from services.aftercare.messages import work as messages
from services.aftercare.messages.opening import MessagingMisconfigured
from services.aftercare.messages.outgoing import SEND_PAGE
from services.aftercare.plans import work as plans
from services.aftercare.portal import work as pages
from services.aftercare.settings import Settings
from services.aftercare.smart import work as smart
from services.aftercare.workplace import Workplace
from shared import flow
from shared.database import Database
from shared.identity import Signer
from shared.jobs import Work
from shared.peers import Peer
from shared.running import running
from shared.sealing import KeyRing
from shared.telemetry import start_logging
from shared.web import create_app, serve

SERVICE = "aftercare"
WORK = meetings.WORK | plans.WORK | messages.WORK | follow_up.WORK | smart.WORK | pages.WORK
# Calling people to somebody in danger.
URGENT = (PAGE_CONCERN, WATCH_PAGE, SEND_PAGE)

log = logging.getLogger(__name__)


def lanes(place: Workplace) -> tuple[dict[str, Work], dict[str, Work]]:
    """The jobs in two lanes, so that the urgent ones wait neither in line nor for a place behind others."""
    everyday: dict[str, Work] = {kind: partial(work, place) for kind, work in WORK.items()}
    return {kind: everyday.pop(kind) for kind in URGENT}, everyday


def build(settings: Settings) -> FastAPI:
    """Raises MessagingMisconfigured, a sentence naming the variable, when messages must not leave so."""
    keyring = KeyRing.from_file(settings.keys_dir / f"{SERVICE}.key")
    database = Database(settings.database_url, SERVICE, keyring)
    intake = Peer(settings.intake_url, "intake", Signer.from_keys(settings.keys_dir, SERVICE))
    place = Workplace(database, settings, intake)
    log.info("messages can leave by %s", ", ".join(place.channels) or "no channel")
    if not settings.demo and not somebody_is_on_call(settings):
        log.warning("nobody is on call who could be reached: set THROUGHCARE_ON_CALL and a channel for it")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with running(database, settings, SERVICE, HEARD, *lanes(place), app=app):
            yield
        await intake.close()

    app = create_app(SERVICE, title="Throughcare aftercare", settings=settings, lifespan=lifespan)
    app.state.database = database
    app.state.place = place
    for router in (flow.router, *desk.ROUTERS, *portal.ROUTERS):
        app.include_router(router)
    return app


def main() -> None:
    settings = Settings()
    start_logging(settings.log_level)
    try:
        app = build(settings)
    except MessagingMisconfigured as wrong:
        raise SystemExit(str(wrong)) from None
    serve(app, settings)


if __name__ == "__main__":
    main()
