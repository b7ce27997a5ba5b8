"""The federal holidays by their rules (5 U.S.C. 6103(a)). Pure.

Groups often do not meet on them. That is a reason to ask, never to cancel: so the day itself counts, and
the substitute day of 6103(b), on which offices close, does not.
"""

from datetime import date
from functools import lru_cache

from dateutil.relativedelta import MO, TH, relativedelta

_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
_FLOATING = (
    (1, MO(3)),  # Martin Luther King, Jr.
    (2, MO(3)),  # Washington
    (5, MO(-1)),  # Memorial Day
    (9, MO(1)),  # Labor Day
    (10, MO(2)),  # Columbus Day
    (11, TH(4)),  # Thanksgiving Day
)


@lru_cache(maxsize=64)
def federal_holidays(year: int) -> frozenset[date]:
    """The eleven of one year."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    floating = {
        date(year, month, 1) + relativedelta(day=31 if weekday.n < 0 else 1, weekday=weekday)
        for month, weekday in _FLOATING
    }
    return frozenset(fixed | floating)


def is_holiday(day: date) -> bool:
    return day in federal_holidays(day.year)
