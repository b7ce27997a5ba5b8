"""Whose turn it is for a seat in a group of the house. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

HOLD = timedelta(hours=24)  # a seat is kept for whoever it was offered to (aftercare.md 6.4)

_RANK = {"intensive": 0, "close": 1, "standard": 2}


@dataclass(frozen=True)
class Waiting:
    """`tier` is a `Tier`'s value; `left_at` None: the client is still in the house; `since`: asked for it."""

    enrolment_id: UUID
    tier: str
    left_at: datetime | None
    since: datetime


def in_turn(waiting: Iterable[Waiting], now: datetime) -> list[Waiting]:
    """The closest followed first, then those who left last: the first days are the dangerous ones
    (aftercare.md 4). Whole days, so that of two who left on one day the one who asked first comes first.
    """
    return sorted(
        waiting,
        key=lambda one: (_RANK[one.tier], _days_out(one, now), one.since, one.enrolment_id),
    )


def _days_out(one: Waiting, now: datetime) -> int:
    return 0 if one.left_at is None else max(0, (now - one.left_at).days)
