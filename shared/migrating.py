"""Bringing a service's database to this version's tables: Alembic, the shared tables first, then its own."""

import asyncio
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal

from alembic import command, context
from alembic.config import Config
from filelock import FileLock
from sqlalchemy import Connection, MetaData, text

import shared.audit
import shared.jobs
import shared.messaging.guard
import shared.messaging.inbox
import shared.messaging.parked
import shared.messaging.position  # noqa: F401  (each import adds its tables to `plumbing`)
from shared.columns import UtcDateTime, plumbing
from shared.database import Database

_HERE = Path(__file__).parent


async def upgrade(url: str, service: str, to: str = "heads") -> None:
    """Create or upgrade the tables of one service; safe to run again and by several at once."""
    await _with_connection(url, service, lambda config: command.upgrade(config, to))


async def check(url: str, service: str) -> None:
    """Raises `alembic.util.CommandError` when the tables in code and the migrations differ."""
    await _with_connection(url, service, command.check)


async def revise(service: str, message: str) -> None:
    """Write a new migration of a service's own tables from the difference to the last one."""

    def write(config: Config) -> None:
        folder = str(_folder(f"services.{service}.migrations"))
        command.revision(config, message, autogenerate=True, head=f"{service}@head", version_path=folder)

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/{service}.db"
        await upgrade(url, service)
        await _with_connection(url, service, write)


# Alembic keeps its context in module variables: one run at a time in a process.
_one_at_a_time = asyncio.Lock()


async def _with_connection(url: str, service: str, work: Any) -> None:
    database = Database(url, service)
    # Two set-up runs at once would both find no tables. PostgreSQL's lock is taken in `run_migrations`.
    file = database.engine.url.database if database.is_sqlite else None
    other_process = FileLock(f"{file}.migrating", thread_local=False) if file else nullcontext()
    try:
        async with _one_at_a_time, database.engine.connect() as connection:
            with other_process:
                await connection.run_sync(lambda sync: work(_config(sync, service)))
                await connection.commit()
    finally:
        await database.dispose()


def _folder(package: str) -> Path:
    return _HERE.parent.joinpath(*package.split(".")) / "versions"


def _config(connection: Connection, service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", "shared:migrations")
    folders = [_folder("shared.migrations"), _folder(f"services.{service}.migrations")]
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in folders))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, service=service)
    return config


def run_migrations(*own: MetaData) -> None:
    """Called by migrations/env.py."""
    connection: Connection = context.config.attributes["connection"]
    service: str = context.config.attributes["service"]
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        # Held as long as the connection.
        connection.execute(text("select pg_advisory_lock(hashtext('migrating ' || :s))"), {"s": service})
        there = connection.scalar(text("select to_regnamespace(:s) is not null"), {"s": service})
        if not there:  # asked first: "if not exists" needs the right to create one even when it exists
            connection.execute(text(f"create schema {service}"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=[plumbing, *own],
        compare_type=True,
        render_item=_plain_type,
        render_as_batch=not postgres,
    )
    with context.begin_transaction():
        context.run_migrations()


def _plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A migration must still run when the code has moved on: it names SQLAlchemy's types only."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


if __name__ == "__main__":
    asyncio.run(revise(sys.argv[1], sys.argv[2]))
