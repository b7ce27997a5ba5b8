"""SMART's schedule texts: "Tuesday 11:00 PM", "every other", "second and fourth", "second, third, fourth, and
last", "weekly". Pure.

The finder renders the next start from UTC at one fixed offset, so its words move by an hour, and sometimes
by a day, when clocks change and the meeting does not: "Tuesday 11:00 PM" before 1 November is "Wednesday
12:00 AM" after it. What does not move is wall clock and weekday in the meeting's own zone; that is what is
kept, worked out from the next start, and the words are asked for the rhythm only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from services.aftercare.meetings.cells import Slot

_ORDINALS: Mapping[str, int] = MappingProxyType(
    {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
)
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})\b")
_EVERY_OTHER = re.compile(r"\bevery (?:other|second|2nd|two|2)\b|\bbi-?weekly\b|\balternat(?:e|ing)\b")
_UNSAYABLE = re.compile(r"\b(?:fifth|5th|except|not|daily|every (?:third|3|three|four|4)|month(?:s|ly)?)\b")
_EPOCH_SUNDAY = date(1970, 1, 4)


@dataclass(frozen=True)
class Rhythm:
    """Weeks apart, or month ordinals 1-4 and -1."""

    interval: int = 1
    setpos: tuple[int, ...] = ()


@dataclass(frozen=True)
class Scheduled:
    """When, in the meeting's own zone. `anchor` tells which of two weeks, and is the same for every start."""

    slot: Slot
    starts: time
    anchor: date | None


def rhythm_of(words: str) -> Rhythm | None:
    """What a schedule text says of the rhythm; None when it cannot be told. No word of it means weekly."""
    words = words.lower()
    setpos = tuple(
        dict.fromkeys(_ORDINALS[found] for found in _ORDINAL.findall(_EVERY_OTHER.sub(" ", words)))
    )
    if setpos:
        unsayable = _UNSAYABLE.search(re.sub(r"\b(?:of the|of each|of every|every)? ?months?\b", "", words))
        return None if unsayable or _EVERY_OTHER.search(words) else Rhythm(1, setpos)
    if _UNSAYABLE.search(words):
        return None
    return Rhythm(2) if _EVERY_OTHER.search(words) else Rhythm()


def schedule(words: str, next_start: datetime, zone: str) -> Scheduled | None:
    """The meeting's own weekday, time and rhythm; `next_start` is aware. None when the rhythm is not clear,
    or when a month's ordinals and the next start contradict each other."""
    rhythm = rhythm_of(words)
    if rhythm is None:
        return None
    here = next_start.astimezone(UTC).astimezone(ZoneInfo(zone))
    weekday = here.isoweekday() % 7
    if rhythm.setpos and not _positions(here.date()) & set(rhythm.setpos):
        return None
    anchor = _week_of(here.date(), rhythm.interval) if rhythm.interval > 1 else None
    return Scheduled(
        Slot(weekday, rhythm.setpos, rhythm.interval), here.time().replace(second=0, microsecond=0), anchor
    )


def _positions(day: date) -> set[int]:
    """Which one of its month this weekday is: 1 to 5, and -1 for the last."""
    last = (day + timedelta(days=7)).month != day.month
    return {(day.day - 1) // 7 + 1} | ({-1} if last else set())


def _week_of(day: date, interval: int) -> date:
    """The same early day for every start of one series, so that its next start is no change."""
    return _EPOCH_SUNDAY + timedelta(days=(day - _EPOCH_SUNDAY).days % (7 * interval))
