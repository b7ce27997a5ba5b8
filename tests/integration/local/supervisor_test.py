"""The supervisor keeps real processes running and takes them all down, even when it is killed itself."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from shared.local.ports import free_ports
from shared.local.process import Leaving, Part, serves
from shared.local.refusal import Refusal
from shared.local.settings import child_environment
from shared.local.supervisor import Supervisor
from tests.conftest import eventually

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


def web_server(name: str, leaving: Leaving = Leaving.SERVICES) -> Part:
    """Python's own web server as a part: it answers, and ends on SIGTERM."""
    port = free_ports([name])[name]
    command = [
        sys.executable,
        "-m",
        "http.server",
        str(port),
        "--bind",
        "127.0.0.1",
        "--directory",
        str(Path(__file__).parent),
    ]
    return Part(name, command, child_environment({}), leaving, ready=serves(f"http://127.0.0.1:{port}/"))


def script(name: str, code: str) -> Part:
    return Part(name, [sys.executable, "-c", code], child_environment({}), Leaving.SERVICES)


class Watched:
    """A supervisor and what it said."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.supervisor = Supervisor(folder, self.said.append)


@pytest_asyncio.fixture
async def watched(tmp_path: Path) -> AsyncGenerator[Watched]:
    watched = Watched(tmp_path)
    await watched.supervisor.open()
    yield watched
    await watched.supervisor.close()


async def test_a_part_that_is_killed_is_started_again_on_its_port(watched: Watched) -> None:
    part = web_server("front")
    await watched.supervisor.start(part)
    first = watched.supervisor.pids()["front"]
    os.kill(first, signal.SIGKILL)

    async def running_again() -> bool:
        return "front is running again." in watched.said

    await eventually(running_again)
    assert part.ready is not None
    assert await part.ready()
    assert watched.supervisor.pids()["front"] != first
    assert watched.said[0].startswith("front was ended by SIGKILL; starting it again in 0.5 s")


async def test_a_part_that_cannot_start_is_refused_with_its_last_words(watched: Watched) -> None:
    with pytest.raises(Refusal, match=r"broken stopped while starting.*ZeroDivisionError"):
        await watched.supervisor.start(web_server("good"), script("broken", "1 / 0"))


async def test_a_part_that_ends_is_not_taken_for_one_that_stays(watched: Watched) -> None:
    with pytest.raises(Refusal, match="setup stopped with exit code 3"):
        await watched.supervisor.run_once(script("setup", "raise SystemExit(3)"))


async def test_what_serves_goes_first_and_the_broker_last(watched: Watched) -> None:
    await watched.supervisor.start(
        web_server("broker", Leaving.BROKER), web_server("view", Leaving.VIEWS), web_server("service")
    )
    ended: list[str] = []

    async def note(name: str) -> None:
        process = watched.supervisor.children[name].process
        assert process is not None
        await process.wait()
        ended.append(name)

    notes = [asyncio.create_task(note(name)) for name in ("broker", "view", "service")]
    await watched.supervisor.close()
    await asyncio.gather(*notes)
    assert ended == ["service", "view", "broker"]


async def test_a_part_deaf_to_sigterm_is_killed_in_time(watched: Watched) -> None:
    await watched.supervisor.start(script("deaf", STUBBORN))
    log = watched.supervisor.children["deaf"].log

    async def is_deaf() -> bool:
        return "deaf" in log.read_text()

    await eventually(is_deaf)
    began = time.monotonic()
    await watched.supervisor.close()
    assert time.monotonic() - began < 10
    assert not watched.supervisor.children["deaf"].running
    assert watched.said == ["deaf did not end in 5 s and was killed."]


OWNER = """
import asyncio, sys, pathlib
from shared.local.process import Leaving, Part
from shared.local.settings import child_environment
from shared.local.supervisor import Supervisor

async def main():
    supervisor = Supervisor(pathlib.Path(sys.argv[1]), print)
    await supervisor.open()
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    await supervisor.start(Part("idle", command, child_environment({}), Leaving.SERVICES))
    print(supervisor.pids()["idle"], flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_no_part_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    with owner:
        assert owner.stdout is not None
        child = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
    gone, _ = psutil.wait_procs([child], 8)
    assert gone == [child]
