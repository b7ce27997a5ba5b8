"""Ends the stack when its supervisor is gone without a word (SIGKILL, a crash, a closed laptop lid).

Run as `python -m shared.local.leash` with a pipe on stdin: "hold <pid> <signal>" and "free <pid>" lines come
in; when the pipe closes, everything still held gets its signal, then SIGKILL. A pipe closes with its writer
on every system, so this works where Linux's parent-death signal does not exist, and for programs that are
not ours.
"""

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

PATIENCE_SECONDS = 6.0


def alive(pid: int) -> bool:
    """Whether a process has this id (a finished one counts until its parent has looked)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def end_all(held: dict[int, int]) -> None:
    """Ask every held process to end, give them a few seconds, then kill their process groups."""
    for pid, sign in held.items():
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and any(map(alive, held)):
        time.sleep(0.1)
    for pid in held:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


async def outlast(pids: list[int]) -> None:
    """Wait for processes whose supervisor died without a word; its leash ends them.

    Two brokers on one store, even for a moment, could ruin it.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS + 2
    while any(map(alive, pids)) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)


def left_behind(data_dir: Path) -> list[int]:
    """The process ids in run.json, which a stack that ended in order has removed."""
    try:
        return list(json.loads((data_dir / "run.json").read_text())["pids"].values())
    except (OSError, ValueError, KeyError):
        return []


def main() -> None:
    held: dict[int, int] = {}
    for line in sys.stdin:
        word, pid, *sign = line.split()
        if word == "hold":
            held[int(pid)] = int(sign[0])
        else:
            held.pop(int(pid), None)
    end_all(held)


if __name__ == "__main__":
    main()
