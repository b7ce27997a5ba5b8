"""Old snapshots' records go: a list looked at every hour leaves nine thousand of them a year.

Kept are the last 400 that were taken of each source (a year of daily ones, as far back as a meeting's history
is shown) and every refusal of the last year. The meetings themselves are never touched.
"""

from datetime import timedelta

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import Import, Verdict
from shared import clock

KEPT_TAKEN = 400  # records of a source
KEPT_REFUSED = timedelta(days=365)
_STEP = 500  # rows at one snapshot: what many years left goes little by little


async def forget_old(session: AsyncSession, source: str) -> int:
    """Called where a snapshot is recorded, in its transaction. Returns how many went."""
    taken = and_(Import.source == source, Import.verdict == Verdict.TAKEN)
    newest_first = select(Import.fetched_at).where(taken).order_by(Import.fetched_at.desc())
    last_kept = await session.scalar(newest_first.offset(KEPT_TAKEN - 1).limit(1))
    old = Import.verdict == Verdict.REFUSED, Import.fetched_at < clock.now() - KEPT_REFUSED
    gone = and_(*old)
    if last_kept is not None:
        gone = or_(gone, and_(Import.verdict == Verdict.TAKEN, Import.fetched_at < last_kept))
    chosen = select(Import.id).where(Import.source == source, gone).limit(_STEP)
    went = await session.scalars(delete(Import).where(Import.id.in_(chosen)).returning(Import.id))
    return len(went.all())
