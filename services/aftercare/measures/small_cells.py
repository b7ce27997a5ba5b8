"""What is too few to be shown: a number of people under eleven may be somebody. Pure.

A hidden number must not be found by subtraction either: a share hides its rest, nested counts keep eleven
apart, and in a table that has a total at least two cells and eleven people are hidden together. Dates, calls
and concerns are somebody's: eleven of them may be one person's, so what counts is whose they are.
"""

from collections.abc import Collection, Mapping, Sequence
from math import ceil
from uuid import UUID

LEAST = 11


def may_show(count: int, of: int) -> bool:
    """Neither those counted nor the rest are a few. "None" and "all" tell of everybody: hidden too."""
    return count >= LEAST and of - count >= LEAST


def nested(counts: Sequence[int], of: int) -> list[int | None]:
    """Counts that contain one another (by day 7, by day 30), smallest first; what can be shown of them."""
    shown: list[int | None] = []
    above = of
    for count in reversed(counts):
        if may_show(count, above):
            shown.append(count)
            above = count
        else:
            shown.append(None)
    return shown[::-1]


def table(cells: Mapping[str, Mapping[UUID, int]]) -> dict[str, int | None]:
    """The cells of one total that is shown beside them, each as what is whose. An empty cell is nobody's,
    and may be seen."""
    hidden = {name for name, whose in cells.items() if 0 < len(whose) < LEAST}
    in_order = sorted(cells, key=lambda name: (len(cells[name]), name))
    while hidden and hidden != set(cells) and not _covered(cells, hidden):
        hidden.add(next(name for name in in_order if name not in hidden))
    return {name: None if name in hidden else sum(whose.values()) for name, whose in cells.items()}


def _covered(cells: Mapping[str, Mapping[UUID, int]], hidden: set[str]) -> bool:
    return len(hidden) > 1 and len({one for name in hidden for one in cells[name]}) >= LEAST


def total(count: int) -> int | None:
    """Of people."""
    return count if count >= LEAST else None


def beside(count: int, shown: int) -> int | None:
    """A number of people that contains another one shown beside it: the rest is not a few either."""
    return count if count >= LEAST and (count == shown or count - shown >= LEAST) else None


def events(whose: Collection[UUID]) -> int | None:
    """How many there were, by whose they are, when they are eleven people's."""
    return len(whose) if len(set(whose)) >= LEAST else None


def share(met: Collection[UUID], rest: Collection[UUID]) -> int | None:
    """Per cent of what happened that met something, by whose it was; both parts are eleven people's."""
    if min(len(set(met)), len(set(rest))) < LEAST:
        return None
    return round(100 * len(met) / (len(met) + len(rest)))


def percent(count: int, of: int) -> int | None:
    """A share in whole per cent, or None when its parts are too few."""
    return round(100 * count / of) if may_show(count, of) else None


def middle(values: Sequence[float]) -> dict[str, float | None]:
    """Median and 90th percentile (nearest rank) of enough values."""
    if len(values) < 2 * LEAST:
        return {"median": None, "p90": None}
    ranked = sorted(values)
    return {"median": _rank(ranked, 0.5), "p90": _rank(ranked, 0.9)}


def _rank(ranked: Sequence[float], share: float) -> float:
    return round(ranked[ceil(len(ranked) * share) - 1], 1)
