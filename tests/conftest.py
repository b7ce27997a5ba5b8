"""Real parts for every test: a NATS server, SQLite files, a PostgreSQL server, keys."""

import asyncio
import itertools
import secrets
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import nats
import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import Database
from shared.local.keys import make_keys
from shared.local.nats_server import nats_server
from shared.local.postgres_server import postgres_server
from shared.local.refusal import Refusal
from shared.sealing import KeyRing
from tests import containers
from tests.settings import TestSettings
from tests.templates import Templates

REQUIRED = TestSettings().require_infra

MakeDatabase = Callable[..., Awaitable[Database]]
MigratedUrl = Callable[[str], Awaitable[str]]


def missing(reason: str) -> NoReturn:
    """Skip at home, fail where the infrastructure was promised."""
    if REQUIRED:
        pytest.fail(f"REQUIRE_INFRA is set, but: {reason}")
    pytest.skip(reason)


async def eventually(condition: Callable[[], Awaitable[Any]], within: float = 15.0) -> Any:
    """Ask until the answer is truthy and return it; fail after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        answer = await condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            pytest.fail(f"still {answer!r} after {within} s")
        await asyncio.sleep(0.02)


# The same tests again on containers: `pytest -m containers`, where an engine answers.
in_a_container = pytest.param("container", marks=pytest.mark.containers)


@pytest.fixture(scope="session", params=["wheel", in_a_container])
def nats_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """One NATS server with JetStream on disk for the whole run."""
    if request.param == "container":
        with containers.nats_url() as url:
            yield url
        return
    try:
        with nats_server(tmp_path_factory.mktemp("nats")) as server:
            yield server.url
    except Refusal as reason:
        missing(str(reason))


@pytest.fixture
async def js(nats_url: str) -> AsyncGenerator[JetStreamContext]:
    """JetStream without a stream in it."""
    client = await nats.connect(nats_url)
    context = client.jetstream(timeout=5)
    for stream in ("EVENTS", "ALARMS"):
        try:
            await context.delete_stream(stream)
        except NotFoundError:
            pass
    yield context
    await client.close()


@pytest.fixture(scope="session")
def postgres_url() -> Generator[str]:
    """One PostgreSQL server for the whole run; the URL is its superuser's.

    Not in pytest's folder: as root the server runs as another user, and every pytest that starts takes
    that user's access to the folder away.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix="throughcare-") as folder,
            postgres_server(Path(folder) / "data") as url,
        ):
            yield url
    except Refusal as reason:
        missing(str(reason))


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys as an installation has them."""
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder)
    return folder


@pytest.fixture
def keyring() -> KeyRing:
    return KeyRing(secrets.token_bytes(32), secrets.token_bytes(32))


_numbers = itertools.count(1)


@asynccontextmanager
async def fresh_postgres_database(postgres_url: str) -> AsyncGenerator[str]:
    """A database of its own on the server, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"create database {name}"))
    yield postgres_url.rsplit("/", 1)[0] + f"/{name}"
    async with admin.connect() as connection:
        await connection.execute(text(f"drop database {name} with (force)"))
    await admin.dispose()


@pytest.fixture(scope="session")
def postgres_container_url() -> Generator[str]:
    with containers.postgres_url() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql", in_a_container])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: a test that asks for one runs on all."""
    return str(request.param)


# For a test of half a minute whose rules are the same on both: PostgreSQL's turn is in `make long`.
postgres_in_the_long_run = pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)


def _server(kind: str, request: pytest.FixtureRequest) -> str:
    name = "postgres_container_url" if kind == "container" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
async def database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[str]:
    """An empty database, without tables."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/service.db"
        return
    async with fresh_postgres_database(_server(kind, request)) as url:
        yield url


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def migrated_url(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, templates: Templates
) -> MigratedUrl:
    """`await migrated_url("intake")`: where the service's database is, with its tables; the same all test
    long."""
    urls: dict[str, str] = {}

    async def of(service: str) -> str:
        if service not in urls:
            if kind == "sqlite":
                urls[service] = await templates.sqlite(tmp_path, service)
            else:
                urls[service] = await templates.postgres(_server(kind, request), service)
        return urls[service]

    return of


@pytest.fixture
async def make_database(migrated_url: MigratedUrl, keyring: KeyRing) -> AsyncGenerator[MakeDatabase]:
    """`await make_database("intake")`: the service's migrated database, on each kind."""
    opened: list[Database] = []

    async def make(service: str) -> Database:
        database = Database(await migrated_url(service), service, keyring)
        opened.append(database)
        return database

    yield make
    for database in opened:
        await database.dispose()
