"""Insert or leave alone: the same statement on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def insert_for(session: AsyncSession, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """The dialect's own INSERT, which knows ON CONFLICT."""
    sqlite_in_use = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if sqlite_in_use else postgresql.insert(table)


async def insert_or_ignore(
    session: AsyncSession, table: Table, rows: Sequence[dict[str, Any]], conflict: Sequence[str]
) -> list[Any]:
    """Insert `rows`, leaving out those whose `conflict` columns exist; return the conflict keys inserted.

    One conflict column: a list of its values. Several: a list of tuples.
    """
    if not rows:
        return []
    keys = [table.c[name] for name in conflict]
    # Rows as parameters: with values in the statement nothing could be cached, and it is compiled each time.
    statement = insert_for(session, table).on_conflict_do_nothing(index_elements=keys).returning(*keys)
    found = (await session.execute(statement, list(rows))).all()
    return [row[0] for row in found] if len(keys) == 1 else [tuple(row) for row in found]
