"""People and jobs at work on the same cases at once: the audit chain stands in nobody's way."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from services.aftercare.tables import Preferences
from shared import audit, clock
from shared.contracts.fact import new_id
from shared.database import Database
from shared.identity import Caller, Role
from tests.conftest import MakeDatabase

ANA = Caller(None, "ana", Role.CASE_MANAGER)


async def test_whoever_reads_before_locking_and_whoever_locks_before_reading_never_wait_in_a_circle(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("aftercare")
    cases = [new_id() for _ in range(3)]
    async with database.transaction() as session:
        session.add_all(Preferences(case_id=one, document=b"x", changed_at=clock.now()) for one in cases)

    async def at_the_desk(case_id: object) -> None:
        async with database.transaction() as session:
            await audit.record(session, ANA, "plan.read", None)
            await session.scalar(select(Preferences).where(Preferences.case_id == case_id).with_for_update())

    async def as_a_job(case_id: object) -> None:
        async with database.transaction() as session:
            await session.scalar(select(Preferences).where(Preferences.case_id == case_id).with_for_update())
            await audit.record(session, ANA, "preferences.use", None)

    work = [one(case_id) for _ in range(40) for case_id in cases for one in (at_the_desk, as_a_job)]
    await asyncio.gather(*work)
    async with database.reading() as session:
        assert len((await session.scalars(select(audit.audit.c.seq))).all()) == len(work)
        assert await audit.first_break(session) is None


async def test_an_answer_whose_audit_row_cannot_be_written_does_not_leave(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("aftercare")
    answer = None

    async def read(database: Database) -> str:
        async with database.transaction() as session:
            await audit.record(session, ANA, "a" * 61 if not database.is_sqlite else None, None)  # type: ignore[arg-type]
            read = "something personal"
        return read

    with pytest.raises(DBAPIError):
        answer = await read(database)
    assert answer is None
