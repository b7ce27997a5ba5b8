"""When something is due (aftercare.md 8.4), as instants worked out on the client's own clock. Pure.

Hours before or after a meeting are hours that pass; "ten in the morning" is what the client's clock shows,
whatever the clocks did in the night. Quiet hours are not here: they are asked when a message leaves.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY_BEFORE = timedelta(hours=24)
_HOUR_BEFORE = timedelta(minutes=60)
_AT_THE_DOOR = timedelta(minutes=15)
_ASK_AFTER = timedelta(minutes=60)
_GIVE_UP_AFTER = timedelta(hours=36)
_PROOF_AFTER = timedelta(hours=2)
_PROOF_LAST = timedelta(days=5)
PROOF_FREE = timedelta(days=7)  # how long proof of attendance costs nothing (aftercare.md 1.3)
_MORNING = time(10)
_EVENING = time(18)
_NIGHT_BEGINS, _NIGHT_ENDS = time(21), time(8)

SAY_WITHIN = timedelta(hours=24)  # staff name a discharge nobody named
REVIEW_WITHIN = timedelta(days=7)
REVIEW_WEEKS = (13, 26, 39, 52)
YEAR = timedelta(weeks=52)


@dataclass(frozen=True)
class Instants:
    """Everything that is due about one date; aware, in UTC."""

    day_before: datetime
    hour_before: datetime
    at_the_door: datetime
    ask: datetime
    ask_again: datetime
    give_up: datetime
    proof: datetime
    proof_last: datetime
    proof_free_until: datetime


def instants_of(starts_at: datetime, ends_at: datetime, zone: str) -> Instants:
    """`zone`: the client's."""
    return Instants(
        day_before=starts_at - _DAY_BEFORE,
        hour_before=starts_at - _HOUR_BEFORE,
        at_the_door=starts_at - _AT_THE_DOOR,
        ask=ends_at + _ASK_AFTER,
        ask_again=_again(ends_at + _ASK_AFTER, zone),
        give_up=ends_at + _GIVE_UP_AFTER,
        proof=ends_at + _PROOF_AFTER,
        proof_last=ends_at + _PROOF_LAST,
        proof_free_until=ends_at + PROOF_FREE,
    )


def _again(asked: datetime, zone: str) -> datetime:
    """Ten the next morning. A question too late in the day arrives next morning itself, and is repeated in
    the evening: two within an hour would be nagging."""
    here = asked.astimezone(ZoneInfo(zone))
    if here.time() >= _NIGHT_BEGINS:
        return at(here.date() + timedelta(days=1), _EVENING, zone)
    if here.time() < _NIGHT_ENDS:
        return at(here.date(), _EVENING, zone)
    return at(here.date() + timedelta(days=1), _MORNING, zone)


def at(day: date, clock_time: time, zone: str) -> datetime:
    """That wall time in `zone`, as UTC. A time inside the gap of spring moves forward by the gap."""
    return datetime.combine(day, clock_time, ZoneInfo(zone)).astimezone(UTC)


def freeze_at(planned_for: datetime, zone: str) -> datetime:
    """18:00 on the day before the planned discharge: from then on the first week stays as it is."""
    return at(planned_for.astimezone(ZoneInfo(zone)).date() - timedelta(days=1), _EVENING, zone)


def holiday_question_at(starts_at: datetime, zone: str) -> datetime:
    """Two days before, at ten."""
    return at(starts_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=2), _MORNING, zone)


def next_look(now: datetime, zone: str) -> datetime:
    """04:00 on the client's next day: nobody is woken, and no clock changes at that hour."""
    return at(now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1), time(4), zone)


def review_at(left_at: datetime, week: int, zone: str) -> datetime:
    """Ten in the morning of the day that lies `week` weeks after leaving."""
    return at(left_at.astimezone(ZoneInfo(zone)).date() + timedelta(weeks=week), _MORNING, zone)
