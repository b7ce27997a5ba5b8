"""When a meeting happens: wall clock in the meeting's own zone, converted only at the end. Pure.

dateutil's rules keep the wall clock across a clock change when they start in an aware zone; a wall time
that does not exist that day (02:30 on 14 March 2027) moves forward by the gap, as RFC 5545 3.3.5 asks.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

from services.aftercare.meetings.normal_form import Frequency, Recurrence

_WEEKDAYS = (SU, MO, TU, WE, TH, FR, SA)
_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_LOOK_AHEAD = timedelta(days=366 * 2)  # a rule that finds nothing in two years finds nothing


def occurrences(rule: Recurrence, after: datetime) -> Iterator[datetime]:
    """Starts strictly after `after`, earliest first, aware in the meeting's zone.

    Nothing when the zone is unknown, or when "every other week" does not say which one: guessing would
    send people to an empty room half of the time.
    """
    if rule.tz is None or (rule.interval > 1 and rule.anchor is None):
        return
    zone = ZoneInfo(rule.tz)
    local = after.astimezone(zone)
    # One period back, so that a start earlier today or last night is generated and then filtered.
    period = timedelta(days=8 if rule.freq is Frequency.WEEKLY else 32)
    first_day = rule.anchor or local.date() - period
    start = datetime.combine(first_day, rule.wall_time)
    byday = _WEEKDAYS[rule.byday]
    days = (
        rrule(WEEKLY, dtstart=start, interval=rule.interval, byweekday=byday, wkst=SU)
        if rule.freq is Frequency.WEEKLY
        else rrule(MONTHLY, dtstart=start, byweekday=[byday(n) for n in rule.setpos])
    )
    last = local.replace(tzinfo=None) + _LOOK_AHEAD
    for wall in days.xafter(local.replace(tzinfo=None) - timedelta(days=1)):
        if wall > last:
            return
        moment = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
        if moment > after:
            yield moment


def next_occurrences(
    rule: Recurrence, after: datetime, count: int, zone: str | None = None
) -> list[datetime]:
    """The next `count` starts after `after`, in `zone` (the client's) or else in the meeting's own."""
    found: list[datetime] = []
    for moment in occurrences(rule, after):
        found.append(moment if zone is None else moment.astimezone(ZoneInfo(zone)))
        if len(found) == count:
            break
    return found


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
