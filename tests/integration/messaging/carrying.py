"""A small service for the messaging tests: it writes down each fact it hears, and says one of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import Column, Integer, String, Table, Uuid, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, PUBLIC, plumbing, service_metadata
from shared.contracts.fact import Fact
from shared.contracts.insurance import VerificationStarted
from shared.contracts.intake import Channel, InquiryReceived, Priority
from shared.database import Database
from shared.flow import Flow
from shared.messaging.consumer import Heard, Impossible
from shared.messaging.outbox import say
from shared.messaging.streams import STREAM
from shared.running import running
from shared.sealing import KeyRing
from shared.settings import ServiceSettings

metadata = service_metadata()
effects = Table(
    "effects",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True, info=PUBLIC),
    Column("event_id", Uuid, nullable=False, info=PSEUDONYMOUS),
    Column("case_id", Uuid, nullable=False, info=PSEUDONYMOUS),
    Column("case_seq", Integer, nullable=False, info=PSEUDONYMOUS),
    Column("said_by", String(20), nullable=False, info=PUBLIC),
)


def inquiry(case_id: UUID) -> InquiryReceived:
    return InquiryReceived(case_id=case_id, channel=Channel.WEB, priority=Priority.P2, respond_by=clock.now())


async def write_down(session: AsyncSession, fact: Fact) -> None:
    await session.execute(
        insert(effects).values(
            event_id=fact.event_id, case_id=fact.case_id, case_seq=fact.case_seq, said_by="intake"
        )
    )


async def write_down_and_answer(session: AsyncSession, fact: Fact) -> None:
    await write_down(session, fact)
    say(session, VerificationStarted(case_id=fact.case_id, verification_id=fact.event_id))


async def refuse_p0(session: AsyncSession, fact: InquiryReceived) -> None:
    """Writes first and refuses then: nothing of it may remain."""
    await write_down_and_answer(session, fact)
    if fact.priority is Priority.P0:
        raise Impossible("This case was closed already.")


async def open_database(url: str, service: str, keyring: KeyRing | None = None) -> Database:
    """The shared tables and `effects`, without a real service's own."""
    database = Database(url.replace("service.db", f"{service}.db"), service, keyring)
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"create schema if not exists {service}"))
        await connection.run_sync(plumbing.create_all)
        await connection.run_sync(metadata.create_all)
    return database


@asynccontextmanager
async def carrying(database: Database, nats_url: str, service: str, heard: Heard) -> AsyncGenerator[Flow]:
    settings = ServiceSettings(nats_url=nats_url, keys_dir=Path("unused"))
    async with running(database, settings, service, heard, {}) as flow:
        yield flow


async def effects_of(database: Database) -> list[tuple[UUID, int]]:
    """(case, number within the case) in the order they were applied."""
    async with database.reading() as session:
        rows = await session.execute(select(effects.c.case_id, effects.c.case_seq).order_by(effects.c.number))
        return [(row.case_id, row.case_seq) for row in rows]


async def stored(js: JetStreamContext) -> int:
    """How many facts the stream holds; 0 while there is no stream."""
    try:
        return int((await js.stream_info(STREAM)).state.messages)
    except NotFoundError:
        return 0
