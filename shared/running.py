"""Everything of a service that is not HTTP, in one lifespan: broker, consumer, relay, jobs, pruning."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import nats.errors
import nats.js.errors
from fastapi import FastAPI
from faststream.nats import NatsBroker

from shared.database import Database
from shared.flow import Flow
from shared.job_runner import JobRunner
from shared.jobs import Work
from shared.messaging.broker import build_broker
from shared.messaging.consumer import Consumer, Heard, is_transient
from shared.messaging.guard import Guard, StartAgain
from shared.messaging.position import Position
from shared.messaging.relay import Relay
from shared.messaging.sole import sole
from shared.messaging.streams import Drift, durable
from shared.messaging.subscription import PromptBatches, subscribe
from shared.retention import prune_for_ever
from shared.settings import ServiceSettings
from shared.web import stop_this_process

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds before carrying again after it broke off


@asynccontextmanager
async def running(
    database: Database,
    settings: ServiceSettings,
    service: str,
    heard: Heard,
    *jobs: Mapping[str, Work],
    app: FastAPI | None = None,
) -> AsyncGenerator[Flow]:
    """Carry facts and run jobs until the block is left. NATS may come later or go away: HTTP goes on.

    Each of `jobs` has a runner to itself, so that its kinds wait for none of the others. With `app` given,
    the flow and parked-facts routes read from what runs here.
    """
    stopping = False

    async def on_closed() -> None:
        # Only a refused sign-in closes for good. Waiting would look healthy and carry nothing.
        if not stopping:
            log.critical("the broker closed the connection for good; ending so that it is tried anew")
            stop_this_process()

    broker = build_broker(settings.nats_url, service, closed_cb=on_closed)
    consumer = Consumer(database, heard)
    own_durable = durable(service, heard)
    guard = Guard(database, service, heard)
    position = Position(database, own_durable, guard.suspect)
    subscriber = subscribe(broker, own_durable, consumer, position, guard.suspect)
    flow = Flow(service, database, broker, consumer)
    if app is not None:
        app.state.flow = flow
    tasks = [
        asyncio.create_task(
            _for_ever(lambda: _carry(flow, broker, subscriber, position, guard), flow), name="carrier"
        ),
        *(asyncio.create_task(_for_ever(JobRunner(database, kinds).run), name="jobs") for kinds in jobs),
        asyncio.create_task(_for_ever(lambda: prune_for_ever(database)), name="pruning"),
    ]
    try:
        yield flow
    finally:
        stopping = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(nats.errors.Error, TimeoutError):
            await broker.stop()
        await database.dispose()


async def _carry(
    flow: Flow, broker: NatsBroker, subscriber: PromptBatches, position: Position, guard: Guard
) -> None:
    """Connect, wait to be the only one, then consume and relay until something breaks."""
    client = await broker.connect()
    js = client.jetstream(timeout=5)
    async with sole(flow.database) as watch:
        await guard.check(js)
        flow.drift = False
        await position.start(js)
        await subscriber.start()
        try:
            await _first_to_end(Relay(flow.database, guard).run(client, js), watch())
        finally:
            await subscriber.stop()


async def _first_to_end(*work: Coroutine[Any, Any, None]) -> None:
    """Run all at once until one ends or fails; the others are cancelled."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _for_ever(work: Callable[[], Awaitable[None]], flow: Flow | None = None) -> None:
    """Begin again after a pause whatever ended it: a background task must never be silently gone."""
    while True:
        try:
            await work()
        except StartAgain:
            log.info("carrying starts again")
            await asyncio.sleep(PAUSE / 5)
            continue
        except Drift as drift:
            if flow:
                flow.drift = True
            log.critical("%s Run `throughcare doctor`.", drift, extra={"code": "drift"})
        except Exception as error:
            expected = isinstance(error, nats.errors.Error | nats.js.errors.Error) or is_transient(error)
            level = logging.WARNING if expected else logging.ERROR
            log.log(level, "background work broke off; it begins again", exc_info=error)
        await asyncio.sleep(PAUSE)
