"""MLLP: HL7 v2 over TCP, framed by us so that garbage gets an answer too.

A frame is 0x0B, the message, 0x1C 0x0D. The library's own reader raises on anything else and leaves the
sender waiting for ever; here whatever is no frame is answered AR, and the connection goes on.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

START, END = b"\x0b", b"\x1c\r"

Answer = Callable[[bytes], Awaitable[bytes]]

log = logging.getLogger(__name__)


class TooLarge(Exception):
    """More bytes than one message may have, and no end in sight."""


class Frames:
    """Bytes in, messages out; None for whatever is no whole frame, which is then refused."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes | None]:
        """What is complete by now, in order. Raises TooLarge."""
        self._buffer += data
        found: list[bytes | None] = []
        while self._buffer:
            # Line ends between frames are idle chatter of some senders, not a message.
            if self._buffer.startswith((b"\r", b"\n")):
                del self._buffer[:1]
            elif self._buffer[:1] != START:
                self._cut(self._buffer.find(START))
                found.append(None)
            elif (end := self._buffer.find(END)) < 0:
                break
            elif (again := self._buffer.rfind(START, 1, end)) > 0:
                # The sender began anew in the middle: the first half is lost, and it should hear so.
                self._cut(again)
                found.append(None)
            else:
                found.append(self._cut(end + len(END))[len(START) : -len(END)])
        if len(self._buffer) > self._largest + len(START) + len(END):
            raise TooLarge
        return found

    @property
    def unfinished(self) -> bool:
        return bool(self._buffer)

    def _cut(self, length: int) -> bytes:
        """Take the first `length` bytes away, all of them when negative."""
        length = len(self._buffer) if length < 0 else length
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken


@asynccontextmanager
async def listening(
    host: str, port: int, answer: Answer, *, largest: int, idle_seconds: float
) -> AsyncGenerator[int]:
    """Serve while the block runs; yields the port (useful with port 0)."""
    talking: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            talking.add(task)
            task.add_done_callback(talking.discard)
        try:
            await _talk(reader, writer, answer, largest, idle_seconds)
        except (ConnectionError, TimeoutError):
            pass  # the sender left or fell silent; it repeats what it got no answer to
        finally:
            writer.close()

    server = await asyncio.start_server(accept, host, port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)


async def _talk(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    answer: Answer,
    largest: int,
    idle_seconds: float,
) -> None:
    """One connection: one answer a message, in order. Something too large is refused and cut off."""
    frames = Frames(largest)
    while True:
        async with asyncio.timeout(idle_seconds):
            data = await reader.read(65_536)
        try:
            messages = frames.feed(data)
        except TooLarge:
            log.warning("an HL7 message was too large", extra={"code": "too_large"})
            await _send(writer, await answer(b""))
            return
        if not data and frames.unfinished:
            messages.append(None)
        for message in messages:
            await _send(writer, await answer(message or b""))
        if not data:
            return


async def _send(writer: asyncio.StreamWriter, message: bytes) -> None:
    writer.write(START + message + END)
    await writer.drain()
