"""Which dates a client's calendar shows, and how one rule with its exceptions says so (RFC 5545). Pure.

What lies ahead is what the listing says now. What lies behind stays where it was: when a listing moves to
another day, nobody's past moves along. A past date that does not lie on today's rhythm is written as an
earlier instance of the series that was moved. Every calendar application knows moved instances; RDATE is
refused or passed over by some, and a second UID does not fit into one message (RFC 5546 3.2.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.aftercare.calendar.entry import Entry, SingleDate
from services.aftercare.meetings.normal_form import Frequency, Recurrence
from services.aftercare.meetings.recurrence import SOME_SUNDAY, occurrences, week_of

_A_DAY = timedelta(days=1)


class Instance(NamedTuple):
    """One date of the series. `slot` is what the rule says, on the clock where the group meets; `date` what
    is on file about it, if that matters."""

    slot: datetime
    date: SingleDate | None = None

    @property
    def starts_at(self) -> datetime:
        return self.date.starts_at if self.date else self.slot

    @property
    def is_shown(self) -> bool:
        return not (self.date and self.date.cancelled)


@dataclass(frozen=True)
class Drawing:
    """`start` is DTSTART, `until` UTC, `off` the rule's dates that are not shown, `shown` those that are."""

    rule: Recurrence
    start: datetime
    until: datetime
    off: tuple[datetime, ...]
    shown: tuple[Instance, ...]


def draw(entry: Entry) -> Drawing | None:
    """The series; None when not a single date of it is to be seen.

    UNTIL is the end of the review day in the meeting's zone, or of the enrolment if that came first.
    """
    rule = _rule_of(entry)
    if rule is None:
        return None
    ends = _ends(entry, rule)
    every = list(_instances(entry, rule, ends))
    shown = sorted((one for one in every if one.is_shown), key=_moment)
    if not shown:
        return None
    start = min(every, key=_moment).slot
    last = _moment(shown[-1])
    until = max(last, ends) if entry.rhythm else last
    on = {_moment(one) for one in shown}
    grid = takewhile(lambda slot: _utc(slot) <= until, _grid(rule, _utc(start) - timedelta(seconds=1)))
    return Drawing(rule, start, until, tuple(slot for slot in grid if _utc(slot) not in on), tuple(shown))


def shows_a_date(entry: Entry) -> bool:
    """Whether `draw` would draw anything. A year of dates need not be made to know."""
    rule = _rule_of(entry)
    return rule is not None and any(one.is_shown for one in _instances(entry, rule, _ends(entry, rule)))


def slot_for(entry: Entry, one: SingleDate) -> datetime:
    """The RECURRENCE-ID of one of the entry's dates, a called-off one too, in the series' zone."""
    rule = _rule_of(entry)
    if rule is None:
        return _utc(one.original_start)
    placed = {each.date: each.slot for each in _placed(entry, rule)}
    return placed.get(one) or _same_day(rule, one) or written(one.original_start, entry.zone)


def first_from(entry: Entry, moment: datetime) -> datetime | None:
    """The first date the calendar shows from `moment` on."""
    drawing = draw(entry)
    starts = (one.starts_at for one in drawing.shown) if drawing else ()
    return min((start for start in starts if start >= moment), default=None)


def written(moment: datetime, zone: tzinfo) -> datetime:
    """On that zone's clock; in UTC when the clock shows the time twice and this is the second one, which
    would be read as the first (RFC 5545 3.3.5)."""
    here = moment.astimezone(zone)
    return _utc(moment) if here.fold else here


def _rule_of(entry: Entry) -> Recurrence | None:
    """The listing's; where it says none any more, a weekly one that what happened can be written by."""
    if entry.rhythm is not None:
        return entry.rhythm
    if not entry.kept:
        return None
    first = _utc(entry.kept[0].original_start)
    return Recurrence(Frequency.WEEKLY, 1, first.isoweekday() % 7, (), first.time(), "UTC", None)


