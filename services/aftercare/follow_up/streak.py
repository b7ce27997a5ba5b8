"""How many dates in a row somebody did not come to, as far as is known."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import Occurrence, Plan
from shared.contracts.aftercare import OccurrenceState

_CAME = (OccurrenceState.ATTENDED, OccurrenceState.PARTLY)
_no_answer = (Occurrence.state == OccurrenceState.UNKNOWN) & Occurrence.asked_at.is_not(None)
_LOOKED_AT = 60  # dates back; the ladder is at its top long before


async def streak_of(session: AsyncSession, plan: Plan) -> tuple[int, int]:
    """Dates missed or unknown since the last one attended, and how many of them are known to be missed.

    Excused dates, dates called off and meetings that were not held neither count nor break the row; nor does
    a date nobody was asked about, because the service was at rest when it was over.
    """
    if plan.counted_since is None:
        return 0, 0
    query = (
        select(Occurrence.state)
        .where(
            Occurrence.plan_id == plan.id,
            Occurrence.starts_at >= plan.counted_since,
            Occurrence.state.in_((*_CAME, OccurrenceState.MISSED)) | _no_answer,
        )
        .order_by(Occurrence.starts_at.desc(), Occurrence.id)
        .limit(_LOOKED_AT)
    )
    in_a_row = missed = 0
    for state in await session.scalars(query):
        if state in _CAME:
            break
        in_a_row += 1
        missed += state is OccurrenceState.MISSED
    return in_a_row, missed
