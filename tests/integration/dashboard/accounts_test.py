"""Signing in, being locked out, being signed out, on both databases."""

import asyncio
from collections.abc import Generator
from datetime import timedelta

import pytest

from services.dashboard import accounts, sessions
from services.dashboard.accounts import check_password
from services.dashboard.sessions import open_session, signed_in
from services.dashboard.tables import Session, SignInFailure
from shared import clock
from shared.database import Database
from shared.identity import Role
from tests.conftest import MakeDatabase
from tests.integration.dashboard.people import PASSWORD, hire


@pytest.fixture(autouse=True)
def on_time() -> Generator[None]:
    yield
    clock.shift(timedelta())


async def sign_in(database: Database) -> str:
    staff_id = await check_password(database, "ana", PASSWORD)
    assert staff_id
    async with database.transaction() as session:
        return await open_session(session, staff_id)


async def test_the_right_password_opens_and_case_and_blanks_of_the_name_do_not_matter(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("dashboard")
    ana = await hire(database)
    assert await check_password(database, " Ana ", PASSWORD) == ana


async def test_a_wrong_password_an_unknown_name_and_a_disabled_account_are_refused_alike(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("dashboard")
    await hire(database)
    await hire(database, "ben")
    async with database.transaction() as session:
        await accounts.disable(session, "ben")
    assert await check_password(database, "ana", "not her password at all") is None
    assert await check_password(database, "nobody", PASSWORD) is None
    assert await check_password(database, "ben", PASSWORD) is None


async def test_after_five_slips_even_the_right_password_waits_half_a_minute(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("dashboard")
    ana = await hire(database)
    for _ in range(5):
        assert await check_password(database, "ana", "not her password at all") is None
    assert await check_password(database, "ana", PASSWORD) is None
    clock.shift(timedelta(seconds=31))
    assert await check_password(database, "ana", PASSWORD) == ana


async def test_many_guesses_at_once_are_counted_one_by_one(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await hire(database)
    await asyncio.gather(*(check_password(database, "ana", f"guess number {number}") for number in range(8)))
    async with database.reading() as session:
        slips = await session.get(SignInFailure, accounts._key("ana"))
    assert slips
    assert slips.failures == 5, "the others met the lock"


async def test_what_was_typed_as_a_name_is_not_kept(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await check_password(database, "my secret passphrase", "ana")
    async with database.reading() as session:
        assert await session.get(SignInFailure, accounts._key("my secret passphrase"))
    assert b"secret" not in accounts._key("my secret passphrase")


async def test_a_session_ends_after_fifteen_minutes_without_activity(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await hire(database)
    cookie = await sign_in(database)
    clock.shift(timedelta(minutes=14))
    assert await signed_in(database, cookie)
    await sessions.seen(database, cookie)
    clock.shift(timedelta(minutes=28))
    assert await signed_in(database, cookie)
    clock.shift(timedelta(minutes=30))
    assert await signed_in(database, cookie) is None
    await sessions.seen(database, cookie)
    assert await signed_in(database, cookie) is None, "a late click revives nothing"


async def test_a_session_ends_after_eight_hours_however_busy(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await hire(database)
    cookie = await sign_in(database)
    for minutes in range(10, 480, 10):
        clock.shift(timedelta(minutes=minutes))
        await sessions.seen(database, cookie)
    assert await signed_in(database, cookie)
    clock.shift(timedelta(hours=8, seconds=1))
    assert await signed_in(database, cookie) is None


async def test_signing_out_ends_every_session_of_that_person_and_of_nobody_else(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("dashboard")
    ana, ben = await hire(database), await hire(database, "ben")
    async with database.transaction() as session:
        desk, tablet, other = [await open_session(session, who) for who in (ana, ana, ben)]
    async with database.transaction() as session:
        await sessions.end_sessions(session, ana)
    assert await signed_in(database, desk) is None
    assert await signed_in(database, tablet) is None
    assert await signed_in(database, other)


async def test_a_changed_role_binds_at_the_next_look(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await hire(database)
    cookie = await sign_in(database)
    async with database.transaction() as session:
        await accounts.set_role(session, "ana", Role.AUDITOR)
    who = await signed_in(database, cookie)
    assert who
    assert who.role is Role.AUDITOR


async def test_another_password_signs_the_person_out(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await hire(database)
    cookie = await sign_in(database)
    async with database.transaction() as session:
        await accounts.set_password(session, "ana", "quite another passphrase")
    assert await signed_in(database, cookie) is None


async def test_the_database_holds_neither_password_nor_session_id(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await hire(database)
    cookie = await sign_in(database)
    async with database.reading() as session:
        person = (await accounts.everyone(session))[0]
        assert person.password_hash.startswith("$argon2id$")
        assert await session.get(Session, sessions.hashed(cookie))
        assert await session.get(Session, cookie.encode()[:32]) is None


@pytest.mark.parametrize(
    "password", ["fourteen chars", "aaaaaaaaaaaaaaaaaaaa", "ana and her bicycle", "x" * 257]
)
async def test_a_password_that_is_too_easy_is_refused(make_database: MakeDatabase, password: str) -> None:
    database = await make_database("dashboard")
    with pytest.raises(accounts.UnfitPassword):
        async with database.transaction() as session:
            await accounts.add_staff(session, "ana", "Ana", Role.COORDINATOR, password)


async def test_two_people_cannot_have_one_name(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await hire(database)
    with pytest.raises(accounts.NameTaken):
        await hire(database, "ANA")
