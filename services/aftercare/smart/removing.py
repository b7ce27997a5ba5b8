"""A worksheet is removed: out of sight at once, for everybody; a short while later its words are gone.

The while is for a finger that slipped. The row stays without answers, so that what was used still counts.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import Worksheet
from services.aftercare.workplace import Workplace
from shared import clock
from shared.jobs import Job, finish, schedule

FORGET_WORKSHEET = "forget_worksheet"
UNDO_WITHIN = timedelta(minutes=15)
_FORGOTTEN = b""


async def remove(session: AsyncSession, worksheet: Worksheet) -> datetime:
    """Take it out of sight and end its sharing; returns until when it can be put back."""
    worksheet.removed_at = clock.now()
    worksheet.shared = False
    until = worksheet.removed_at + UNDO_WITHIN
    # Removed, put back and removed again is a removal of its own, hence the time in the key.
    key = f"{FORGET_WORKSHEET}:{worksheet.id}:{int(worksheet.removed_at.timestamp() * 1000)}"
    await schedule(session, FORGET_WORKSHEET, worksheet.id, due_at=until, key=key)
    return until


async def put_back(session: AsyncSession, case_id: UUID, worksheet_id: UUID) -> Worksheet | None:
    """Undo a removal; None when the time is over, or there was none. It comes back private."""
    query = select(Worksheet).where(Worksheet.id == worksheet_id, Worksheet.case_id == case_id)
    worksheet = await session.scalar(query.with_for_update())
    if worksheet is None or worksheet.answers == _FORGOTTEN:
        return None
    if worksheet.removed_at is None:  # pressed twice
        return worksheet
    if clock.now() >= worksheet.removed_at + UNDO_WITHIN:
        return None
    worksheet.removed_at = None
    return worksheet


async def removed_lately(session: AsyncSession, case_id: UUID) -> list[Worksheet]:
    """What can still be put back, the last removed first."""
    query = select(Worksheet).where(
        Worksheet.case_id == case_id, Worksheet.removed_at > clock.now() - UNDO_WITHIN
    )
    return list(await session.scalars(query.order_by(Worksheet.removed_at.desc())))


async def forget(place: Workplace, job: Job) -> None:
    """Overwrite the sealed answers of a worksheet that stayed removed. Run twice it finds nothing to do."""
    async with place.database.transaction() as session:
        query = select(Worksheet).where(Worksheet.id == job.subject_id)
        worksheet = await session.scalar(query.with_for_update())
        if worksheet and worksheet.removed_at and clock.now() >= worksheet.removed_at + UNDO_WITHIN:
            worksheet.answers = _FORGOTTEN
        # Put back, or removed again since: that removal has its own job.
        await finish(session, job)
