"""Work at the four points, in shares of clients; what they wrote is not looked at (8.8). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.aftercare.measures.small_cells import LEAST, nested, percent
from services.aftercare.measures.staying import Followed

POINTS = (1, 2, 3, 4)
_DAYS = (30, 90)


@dataclass(frozen=True)
class Step:
    """A row of a point's history, or a rating of it."""

    plan_id: UUID
    point: int
    cycle: int
    rating: int | None
    at: datetime


def points(
    plans: Sequence[Followed],
    worksheets: Mapping[tuple[UUID, int], datetime],
    steps: Sequence[Step],
    now: datetime,
) -> list[dict[str, object]]:
    """By point, of plans old enough. `worksheets`: when a plan's first one of a point was completed."""
    old = [plan for plan in plans if plan.left_at + timedelta(days=_DAYS[-1]) <= now]
    return [
        _point(point, old, worksheets, [step for step in steps if step.point == point]) for point in POINTS
    ]


def _point(
    point: int,
    plans: Sequence[Followed],
    worksheets: Mapping[tuple[UUID, int], datetime],
    steps: Sequence[Step],
) -> dict[str, object]:
    used = [_used_by(plans, worksheets, point, days) for days in _DAYS]
    shown = nested(used, len(plans))
    mine = {plan.id for plan in plans}
    repeats = {step.plan_id for step in steps if step.cycle > 1 and step.plan_id in mine}
    return {
        "point": point,
        "used_by_percent": {
            f"day_{days}": None if count is None else round(100 * count / len(plans))
            for days, count in zip(_DAYS, shown, strict=True)
        },
        "repeated_percent": percent(len(repeats), len(plans)),
        "rating_change": _rating_change([step for step in steps if step.plan_id in mine]),
    }


def _used_by(
    plans: Sequence[Followed], worksheets: Mapping[tuple[UUID, int], datetime], point: int, days: int
) -> int:
    first = ((plan, worksheets.get((plan.id, point))) for plan in plans)
    return sum(at is not None and at <= plan.left_at + timedelta(days=days) for plan, at in first)


def _rating_change(steps: Sequence[Step]) -> float | None:
    """Mean of last minus first rating, over those who rated twice; None for too few."""
    ratings: dict[UUID, list[int]] = {}
    for step in sorted(steps, key=lambda one: one.at):
        if step.rating is not None:
            ratings.setdefault(step.plan_id, []).append(step.rating)
    changes = [given[-1] - given[0] for given in ratings.values() if len(given) > 1]
    return round(sum(changes) / len(changes), 1) if len(changes) >= LEAST else None
