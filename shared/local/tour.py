"""`throughcare tour`: one person's whole way on a throw-away stack, step by step, each with its time."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console

from shared.local.front_desk import FrontDesk, Unexpected
from shared.local.tour_steps import Walk

START_SECONDS = 60
console = Console(highlight=False)


async def run(database: str, *, keep: bool = False) -> bool:
    """Walk the tour; returns whether every step went as it should. What went wrong is printed."""
    folder = Path(tempfile.mkdtemp(prefix="throughcare-tour-"))
    began = time.monotonic()
    process = None
    try:
        with step("the stack starts on free ports"):
            process = await _start(folder, database)
            ready = await _ready_line(process, folder)
        client = httpx2.AsyncClient(timeout=20, trust_env=False)
        async with FrontDesk(ready, folder / "keys", client) as desk:
            walk = Walk(desk)
            for what, do in walk.steps():
                with step(what):
                    await do()
        with step("everything stops within 10 s"):
            await _stop(process)
        console.print(f"[green]All as it should be[/green], {time.monotonic() - began:.1f} s in all.")
        return True
    except StepFailed:
        keep = True
        console.print(f"The logs are in {folder / 'logs'}.", markup=False, soft_wrap=True)
        return False
    finally:
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


class StepFailed(Exception):
    """A step did not end as it should; it has been printed."""


@contextmanager
def step(what: str) -> Generator[None]:
    """Time a step and print its line; an error inside is printed with what was expected and seen."""
    began = time.monotonic()
    try:
        yield
    except (Unexpected, httpx2.HTTPError, OSError, TimeoutError) as failure:
        told = str(failure) if isinstance(failure, Unexpected) else f"{type(failure).__name__}: {failure}"
        console.print(f"[bold red]failed[/bold red] {time.monotonic() - began:6.2f} s  {what}")
        console.print(f"                 {told}", markup=False, soft_wrap=True)
        raise StepFailed from failure
    console.print(f"[green]ok[/green]     {time.monotonic() - began:6.2f} s  {what}")


async def _start(folder: Path, database: str) -> asyncio.subprocess.Process:
    """The stack as a person would start it, with its sentences in a file."""
    (folder / "logs").mkdir()
    command = ["-m", "shared.local.cli", "up", "--free-ports", "--demo", "--data-dir", str(folder)]
    with (folder / "logs" / "up.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, *command, "--database", database, stdout=asyncio.subprocess.PIPE, stderr=log
        )


async def _ready_line(process: asyncio.subprocess.Process, folder: Path) -> dict[str, Any]:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
    if not line:
        said = (folder / "logs" / "up.log").read_text().splitlines()
        raise Unexpected("a stack that starts", said[-1] if said else "nothing")
    ready: dict[str, Any] = json.loads(line)
    return ready


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(process.wait(), 10)
    if code != 0:
        raise Unexpected("exit code 0", f"exit code {code}")
