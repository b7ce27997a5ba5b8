"""Who did or saw what: an append-only hash chain.

No audit row, no answer: what `record` notes is linked into the chain at the end of the same transaction, so
a failing audit fails the read before anything leaves the process. Each row's hash covers the row before it:
an edit, a deletion or a swap breaks the chain.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary, String, Table, Uuid, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, PUBLIC, UtcDateTime, plumbing
from shared.identity import Caller
from shared.messaging.outbox import SerialId

audit = Table(
    "audit",
    plumbing,
    Column("seq", SerialId, primary_key=True, autoincrement=False, info=PUBLIC),
    Column("at", UtcDateTime, nullable=False, info=PSEUDONYMOUS),
    Column("actor_id", Uuid, info=PSEUDONYMOUS),  # the staff member; null for a service
    Column("actor", String(40), nullable=False, info=PUBLIC),
    Column("role", String(20), nullable=False, info=PUBLIC),
    Column("action", String(60), nullable=False, info=PUBLIC),
    Column("case_id", Uuid, info=PSEUDONYMOUS),
    Column("fields", String(400), nullable=False, info=PUBLIC),  # which, never their values
    Column("hash", LargeBinary(32), nullable=False, info=PUBLIC),
)

_GENESIS = bytes(32)
_LOCK = 0x7468_7261_7564  # any fixed number: one chain a schema, one lock a database role


async def record(
    session: AsyncSession, caller: Caller, action: str, case_id: UUID | None, fields: Iterable[str] = ()
) -> None:
    """Note one row. Call it before the personal values are selected, in the same transaction."""
    row = {
        "at": clock.now(),
        "actor_id": caller.id,
        "actor": caller.name,
        "role": caller.role.value,
        "action": action,
        "case_id": case_id,
        "fields": ",".join(fields),
    }
    session.info["audit"].append(row)


async def link(session: AsyncSession) -> None:
    """Append what was noted. Called by `transaction()`, after everything else: the chain's lock is one for
    all, and whoever held it while waiting for a row would sooner or later wait in a circle."""
    noted: list[dict[str, object]] = session.info["audit"]
    if not noted:
        return
    if session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer anyway. Here the next number is taken under a lock held until commit.
        await session.execute(
            text("select pg_advisory_xact_lock(:lock, hashtext(current_schema()))"),
            {"lock": _LOCK & 0x7FFFFFFF},
        )
    last = (
        await session.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
    ).first()
    first, before = (last.seq + 1, last.hash) if last else (1, _GENESIS)
    rows = []
    for seq, row in enumerate(noted, start=first):
        before = _link(before, row | {"seq": seq})
        rows.append(row | {"seq": seq, "hash": before})
    await session.execute(insert(audit), rows)


def _link(before: bytes, row: dict[str, object]) -> bytes:
    """SHA-256 over the previous hash and every value of this row, in a fixed order and form."""
    at = row["at"]
    assert isinstance(at, datetime)
    values = [
        row["seq"],
        int(at.timestamp() * 1_000_000),
        *(str(row[name] or "") for name in ("actor_id", "actor", "role", "action", "case_id", "fields")),
    ]
    return hashlib.sha256(before + json.dumps(values).encode()).digest()


async def first_break(session: AsyncSession) -> int | None:
    """The number of the first row that does not fit the chain, or None. Reads the whole table in order."""
    before, expected = _GENESIS, 1
    rows = await session.stream(select(audit).order_by(audit.c.seq))
    async for row in rows:
        values = row._asdict()
        if values["seq"] != expected or not hmac.compare_digest(values["hash"], _link(before, values)):
            return int(values["seq"])
        before, expected = values["hash"], expected + 1
    return None
