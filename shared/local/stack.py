"""What a local stack consists of: every part's command, settings and order, for one data directory."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.engine import make_url

from shared.local import nats_server, postgres_server
from shared.local.keys import database_passwords, jetstream_key, make_keys
from shared.local.leash import left_behind, outlast
from shared.local.ports import USUAL, free_ports, refuse_busy
from shared.local.postgres_roles import prepare_roles
from shared.local.process import Leaving, Part, serves
from shared.local.refusal import Refusal
from shared.local.settings import SERVICES, child_environment
from shared.local.supervisor import Say, Supervisor

MODULES = {
    "simulator": "services.insurance.simulator.main",
    "intake": "services.intake.main",
    "insurance": "services.insurance.main",
    "aftercare": "services.aftercare.main",
    "projector": "services.dashboard.projector",
    "dashboard": "services.dashboard.main",
}
VIEWS = ("projector", "dashboard")


@dataclass(frozen=True)
class Wish:
    """What was asked for. `database` is "sqlite", "postgres" or the PostgreSQL URL of a role's maker."""

    data_dir: Path
    free_ports: bool = False
    database: str = "sqlite"
    demo: bool = False
    verbose: bool = False


@dataclass(frozen=True)
class Stack:
    """A stack that is ready: its addresses as in the ready line, and the process ids."""

    addresses: dict[str, str]
    ready_line: dict[str, object]
    keys: Path
    databases: dict[str, str] = field(repr=False)  # hold passwords


@asynccontextmanager
async def running_stack(wish: Wish, say: Say) -> AsyncGenerator[Stack]:
    """Everything up and ready inside the block, everything down after it. Raises Refusal with what to do."""
    data_dir = prepare_folder(wish.data_dir)
    lock = FileLock(data_dir / "up.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Refusal(
            f"A stack is already running on {data_dir}: stop it, or choose another with --data-dir."
        ) from None
    try:
        keys = data_dir / "keys"
        make_keys(keys)
        await outlast(left_behind(data_dir))
        ports = choose_ports(wish)
        supervisor = Supervisor(data_dir, say, verbose=wish.verbose)
        await supervisor.open()
        try:
            addresses, databases = await _start(supervisor, wish, data_dir, keys, ports, say)
            notes = {
                "nats_monitor": f"http://127.0.0.1:{ports['nats_monitor']}",
                "database": _without_secret(databases),
            }
            yield Stack(addresses, supervisor.announce(addresses, notes), keys, databases)
        finally:
            say("Stopping.")
            await supervisor.close()
    finally:
        lock.release()


def prepare_folder(data_dir: Path) -> Path:
    """The absolute folder, made and writable, or a Refusal."""
    folder = data_dir.expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as failure:
        raise Refusal(
            f"{folder} cannot be written ({failure.strerror}); choose another folder with --data-dir."
        ) from failure
    return folder


def choose_ports(wish: Wish) -> dict[str, int]:
    """The usual ports, all free, or whatever ports are. Raises Refusal."""
    names = [name for name in USUAL if name != "postgres" or wish.database == "postgres"]
    if wish.free_ports:
        return free_ports(names)
    ports = {name: USUAL[name] for name in names}
    refuse_busy(ports)
    return ports


async def _start(
    supervisor: Supervisor, wish: Wish, data_dir: Path, keys: Path, ports: dict[str, int], say: Say
) -> tuple[dict[str, str], dict[str, str]]:
    """Addresses and database URLs. Broker and database start first, then set-up runs, then services."""
    say("Starting NATS.")
    await supervisor.start(_nats(data_dir, keys, ports))
    databases = await _databases(supervisor, wish, data_dir, keys, ports, say)
    addresses = {
        **{name: f"http://127.0.0.1:{ports[name]}" for name in (*SERVICES, "simulator")},
        "nats": f"nats://127.0.0.1:{ports['nats']}",
        "mllp": f"127.0.0.1:{ports['mllp']}",
    }
    say("Preparing databases and streams.")
    await supervisor.run_once(_setup(databases, addresses["nats"]))
    say("Starting the services.")
    await supervisor.start(*(_service(name, databases, addresses, ports, keys, wish) for name in MODULES))
    return addresses, databases


