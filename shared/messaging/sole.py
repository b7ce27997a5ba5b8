"""One process at a time carries a service's facts: relays its outbox, consumes its durable.

Replicas stand by. The lock is the kernel's or PostgreSQL's, so it is free the moment its holder dies.
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import text

from shared.database import Database

RETRY = 0.5  # seconds between two looks at a lock somebody else holds
KEEP_ALIVE = 5.0  # seconds between two looks whether PostgreSQL still holds ours


@asynccontextmanager
async def sole(database: Database) -> AsyncGenerator[Callable[[], Coroutine[Any, Any, None]]]:
    """Wait for the lock and hold it. Yields a watch: it returns never, or raises once the lock is lost."""
    if database.is_sqlite:
        lock = FileLock(f"{database.engine.url.database}.carrier", blocking=False, thread_local=False)
        while not _acquired(lock):
            await asyncio.sleep(RETRY)
        try:
            yield _for_good  # the kernel keeps the lock as long as we live
        finally:
            lock.release()
        return
    async with database.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": zlib.crc32(f"carrier of {database.service}".encode())}

        async def watch() -> None:
            while True:
                await asyncio.sleep(KEEP_ALIVE)
                await connection.scalar(text("select 1"))

        while not await connection.scalar(text("select pg_try_advisory_lock(:key)"), key):
            await asyncio.sleep(RETRY)
        try:
            yield watch
        finally:
            # The pool keeps the connection, and the lock would stay with it.
            await connection.invalidate()


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire()
    except Timeout:
        return False
    return True


async def _for_good() -> None:
    await asyncio.Event().wait()
