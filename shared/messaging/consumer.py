"""One batch = one transaction = one acknowledgement."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import exc
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.fact import Fact
from shared.database import Database
from shared.messaging.inbox import note_new
from shared.messaging.parked import park
from shared.telemetry import tracing

log = logging.getLogger(__name__)

Handler = Callable[[AsyncSession, Any], Awaitable[None]]
Heard = Mapping[type[Fact], Handler]

RETRY_AFTER = (1, 5, 30)  # seconds; the last one repeats until the database is back


class Impossible(Exception):
    """This fact can never apply here. The message is a sentence for staff, without personal values."""


@dataclass(frozen=True)
class Incoming:
    """A message as it came: nothing in it is trusted yet."""

    subject: str
    body: bytes
    traceparent: str | None = None


@dataclass(frozen=True)
class _Read:
    """A message and what could be made of it: a fact, or the sentence that says why not."""

    message: Incoming
    event_id: UUID
    fact: Fact | None
    reason: str = ""


class Consumer:
    """Applies facts to one service's database, each exactly once in effect, in the order they came."""

    def __init__(self, database: Database, heard: Heard) -> None:
        self._database = database
        self._handlers = {fact.subject: (fact, handler) for fact, handler in heard.items()}

    async def apply(self, messages: Sequence[Incoming]) -> None:
        """Apply a batch in one transaction; return when it is committed.

        What can never work is parked with its reason, in the same transaction. When the database cannot
        take it now, the whole batch is rolled back and tried again after 1, 5, 30, 30, … seconds: fetching
        something newer meanwhile would let its acknowledgement swallow this batch.
        """
        attempt = 0
        while True:
            try:
                return await self._apply_once(messages)
            except Exception as error:
                if not is_transient(error):
                    raise
                wait = RETRY_AFTER[min(attempt, len(RETRY_AFTER) - 1)]
                attempt += 1
                log.warning(
                    "the database could not take a batch; trying again",
                    extra={"code": type(error).__name__, "count": len(messages), "seconds": wait},
                )
                await asyncio.sleep(wait)

    async def _apply_once(self, messages: Sequence[Incoming]) -> None:
        batch = [self._read(message) for message in messages]
        async with self._database.transaction() as session:
            new = await note_new(session, (read.event_id for read in batch))
            for read in batch:
                if read.event_id in new:
                    new.discard(read.event_id)  # twice in one batch counts once
                    await self._apply_one(session, read)

    async def _apply_one(self, session: AsyncSession, read: _Read) -> None:
        message = read.message
        reason = read.reason
        if read.fact is not None:
            try:
                with tracing(message.traceparent):
                    async with _savepoint(session, cause=read.fact.event_id):
                        await self._handlers[message.subject][1](session, read.fact)
                return
            except Impossible as refusal:
                reason = str(refusal)
            except Exception as error:
                if is_transient(error):
                    raise
                log.exception("a handler failed", extra={"fact": message.subject})
                reason = f"The handler failed with {type(error).__name__}; this is a defect of the software."
        log.error("a fact was parked", extra={"fact": message.subject})
        await park(session, message.subject, message.body, reason)

    async def park_unrun(self, message: Incoming, reason: str) -> None:
        """Park a message without trying it; it counts as applied."""
        read = self._read(message)
        async with self._database.transaction() as session:
            if await note_new(session, [read.event_id]):
                await park(session, message.subject, message.body, reason)

    async def replay(self, session: AsyncSession, message: Incoming) -> None:
        """Run a parked message through its handler again; raises `Impossible` when it still cannot apply."""
        read = self._read(message)
        if read.fact is None:
            raise Impossible(read.reason)
        await self._handlers[message.subject][1](session, read.fact)

    def _read(self, message: Incoming) -> _Read:
        """Decode with our own reader: the framework's would print the offending value into the log."""
        # An unreadable message has no id of its own; its bytes are one, so a repeat is known again.
        of_bytes = UUID(bytes=hashlib.sha256(message.subject.encode() + message.body).digest()[:16])
        if message.subject not in self._handlers:
            return _Read(message, of_bytes, None, f"Nothing here listens to {message.subject}.")
        fact_type = self._handlers[message.subject][0]
        try:
            fact = fact_type.model_validate_json(message.body)
        except ValidationError as error:
            places = sorted({".".join(map(str, item["loc"])) or "the body" for item in error.errors()})
            known = [place for place in places if place.split(".")[0] in fact_type.model_fields]
            what = ", ".join(known) or "the body"
            return _Read(message, of_bytes, None, f"The message could not be read: {what} is not as agreed.")
        return _Read(message, fact.event_id, fact)


@asynccontextmanager
async def _savepoint(session: AsyncSession, cause: UUID) -> AsyncGenerator[None]:
    """Undo one handler's rows, facts and jobs without touching the rest of the batch."""
    noted = {name: len(session.info[name]) for name in ("facts", "jobs", "audit")}
    session.info["cause"] = cause
    try:
        async with session.begin_nested():
            yield
    except BaseException:
        for name, length in noted.items():
            del session.info[name][length:]
        raise
    finally:
        session.info["cause"] = None


# SQLSTATE classes that pass by themselves: connection, rollback, resources, locks, operator intervention.
_PASSING = ("08", "40", "53", "55", "57")


def is_transient(error: BaseException) -> bool:
    """May the same transaction succeed later, unchanged?"""
    if isinstance(error, exc.IntegrityError | exc.DataError | exc.ProgrammingError):
        return False
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError):
        # SQLITE_ERROR (1) is a statement that is wrong; busy, full and the like have codes of their own.
        return getattr(getattr(error, "orig", None), "sqlite_errorcode", 0) & 0xFF != 1
    if isinstance(error, exc.DBAPIError):
        sqlstate = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or sqlstate.startswith(_PASSING)
    return isinstance(error, OSError | TimeoutError)
