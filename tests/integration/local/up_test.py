"""`throughcare up` as a process of its own: one line when ready, the dead restarted, a quick end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil  # type: ignore[import-untyped]
import pytest

from shared.local.refusal import Refusal
from shared.local.setup import hearing
from tests.conftest import eventually, missing

ROOT = Path(__file__).parents[3]
PARTS = {"nats", "intake", "insurance", "simulator", "aftercare", "projector", "dashboard"}
pytestmark = pytest.mark.timeout(120)


def throughcare(*arguments: str, folder: Path, **options: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "shared.local.cli", *arguments, "--data-dir", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, **options)


@dataclass
class Running:
    process: "subprocess.Popen[str]"
    ready: dict[str, Any]
    folder: Path

    def told(self) -> str:
        return (self.folder / "stderr").read_text()

    def run_file(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "run.json").read_text())
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Running]:
    try:
        hearing()
    except Refusal as reason:
        missing(str(reason))
    folder = tmp_path_factory.mktemp("up")
    with (folder / "stderr").open("w") as said:
        process = throughcare("up", "--free-ports", "--database", request.param, folder=folder, stderr=said)
    with process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "stderr").read_text()
        yield Running(process, json.loads(line), folder)
        process.terminate()
        assert process.stdout.read() == ""  # nothing but the one line, ever


def test_the_ready_line_names_every_address_and_process(stack: Running) -> None:
    assert stack.ready["ready"] is True
    assert stack.ready["pids"].keys() - {"postgres"} == PARTS
    assert all(psutil.pid_exists(pid) for pid in stack.ready["pids"].values())
    for name in ("intake", "insurance", "aftercare", "dashboard", "simulator"):
        assert httpx2.get(f"{stack.ready[name]}/healthz").status_code == 200
    assert stack.ready["nats"].startswith("nats://127.0.0.1:")
    assert stack.ready["mllp"].startswith("127.0.0.1:")


def test_a_second_stack_on_the_folder_is_refused_in_one_sentence(stack: Running) -> None:
    second = throughcare("up", "--free-ports", folder=stack.folder, stderr=subprocess.PIPE)
    said, error = second.communicate(timeout=30)
    assert (second.returncode, said) == (1, "")
    assert error.startswith("A stack is already running on")
    assert error.count("\n") == 1


def test_an_operators_token_is_accepted_by_a_service(stack: Running) -> None:
    asked = throughcare("token", "--role", "coordinator", folder=stack.folder)
    token = asked.communicate(timeout=30)[0].strip()
    url = f"{stack.ready['intake']}/api/v1/cases"
    assert httpx2.get(url).status_code == 401
    assert httpx2.get(url, headers={"Authorization": f"Bearer {token}"}).json() == {"cases": []}


def test_the_doctor_finds_nothing_wrong_but_that_nobody_is_on_call(stack: Running) -> None:
    asked = throughcare("doctor", folder=stack.folder)
    said = asked.communicate(timeout=60)[0]
    assert asked.returncode == 1
    assert [line for line in said.splitlines() if line.startswith("no")] == [
        "no  Nobody who could be reached is on call: when a client is in danger, aftercare pages no one."
    ]
    assert "Set THROUGHCARE_ON_CALL in aftercare's environment" in said
    assert "Streams and durables are as they must be." in said
    assert "NATS answers and syncs every write." in said


async def test_a_killed_service_comes_back_on_its_port(stack: Running) -> None:
    before = stack.run_file()["pids"]["insurance"]
    os.kill(before, signal.SIGKILL)

    async def back() -> bool:
        return "insurance is running again." in stack.told()

    await eventually(back, within=40)
    assert "insurance was ended by SIGKILL; starting it again in 0.5 s" in stack.told()
    assert stack.run_file()["pids"]["insurance"] != before
    assert httpx2.get(f"{stack.ready['insurance']}/healthz").status_code == 200


def test_sigterm_ends_everything_within_ten_seconds(stack: Running) -> None:
    pids = stack.run_file()["pids"].values()
    began = time.monotonic()
    stack.process.terminate()
    assert stack.process.wait(timeout=15) == 0
    assert time.monotonic() - began < 10
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not (stack.folder / "run.json").exists()


def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = throughcare("up", folder=tmp_path / "file" / "var", stderr=subprocess.PIPE)
    said, error = refused.communicate(timeout=30)
    assert (refused.returncode, said) == (1, "")
    assert "cannot be written" in error
    assert error.count("\n") == 1
