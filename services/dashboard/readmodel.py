"""Reading what the projector keeps: the history of one case, and the last hour at the front door."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from services.dashboard import metrics
from services.dashboard.handlers import entry_from
from services.dashboard.tables import CaseFigures, TimelineEntry
from services.dashboard.timeline import Entry
from shared.database import Database

_ENOUGH = 300  # more requests than that in an hour no front desk has answered yet


async def history(database: Database, case_id: UUID) -> list[Entry]:
    """Everything every service said of a case, the newest first."""
    newest_first = (
        select(TimelineEntry)
        .where(TimelineEntry.case_id == case_id)
        .order_by(TimelineEntry.at.desc(), TimelineEntry.producer, TimelineEntry.case_seq.desc())
    )
    async with database.reading() as session:
        return [entry_from(row) for row in await session.scalars(newest_first)]


async def last_hour(database: Database, now: datetime) -> metrics.LastHour:
    latest = (
        select(CaseFigures)
        .where(CaseFigures.received_at.is_not(None))
        .order_by(CaseFigures.received_at.desc())
        .limit(_ENOUGH)
    )
    async with database.reading() as session:
        rows = list(await session.scalars(latest))
    figures = [
        metrics.Figures(row.case_id, received_at=row.received_at, first_contact_at=row.first_contact_at)
        for row in rows
    ]
    return metrics.last_hour(figures, now)


async def mark(database: Database, producer: str, case_id: UUID | None = None) -> str:
    """Changes when `producer` has said something new, of one case or of any.

    Pages that refresh themselves ask a service again when its mark has moved: each asking discloses a
    person's data and is audited, so asking every few seconds would bury the audit.
    """
    said = select(func.count(), func.max(TimelineEntry.at)).where(TimelineEntry.producer == producer)
    if case_id:
        said = said.where(TimelineEntry.case_id == case_id)
    async with database.reading() as session:
        count, latest = (await session.execute(said)).one()
    return f"{count} {latest}"
