"""Case keys in the database, and the audit chain around reading."""

import pytest
from sqlalchemy import insert, text, update

from shared import audit, clock
from shared.contracts.fact import new_id
from shared.identity import Caller, Role
from shared.sealing import KeyShredded, box, boxes, case_keys
from tests.conftest import MakeDatabase

ANA = Caller(new_id(), "staff", Role.COORDINATOR)


async def test_a_key_made_in_a_transaction_that_failed_is_never_used(make_database: MakeDatabase) -> None:
    database = await make_database("intake")
    case, row = new_id(), new_id()
    with pytest.raises(LookupError):
        async with database.transaction() as session:
            await box(session, case)
            raise LookupError
    async with database.transaction() as session:
        sealed = (await box(session, case)).seal("cases.phone", row, "(555) 010-0142")
    async with database.transaction() as session:
        assert (await box(session, case)).open("cases.phone", row, sealed) == "(555) 010-0142"


async def test_a_shredded_case_cannot_be_opened_and_the_others_can(make_database: MakeDatabase) -> None:
    database = await make_database("intake")
    shredded, other = new_id(), new_id()
    async with database.transaction() as session:
        await boxes(session, [shredded, other])
        await session.execute(
            update(case_keys)
            .where(case_keys.c.case_id == shredded)
            .values(wrapped=None, shredded_at=clock.now())
        )
    async with database.transaction() as session:
        await box(session, other)
        with pytest.raises(KeyShredded):
            await box(session, shredded)


async def test_the_audit_chain_holds_and_an_inserted_or_changed_row_breaks_it(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("intake")
    for _ in range(5):
        async with database.transaction() as session:
            await audit.record(session, ANA, "case.read", new_id(), ("phone", "birth_date"))
    async with database.reading() as session:
        assert await audit.first_break(session) is None
    async with database.transaction() as session:
        # Past the triggers, as somebody with the database's own administrator could.
        if database.is_sqlite:
            await session.execute(text("drop trigger audit_refuses_update"))
        else:
            await session.execute(text("alter table audit disable trigger audit_refuses_change"))
        await session.execute(update(audit.audit).where(audit.audit.c.seq == 3).values(action="case.list"))
        if not database.is_sqlite:  # the schema is used again by other tests
            await session.execute(text("alter table audit enable trigger audit_refuses_change"))
    async with database.reading() as session:
        assert await audit.first_break(session) == 3


async def test_an_audit_row_that_skips_a_number_is_found(make_database: MakeDatabase) -> None:
    database = await make_database("intake")
    async with database.transaction() as session:
        await audit.record(session, ANA, "case.read", new_id())
        row = {"seq": 7, "at": clock.now(), "actor": "staff", "role": "vob", "action": "x", "fields": ""}
        await session.execute(insert(audit.audit).values(**row, hash=bytes(32)))
    async with database.reading() as session:
        assert await audit.first_break(session) == 7
