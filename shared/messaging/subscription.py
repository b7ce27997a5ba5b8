"""FastStream drives the consumer: a batch pull subscriber that hands over what is there at once."""

import asyncio
import logging
from collections.abc import Callable
from typing import Annotated, Any

import nats.errors
import nats.js.errors
from faststream import AckPolicy, Context
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.message import NatsBatchMessage
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

from shared.messaging.consumer import Consumer, Incoming
from shared.messaging.position import GIVE_UP_AFTER, Position
from shared.messaging.streams import BATCH, STREAM

log = logging.getLogger(__name__)

LONG_POLL = 5.0  # seconds a pull waits for the first fact; a deleted stream is noticed after it at the latest
PAUSE = 0.5  # seconds after a pull that failed: the framework's own loop would spin


class PromptBatches(BatchPullStreamSubscriber):
    """The framework's loop fills a batch until its timeout and loses a partly collected one.

    This one hands over whatever a pull returns. tests/contract pins it, and fails when it is needed no more.
    """

    on_trouble: Callable[[], None]

    async def _consume_pull(self) -> None:
        assert self.subscription
        while self.running:
            try:
                messages = await self.subscription.fetch(batch=self.pull_sub.batch_size, timeout=LONG_POLL)
            except TimeoutError:
                continue  # nothing came: nats-py raises either its own or the built-in one, a subclass
            except (nats.errors.Error, nats.js.errors.Error):
                self.on_trouble()  # the durable may be gone
                await asyncio.sleep(PAUSE)
                continue
            if messages:
                await self.consume(messages)


def subscribe(
    broker: NatsBroker,
    durable: ConsumerConfig,
    consumer: Consumer,
    position: Position,
    suspect: Callable[[], None],
) -> PromptBatches:
    """The service's subscriber on its durable, not started yet."""
    assert durable.durable_name
    subscriber = broker.subscriber(
        stream=JStream(STREAM, declare=False),
        durable=durable.durable_name,
        config=durable,
        pull_sub=PullSub(batch_size=BATCH, timeout=LONG_POLL, batch=True),
        ack_policy=AckPolicy.MANUAL,
        decoder=_undecoded,
        inbox_prefix=f"_INBOX_{durable.durable_name}.".encode(),
    )
    subscriber.__class__ = PromptBatches  # same layout, other loop: the factory offers no way to choose

    @subscriber
    async def take(message: Annotated[Any, Context("message")]) -> None:
        await _take(message, consumer, position)

    assert isinstance(subscriber, PromptBatches)
    subscriber.on_trouble = suspect
    return subscriber


async def _take(message: NatsBatchMessage, consumer: Consumer, position: Position) -> None:
    """Apply, then acknowledge the last: the acknowledgement covers all before it."""
    batch: list[Msg] = message.raw_message
    if not position.accepts(batch):
        return
    try:
        if batch[0].metadata.sequence.stream <= position.careful_until:
            for one in batch:
                await _take_alone(one, consumer, position)
        else:
            await consumer.apply([_incoming(one) for one in batch])
            await batch[-1].ack()
    except Exception as error:
        # Nothing may be acknowledged behind a batch that failed; the framework would fetch the next one.
        log.exception("a batch could not be applied", extra={"code": type(error).__name__})
        position.distrust()
    else:
        position.settled()


async def _take_alone(message: Msg, consumer: Consumer, position: Position) -> None:
    """One fact by itself, counted before it runs: the one that kills the process is found and parked."""
    if await position.note_try(message.metadata.sequence.stream) > GIVE_UP_AFTER:
        log.error("a fact that stops the service was parked", extra={"fact": message.subject})
        await consumer.park_unrun(
            _incoming(message), "The service stopped each time it tried this; it was set aside unread."
        )
    else:
        await consumer.apply([_incoming(message)])
    await message.ack()


async def _undecoded(_message: NatsBatchMessage) -> None:
    """The framework would parse every body, and fail on one before our own reader can set it aside."""


def _incoming(message: Msg) -> Incoming:
    return Incoming(message.subject, message.data, (message.headers or {}).get("traceparent"))
