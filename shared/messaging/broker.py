"""The one place that builds the connection to NATS."""

import logging
from typing import Any

from fast_depends.pydantic import PydanticSerializer
from faststream import AckPolicy
from faststream.nats import NatsBroker

log = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5


def build_broker(url: str, name: str, **callbacks: Any) -> NatsBroker:
    """A broker that reconnects for ever and never prints what a message holds.

    The defaults give up after 60 tries and then block the event loop at full load; hence -1.
    A permission violation reaches the client only through the error callback, so it is always logged.
    """

    async def on_error(error: Exception) -> None:
        log.error("the broker reported an error", extra={"code": type(error).__name__})

    return NatsBroker(
        url,
        name=name,
        connect_timeout=CONNECT_TIMEOUT,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        ping_interval=20,
        max_outstanding_pings=3,
        graceful_timeout=3,
        ack_policy=AckPolicy.MANUAL,
        error_cb=on_error,
        logger=logging.getLogger("faststream.broker"),
        log_level=logging.DEBUG,
        serializer=PydanticSerializer(
            pydantic_config={"hide_input_in_errors": True}, use_fastdepends_errors=False
        ),
        **callbacks,
    )
