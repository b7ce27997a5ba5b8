"""Where the service's consumer stands in the stream, and what it does when it cannot trust that.

The acknowledgement covers everything before it. So a batch may be acknowledged only when it continues
exactly where the last one ended: otherwise facts that were delivered but never applied (to a process that
died, over a connection that broke) would be acknowledged unseen. The broker numbers its deliveries; a hole
in those numbers, or deliveries still out at start, restart the durable behind the last acknowledged fact.
"""

import logging
from collections.abc import Callable, Sequence

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, SequenceInfo
from sqlalchemy import Column, Integer, Table, select, update

from shared.columns import PUBLIC, plumbing
from shared.database import Database
from shared.messaging.outbox import SerialId
from shared.messaging.streams import STREAM, restart_durable
from shared.upsert import insert_or_ignore

log = logging.getLogger(__name__)

# One row: how often the consumer had to start again at the same fact, and the fact it tried alone.
consumer_position = Table(
    "consumer_position",
    plumbing,
    Column("id", Integer, primary_key=True, autoincrement=False, info=PUBLIC),
    Column("after", SerialId, nullable=False, info=PUBLIC),
    Column("restarts", Integer, nullable=False, info=PUBLIC),
    Column("trying", SerialId, nullable=False, info=PUBLIC),
    Column("tries", Integer, nullable=False, info=PUBLIC),
)

CAREFUL_FROM = 2  # restarts at one place before facts are applied one by one
GIVE_UP_AFTER = 3  # tries of one fact alone before it is parked without running


class Position:
    """The delivery number expected next."""

    def __init__(self, database: Database, durable: ConsumerConfig, suspect: Callable[[], None]) -> None:
        self._database = database
        self._durable = durable
        self._suspect = suspect
        self._next_delivery: int | None = None  # None: nothing is accepted until `start`
        self._in_hand = False  # a batch was accepted and not acknowledged yet
        self.careful_until = 0  # stream sequence; up to it facts are applied one by one

    async def start(self, js: JetStreamContext) -> None:
        """Stand where the broker says the last acknowledgement was. Only while being the sole consumer.

        Deliveries still out went to a process that is gone, or were lost on the way: the durable is made
        anew behind the last acknowledged fact, so they come again at once and in order.
        """
        assert self._durable.durable_name
        info = await js.consumer_info(STREAM, self._durable.durable_name)
        delivered = info.delivered or SequenceInfo(0, 0)
        self._in_hand = False
        if not info.num_ack_pending:
            self._next_delivery = delivered.consumer_seq + 1
            return
        floor = info.ack_floor.stream_seq if info.ack_floor else 0
        floor = max(floor, (info.config.opt_start_seq or 1) - 1)  # a fresh durable has no floor yet
        if await self._note_restart(floor) >= CAREFUL_FROM:
            self.careful_until = delivered.stream_seq
        await restart_durable(js, self._durable, floor)
        self._next_delivery = 1

    def accepts(self, messages: Sequence[Msg]) -> bool:
        """True when the batch continues without a hole; after one nothing is, until `start` comes again."""
        if self._next_delivery is None:
            return False
        numbers = [message.metadata.sequence.consumer for message in messages]
        expected = list(range(self._next_delivery, self._next_delivery + len(numbers)))
        if self._in_hand or numbers != expected:
            self.distrust()
            return False
        self._next_delivery += len(numbers)
        self._in_hand = True
        return True

    def settled(self) -> None:
        """The batch in hand was applied and acknowledged."""
        self._in_hand = False

    def distrust(self) -> None:
        """Something was delivered and not applied: nothing more is accepted until carrying starts again."""
        log.warning("deliveries are missing or failed; starting again behind the last applied fact")
        self._next_delivery = None
        self._suspect()

    async def _note_restart(self, floor: int) -> int:
        """Count this start behind `floor`; returns the count."""
        async with self._database.transaction() as session:
            await insert_or_ignore(
                session,
                consumer_position,
                [{"id": 1, "after": -1, "restarts": 0, "trying": 0, "tries": 0}],
                ["id"],
            )
            row = (await session.execute(select(consumer_position).with_for_update())).one()
            restarts = row.restarts + 1 if row.after == floor else 1
            await session.execute(update(consumer_position).values(after=floor, restarts=restarts))
        return int(restarts)

    async def note_try(self, sequence: int) -> int:
        """Count, before it is tried, a fact applied alone; a process that dies of it leaves the count."""
        async with self._database.transaction() as session:
            row = (await session.execute(select(consumer_position).with_for_update())).one()
            tries = row.tries + 1 if row.trying == sequence else 1
            await session.execute(update(consumer_position).values(trying=sequence, tries=tries))
        return int(tries)
