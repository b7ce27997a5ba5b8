"""Business days as federal rules count them: Monday to Friday without legal public holidays. Pure."""

from datetime import date, timedelta
from functools import cache
from typing import Final

SATURDAY, SUNDAY = 5, 6
MONDAY, THURSDAY = 0, 3
# 5 U.S.C. 6103(a): (month, day) of holidays with a date; (month, weekday, which one; -1 the last) of others.
DATED: Final = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
WEEKDAYS: Final = (
    (1, MONDAY, 3),
    (2, MONDAY, 3),
    (5, MONDAY, -1),
    (9, MONDAY, 1),
    (10, MONDAY, 2),
    (11, THURSDAY, 4),
)


@cache
def federal_holidays(year: int) -> frozenset[date]:
    """The eleven legal public holidays as observed, by the year they belong to.

    One on a Saturday is observed the Friday before (New Year's Day then in the year before), one on a Sunday
    the Monday after (5 U.S.C. 6103(b), Executive Order 11582).
    """
    dated = (_observed(date(year, month, day)) for month, day in DATED)
    return frozenset((*dated, *(_nth(year, *rule) for rule in WEEKDAYS)))


def is_business_day(day: date) -> bool:
    holidays = federal_holidays(day.year) | federal_holidays(day.year + 1)
    return day.weekday() < SATURDAY and day not in holidays


def business_days_after(day: date, count: int) -> date:
    """The day `count` business days after `day`; `day` itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day


def business_days_between(first: date, last: date) -> int:
    """How many business days `last` lies after `first`: the business days after `first`, `last` included."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(map(is_business_day, days))


def _observed(day: date) -> date:
    shift = {SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0)
    return day + timedelta(days=shift)


def _nth(year: int, month: int, weekday: int, which: int) -> date:
    if which < 0:
        last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
