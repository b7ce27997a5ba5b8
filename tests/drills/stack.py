"""A whole installation in a folder of its own, started as a person would start it."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START = 90.0  # seconds a first start may take on a busy machine


@dataclass(frozen=True)
class Stack:
    """Where a running installation is found."""

    data_dir: Path
    addresses: dict[str, Any]

    def pid(self, part: str) -> int:
        """The process that runs `part` now; restarts change it."""
        pids: dict[str, int] = json.loads((self.data_dir / "run.json").read_text())["pids"]
        return pids[part]

    async def kill(self, part: str) -> None:
        """SIGKILL, as the machine's out-of-memory killer would; returns when it was started again."""
        killed = self.pid(part)
        os.kill(killed, signal.SIGKILL)
        while self.pid(part) == killed:
            await asyncio.sleep(0.02)


# The payers' rules in drill time: 90 s before a repeat become 2, and their long pauses a fiftieth. Two
# hundred people in one evening are no cohort to be spread over meetings.
COMPRESSED = {
    "THROUGHCARE_RESEND_AFTER": "PT2S",
    "THROUGHCARE_RETRY_SCALE": "0.02",
    "THROUGHCARE_COURTESY_CAP": "100000",
}


@asynccontextmanager
async def stack(*options: str) -> AsyncGenerator[Stack]:
    """Run `throughcare up` on free ports for as long as the block lasts."""
    # Not in pytest's folder: PostgreSQL runs as another user there when we are root.
    with tempfile.TemporaryDirectory(prefix="throughcare-", ignore_cleanup_errors=True) as folder:
        data_dir = Path(folder) / "var"
        command = [sys.executable, "-m", "shared.local.cli", "up", "--free-ports", "--data-dir"]
        up = await asyncio.create_subprocess_exec(
            *command,
            str(data_dir),
            *options,
            env={**os.environ, **COMPRESSED},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert up.stdout
        try:
            line = await asyncio.wait_for(up.stdout.readline(), START)
            addresses = json.loads(line)
            assert addresses["ready"] is True
            yield Stack(data_dir, addresses)
        finally:
            if up.returncode is None:
                up.send_signal(signal.SIGTERM)
            await asyncio.wait_for(up.wait(), 20)
