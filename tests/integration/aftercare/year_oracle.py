"""What should have been written about each date of the year, worked out a second way. Pure.

Nothing of the service is used: dates come from walking a calendar day by day, due times and hours from the
design (aftercare.md 8.4), what stands against a message from what the story did.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_HOLIDAYS = {
    date.fromisoformat(day)
    for day in (
        "2026-06-19", "2026-07-04", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25",
        "2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31",
    )
}  # fmt: skip


class Line(NamedTuple):
    """`fate`: the channel it left by, or why it did not."""

    enrolment: UUID
    start: datetime
    purpose: str
    fate: str


@dataclass(frozen=True)
class Series:
    """A weekly meeting on the client's calendar; `weekday` from Monday, `zone` the meeting's own."""

    enrolment: UUID
    weekday: int
    clock_time: time
    zone: str
    length: timedelta
    since: datetime
    until: datetime

    def starts(self) -> Iterator[datetime]:
        here = ZoneInfo(self.zone)
        day = self.since.astimezone(here).date()
        while day <= self.until.astimezone(here).date():
            start = datetime.combine(day, self.clock_time, here).astimezone(UTC)
            if day.weekday() == self.weekday and self.since < start <= self.until:
                yield start
            day += _DAY


Date = tuple[UUID, datetime]


@dataclass
class World:
    """What the story did, with its times. `zones`: where the client lived since when."""

    zones: list[tuple[datetime, str]]
    called_off: dict[Date, datetime] = field(default_factory=dict)
    told: dict[Date, datetime] = field(default_factory=dict)
    doubts: dict[str, list[Span]] = field(default_factory=dict)  # by what the list calls a meeting
    doubted: dict[UUID, list[Span]] = field(default_factory=dict)
    no_texts: list[Span] = field(default_factory=list)
    stopped: list[Span] = field(default_factory=list)

    def zone(self, moment: datetime) -> ZoneInfo:
        return ZoneInfo(next(name for since, name in reversed(self.zones) if since <= moment))

    def channel(self, moment: datetime) -> str | None:
        if _within(self.stopped, moment):
            return None
        return "email" if _within(self.no_texts, moment) else "text"


def expected(world: World, every: Sequence[Series], until: datetime) -> list[Line]:
    """All that was due about the dates of these series up to `until`."""
    return sorted(
        line
        for series in every
        for start in series.starts()
        for line in _lines(world, series, start)
        if start <= until
    )


def _lines(world: World, series: Series, start: datetime) -> Iterator[Line]:
    key, end = (series.enrolment, start), start + series.length
    off = world.called_off.get(key)
    told = world.told.get(key)
    asked = end + _HOUR
    give_up = end + 36 * _HOUR
    before = {
        "reminder_day": start - _DAY,
        "reminder_hour": start - _HOUR,
        "reminder_join": start - 15 * _MINUTE,
    }
    due = [(purpose, at, start) for purpose, at in before.items()]
    if start.astimezone(ZoneInfo(series.zone)).date() in _HOLIDAYS:
        due.append(("is_it_held", _on(world, start, -2, time(10)), start))
    due.append(("how_was_it", asked, give_up))
    if told is None or told > _again(world, asked):
        due.append(("how_was_it_again", _again(world, asked), give_up))
    said_doubtful = False
    for purpose, at, useless in due:
        if at <= series.since or (off is not None and off <= at):
            continue
        if purpose in before and _within(world.doubted.get(series.enrolment, []), at):
            if said_doubtful:
                continue
            purpose, said_doubtful = "unconfirmed", True
        yield Line(series.enrolment, start, purpose, _fate(world, at, useless, told, off, purpose))


def _fate(
    world: World, at: datetime, useless: datetime, told: datetime | None, off: datetime | None, purpose: str
) -> str:
    if world.channel(at) is None:
        return "stopped"
    leaves = _allowed(world, at)
    if leaves > useless:
        return "quiet_hours"
    if off is not None and off <= leaves:
        return "date_off"
    if purpose.startswith("how_was_it") and told is not None and told <= leaves:
        return "answered"
    return world.channel(leaves) or "stopped"


def _allowed(world: World, at: datetime) -> datetime:
    """Between 08:00 and 21:00 at once, else the next 09:00, on the client's clock."""
    here = at.astimezone(world.zone(at))
    if time(8) <= here.time() < time(21):
        return at
    return _on(world, at, 0 if here.time() < time(8) else 1, time(9))


def _again(world: World, asked: datetime) -> datetime:
    here = asked.astimezone(world.zone(asked)).time()
    if here >= time(21):
        return _on(world, asked, 1, time(18))
    return _on(world, asked, 0, time(18)) if here < time(8) else _on(world, asked, 1, time(10))


def _on(world: World, moment: datetime, days: int, clock_time: time) -> datetime:
    zone = world.zone(moment)
    day = moment.astimezone(zone).date() + days * _DAY
    return datetime.combine(day, clock_time, zone).astimezone(UTC)


def _within(spans: Sequence[Span], moment: datetime) -> bool:
    return any(since <= moment < until for since, until in spans)


def tallied(
    outcomes: Mapping[Date, str], dates: Sequence[Date], off: Mapping[Date, datetime]
) -> dict[str, int]:
    """How many dates ended in which state; what nobody answered for is unknown."""
    found: dict[str, int] = {}
    for one in dates:
        state = "cancelled" if one in off else outcomes.get(one, "unknown")
        found[state] = found.get(state, 0) + 1
    return found
