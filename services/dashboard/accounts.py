"""Staff accounts: adding, listing, disabling, and the check of name and password."""

import asyncio
import hashlib
from typing import cast
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dashboard.lockout import failures_after, is_locked
from services.dashboard.sessions import end_sessions
from services.dashboard.tables import SignInFailure, Staff
from shared import clock
from shared.contracts.fact import new_id
from shared.database import Database
from shared.identity import Role
from shared.upsert import insert_or_ignore

# The password is the only factor, so it needs 15 characters, of any kind (NIST SP 800-63B-4, 3.1.1.2).
SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 256

PEOPLE = tuple(role for role in Role if role not in {Role.SERVICE, Role.EHR})
"""The roles a person can have; the others belong to machines."""

_hasher = PasswordHasher()  # argon2id, 64 MiB, 3 passes (RFC 9106, second recommendation)
# Verified against when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")
# A check takes 64 MiB for a moment; more than two at once would let a guesser exhaust the memory.
_two_at_once = asyncio.Semaphore(2)


class NameTaken(Exception):
    """Another account signs in with that name."""


class UnfitPassword(Exception):
    """The password cannot be used; the text says why and never repeats it."""


class UnknownStaff(Exception):
    """No account has that sign-in name."""


async def add_staff(
    session: AsyncSession, name: str, shown_as: str, role: Role, password: str, staff_id: UUID | None = None
) -> UUID:
    """Returns the person's id. Raises NameTaken, UnfitPassword."""
    name = _normalised(name)
    if await _by_name(session, name):
        raise NameTaken
    person = Staff(
        id=staff_id or new_id(),
        sign_in_name=name,
        shown_as=shown_as,
        role=role.value,
        password_hash=await _hash(name, password),
        created_at=clock.now(),
    )
    session.add(person)
    await session.flush()
    return person.id


async def set_password(session: AsyncSession, name: str, password: str) -> None:
    """Also signs the person out everywhere. Raises UnknownStaff, UnfitPassword."""
    person = await _existing(session, name)
    person.password_hash = await _hash(person.sign_in_name, password)
    await end_sessions(session, person.id)


async def set_role(session: AsyncSession, name: str, role: Role) -> None:
    """Binds at the person's next click: every run of a page reads the role anew. Raises UnknownStaff."""
    (await _existing(session, name)).role = role.value


async def disable(session: AsyncSession, name: str) -> None:
    """The account stays, because the history names it; its sessions end now. Raises UnknownStaff."""
    person = await _existing(session, name)
    person.disabled_at = clock.now()
    await end_sessions(session, person.id)


async def everyone(session: AsyncSession) -> list[Staff]:
    return list(await session.scalars(select(Staff).order_by(Staff.sign_in_name)))


async def names(session: AsyncSession) -> dict[UUID, str]:
    """What to call each colleague, those who left included."""
    rows = await session.execute(select(Staff.id, Staff.shown_as))
    return dict(rows.tuples().all())


async def check_password(database: Database, name: str, password: str) -> UUID | None:
    """The person's id, or None for every reason alike: unknown, wrong, disabled, or locked out."""
    name = _normalised(name)
    async with database.reading() as session:
        person = await _by_name(session, name)
    # The hash is computed in every case: the time an answer takes must not tell a known name from an unknown.
    fits = await _fits(person.password_hash if person else _NOBODY, password)
    async with database.transaction() as session:
        # After the slow hash, and the row locked: guesses made at once are counted singly.
        slips, now = await _slips(session, _key(name)), clock.now()
        if is_locked(slips.failures, slips.last_failed_at, now):
            return None
        if person and fits and person.disabled_at is None:
            await session.delete(slips)
            return person.id
        slips.failures = failures_after(slips.failures, slips.last_failed_at, now)
        slips.last_failed_at = now
    return None


async def _slips(session: AsyncSession, key: bytes) -> SignInFailure:
    """The count of this name, made when missing, locked until commit."""
    nothing_yet = {"name_hash": key, "failures": 0, "last_failed_at": clock.now()}
    await insert_or_ignore(session, cast(Table, SignInFailure.__table__), [nothing_yet], ["name_hash"])
    return await session.get_one(SignInFailure, key, with_for_update=True)


async def _hash(name: str, password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UnfitPassword(f"A password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if name in password.lower() or len(set(password)) < 5:
        raise UnfitPassword("That password is too easy to guess.")
    return await asyncio.to_thread(_hasher.hash, password)


async def _fits(password_hash: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        password = ""
    async with _two_at_once:
        try:
            return await asyncio.to_thread(_hasher.verify, password_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


async def _by_name(session: AsyncSession, name: str) -> Staff | None:
    found: Staff | None = await session.scalar(select(Staff).where(Staff.sign_in_name == name))
    return found


async def _existing(session: AsyncSession, name: str) -> Staff:
    person = await _by_name(session, _normalised(name))
    if person is None:
        raise UnknownStaff
    return person


def _normalised(name: str) -> str:
    return name.strip().lower()


def _key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