def _ends(entry: Entry, rule: Recurrence) -> datetime:
    review = _utc(datetime.combine(entry.review_on, time(23, 59, 59), ZoneInfo(rule.tz or "UTC")))
    return min(review, _utc(entry.ended_at)) if entry.ended_at else review


def _instances(entry: Entry, rule: Recurrence, ends: datetime) -> Iterator[Instance]:
    """Every date, called-off ones too: what is on file, then what the rhythm says beside it."""
    on_file = [*_placed(entry, rule), *_differing(entry, ends)]
    yield from on_file
    taken = {_utc(one.slot) for one in on_file}
    yield from (Instance(slot) for slot in _ahead(entry, ends) if _utc(slot) not in taken)


def _since(entry: Entry) -> datetime:
    """Where the rhythm begins: on the first date's day, whatever the hour by now, or where it changed."""
    first = entry.first_at - _A_DAY
    return max(first, entry.since) if entry.since else first


def _ahead(entry: Entry, ends: datetime) -> Iterator[datetime]:
    if entry.rhythm is not None:
        for start in occurrences(entry.rhythm, _since(entry)):
            if _utc(start) > ends:
                return
            yield _wall(entry.rhythm, start)


def _placed(entry: Entry, rule: Recurrence) -> list[Instance]:
    """A slot for every date that is kept: its own, if today's rhythm has that, or the latest one before the
    change that is free. Called-off ones have theirs too, so that a slot once told stays the same one.
    """
    kept = entry.kept
    if not kept or entry.since is None:
        return []
    period = timedelta(days=7 * rule.interval if rule.freq is Frequency.WEEKLY else 31)
    first, last = _utc(kept[0].original_start), _utc(kept[-1].original_start)
    grid = {}
    for slot in _grid(rule, min(first, entry.since) - period * (len(kept) + 1)):
        if _utc(slot) > max(last, entry.since):
            break
        grid[_utc(slot)] = slot
    own = {_utc(one.original_start) for one in kept}
    free = [moment for moment in grid if moment not in own and moment < entry.since]
    return [Instance(grid.get(_utc(one.original_start)) or grid[free.pop()], one) for one in reversed(kept)]


def _differing(entry: Entry, ends: datetime) -> list[Instance]:
    """Dates after the change that are off, moved or unsure, and not after the end."""
    if entry.rhythm is None:
        return []
    kept, since = entry.kept, _since(entry)
    found = []
    for one in entry.dates:
        slot = _same_day(entry.rhythm, one) if one.differs and one not in kept else None
        if slot is not None and since < _utc(slot) and min(_utc(slot), one.starts_at) <= ends:
            found.append(Instance(slot, one))
    return found


def _same_day(rule: Recurrence, one: SingleDate) -> datetime | None:
    """The date of the series this one stands for: its own, or, since the series moved to another hour, the
    one on the same day. None when the series has no date that day any more."""
    zone = ZoneInfo(rule.tz or "UTC")
    day = one.original_start.astimezone(zone).date()
    midnight = datetime.combine(day, time(), zone) - timedelta(minutes=1)
    held = next(occurrences(rule, midnight), None)
    return _wall(rule, held) if held is not None and held.date() == day else None


def _grid(rule: Recurrence, after: datetime) -> Iterator[datetime]:
    """Every date RRULE gives without an end, days the list takes out and those before its first included."""
    anchor = None
    if rule.anchor and rule.interval > 1:
        anchor = SOME_SUNDAY + timedelta(weeks=week_of(rule.anchor) % rule.interval)
    bare = replace(rule, anchor=anchor, except_on=())
    found: datetime | None = after
    while found:  # `occurrences` looks some years ahead and no further
        after, found = found, None
        for found in occurrences(bare, after):
            yield _wall(rule, found)


def _wall(rule: Recurrence, moment: datetime) -> datetime:
    """The same date as the rule writes it: its wall clock, even on the day that clock jumps over it."""
    zone = ZoneInfo(rule.tz or "UTC")
    return datetime.combine(moment.astimezone(zone).date(), rule.wall_time, zone)


def _moment(one: Instance) -> datetime:
    return _utc(one.slot)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
