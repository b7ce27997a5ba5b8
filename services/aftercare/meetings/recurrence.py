"""When a meeting happens: wall clock in the meeting's own zone, converted only at the end. Pure.

dateutil says which days a rhythm falls on; the wall clock is put on each day afterwards, so no clock change
can move it. A wall time that does not exist that day (02:30 on 14 March 2027) moves forward by the gap, as
RFC 5545 3.3.5 asks.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

from services.aftercare.meetings.normal_form import Frequency, Recurrence

_WEEKDAYS = (SU, MO, TU, WE, TH, FR, SA)
_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_YEARS_AHEAD = 2  # a rule that finds nothing until the end of the year after next finds nothing
SOME_SUNDAY = date(1970, 1, 4)


def occurrences(rule: Recurrence, after: datetime) -> Iterator[datetime]:
    """Starts strictly after `after`, earliest first, aware in the meeting's zone.

    None before the day of the rule's anchor, nor on a day the list itself takes out. Nothing when the zone
    is unknown, or when "every other week" does not say which one: guessing would send people to an empty
    room half of the time.
    """
    if rule.tz is None or not knows_its_week(rule):
        return
    zone = ZoneInfo(rule.tz)
    for day in _days(_rhythm(rule), _since(rule, after)):
        if day in rule.except_on:
            continue
        moment = _moment(day, rule.wall_time, zone)
        if moment > after:
            yield moment.astimezone(zone)


def next_occurrences(
    rule: Recurrence, after: datetime, count: int, zone: str | None = None
) -> list[datetime]:
    """The next `count` starts after `after`, in `zone` (the client's) or else in the meeting's own."""
    if rule.tz is None or not knows_its_week(rule):
        return []
    if rule.except_on:
        held = islice(occurrences(rule, after), count)
        return [start.astimezone(ZoneInfo(zone or rule.tz)) for start in held]
    slot = _rhythm(rule), rule.wall_time, rule.tz, zone or rule.tz
    coming = _starts(*slot, _since(rule, after), count + 1)
    # From the day before on: at most the first one is not after `after`. Comparing all costs as much again.
    over = 1 if coming and coming[0] <= after else 0
    return list(coming[over : over + count])


def knows_its_week(rule: Recurrence) -> bool:
    """False for "every other week" without a week to count from."""
    return rule.interval == 1 or rule.anchor is not None


class _Rhythm(NamedTuple):
    """On which days; `phase`: which weeks, of `interval` (weekly only)."""

    freq: Frequency
    interval: int
    phase: int
    byday: int
    setpos: tuple[int, ...]


def _rhythm(rule: Recurrence) -> _Rhythm:
    phase = week_of(rule.anchor) % rule.interval if rule.anchor else 0
    return _Rhythm(rule.freq, rule.interval, phase, rule.byday, rule.setpos)


def week_of(day: date) -> int:
    """Weeks are counted from a Sunday, as lists count their weekdays."""
    return (day - SOME_SUNDAY).days // 7


def _since(rule: Recurrence, after: datetime) -> date:
    """The first day to look at: yesterday, for a wall time inside a clock change is moved out of it."""
    assert rule.tz is not None
    yesterday = after.astimezone(ZoneInfo(rule.tz)).date() - timedelta(days=1)
    return max(yesterday, rule.anchor) if rule.anchor else yesterday


def _moment(day: date, wall_time: time, zone: ZoneInfo) -> datetime:
    """By way of UTC: that is what moves a time out of the gap."""
    return datetime.combine(day, wall_time, zone).astimezone(UTC)


# A list has few different slots in the week, and every client is asked about all of them.
@lru_cache(maxsize=16_384)
def _starts(
    rhythm: _Rhythm, wall_time: time, tz: str, seen_from: str, since: date, count: int
) -> tuple[datetime, ...]:
    own, shown = ZoneInfo(tz), ZoneInfo(seen_from)
    days = islice(_days(rhythm, since), count)
    return tuple(_moment(day, wall_time, own).astimezone(shown) for day in days)


def _days(rhythm: _Rhythm, since: date) -> Iterator[date]:
    for year in range(since.year, since.year + _YEARS_AHEAD + 1):
        for day in _days_of_year(rhythm, year):
            if day >= since:
                yield day


# Meetings share few rhythms: seven weekdays serve almost any list, whatever its length.
@lru_cache(maxsize=1024)
def _days_of_year(rhythm: _Rhythm, year: int) -> tuple[date, ...]:
    first, last = (datetime.combine(date(year, *day), time()) for day in ((1, 1), (12, 31)))
    weekday = _WEEKDAYS[rhythm.byday]
    if rhythm.freq is Frequency.MONTHLY:
        days = rrule(MONTHLY, dtstart=first, until=last, byweekday=[weekday(n) for n in rhythm.setpos])
    else:
        week = week_of(first.date())
        week -= (week - rhythm.phase) % rhythm.interval
        sunday = datetime.combine(SOME_SUNDAY + timedelta(weeks=week), time())
        step = rhythm.interval
        days = rrule(WEEKLY, dtstart=sunday, until=last, interval=step, byweekday=weekday, wkst=SU)
    return tuple(day.date() for day in days if day.year == year)


def ical_rule(rule: Recurrence, until: datetime) -> dict[str, object]:
    """RFC 5545 RRULE parts; UNTIL must be UTC because DTSTART carries a zone (3.3.10)."""
    code = _CODES[rule.byday]
    if rule.freq is Frequency.WEEKLY:
        parts: dict[str, object] = {"freq": "WEEKLY", "byday": code}
        if rule.interval > 1:
            parts |= {"interval": rule.interval, "wkst": "SU"}
    else:
        parts = {"freq": "MONTHLY", "byday": [f"{position}{code}" for position in rule.setpos]}
    return parts | {"until": until.astimezone(UTC)}


def in_words(rule: Recurrence) -> str:
    """ "Tuesdays", "every other Tuesday" or "2nd and last Tuesday of the month"."""
    day = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")[rule.byday]
    if rule.freq is Frequency.MONTHLY:
        ordinals = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", -1: "last"}
        return f"{' and '.join(ordinals[position] for position in rule.setpos)} {day} of the month"
    return f"{day}s" if rule.interval == 1 else f"every other {day}"
