"""The broker's configuration holds what the promises about facts rest on."""

import re
import subprocess
from pathlib import Path

import pytest

from shared.local.nats_server import GIGABYTE, KEY_VARIABLE, LARGEST_STORE, binary, configuration, store_limit
from shared.local.refusal import Refusal


def _written(encrypted: bool = True) -> str:
    return configuration(
        Path("/data/nats"), port=4222, monitor_port=8222, limit=GIGABYTE, encrypted=encrypted
    )


@pytest.mark.parametrize(
    "line",
    ["sync_interval: always", "max_payload: 64KB", "debug: false", "trace: false", 'ping_interval: "20s"'],
)
def test_every_promised_setting_is_written(line: str) -> None:
    assert line in _written()


def test_it_listens_on_loopback_only() -> None:
    addresses = re.findall(r'^(?:listen|http): "(.*)"', _written(), re.MULTILINE)
    assert addresses == ["127.0.0.1:4222", "127.0.0.1:8222"]


def test_the_key_is_named_but_not_written() -> None:
    assert f"key: ${KEY_VARIABLE}" in _written()
    assert "cipher" not in _written(encrypted=False)


def test_the_server_itself_accepts_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "nats.conf"
    config.write_text(_written())
    asked = subprocess.run(
        [str(binary()), "-t", "-c", str(config)],
        env={KEY_VARIABLE: "k" * 44},
        check=False,
        capture_output=True,
    )
    assert asked.returncode == 0, asked.stderr


def test_the_store_takes_half_of_what_is_free_and_at_most_four_gigabytes() -> None:
    assert store_limit(6 * GIGABYTE) == 3 * GIGABYTE
    assert store_limit(400 * GIGABYTE) == LARGEST_STORE


def test_a_nearly_full_disk_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refusal, match="make room"):
        store_limit(GIGABYTE)
