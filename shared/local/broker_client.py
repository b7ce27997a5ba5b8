"""A short connection to NATS for commands: one try, and errors are exceptions, not printed tracebacks."""

import nats
from nats.aio.client import Client


async def connect(url: str) -> Client:
    """Raises OSError or nats.errors.Error when the server does not answer."""

    async def quiet(_error: Exception) -> None:
        """The exception is raised as well; the client's own way is to log it with a traceback each try."""

    return await nats.connect(
        url, connect_timeout=5, allow_reconnect=False, max_reconnect_attempts=1, error_cb=quiet
    )
