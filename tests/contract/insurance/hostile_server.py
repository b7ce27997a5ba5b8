"""The other side as nobody would want it: bytes on a socket, well-formed or not, once or without end."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(behave: Behaviour) -> AsyncGenerator[str]:
    """The URL of a server that reads a little of each request and then does what `behave` does."""
    busy: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        try:
            await reader.read(65536)
            with suppress(OSError):
                await behave(writer)
        finally:
            busy.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(busy):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


def once(raw: bytes) -> Behaviour:
    """These bytes, then the end."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.write_eof()
        await asyncio.sleep(0)

    return behave


def endlessly(first: bytes, then: bytes, pause: float = 0.0) -> Behaviour:
    """`first`, and then `then` again and again until the caller hangs up."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(then)
            await writer.drain()
            await asyncio.sleep(pause)

    return behave


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole HTTP/1.1 answer."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body
