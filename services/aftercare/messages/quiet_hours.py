"""When a client may be written to, on the client's own clock (aftercare.md 8.4). Pure."""

from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from services.aftercare.messages.purposes import Purpose


class Hours(Enum):
    """OUTREACH is what nobody waits for; REMINDERS are about a meeting the client said yes to."""

    OUTREACH = (time(9), time(20))
    REMINDERS = (time(8), time(21))
    ANY = (time(0), time(0))


NEXT = time(9)  # when what came outside its hours is sent

_REMINDERS = frozenset(
    {
        Purpose.REMINDER_DAY,
        Purpose.REMINDER_HOUR,
        Purpose.REMINDER_JOIN,
        Purpose.UNCONFIRMED,
        Purpose.IS_IT_HELD,
        Purpose.CHANGED,
        Purpose.HOW_WAS_IT,
        Purpose.HOW_WAS_IT_AGAIN,
        Purpose.SORRY_NOT_HELD,
    }
)
# Answers to something the client did this minute, and what must reach staff.
_ANY = frozenset(
    {
        Purpose.CRISIS,
        Purpose.STOPPED,
        Purpose.RESUMED,
        Purpose.HELP,
        Purpose.ANSWERED,
        Purpose.NEW_LINK,
        Purpose.PAGE_STAFF,
    }
)


def hours_of(purpose: Purpose) -> Hours:
    if purpose in _ANY:
        return Hours.ANY
    return Hours.REMINDERS if purpose in _REMINDERS else Hours.OUTREACH


def allowed_at(now: datetime, zone: str, hours: Hours) -> datetime:
    """`now` when it may leave at once, else the next 09:00 on the client's clock, as an instant.

    Wall clock throughout: on the day the clocks change, 09:00 is still what the client's clock shows.
    """
    if hours is Hours.ANY:
        return now
    opens, closes = hours.value
    here = now.astimezone(ZoneInfo(zone))
    if opens <= here.time() < closes:
        return now
    day = here.date() if here.time() < NEXT else here.date() + timedelta(days=1)
    return datetime.combine(day, NEXT, here.tzinfo).astimezone(now.tzinfo)