def _nats(data_dir: Path, keys: Path, ports: dict[str, int]) -> Part:
    config = nats_server.write_configuration(
        data_dir / "nats", port=ports["nats"], monitor_port=ports["nats_monitor"], encrypted=True
    )
    return Part(
        "nats",
        nats_server.command(config),
        child_environment({nats_server.KEY_VARIABLE: jetstream_key(keys)}),
        Leaving.BROKER,
        ready=serves(f"http://127.0.0.1:{ports['nats_monitor']}/healthz"),
    )


async def _databases(
    supervisor: Supervisor, wish: Wish, data_dir: Path, keys: Path, ports: dict[str, int], say: Say
) -> dict[str, str]:
    """{service: database URL}, with whatever server they need running and its roles made."""
    if wish.database == "sqlite":
        return {service: f"sqlite+aiosqlite:///{data_dir / service}.db" for service in SERVICES}
    passwords = database_passwords(keys)
    if wish.database != "postgres":
        return await _prepared(wish.database, passwords)
    say("Starting PostgreSQL.")
    folder, port = data_dir / "postgres", ports["postgres"]
    await asyncio.to_thread(postgres_server.initialise, folder, passwords["postgres"])

    async def ready() -> bool:
        return await asyncio.to_thread(postgres_server.answers, port)

    await supervisor.start(
        Part(
            "postgres",
            postgres_server.command(folder, port),
            child_environment({}),
            Leaving.DATABASE,
            ready,
            end_signal=signal.SIGINT,  # a fast shutdown: SIGTERM would wait for every client
            run_as=postgres_server.run_as(),
        )
    )
    return await _prepared(
        f"postgresql://postgres:{passwords['postgres']}@127.0.0.1:{port}/postgres", passwords
    )


async def _prepared(admin: str, passwords: dict[str, str]) -> dict[str, str]:
    try:
        return await prepare_roles(admin, passwords)
    except Exception as failure:  # asyncpg's, SQLAlchemy's and the socket's errors share no parent
        raise Refusal(
            f"PostgreSQL could not be prepared ({failure}). Check the address and rights."
        ) from failure


def _without_secret(databases: dict[str, str]) -> str:
    """Which databases these are, for run.json: "sqlite", or server and database without a password."""
    url = make_url(databases["intake"])
    if url.drivername.startswith("sqlite"):
        return "sqlite"
    return f"postgresql://{url.host}:{url.port or 5432}/{url.database}"


def _setup(databases: dict[str, str], nats_url: str) -> Part:
    own = {f"THROUGHCARE_DATABASES__{service.upper()}": url for service, url in databases.items()}
    return Part(
        "setup",
        [sys.executable, "-m", "shared.local.setup"],
        child_environment({**own, "THROUGHCARE_NATS_URL": nats_url}),
        Leaving.SERVICES,
    )


def _service(
    name: str,
    databases: dict[str, str],
    addresses: dict[str, str],
    ports: dict[str, int],
    keys: Path,
    wish: Wish,
) -> Part:
    own = {
        "THROUGHCARE_HOST": "127.0.0.1",
        "THROUGHCARE_NATS_URL": addresses["nats"],
        "THROUGHCARE_KEYS_DIR": str(keys),
        "THROUGHCARE_CLEARINGHOUSE_URL": addresses["simulator"],
        "THROUGHCARE_DEMO": str(wish.demo).lower(),
        "THROUGHCARE_TRAY": str(wish.demo).lower(),  # messages to invented people stay in the house
        **{f"THROUGHCARE_{service.upper()}_URL": addresses[service] for service in SERVICES},
    }
    database = databases.get("dashboard" if name in VIEWS else name)
    if database is not None:
        own["THROUGHCARE_DATABASE_URL"] = database
    if name in ports:
        own["THROUGHCARE_PORT"] = str(ports[name])
    if name == "intake":
        own["THROUGHCARE_MLLP_PORT"] = str(ports["mllp"])
    return Part(
        name,
        [sys.executable, "-m", MODULES[name]],
        child_environment(own),
        Leaving.VIEWS if name in VIEWS else Leaving.SERVICES,
        ready=serves(f"{addresses[name]}/healthz") if name in addresses else None,
    )
