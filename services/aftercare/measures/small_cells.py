"""What is too few to be shown: a number of people under eleven may be somebody. Pure.

A hidden number must not be found by subtraction either: a share hides its rest, nested counts keep eleven
apart, and in a table that has a total at least two cells and eleven people are hidden together.
"""

from collections.abc import Mapping, Sequence
from math import ceil

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


def table(cells: Mapping[str, int]) -> dict[str, int | None]:
    """The cells of one total that is shown beside them. An empty cell is nobody, and may be seen."""
    hidden = {name for name, count in cells.items() if 0 < count < LEAST}
    in_order = sorted(cells, key=lambda name: (cells[name], name))
    while hidden and hidden != set(cells) and not _covered(cells, hidden):
        hidden.add(next(name for name in in_order if name not in hidden))
    return {name: None if name in hidden else count for name, count in cells.items()}


def _covered(cells: Mapping[str, int], hidden: set[str]) -> bool:
    return len(hidden) > 1 and sum(cells[name] for name in hidden) >= LEAST


def total(count: int) -> int | None:
    return count if count >= LEAST else None


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
