"""Any ASGI application on a free port of this machine, in this process and event loop."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


@asynccontextmanager
async def serving(app: Any, **more: Any) -> AsyncGenerator[str]:
    """The URL under which `app` answers until the block is left. `more` goes to uvicorn (certificates)."""
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, **more)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # It listens before the server runs, so whoever connects first only waits.
        task = asyncio.create_task(server.serve(sockets=[listening]))
        scheme = "https" if config.is_ssl else "http"
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task
