"""How good the lists of meetings are: public figures, but for what clients told us."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import Import, Verdict

_HOUR = 3600


async def lists_health(
    session: AsyncSession, since: datetime, until: datetime, now: datetime
) -> list[dict[str, Any]]:
    """By source: hours since the last good snapshot, and how many were refused in the span."""
    good = func.max(Import.fetched_at).filter(Import.verdict == Verdict.TAKEN)
    in_span = (Import.fetched_at >= since) & (Import.fetched_at < until)
    refused = func.count().filter((Import.verdict == Verdict.REFUSED) & in_span)
    query = select(Import.source, good, refused).group_by(Import.source).order_by(Import.source)
    return [
        {
            "source": source,
            "hours_since_good": round((now - last).total_seconds() / _HOUR, 1) if last else None,
            "refused": count,
        }
        for source, last, count in await session.execute(query)
    ]
