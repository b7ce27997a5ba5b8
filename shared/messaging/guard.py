"""Has the broker lost anything it confirmed? Then the stream is rebuilt from the outboxes.

The relay remembers the highest stream sequence it was ever acknowledged, and which fact lies there. A
stream that is younger than that memory, ends before it, has a hole, or holds another fact there, has lost
some. Every service republishes its own outbox when it sees another stream than it knew; the inboxes make
that harmless.
Not seen: a fact inside the stream that the broker still counts but can no longer read.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from nats.js import JetStreamContext
from nats.js.api import StreamState
from nats.js.errors import NotFoundError
from sqlalchemy import Column, Integer, Row, String, Table, Uuid, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, PUBLIC, UtcDateTime, plumbing
from shared.contracts.fact import Fact, new_id
from shared.database import Database
from shared.messaging.outbox import SerialId, outbox
from shared.messaging.streams import STREAM, STREAM_MAX_AGE, durable, provision, restart_durable
from shared.upsert import insert_or_ignore

log = logging.getLogger(__name__)

STEP = 5000  # outbox rows marked unsent in one transaction

# One row: the stream this service last published to, and how far.
relay_memory = Table(
    "relay_memory",
    plumbing,
    Column("id", Integer, primary_key=True, autoincrement=False, info=PUBLIC),
    Column("stream_created_at", UtcDateTime, info=PUBLIC),
    Column("highest_seq", SerialId, nullable=False, info=PUBLIC),
    Column("highest_id", Uuid, info=PSEUDONYMOUS),  # the fact that lies there, if it is still ours
)
alarms = Table(
    "alarms",
    plumbing,
    Column("id", Uuid, primary_key=True, info=PSEUDONYMOUS),
    Column("at", UtcDateTime, nullable=False, info=PUBLIC),
    Column("code", String(40), nullable=False, info=PUBLIC),
)


class StartAgain(Exception):
    """The stream or the durable is another one than before: carrying begins anew, from the broker's word."""


class Guard:
    """Compares what the broker holds with what this service was told it holds, and mends the difference."""

    def __init__(self, database: Database, service: str, heard: Iterable[type[Fact]]) -> None:
        self._database = database
        self._service = service
        self._heard = tuple(heard)
        self._durable = durable(service, self._heard)
        self.suspicious = False

    def suspect(self) -> None:
        """Something is odd with the broker (a failed pull, a hole in the deliveries): look at once."""
        self.suspicious = True
        self._database.facts_waiting.set()  # wakes the relay, which does the looking

    async def check(self, js: JetStreamContext) -> bool:
        """Make what is missing, rebuild what went backwards. Raises `Drift` on a differing set-up.

        True when something had to be made or mended. Two services may rebuild at once: the second finds a
        stream it does not know and republishes again.
        """
        self.suspicious = False  # before looking: what is noticed meanwhile must be looked at again
        remembered = await self._remembered()
        try:
            info = await js.stream_info(STREAM)
        except NotFoundError:
            info = None
        same = info is not None and remembered is not None and remembered.stream_created_at == info.created
        if info and remembered and same and await self._lost(js, info.state, remembered):
            await self._alarm("stream_went_backwards")
            await js.delete_stream(STREAM)
        made = bool(await provision(js, {self._service: self._heard}))
        info = await js.stream_info(STREAM)
        if not remembered or remembered.stream_created_at != info.created:
            if remembered:
                await self._alarm("stream_is_another")
            await self._republish(info.created)
            made = True
        return await self._mend_durable(js, info.state.last_seq) or made

    async def _lost(self, js: JetStreamContext, state: StreamState, remembered: Row[Any]) -> bool:
        """Is anything gone that was confirmed? Nobody may delete single facts: a hole inside is a loss too.

        Another service's facts may have taken the place of a lost end: our last one must still be ours.
        """
        if state.last_seq < remembered.highest_seq or state.num_deleted:
            return True
        if remembered.highest_id is None or remembered.highest_seq < state.first_seq:
            return False
        try:
            kept = await js.get_msg(STREAM, remembered.highest_seq)
        except NotFoundError:
            return True
        return (kept.headers or {}).get("Nats-Msg-Id") != str(remembered.highest_id)

    async def _mend_durable(self, js: JetStreamContext, last_seq: int) -> bool:
        """A durable that would never be given another fact, or take another acknowledgement, is made anew."""
        consumer = await js.consumer_info(STREAM, self._service)
        floor, delivered = consumer.ack_floor, consumer.delivered
        if floor is None:
            return False
        if floor.stream_seq > last_seq:
            await self._alarm("durable_beyond_stream")
            await restart_durable(js, self._durable, after=0)
            return True
        if floor.consumer_seq > (delivered.consumer_seq if delivered else 0):
            # The acknowledgement of a predecessor came late, after the durable had been made anew: all it
            # covers was applied, but its delivery number makes the broker ignore our smaller ones.
            await self._alarm("durable_acknowledged_late")
            await restart_durable(js, self._durable, after=floor.stream_seq)
            return True
        return False

    async def remember(self, session: AsyncSession, highest: int, event_id: UUID) -> None:
        """Note the highest acknowledged sequence, in the transaction that marks the rows sent."""
        await session.execute(
            update(relay_memory)
            .where(relay_memory.c.highest_seq < highest)
            .values(highest_seq=highest, highest_id=event_id)
        )

    async def _remembered(self) -> Row[Any] | None:
        query = select(relay_memory).where(relay_memory.c.stream_created_at.is_not(None))
        async with self._database.reading() as session:
            return (await session.execute(query)).first()

    async def _republish(self, created: datetime | None) -> None:
        """What the stream should hold goes out again, in its order. The memory of the new stream comes last:

        until then a crash finds a stream it does not know, and begins again.
        """
        since = clock.now() - timedelta(seconds=STREAM_MAX_AGE)
        gone_out = (outbox.c.sent_at.is_not(None)) & (outbox.c.created_at >= since)
        while True:  # in steps: one statement over a month of facts could exceed the database's patience
            async with self._database.transaction() as session:
                step = select(outbox.c.id).where(gone_out).limit(STEP).scalar_subquery()
                again = update(outbox).where(outbox.c.id.in_(step)).values(sent_at=None)
                if len((await session.execute(again.returning(outbox.c.id))).all()) < STEP:
                    break
        async with self._database.transaction() as session:
            await insert_or_ignore(session, relay_memory, [{"id": 1, "highest_seq": 0}], ["id"])
            await session.execute(
                update(relay_memory).values(stream_created_at=created, highest_seq=0, highest_id=None)
            )
        self._database.facts_waiting.set()

    async def _alarm(self, code: str) -> None:
        log.error("the broker lost what it had confirmed; rebuilding from the outbox", extra={"code": code})
        async with self._database.transaction() as session:
            await session.execute(insert(alarms).values(id=new_id(), at=clock.now(), code=code))
