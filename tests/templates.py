"""A service's migrated database for each test, without migrating anew: that would take most of the test.

SQLite's is a copy of a file that was migrated once. On PostgreSQL one database a service is emptied before
each test: making one takes half a second of file handling, emptying one some milliseconds. Rows are deleted,
not truncated: a truncated table gets new files for itself and each index, also when it was empty.
"""

import shutil
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.migrating import upgrade

EMPTY = """
do $$
declare one text;
begin
    for one in
        select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname = '{service}' and tablename not like 'alembic_version%'
    loop
        execute 'delete from ' || one;
    end loop;
    for one in
        select format('%I.%I', schemaname, sequencename) from pg_sequences
        where schemaname = '{service}' and last_value is not null
    loop
        execute 'alter sequence ' || one || ' restart';
    end loop;
end $$
"""


class Templates:
    """`folder` keeps SQLite's originals. Tests run one after the other, so one database a service is
    enough."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[str] = set()

    async def sqlite(self, folder: Path, service: str) -> str:
        """The URL of a new file in `folder`."""
        template = self._folder / f"{service}.db"
        if not template.exists():
            await upgrade(f"sqlite+aiosqlite:///{template}", service)
        shutil.copyfile(template, folder / f"{service}.db")
        return f"sqlite+aiosqlite:///{folder}/{service}.db"

    async def postgres(self, server: str, service: str) -> str:
        """The URL of the service's database on `server` (its superuser's URL), with nothing in its tables."""
        url = f"{server.rsplit('/', 1)[0]}/emptied_{service}"
        if url not in self._made:
            await _run(server, f"create database emptied_{service}")
            await upgrade(url, service)
            self._made.add(url)
        await _empty(url, service)
        return url


async def _empty(url: str, service: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        # The audit chain refuses to be emptied as long as its triggers are heard.
        await connection.execute(text("set session_replication_role = replica"))
        await connection.exec_driver_sql(EMPTY.replace("{service}", service))
    await engine.dispose()


async def _run(server: str, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
