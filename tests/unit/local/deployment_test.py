"""The deployment files keep what they promise."""

import re
import subprocess
from pathlib import Path

import pytest

from shared.local.nats_server import binary, configuration

ROOT = Path(__file__).parents[3]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
BROKER = (ROOT / "deploy" / "nats.conf").read_text()


def test_nothing_is_published_beyond_this_machine() -> None:
    published = re.findall(r'"([\d.]+:\d+:\d+)"', COMPOSE)
    assert len(published) == 5
    assert all(entry.startswith("127.0.0.1:") for entry in published)


def test_every_secret_of_the_example_is_empty_and_asked_for() -> None:
    secrets = re.findall(r"^([A-Z_]+)=$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(secrets) == 7
    assert all(f"${{{secret}:?" in COMPOSE for secret in secrets)


def test_an_environment_file_is_filled_once_and_kept(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    for name in (".env.example", "deploy/fill-env"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    for _ in range(2):
        subprocess.run(["/bin/sh", str(tmp_path / "deploy" / "fill-env")], check=True, capture_output=True)
    filled = (tmp_path / ".env").read_text()
    assert len(set(re.findall(r"^[A-Z_]+=([0-9a-f]{48})$", filled, re.MULTILINE))) == 7
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "setting", ["max_payload", "max_pending", "ping_interval", "sync_interval", "cipher", "limits", "trace"]
)
def test_the_deployed_broker_is_set_up_like_the_embedded_one(setting: str) -> None:
    embedded = configuration(Path("/data"), port=4222, monitor_port=8222, limit=4 * 1024**3, encrypted=True)

    def value(text: str) -> str:
        (line,) = re.findall(rf"^\s*{setting}:?\s+(.*?)(?:\s+#.*)?$", text, re.MULTILINE)
        return str(line)

    assert value(BROKER) == value(embedded)


def test_the_deployed_broker_refuses_to_start_without_its_secrets() -> None:
    def checked(environment: dict[str, str]) -> int:
        command = [str(binary()), "-t", "-c", str(ROOT / "deploy" / "nats.conf")]
        return subprocess.run(command, env=environment, check=False, capture_output=True).returncode

    assert checked({}) != 0
    assert checked({"NATS_PASSWORD": "p" * 48, "NATS_JETSTREAM_KEY": "k" * 48}) == 0
