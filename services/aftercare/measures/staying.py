"""Who is still with us, week by week, and how closely meetings are kept (aftercare.md 8.8). Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.aftercare.measures.small_cells import LEAST, events, percent, share, table
from services.aftercare.meetings.normal_form import Programme
from services.aftercare.tables import Tier
from shared.contracts.aftercare import OccurrenceState

WEEKS = 52
_WEEK = timedelta(weeks=1)
_MIX = ("smart", "twelve_step", "both", "other", "nothing")
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


def adherence(states: Mapping[OccurrenceState, Mapping[UUID, int]]) -> dict[str, object]:
    """Dates come to, of those planned; `states`: how many dates of each plan ended in which. Unknown is shown
    apart: it is neither. Excused dates and meetings that were not held were nobody's to keep, and cancelled
    ones were none."""
    whole, partly, excused, not_held = (
        _whose(states, state)
        for state in (
            OccurrenceState.ATTENDED,
            OccurrenceState.PARTLY,
            OccurrenceState.EXCUSED,
            OccurrenceState.NOT_HELD,
        )
    )
    parts = {
        "came": [*whole, *partly],
        "missed": _whose(states, OccurrenceState.MISSED),
        "unknown": _whose(states, OccurrenceState.UNKNOWN),
    }
    shown = table({name: Counter(whose) for name, whose in parts.items()})
    shares = {
        name: share(whose, [one for other in parts if other != name for one in parts[other]])
        for name, whose in parts.items()
    }
    return {
        "planned": events([one for whose in parts.values() for one in whose]),
        "dates": shown,
        "percent": {name: None if shown[name] is None else shares[name] for name in parts},
        "came_for_a_part": len(partly) if min(len(set(whole)), len(set(partly))) >= LEAST else None,
        "excused": events(excused),
        "not_held": events(not_held),
    }


def _whose(states: Mapping[OccurrenceState, Mapping[UUID, int]], state: OccurrenceState) -> list[UUID]:
    """Whose each of the dates in this state was."""
    return list(Counter(states.get(state, {})).elements())


def engagement(went_to: Mapping[UUID, Collection[Programme]], plans: int) -> dict[str, object]:
    """Plans by what their clients went to at least once, in per cent: beside the number of discharges, a
    number of plans would tell how many were transferred or died."""
    counts: dict[str, int] = dict.fromkeys(_MIX, 0)
    for programmes in went_to.values():
        smart, twelve = bool(_SMART & set(programmes)), bool(_TWELVE_STEP & set(programmes))
        other = "other" if programmes else "nothing"
        counts["both" if smart and twelve else "smart" if smart else "twelve_step" if twelve else other] += 1
    counts["nothing"] += plans - len(went_to)
    return {"percent": {name: percent(count, plans) for name, count in counts.items()}}
