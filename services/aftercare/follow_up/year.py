"""The year after leaving, in days (aftercare.md 8.4): who calls when, and which questionnaires are due. Pure.

Days count on the client's own calendar from the day of leaving.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.aftercare.follow_up.due_times import CLOSES, OPENS, instant, local_day
from shared.contracts.aftercare import Instrument
from shared.contracts.intake import DischargeType

CALL_DAYS = (7, 14, 30, 60, 90, 180, 270, 365)
_INSTRUMENT_DAYS = {Instrument.BAM: (30, 60, 90, 180, 365), Instrument.PHQ9: (7, 30, 90)}
LAST_DAY = 372  # the last window closes
_WEEKLY_FOR = 13  # weeks, then monthly
_WEEKS_A_MONTH = 4  # so that it stays on the client's fixed day
_NARROW, _WIDE = timedelta(days=3), timedelta(days=7)
_NARROW_UNTIL = 30
_SOON, _OPENS_AFTER, _DUE_AFTER = timedelta(hours=24), timedelta(hours=48), timedelta(hours=72)
OPEN_FOR = timedelta(hours=48)


@dataclass(frozen=True)
class Window:
    due_from: datetime
    due_by: datetime


@dataclass(frozen=True)
class Due:
    """A questionnaire of a day; the client, or staff with them, may answer until then."""

    instrument: Instrument
    due_on: date
    open_until: datetime


def first_call(left_at: datetime, disposition: DischargeType, *, intensive: bool) -> Window:
    """Within a day for those in most danger, else open after 48 hours and due by 72."""
    if intensive or disposition is DischargeType.AGAINST_ADVICE:
        return Window(left_at, left_at + _SOON)
    return Window(left_at + _OPENS_AFTER, left_at + _DUE_AFTER)


def call_window(left_at: datetime, day: int, zone: str) -> Window:
    """From 09:00 of its first day to 20:00 of its last: three days either side, seven after day 30."""
    around = _margin(day)
    middle = local_day(left_at, zone) + timedelta(days=day)
    return Window(instant(middle - around, OPENS, zone), instant(middle + around, CLOSES, zone))


def due_questionnaires(left_at: datetime, now: datetime, weekday: int, zone: str) -> list[Due]:
    """Those that may be answered now: this week's questions, and the instruments whose window is open.

    `weekday`: the client's fixed day, 0 = Sunday. Looked at daily; a look that comes late finds what is open
    still and leaves out what is past.
    """
    left_on = local_day(left_at, zone)
    found = [
        Due(instrument, day, _closes(day, number, zone))
        for instrument, days in _INSTRUMENT_DAYS.items()
        for number in days
        for day in [left_on + timedelta(days=number)]
    ]
    if (weekly := _weekly_on(left_on, local_day(now, zone), weekday)) is not None:
        found.append(Due(Instrument.WEEKLY, weekly, instant(weekly, OPENS, zone) + OPEN_FOR))
    return [due for due in found if instant(due.due_on, OPENS, zone) <= now < due.open_until]


def _weekly_on(left_on: date, today: date, weekday: int) -> date | None:
    """The last fixed day up to today on which the five questions were asked."""
    first = left_on + timedelta(days=1)
    first += timedelta(days=(weekday - first.isoweekday()) % 7)
    weeks = (today - first).days // 7
    if weeks < 0 or (today - left_on).days > LAST_DAY:
        return None
    last_weekly = _WEEKLY_FOR - 1
    if weeks > last_weekly:
        weeks -= (weeks - last_weekly) % _WEEKS_A_MONTH
    return first + timedelta(weeks=weeks)


def _closes(day: date, number: int, zone: str) -> datetime:
    return instant(day + _margin(number), CLOSES, zone)


def _margin(day: int) -> timedelta:
    return _NARROW if day <= _NARROW_UNTIL else _WIDE


def days_since(moment: datetime, now: datetime) -> int:
    """Whole days that passed."""
    return max(0, (now - moment) // timedelta(days=1))
