"""The engine and the one place that commits."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakSet

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from shared import audit, jobs
from shared.columns import PSEUDONYMOUS as PSEUDONYMOUS
from shared.columns import PUBLIC as PUBLIC
from shared.columns import SEALED as SEALED
from shared.columns import UtcDateTime as UtcDateTime
from shared.columns import service_metadata as service_metadata
from shared.messaging import outbox
from shared.sealing import KeyRing
from shared.upsert import insert_or_ignore as insert_or_ignore

# FULL: a commit survives power loss (NORMAL lost 135 of 1,000 in a simulated power cut).
# secure_delete: a shredded value leaves no copy in a free page.
SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "busy_timeout": "5000",
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "trusted_schema": "OFF",
    "recursive_triggers": "ON",  # without it INSERT OR REPLACE deletes past the audit log's trigger
}


class Database:
    """One service's own database: a SQLite file, or a schema and role on PostgreSQL."""

    def __init__(self, url: str, service: str, keyring: KeyRing | None = None) -> None:
        self.service = service
        self.keyring = keyring
        self.engine = _engine(url, service)
        self.facts_waiting = asyncio.Event()  # the relay sleeps on it
        self._job_sleepers: WeakSet[asyncio.Event] = WeakSet()
        # SQLite has one writer. Queueing here is fair and at once; its own busy handler polls.
        self._one_writer = asyncio.Lock() if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncSession]:
        """Commit on leaving, roll back on an exception. Facts said and jobs planned inside go with it."""
        async with AsyncExitStack() as stack:
            if self._one_writer:
                await stack.enter_async_context(self._one_writer)
            session = await stack.enter_async_context(AsyncSession(self.engine, expire_on_commit=False))
            await stack.enter_async_context(session.begin())
            session.info.update(keyring=self.keyring, facts=[], jobs=[], audit=[])
            yield session
            await session.flush()
            await jobs.write(session)
            await outbox.write(session)
            await audit.link(session)  # last: whoever holds the chain's lock waits for nothing any more
            said, planned = bool(session.info["facts"]), bool(session.info["jobs"])
        if said:
            self.facts_waiting.set()
        if planned:
            for runner in self._job_sleepers:
                runner.set()

    def job_sleeper(self) -> asyncio.Event:
        """An event of the caller's own that is set when work was planned: who clears it wakes nobody less."""
        event = asyncio.Event()
        self._job_sleepers.add(event)
        return event

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession]:
        """A snapshot that never blocks a writer. Nothing written in it is kept.

        For rows without sealed values: reading a person's values needs an audit row, so a transaction.
        """
        async with AsyncSession(self.engine.execution_options(read_only=True)) as session:
            session.info["keyring"] = self.keyring  # no facts, no jobs: saying something here fails loudly
            yield session

    async def dispose(self) -> None:
        await self.engine.dispose()


def _engine(url: str, service: str) -> AsyncEngine:
    """`hide_parameters` keeps bound values, which may be personal, out of every exception."""
    if url.startswith("sqlite"):
        engine = create_async_engine(url, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    settings = {
        "search_path": service,
        "application_name": service,
        "lock_timeout": "2s",
        "statement_timeout": "15s",
        "idle_in_transaction_session_timeout": "30s",
    }
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=10,
        # Seconds; the server's own statement_timeout cannot help when the network swallows its answer.
        connect_args={"server_settings": settings, "timeout": 10, "command_timeout": 20},
    )


def _set_up_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver must not issue its own BEGIN: with its defaults a read-then-write loses updates silently.
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in SQLITE_PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
