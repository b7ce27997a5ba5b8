"""Every column of every service after the walk: who of the sealed ones is empty, what the others hold."""

import json
from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.database import SEALED
from shared.local.keys import database_passwords
from shared.local.postgres_roles import service_urls
from shared.local.settings import SERVICES
from tests.integration.canaries import Canary, found


async def empty_sealed_columns(data_dir: Path) -> set[str]:
    """Sealed columns in which the walk has left no value."""
    empty = set()
    for service, url in _urls(data_dir).items():
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            for table in _tables(service).sorted_tables:
                for column in (each for each in table.columns if each.info == SEALED):
                    if not await connection.scalar(select(func.count(column))):
                        empty.add(f"{service}.{column}")
        await engine.dispose()
    return empty


async def found_in_rows(canaries: tuple[Canary, ...], data_dir: Path) -> dict[str, set[str]]:
    """{service.table: names of the canaries in its rows}, clean tables left out. Unlike in the files of
    PostgreSQL, nothing is compressed here."""
    dirty = {}
    for service, url in _urls(data_dir).items():
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            for table in _tables(service).sorted_tables:
                if names := found(canaries, await _written(connection, table.name)):
                    dirty[f"{service}.{table.name}"] = names
        await engine.dispose()
    return dirty


async def _written(connection: AsyncConnection, table: str) -> bytes:
    rows = await connection.execute(text(f"select * from {table}"))
    values = [value for row in rows for value in row]
    return b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in values)


def _tables(service: str) -> MetaData:
    metadata: MetaData = import_module(f"services.{service}.tables").Table.metadata
    return metadata


def _urls(data_dir: Path) -> dict[str, str]:
    """Where a running stack's databases are, and as whom to look into them."""
    database = json.loads((data_dir / "run.json").read_text())["database"]
    if database == "sqlite":
        return {service: f"sqlite+aiosqlite:///{data_dir / service}.db" for service in SERVICES}
    return service_urls(database, database_passwords(data_dir / "keys"))
