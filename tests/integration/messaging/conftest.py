"""Databases of the small test services, closed when the test ends."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from shared.database import Database
from tests.integration.messaging.carrying import open_database

OpenService = Callable[[str], Awaitable[Database]]


@pytest.fixture
async def open_service(database_url: str) -> AsyncGenerator[OpenService]:
    """`await open_service("intake")`; the same name again is another process's view of the same database."""
    opened: list[Database] = []

    async def open_one(service: str) -> Database:
        opened.append(await open_database(database_url, service))
        return opened[-1]

    yield open_one
    for database in opened:
        await database.dispose()
