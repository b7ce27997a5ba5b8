"""A calendar's RRULE as slots of the week or the month (RFC 5545 3.3.10).

What the normal form cannot say is refused, never rounded to "every week".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from services.aftercare.meetings.cells import Slot
from services.aftercare.meetings.drafts import Unusable
from shared import clock

_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_BYDAY = re.compile(r"([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)")
_ORDINALS = (1, 2, 3, 4, -1)
_UNDERSTOOD = {"FREQ", "INTERVAL", "BYDAY", "BYSETPOS", "WKST", "UNTIL", "COUNT"}


@dataclass(frozen=True)
class Series:
    """`week_starts`: the weekday (0 = Sunday) by which "every other week" is counted."""

    slots: tuple[Slot, ...]
    week_starts: int = 1

    def week_of(self, day: date) -> int:
        return (day.toordinal() - self.week_starts) // 7  # day 7 of the ordinals was a Sunday


def series_of(rule: Mapping[str, Any], first: date, zone: ZoneInfo | None) -> Series:
    """Raises Unusable: `rule_unsupported`, or `series_over` once its last date has passed."""
    if not isinstance(rule, Mapping) or {name.upper() for name in rule} - _UNDERSTOOD:
        raise Unusable("rule_unsupported")
    frequency, interval = str(_one(rule, "FREQ", "")).upper(), int(_one(rule, "INTERVAL", 1))
    _refuse_past(rule, first, zone)
    own = first.isoweekday() % 7
    named = [_named(code) for code in _many(rule, "BYDAY")]
    wanted = [int(position) for position in _many(rule, "BYSETPOS")]
    week_starts = _CODES.index(str(_one(rule, "WKST", "MO")).upper())
    match frequency:
        case "WEEKLY" if interval in (1, 2) and not wanted and not any(position for position, _ in named):
            days = sorted({day for _, day in named}) or [own]
            return Series(tuple(Slot(day, (), interval) for day in days), week_starts)
        case "DAILY" if interval == 1 and not wanted:
            days = sorted({day for _, day in named}) or list(range(7))
            return Series(tuple(map(Slot, days)), week_starts)
        case "MONTHLY" if interval == 1 and named:
            return Series(_of_the_month(named, wanted), week_starts)
        case _:
            raise Unusable("rule_unsupported")


def _of_the_month(named: list[tuple[int, int]], wanted: list[int]) -> tuple[Slot, ...]:
    """BYDAY=1MO,3MO, or BYDAY=MO;BYSETPOS=1,3. A month's every Monday is a week's."""
    if wanted and (len(named) != 1 or named[0][0]):
        raise Unusable("rule_unsupported")
    if wanted:
        named = [(position, named[0][1]) for position in wanted]
    if not all(position in _ORDINALS for position, _ in named if position):
        raise Unusable("rule_unsupported")
    days: dict[int, list[int]] = {}
    for position, day in named:
        days.setdefault(day, []).append(position)
    # All of a month's Mondays, or some of them beside: 0 stands for all.
    return tuple(
        Slot(day, () if 0 in positions else tuple(dict.fromkeys(positions)))
        for day, positions in sorted(days.items())
    )


def _refuse_past(rule: Mapping[str, Any], first: date, zone: ZoneInfo | None) -> None:
    last = _one(rule, "UNTIL", None)
    if isinstance(last, datetime):
        last = (last.astimezone(zone) if last.tzinfo and zone else last).date()
    if last is None and (count := _one(rule, "COUNT", None)):
        last = _counted_to(rule, first, int(count))
    if isinstance(last, date) and last < clock.now().date() - timedelta(days=1):
        raise Unusable("series_over")


def _counted_to(rule: Mapping[str, Any], first: date, count: int) -> date | None:
    """The day of the last of `count` dates; None for more than two years of them: it goes on."""
    if not 0 < count <= 750:
        return None
    parts = [f"{name}={','.join(map(str, _many(rule, name)))}" for name in rule]
    dates = rrulestr(";".join(parts), dtstart=datetime.combine(first, time()))
    return max(dates).date()


def _named(code: object) -> tuple[int, int]:
    found = _BYDAY.fullmatch(str(code).strip().upper())
    if found is None:
        raise Unusable("rule_unsupported")
    return int(found[1] or 0), _CODES.index(found[2])


def _many(rule: Mapping[str, Any], name: str) -> list[Any]:
    value = rule.get(name, [])
    return value if isinstance(value, list) else [value]


def _one(rule: Mapping[str, Any], name: str, default: Any) -> Any:
    found = _many(rule, name)
    return found[0] if found else default
