"""Facts waiting to be told, and told: a row is written with the change it reports and kept as replay log."""

import json
from collections import Counter
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Uuid, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, PUBLIC, UtcDateTime, plumbing
from shared.contracts.fact import Fact
from shared.telemetry import current_traceparent
from shared.upsert import insert_for

SerialId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only an INTEGER key by itself

outbox = Table(
    "outbox",
    plumbing,
    Column("id", SerialId, primary_key=True, autoincrement=True, info=PUBLIC),
    Column("event_id", Uuid, nullable=False, unique=True, info=PSEUDONYMOUS),
    Column("subject", String(100), nullable=False, info=PUBLIC),
    Column("case_id", Uuid, nullable=False, info=PSEUDONYMOUS),
    Column("case_seq", Integer, nullable=False, info=PSEUDONYMOUS),
    Column("body", LargeBinary, nullable=False, info=PSEUDONYMOUS),
    Column("traceparent", String(55), info=PUBLIC),
    Column("created_at", UtcDateTime, nullable=False, info=PSEUDONYMOUS),
    Column("sent_at", UtcDateTime, info=PSEUDONYMOUS),
)
# The relay asks for unsent rows only, so the index stays as small as the backlog while the log grows.
Index(
    "ix_outbox_unsent",
    outbox.c.id,
    postgresql_where=outbox.c.sent_at.is_(None),
    sqlite_where=outbox.c.sent_at.is_(None),
)
# Pruning and republishing go by age.
Index("ix_outbox_created_at", outbox.c.created_at)

case_sequences = Table(
    "case_sequences",
    plumbing,
    Column("case_id", Uuid, primary_key=True, info=PSEUDONYMOUS),
    Column("last", Integer, nullable=False, info=PSEUDONYMOUS),
)


LARGEST = 8 * 1024  # bytes of a body; the stream takes 16 KB with headers, and one it refuses would block all


class FactTooLarge(Exception):
    """A fact carries ids and codes; this one carries something else. The change it reports is not kept."""


def say(session: AsyncSession, *facts: Fact) -> None:
    """Tell `facts` once this transaction commits, in this order. Only inside `Database.transaction()`."""
    cause = session.info.get("cause")
    for fact in facts:
        session.info["facts"].append(fact.model_copy(update={"causation_id": cause}) if cause else fact)


async def write(session: AsyncSession) -> None:
    """Number the facts said in this transaction per case and insert them. Called by `transaction()`."""
    facts: list[Fact] = session.info["facts"]
    if not facts:
        return
    next_seq = await _reserve(session, Counter(fact.case_id for fact in facts))
    rows = []
    for fact in facts:
        seq = next_seq[fact.case_id]
        next_seq[fact.case_id] += 1
        body = fact.model_copy(update={"case_seq": seq}).model_dump_json().encode()
        if len(body) > LARGEST:
            raise FactTooLarge(fact.subject)
        rows.append(
            {
                "event_id": fact.event_id,
                "subject": fact.subject,
                "case_id": fact.case_id,
                "case_seq": seq,
                "body": body,
                "traceparent": current_traceparent(),
                "created_at": clock.now(),
            }
        )
    await session.execute(insert(outbox), rows)


async def _reserve(session: AsyncSession, counts: Counter[UUID]) -> dict[UUID, int]:
    """The next free number of each case. The row stays locked until commit, so numbers commit in order.

    Cases are taken in id order: two transactions that touch the same cases cannot deadlock.
    """
    statement = insert_for(session, case_sequences).values(
        [{"case_id": case_id, "last": counts[case_id]} for case_id in sorted(counts)]
    )
    statement = statement.on_conflict_do_update(
        index_elements=["case_id"], set_={"last": case_sequences.c.last + statement.excluded.last}
    )
    reserved = await session.execute(statement.returning(case_sequences.c.case_id, case_sequences.c.last))
    return {case_id: last - counts[case_id] + 1 for case_id, last in reserved}


def case_of(body: bytes) -> UUID | None:
    """The case a message speaks of, if it can be read at all; for parked messages."""
    try:
        return UUID(json.loads(body)["case_id"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
