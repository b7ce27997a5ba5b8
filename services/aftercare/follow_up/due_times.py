"""By when a person does something, on a wall clock. Pure.

Clients are called between 09:00 and 20:00 on their own clock; staff's working days follow the centre's.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.aftercare.plans.holidays import is_holiday

OPENS, CLOSES = time(9), time(20)
_LAST_START = time(17)  # a call asked for later than this today has not enough of the day left
_NOON = time(12)
_WORK_ENDS = time(17)
_DAY_ENDS = time(23, 59)
_SATURDAY = 5


def instant(day: date, clock_time: time, zone: str) -> datetime:
    """That wall time in `zone`, as UTC. A time inside the gap of spring moves forward by the gap."""
    return datetime.combine(day, clock_time, ZoneInfo(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def next_opening(moment: datetime, zone: str) -> datetime:
    """The next 09:00 on the client's clock after `moment`."""
    day = local_day(moment, zone)
    today = instant(day, OPENS, zone)
    return today if today > moment else instant(day + timedelta(days=1), OPENS, zone)


def same_day(now: datetime, zone: str) -> datetime:
    """Tonight at 20:00; asked in the evening or at night, the next noon that comes."""
    here = now.astimezone(ZoneInfo(zone))
    if here.time() < OPENS:
        return instant(here.date(), _NOON, zone)
    if here.time() < _LAST_START:
        return instant(here.date(), CLOSES, zone)
    return instant(here.date() + timedelta(days=1), _NOON, zone)


def by_tonight(now: datetime, zone: str) -> datetime:
    """Of what cannot wait for tomorrow: tonight at 20:00, asked in the evening still before midnight; asked
    in the night, at noon."""
    here = now.astimezone(ZoneInfo(zone))
    if here.time() >= _LAST_START:
        return instant(here.date(), _DAY_ENDS, zone)
    return same_day(now, zone)


def within_working_days(now: datetime, days: int, zone: str) -> datetime:
    """17:00 of the `days`-th working day after today; weekends and federal holidays are none."""
    day = local_day(now, zone)
    while days:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and not is_holiday(day):
            days -= 1
    return instant(day, _WORK_ENDS, zone)
