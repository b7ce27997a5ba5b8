"""Outbox to stream: in order, confirmed, marked in one statement. There is no "failed", only "not yet"."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from typing import Any

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from sqlalchemy import select, update

from shared import clock
from shared.contracts.fact import new_id
from shared.database import Database
from shared.messaging.consumer import is_transient
from shared.messaging.guard import Guard, StartAgain
from shared.messaging.outbox import outbox
from shared.messaging.streams import STREAM

log = logging.getLogger(__name__)

AT_ONCE = 500  # the broker takes 1,000 messages in an atomic batch
TIMEOUT = 5.0  # seconds for a confirmation; a time-out does not mean "not stored"
POLL = 1.0  # seconds between two looks when no commit woke it
CHECK_EVERY = 60.0  # seconds between two looks of the guard
_REPEATED_ID = 10201  # error code: an id of an atomic batch is in the stream already


class Relay:
    """Publishes one service's outbox. Run it only while holding the service's sole lock."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    async def run(self, client: Client, js: JetStreamContext) -> None:
        """Publish until cancelled. A broker that is away costs nothing but waiting.

        Raises `StartAgain` when the stream or the durable is not the one carrying began with.
        """
        failures, checked = 0, time.monotonic()
        while True:
            try:
                if self._guard.suspicious or time.monotonic() - checked > CHECK_EVERY:
                    odd = self._guard.suspicious  # `check` clears it
                    if await self._guard.check(js) or odd:
                        raise StartAgain
                    checked = time.monotonic()
                sent = await self.send(client, js)
                failures = 0
            except (nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
                failures += 1
                checked = 0.0  # whatever it was, look at the stream before publishing on
                if failures == 1:
                    log.warning("publishing failed; facts wait", extra={"code": type(error).__name__})
                await asyncio.sleep(min(5.0, 0.2 * 2**failures) * random.uniform(0.5, 1.0))
                continue
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("the outbox could not be read", extra={"code": type(error).__name__})
                sent = 0
            if sent < AT_ONCE:
                await self._wait()

    async def send(self, client: Client, js: JetStreamContext) -> int:
        """Publish the oldest unsent facts and mark them; returns how many.

        Asks for "unsent, oldest first" each time: paging by number would skip rows that commit late.
        """
        self._database.facts_waiting.clear()
        columns = [
            outbox.c[name]
            for name in ("id", "event_id", "case_id", "subject", "body", "traceparent", "created_at")
        ]
        unsent = select(*columns).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.id).limit(AT_ONCE)
        async with self._database.reading() as session:
            rows = (await session.execute(unsent)).all()
        if not rows:
            return 0
        highest = await _publish(client, js, rows, self._database.service)
        async with self._database.transaction() as session:
            ids = [row.id for row in rows]
            await session.execute(update(outbox).where(outbox.c.id.in_(ids)).values(sent_at=clock.now()))
            await self._guard.remember(session, highest, rows[-1].event_id)
        return len(rows)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL):
                await self._database.facts_waiting.wait()
        except TimeoutError:
            pass


async def _publish(client: Client, js: JetStreamContext, rows: Sequence[Any], service: str) -> int:
    """Store `rows` in the stream in their order; returns the last stream sequence.

    Several go as one atomic batch: all in order or none, with one flush to disk. If part of them is in the
    stream already (we died before marking), the broker refuses the batch; then they go one by one, each
    confirmed before the next, and the broker's memory of ids swallows the repeats.
    """
    if len(rows) > 1:
        try:
            return await _publish_together(client, js, rows, service)
        except nats.js.errors.APIError as error:
            if error.err_code != _REPEATED_ID:
                raise
    stored = None
    for row in rows:
        stored = await js.publish(
            row.subject, row.body, timeout=TIMEOUT, stream=STREAM, headers=_headers(row, service)
        )
    assert stored
    return stored.seq


async def _publish_together(client: Client, js: JetStreamContext, rows: Sequence[Any], service: str) -> int:
    """One atomic batch (ADR-50). A message lost on the way leaves a hole, and the broker drops the batch."""
    batch = {"Nats-Batch-Id": str(new_id()), "Nats-Expected-Stream": STREAM}
    for number, row in enumerate(rows[:-1], start=1):
        headers = _headers(row, service) | batch | {"Nats-Batch-Sequence": str(number)}
        await client.publish(row.subject, row.body, headers=headers)
    last = rows[-1]
    commit = batch | {"Nats-Batch-Sequence": str(len(rows)), "Nats-Batch-Commit": "1"}
    stored = await js.publish(
        last.subject, last.body, timeout=TIMEOUT, stream=STREAM, headers=_headers(last, service) | commit
    )
    return stored.seq


def _headers(row: Any, service: str) -> dict[str, str]:
    """The id for the broker's deduplication, the trace, and CloudEvents 1.0 in binary mode."""
    headers = {
        "Nats-Msg-Id": str(row.event_id),
        "ce-specversion": "1.0",
        "ce-id": str(row.event_id),
        "ce-type": row.subject,
        "ce-source": f"/throughcare/{service}",
        "ce-subject": str(row.case_id),
        "ce-time": row.created_at.isoformat(),
        "content-type": "application/json",
    }
    if row.traceparent:
        headers["traceparent"] = row.traceparent
    return headers
