"""Facts become the read model, in a process of its own: a slow page never holds up the timeline.

`python -m services.dashboard.projector` runs it. With `--rebuild` it first drops what it made and hears the
whole stream again; facts older than the stream (30 days) come back when their senders republish them.
"""

import argparse
import asyncio
import logging
import signal
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from services.dashboard.handlers import HEARD
from services.dashboard.settings import Settings
from services.dashboard.tables import CaseFigures, Pulse, TimelineEntry
from shared import clock
from shared.database import Database
from shared.flow import Flow
from shared.messaging.broker import build_broker
from shared.messaging.inbox import inbox
from shared.messaging.sole import sole
from shared.messaging.streams import durable, provision, restart_durable
from shared.running import running
from shared.telemetry import start_logging

log = logging.getLogger(__name__)

SERVICE = "dashboard"
PULSE = timedelta(seconds=5)


async def forget(database: Database) -> None:
    """Drop the read model, and the memory of what was applied, so that every fact counts as new."""
    async with database.transaction() as session:
        for table in (TimelineEntry, CaseFigures):
            await session.execute(delete(table))
        await session.execute(delete(inbox))


async def rebuild(database: Database, settings: Settings) -> None:
    """Forget, and start the durable again at the first fact. Waits until no projector runs."""
    async with build_broker(settings.nats_url, SERVICE) as broker, sole(database):
        js = (await broker.connect()).jetstream(timeout=5)
        await provision(js, {SERVICE: HEARD})
        await forget(database)
        await restart_durable(js, durable(SERVICE, HEARD), after=0)
    log.info("the read model was dropped and is built again")


async def beat(database: Database, state: dict[str, Any]) -> None:
    async with database.transaction() as session:
        await session.merge(Pulse(id=1, at=clock.now(), state=state))


async def _beat_for_ever(database: Database, flow: Flow) -> None:
    while True:
        try:
            await beat(database, await flow.state())
        except Exception as error:
            # A busy database is no reason to stop projecting; the page sees the pulse grow old.
            log.warning("the pulse could not be written", exc_info=error)
        await asyncio.sleep(PULSE.total_seconds())


async def project(settings: Settings, *, from_the_start: bool = False) -> None:
    """Until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = Database(settings.database_url, SERVICE)
    if from_the_start:
        await rebuild(database, settings)
    async with running(database, settings, SERVICE, HEARD, {}) as flow:
        pulse = asyncio.create_task(_beat_for_ever(database, flow), name="pulse")
        await stop.wait()
        pulse.cancel()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Turn facts into the staff's timeline and figures.")
    arguments.add_argument(
        "--rebuild", action="store_true", help="drop the read model first and build it anew"
    )
    chosen = arguments.parse_args()
    settings = Settings()
    start_logging(settings.log_level)
    asyncio.run(project(settings, from_the_start=chosen.rebuild))


if __name__ == "__main__":
    main()
