"""The four points as a round that is come back to: new, learning, practising, keeping, and new again. Pure.

SMART's programme has no finish line (aftercare.md 1.5): a point that is kept may be begun anew, and so may
one that turned out harder than thought. The client decides each step; used tools only suggest one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.contracts.aftercare import PointStage

POINTS = (1, 2, 3, 4)
_FORWARD = {
    PointStage.NEW: PointStage.LEARNING,
    PointStage.LEARNING: PointStage.PRACTISING,
    PointStage.PRACTISING: PointStage.KEEPING,
}
_USED_OFTEN = 3  # different days in this round on which a tool of the point was completed


@dataclass(frozen=True)
class Standing:
    """Where somebody is at one point. `cycle` counts the rounds from 1."""

    stage: PointStage = PointStage.NEW
    cycle: int = 1


def steps_from(now: Standing) -> tuple[Standing, ...]:
    """What may come next: one stage on, or a new round from anywhere but its beginning."""
    again = Standing(PointStage.NEW, now.cycle + 1)
    match now.stage:
        case PointStage.NEW:
            return (Standing(PointStage.LEARNING, now.cycle),)
        case PointStage.KEEPING:
            return (again,)
        case _:
            return (Standing(_FORWARD[now.stage], now.cycle), again)


def step(now: Standing, wanted: PointStage) -> Standing | None:
    """The standing after the client's choice; the same one if they are there already, None if not open."""
    if wanted is now.stage:
        return now
    return next((then for then in steps_from(now) if then.stage is wanted), None)


def suggested(now: Standing, days_used: Sequence[date]) -> PointStage | None:
    """A step that the tools used in this round speak for. Keeping is for the client alone to say."""
    if now.stage is PointStage.NEW and days_used:
        return PointStage.LEARNING
    if now.stage is PointStage.LEARNING and len(set(days_used)) >= _USED_OFTEN:
        return PointStage.PRACTISING
    return None
