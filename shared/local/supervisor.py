"""Starts the parts of a stack, starts again what dies, and ends everything in order."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from shared.local.backoff import Backoff
from shared.local.process import Child, Leaving, Part, how_it_ended
from shared.local.refusal import Refusal

PATIENCE_SECONDS = 60.0
# Seconds each group gets before SIGKILL. Their sum stays under the ten seconds promised for the whole.
GOODBYE_SECONDS = {Leaving.SERVICES: 5.0, Leaving.VIEWS: 1.8, Leaving.DATABASE: 1.2, Leaving.BROKER: 1.0}

Say = Callable[[str], None]


class Supervisor:
    """Owns the processes of one data directory. `say` takes one sentence for the person watching."""

    def __init__(self, data_dir: Path, say: Say, *, verbose: bool = False) -> None:
        self.logs = data_dir / "logs"
        self.run_file = data_dir / "run.json"
        self.say = say
        self.verbose = verbose
        self.children: dict[str, Child] = {}
        self.addresses: dict[str, str] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._births: set[asyncio.Task[None]] = set()
        self._leash: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        """Make the log folder and put the stack on its leash (see leash.py)."""
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._leash = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "shared.local.leash", stdin=asyncio.subprocess.PIPE, start_new_session=True
        )

    async def run_once(self, part: Part) -> None:
        """Run a part that does its work and ends. Raise Refusal when it fails."""
        child = Child(part, self.logs)
        await self._spawn(child)
        assert child.process is not None
        try:
            code = await child.process.wait()
        finally:
            await child.end(2)
            self._free(child.process.pid)
        if code != 0:
            raise Refusal(f"{part.name} {how_it_ended(code)}. {child.last_words()}")

    async def start(self, *parts: Part) -> None:
        """Start parts together, wait until all are ready, and keep them running from then on."""
        children = [Child(part, self.logs) for part in parts]
        for child in children:
            self.children[child.part.name] = child
            await self._spawn(child)
            if self.verbose:
                self._keepers.append(asyncio.create_task(self._repeat_log(child)))
        waiting = [asyncio.create_task(child.become_ready(PATIENCE_SECONDS)) for child in children]
        try:
            await asyncio.gather(*waiting)
        finally:
            for task in waiting:
                task.cancel()
        self._keepers += [asyncio.create_task(self._keep(child)) for child in children]

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self.children.items() if child.pid is not None}

    def announce(self, addresses: dict[str, str], notes: dict[str, str]) -> dict[str, object]:
        """Note addresses and `notes` (for the doctor) in run.json and return what the ready line says."""
        self.addresses = addresses | notes
        self._write_run_file()
        return {"ready": True, **addresses, "pids": self.pids()}

    async def close(self) -> None:
        """End everything: services, then the views, then the database, the broker last."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*self._births, return_exceptions=True)
        for group in Leaving:
            await asyncio.gather(
                *(
                    self._end(child, GOODBYE_SECONDS[group])
                    for child in self.children.values()
                    if child.part.leaving is group
                )
            )
        self.run_file.unlink(missing_ok=True)
        if self._leash is not None and self._leash.stdin is not None:
            self._leash.stdin.close()
            await self._leash.wait()

    async def _spawn(self, child: Child) -> None:
        """Start a process, on the leash. A cancellation waits for that, or the process would be forgotten."""

        async def spawn() -> None:
            await child.spawn()
            self._tell_leash(f"hold {child.pid} {int(child.part.end_signal)}\n")

        birth = asyncio.create_task(spawn())
        self._births.add(birth)
        birth.add_done_callback(self._births.discard)
        await asyncio.shield(birth)

    async def _end(self, child: Child, patience_seconds: float) -> None:
        if not await child.end(patience_seconds):
            self.say(f"{child.part.name} did not end in {patience_seconds:g} s and was killed.")
        if child.pid is not None:
            self._free(child.pid)

    async def _keep(self, child: Child) -> None:
        """Start a part again whenever its process dies, until cancelled."""
        backoff = Backoff()
        while True:
            assert child.process is not None
            code = await child.process.wait()
            self._free(child.process.pid)
            wait = backoff.after(child.healthy_seconds())
            self.say(
                f"{child.part.name} {how_it_ended(code)}; starting it again in {wait:g} s (log: {child.log})."
            )
            await asyncio.sleep(wait)
            try:
                await self._spawn(child)
            except (
                OSError
            ) as failure:  # no memory, no file handles: the old end is met again above, and waited for
                self.say(f"{child.part.name} could not be started: {failure.strerror}.")
                continue
            self._write_run_file()
            try:
                await child.become_ready(PATIENCE_SECONDS)
            except Refusal as refusal:
                # Alive but silent is left alone: it may be waiting for a part that is coming back too.
                if child.running:
                    self.say(str(refusal))
            else:
                self.say(f"{child.part.name} is running again.")

    async def _repeat_log(self, child: Child) -> None:
        """Print what a part writes from now on, each line after the part's name."""
        with child.log.open(errors="replace") as log:
            log.seek(0, os.SEEK_END)
            while True:
                for line in log:
                    self.say(f"{child.part.name:>10} | {line.rstrip()}")
                await asyncio.sleep(0.2)

    def _write_run_file(self) -> None:
        """Replace run.json in one step, so that a reader never sees half of it."""
        draft = self.run_file.with_suffix(".draft")
        draft.write_text(
            json.dumps({**self.addresses, "supervisor": os.getpid(), "pids": self.pids()}, indent=2)
        )
        draft.replace(self.run_file)

    def _free(self, pid: int) -> None:
        self._tell_leash(f"free {pid}\n")

    def _tell_leash(self, line: str) -> None:
        if self._leash is not None and self._leash.stdin is not None:
            with suppress(ConnectionError, RuntimeError):
                self._leash.stdin.write(line.encode())
