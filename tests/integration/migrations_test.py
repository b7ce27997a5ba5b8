"""The tables in code and the migrations say the same, on both databases."""

import asyncio
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.audit import record
from shared.identity import Caller, Role
from shared.migrating import check, upgrade
from tests.conftest import MakeDatabase

SERVICES = ["intake", "insurance", "aftercare", "dashboard"]


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_make_exactly_the_tables_the_code_declares(service: str, database_url: str) -> None:
    await upgrade(database_url, service)
    await check(database_url, service)


async def test_setting_up_twice_at_the_same_time_is_harmless(database_url: str) -> None:
    program = "import asyncio, sys; from shared.migrating import upgrade; asyncio.run(upgrade(*sys.argv[1:]))"
    arguments = [sys.executable, "-c", program, database_url, "intake"]
    runs = [await asyncio.create_subprocess_exec(*arguments) for _ in range(3)]
    assert [await run.wait() for run in runs] == [0, 0, 0]
    await check(database_url, "intake")


@pytest.mark.parametrize("change", ["update audit set action = 'nothing'", "delete from audit"])
async def test_no_service_can_change_or_delete_an_audit_row(make_database: MakeDatabase, change: str) -> None:
    database = await make_database("intake")
    async with database.transaction() as session:
        await record(session, Caller(None, "insurance", Role.SERVICE), "case.read", None)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.transaction() as session:
            await session.execute(text(change))
