"""The stream and the durables: made when missing, compared when there, never changed silently."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from shared.contracts.fact import Fact

STREAM = "EVENTS"
BATCH = 200  # facts in one transaction, and the most that may be out unacknowledged

_DAY = 86_400.0
STREAM_MAX_AGE = 30 * _DAY
OUTBOX_DAYS, INBOX_DAYS = 90, 125
# A fact sent again on its last day in the outbox lives as long as the stream keeps it, and must still meet
# its inbox row, or an effect could happen twice.
assert INBOX_DAYS * _DAY > OUTBOX_DAYS * _DAY + STREAM_MAX_AGE

EVENTS = StreamConfig(
    name=STREAM,
    subjects=["events.>"],
    storage=StorageType.FILE,
    retention=RetentionPolicy.LIMITS,
    max_age=STREAM_MAX_AGE,
    max_bytes=1024**3,
    max_msg_size=16 * 1024,
    discard=DiscardPolicy.NEW,  # full means "wait in the outbox", never "forget the oldest"
    duplicate_window=2 * _DAY,
    deny_delete=True,
    deny_purge=True,
    allow_direct=True,
    allow_atomic=True,
    num_replicas=1,
)
ALARMS = StreamConfig(
    name="ALARMS",
    subjects=[
        f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{STREAM}.>",
        f"$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.{STREAM}.>",
    ],
    storage=StorageType.FILE,
    retention=RetentionPolicy.LIMITS,
    max_age=7 * _DAY,
    duplicate_window=120,
    num_replicas=1,
)


class Drift(Exception):
    """What the broker holds is not what this version needs. The message says which setting differs."""


def durable(service: str, heard: Iterable[type[Fact]]) -> ConsumerConfig:
    """The service's one durable: exactly the subjects it has handlers for, acknowledged a batch at a time."""
    return ConsumerConfig(
        durable_name=service,
        filter_subjects=sorted(fact.subject for fact in heard),
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.ALL,
        ack_wait=30,
        max_deliver=-1,
        max_ack_pending=BATCH,
        max_waiting=8,
        num_replicas=1,
    )


async def provision(js: JetStreamContext, hearing: dict[str, Iterable[type[Fact]]]) -> list[str]:
    """Make what is missing, refuse what differs. Returns what was made, in words.

    Raises `Drift` when an existing stream or durable is set up otherwise.
    """
    made = [f"stream {config.name}" for config in (EVENTS, ALARMS) if await _ensure_stream(js, config)]
    for service, heard in hearing.items():
        if await ensure_durable(js, durable(service, heard)):
            made.append(f"durable {service}")
    return made


async def _ensure_stream(js: JetStreamContext, wanted: StreamConfig) -> bool:
    assert wanted.name
    try:
        found = (await js.stream_info(wanted.name)).config
    except NotFoundError:
        await js.add_stream(wanted)
        return True
    _refuse_drift(f"stream {wanted.name}", asdict(wanted), asdict(found))
    return False


async def ensure_durable(js: JetStreamContext, wanted: ConsumerConfig) -> bool:
    """True when it was made. Where it starts reading is not compared: a reset durable starts further on."""
    assert wanted.durable_name
    try:
        found = (await js.consumer_info(STREAM, wanted.durable_name)).config
    except NotFoundError:
        await js.add_consumer(STREAM, wanted)
        return True
    start = {"deliver_policy", "opt_start_seq", "opt_start_time", "name"}
    _refuse_drift(
        f"durable {wanted.durable_name}",
        {name: value for name, value in asdict(wanted).items() if name not in start},
        asdict(found),
    )
    return False


async def restart_durable(js: JetStreamContext, wanted: ConsumerConfig, after: int) -> None:
    """Make the durable anew so that it delivers every fact behind stream sequence `after`, in order.

    If the process dies between the two calls the durable is missing and is made again from the first
    fact of the stream: the inbox takes the repeats.
    """
    assert wanted.durable_name
    try:
        await js.delete_consumer(STREAM, wanted.durable_name)
    except NotFoundError:
        pass
    await js.add_consumer(
        STREAM, wanted.evolve(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=after + 1)
    )


def _refuse_drift(what: str, wanted: dict[str, Any], found: dict[str, Any]) -> None:
    """Compare every setting this version names; settings it leaves open (None) may be anything."""
    for name, value in wanted.items():
        if value is None:
            continue
        actual = found.get(name)
        if isinstance(value, list):
            value, actual = sorted(value), sorted(actual or [])
        if actual != value and not (not value and not actual):
            raise Drift(f"The {what} has {name} = {actual!r}, but this version needs {value!r}.")
