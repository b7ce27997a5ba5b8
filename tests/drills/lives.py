"""Aftercare's life and death, again and again: each life is a process of its own, forked from one nursery, so
that everything is imported once. `python -m tests.drills.lives`: a life a line on stdin, as JSON."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.aftercare.handlers import HEARD
from services.aftercare.settings import Settings
from shared import clock, fault_points
from shared.contracts.fact import Fact
from shared.database import Database
from shared.messaging.consumer import Consumer, Incoming
from shared.sealing import KeyRing
from tests.integration.aftercare.conftest import Aftercare

KILLED = 137


@dataclass
class Nursery:
    """`keys`: wrapping key and index key. Everything a life is told is the same but for its time and end."""

    program: asyncio.subprocess.Process
    url: str
    keys: tuple[bytes, bytes]
    settings: dict[str, Any]

    async def life(
        self,
        at: datetime,
        facts: Sequence[Fact] = (),
        *,
        dies_at: str = "",
        killed_after: float | None = None,
    ) -> int:
        """Born at `at` by its own clock; hears the facts and does all that is due, or dies before that.

        Returns how it ended: 0 or KILLED. `dies_at`: a fault point of one kind of job; only these run, so
        that it is reached. `killed_after`: seconds until SIGKILL, if it lives so long.
        """
        told = {
            "database": self.url,
            "keys": [key.hex() for key in self.keys],
            "settings": self.settings,
            "shift": (at - datetime.now(UTC)).total_seconds(),
            "die_at": dies_at,
            "kinds": _at(dies_at),
            "facts": [(fact.subject, fact.model_dump_json()) for fact in facts],
        }
        assert self.program.stdin
        self.program.stdin.write(json.dumps(told).encode() + b"\n")
        born = await self._line()
        try:
            async with asyncio.timeout(killed_after):
                return await self._line()
        except TimeoutError:
            with suppress(ProcessLookupError):  # it ended this very moment
                os.kill(born, signal.SIGKILL)
            return await self._line()

    async def _line(self) -> int:
        assert self.program.stdout
        async with asyncio.timeout(60):
            return int(await self.program.stdout.readline())


def _at(place: str) -> list[str]:
    """The kinds of job that come by there; empty: all."""
    room = place.partition(".")[0]
    return {"": [], "sending": ["send_message", "send_page"]}.get(room, [room])


@asynccontextmanager
async def nursery(url: str, keys: tuple[bytes, bytes], settings: dict[str, Any]) -> AsyncGenerator[Nursery]:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.drills.lives",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Nursery(program, url, keys, settings)
    finally:
        assert program.stdin
        program.stdin.close()
        await program.wait()


async def _live(told: dict[str, Any]) -> None:
    fault_points.arm(told["die_at"])
    clock.shift(timedelta(seconds=told["shift"]))
    ring = KeyRing(*(bytes.fromhex(key) for key in told["keys"]))
    database = Database(told["database"], "aftercare", ring)
    facts = [Incoming(subject, body.encode()) for subject, body in told["facts"]]
    await Consumer(database, HEARD).apply(facts)
    await Aftercare(database, Settings(**told["settings"])).run_jobs(*told["kinds"])
    await database.dispose()


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(_live(json.loads(line)))
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(KILLED if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)


if __name__ == "__main__":
    main()
