"""Who is still with us, week by week, and how closely meetings are kept (aftercare.md 8.8). Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.aftercare.measures.small_cells import may_show, percent, table, total
from services.aftercare.meetings.normal_form import Programme
from services.aftercare.tables import Tier
from shared.contracts.aftercare import OccurrenceState

WEEKS = 52
_WEEK = timedelta(weeks=1)
_SMART = frozenset({Programme.SMART, Programme.FAMILY, Programme.LIFE_SKILLS})
_TWELVE_STEP = frozenset({Programme.AA, Programme.NA})


@dataclass(frozen=True)
class Followed:
    """A plan from leaving until `until`: when it ended, began to rest, or now."""

    id: UUID
    tier: Tier
    left_at: datetime
    until: datetime


def retention(
    plans: Sequence[Followed], signs: Mapping[UUID, Collection[datetime]]
) -> dict[str, list[int | None]]:
    """By tier, for weeks 1 to 52: per cent of the plans alive through the week in which the client came to a
    meeting or was reached. No counts: from one week's to the next's they would tell of a few who left."""
    alive = {tier: [0] * WEEKS for tier in Tier}
    kept = {tier: [0] * WEEKS for tier in Tier}
    for plan in plans:
        weeks = min(WEEKS, max(0, (plan.until - plan.left_at) // _WEEK))
        heard = {(at - plan.left_at) // _WEEK for at in signs.get(plan.id, ()) if at >= plan.left_at}
        for week in range(weeks):
            alive[plan.tier][week] += 1
            kept[plan.tier][week] += week in heard
    return {
        tier.value: [percent(kept[tier][week], alive[tier][week]) for week in range(WEEKS)] for tier in Tier
    }


def adherence(states: Mapping[OccurrenceState, int]) -> dict[str, object]:
    """Dates come to, of those planned. Unknown is shown apart: it is neither. Excused dates and meetings that
    were not held were nobody's to keep, and cancelled ones were none."""
    partly = states.get(OccurrenceState.PARTLY, 0)
    cells = {
        "came": states.get(OccurrenceState.ATTENDED, 0) + partly,
        "missed": states.get(OccurrenceState.MISSED, 0),
        "unknown": states.get(OccurrenceState.UNKNOWN, 0),
    }
    planned = sum(cells.values())
    shown = table(cells)
    return {
        "planned": total(planned),
        "dates": shown,
        "percent": {name: None if shown[name] is None else percent(cells[name], planned) for name in cells},
        "came_for_a_part": partly if may_show(partly, cells["came"]) else None,
        "excused": total(states.get(OccurrenceState.EXCUSED, 0)),
        "not_held": total(states.get(OccurrenceState.NOT_HELD, 0)),
    }


def engagement(went_to: Mapping[UUID, Collection[Programme]], plans: int) -> dict[str, object]:
    """Plans by what their clients went to at least once."""
    counts: Counter[str] = Counter()
    for programmes in went_to.values():
        smart, twelve = bool(_SMART & set(programmes)), bool(_TWELVE_STEP & set(programmes))
        other = "other" if programmes else "nothing"
        counts["both" if smart and twelve else "smart" if smart else "twelve_step" if twelve else other] += 1
    counts["nothing"] += plans - len(went_to)
    names = ("smart", "twelve_step", "both", "other", "nothing")
    return {"plans": total(plans), "by": table({name: counts[name] for name in names})}
