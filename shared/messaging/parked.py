"""Facts that can never be applied as they are: kept with the reason, shown to staff, replayed by hand."""

from uuid import UUID

from sqlalchemy import Column, LargeBinary, String, Table, Uuid, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, PUBLIC, UtcDateTime, plumbing
from shared.contracts.fact import new_id
from shared.messaging.outbox import case_of

parked = Table(
    "parked",
    plumbing,
    Column("id", Uuid, primary_key=True, info=PSEUDONYMOUS),
    Column("subject", String(100), nullable=False, info=PUBLIC),
    Column("case_id", Uuid, info=PSEUDONYMOUS),  # null when the message could not be read at all
    Column("body", LargeBinary, nullable=False, info=PSEUDONYMOUS),
    Column("reason", String(300), nullable=False, info=PUBLIC),  # a sentence of ours, no values
    Column("parked_at", UtcDateTime, nullable=False, info=PSEUDONYMOUS),
    Column("replayed_at", UtcDateTime, info=PSEUDONYMOUS),
)


async def park(session: AsyncSession, subject: str, body: bytes, reason: str) -> None:
    await session.execute(
        insert(parked).values(
            id=new_id(),
            subject=subject,
            case_id=case_of(body),
            body=body,
            reason=reason[:300],
            parked_at=clock.now(),
        )
    )


async def waiting(session: AsyncSession) -> list[dict[str, object]]:
    """Everything parked and not replayed, oldest first, without the bodies."""
    columns = [parked.c.id, parked.c.subject, parked.c.case_id, parked.c.reason, parked.c.parked_at]
    query = select(*columns).where(parked.c.replayed_at.is_(None)).order_by(parked.c.parked_at)
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def body_of(session: AsyncSession, parked_id: UUID) -> tuple[str, bytes] | None:
    """Subject and body of one that still waits; the row is locked so that two replays cannot meet."""
    query = select(parked.c.subject, parked.c.body).where(
        parked.c.id == parked_id, parked.c.replayed_at.is_(None)
    )
    found = (await session.execute(query.with_for_update())).first()
    return (found.subject, found.body) if found else None


async def mark_replayed(session: AsyncSession, parked_id: UUID) -> None:
    await session.execute(update(parked).where(parked.c.id == parked_id).values(replayed_at=clock.now()))
