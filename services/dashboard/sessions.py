"""Server-side sessions. The browser holds a random id; we hold its hash, whose it is, when it was used."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.dashboard.tables import Session, Staff
from shared import clock
from shared.database import Database
from shared.identity import Role

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
# How exactly activity is recorded: a write for every click would be a commit for every click.
SEEN_EVERY = timedelta(seconds=20)


@dataclass(frozen=True)
class SignedIn:
    """Who is at the screen, as of the row just read."""

    id: UUID
    shown_as: str
    role: Role
    session: bytes


def hashed(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


async def open_session(session: AsyncSession, staff_id: UUID) -> str:
    """A new id at every sign-in, never one the browser brought along. 256 bits from the system's source."""
    cookie, now = secrets.token_urlsafe(32), clock.now()
    session.add(Session(id_hash=hashed(cookie), staff_id=staff_id, created_at=now, last_seen_at=now))
    return cookie


async def signed_in(database: Database, cookie: str | None) -> SignedIn | None:
    """Who this cookie stands for, read anew each time, so that a changed role or a sign-out binds at once."""
    if not cookie:
        return None
    now = clock.now()
    live = (
        select(Staff)
        .join(Session, Session.staff_id == Staff.id)
        .where(
            Session.id_hash == hashed(cookie),
            Session.ended_at.is_(None),
            Session.last_seen_at > now - IDLE,
            Session.created_at > now - ABSOLUTE,
            Staff.disabled_at.is_(None),
        )
    )
    async with database.reading() as session:
        person: Staff | None = await session.scalar(live)
    return SignedIn(person.id, person.shown_as, Role(person.role), hashed(cookie)) if person else None


async def seen(database: Database, cookie: str) -> None:
    """A person did something. A session that has ended, or has been idle too long, is not revived."""
    now = clock.now()
    async with database.transaction() as session:
        await session.execute(
            update(Session)
            .where(
                Session.id_hash == hashed(cookie),
                Session.ended_at.is_(None),
                Session.last_seen_at > now - IDLE,
                Session.last_seen_at < now - SEEN_EVERY,
            )
            .values(last_seen_at=now)
        )


async def end_sessions(session: AsyncSession, staff_id: UUID) -> None:
    """End every session of a person: signing out at the desk also signs out the tablet left in the hall."""
    await session.execute(
        update(Session)
        .where(Session.staff_id == staff_id, Session.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
