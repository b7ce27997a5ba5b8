"""One supervised process: what it runs, where its output goes, and when it counts as ready."""

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import httpx2

from shared.local.refusal import Refusal

# A part without a health page counts as ready when it has lived this long: its imports are behind it.
SETTLED_SECONDS = 1.5
LARGEST_LOG_BYTES = 5_000_000


class Leaving(IntEnum):
    """The order of the end: who takes work in goes first, what everybody leans on goes last."""

    SERVICES = 0
    VIEWS = 1
    DATABASE = 2
    BROKER = 3


@dataclass(frozen=True)
class Part:
    """What to run. `ready` answers whether it serves; without one a part is ready once it has settled."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)  # holds database passwords
    leaving: Leaving
    ready: Callable[[], Awaitable[bool]] | None = None
    end_signal: signal.Signals = signal.SIGTERM
    run_as: dict[str, Any] = field(default_factory=dict)  # as postgres_server.run_as() says


def serves(url: str) -> Callable[[], Awaitable[bool]]:
    """A `ready` that asks an HTTP health page."""

    async def ask() -> bool:
        async with httpx2.AsyncClient(timeout=2, trust_env=False) as client:
            try:
                return (await client.get(url)).status_code == 200
            except httpx2.HTTPError:
                return False

    return ask


class Child:
    """A part's process as it is now; a restart gives it a new process under the same name."""

    def __init__(self, part: Part, logs: Path) -> None:
        self.part = part
        self.log = logs / f"{part.name}.log"
        self.process: asyncio.subprocess.Process | None = None
        self.healthy_since: float | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def spawn(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches the supervisor alone.

        Output goes straight into the file: a pipe would fill, and break, when the supervisor stalls or dies.
        """
        self.healthy_since = None
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.part.command,
                env=self.part.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,  # databases and logs are for their owner
                **self.part.run_as,
                cwd="/"
                if self.part.run_as
                else None,  # another user may not be allowed to stand where we stand
            )

    async def become_ready(self, patience_seconds: float) -> None:
        """Wait until the part serves. Raise Refusal when it ends or the time is up."""
        began = time.monotonic()
        while True:
            if not self.running:
                raise Refusal(f"{self.part.name} stopped while starting. {self.last_words()}")
            waited = time.monotonic() - began
            if await self.part.ready() if self.part.ready else waited > SETTLED_SECONDS:
                self.healthy_since = time.monotonic()
                return
            if waited > patience_seconds:
                raise Refusal(
                    f"{self.part.name} did not answer within {patience_seconds:.0f} s. {self.last_words()}"
                )
            await asyncio.sleep(0.1)

    def healthy_seconds(self) -> float:
        return time.monotonic() - self.healthy_since if self.healthy_since is not None else 0.0

    def last_words(self) -> str:
        """A sentence with the end of the log, for the person who has to look further."""
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return f"The last line of {self.log}: {_readable(lines[-1])}" if lines else f"{self.log} is empty."

    async def end(self, patience_seconds: float) -> bool:
        """Ask the process to end; kill it when the time is up. Returns whether it went by itself."""
        if self.process is None or not self.running:
            return True
        with suppress(ProcessLookupError):
            self.process.send_signal(self.part.end_signal)
        try:
            await asyncio.wait_for(self.process.wait(), patience_seconds)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
            return False
        return True


def _readable(line: str) -> str:
    """The message of a line of structured log; any other line as it is."""
    try:
        entry = json.loads(line)
        return str(entry["message"]).strip()
    except (ValueError, KeyError, TypeError):
        return line.strip()


def how_it_ended(code: int) -> str:
    """An exit code in words: negative ones are the signal that ended the process."""
    if code >= 0:
        return f"stopped with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
