"""`throughcare events tail`: facts as they pass, one line of JSON each."""

import asyncio
import json
import sys

import nats.errors
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from shared.local.broker_client import connect
from shared.local.refusal import Refusal
from shared.messaging.streams import STREAM


async def tail(nats_url: str, subject: str) -> None:
    """Print every new fact until cancelled.

    An ordered read on a consumer of its own that the server forgets with the connection; the services'
    durables are not touched, and nothing is acknowledged. A fact holds ids, codes and times only.
    """
    try:
        client = await connect(nats_url)
    except (OSError, nats.errors.Error) as failure:
        raise Refusal(f"NATS does not answer at {nats_url}: is the stack running?") from failure
    async with client:
        try:
            reading = await client.jetstream().subscribe(
                subject,
                stream=STREAM,
                ordered_consumer=True,
                config=ConsumerConfig(deliver_policy=DeliverPolicy.NEW),
            )
        except NotFoundError as failure:
            raise Refusal(
                f"The broker at {nats_url} has no stream {STREAM}: run `throughcare setup`."
            ) from failure
        async for message in reading.messages:
            fact = json.loads(message.data)
            line = {"sequence": message.metadata.sequence.stream, "subject": message.subject, **fact}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def run(nats_url: str, subject: str) -> None:
    try:
        asyncio.run(tail(nats_url, subject))
    except KeyboardInterrupt:
        return
