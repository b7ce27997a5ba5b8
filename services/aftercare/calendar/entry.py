"""What a client's calendar is made from: an enrolment, its rule, and the dates that differ from it. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.aftercare.meetings.normal_form import Meeting, Recurrence
from services.aftercare.meetings.recurrence import occurrences

SUMMARIES = {"en": "Group", "es": "Grupo"}  # what a lock screen shows; never what kind of group


@dataclass(frozen=True)
class SingleDate:
    """A date that differs from its series. `original_start` is the series' own start, its RECURRENCE-ID."""

    original_start: datetime
    starts_at: datetime
    ends_at: datetime
    cancelled: bool = False
    unconfirmed: bool = False

    @property
    def differs(self) -> bool:
        return self.cancelled or self.unconfirmed or self.starts_at != self.original_start


@dataclass(frozen=True)
class Entry:
    """One enrolment for the calendar; `ended_at` set once it is over.

    `summary` is a neutral word unless the client ticked that the meeting's name may be shown.
    """

    id: UUID
    meeting: Meeting
    sequence: int
    first_at: datetime
    issued_at: datetime
    review_on: date
    ended_at: datetime | None = None
    dates: tuple[SingleDate, ...] = ()
    summary: str = SUMMARIES["en"]

    @property
    def rule(self) -> Recurrence:
        """A meeting without day, time or zone is never offered, so this one has all three."""
        rule = self.meeting.recurrence
        if rule is None or rule.tz is None:
            raise ValueError("a meeting by appointment or without a zone has no place on a calendar")
        return rule

    @property
    def start(self) -> datetime:
        """The first date by the listing as it is now: when a meeting moved, its series moves with it, on
        the same day or later. In wall clock and zone, a time the clock jumps over included (3.3.5).

        A listing that lost its time leaves what it was, in UTC: enough to take the entry off a calendar.
        """
        if self.meeting.recurrence is None or self.meeting.recurrence.tz is None:
            return self.first_at.astimezone(UTC)
        first = next(occurrences(self.rule, self.first_at - timedelta(days=1)), self.first_at)
        return wall(self.rule, first)

    @property
    def never_began(self) -> bool:
        return self.ended_at is not None and self.ended_at < self.start


def wall(rule: Recurrence, moment: datetime) -> datetime:
    """The same date as the rule writes it: its wall clock, even on the day that clock jumps over it."""
    zone = ZoneInfo(rule.tz or "UTC")
    return datetime.combine(moment.astimezone(zone).date(), rule.wall_time, zone)


def slot_of(rule: Recurrence, one: SingleDate) -> datetime | None:
    """The date of the series this one stands for: its own, or, since the series moved to another hour, the
    one on the same day. None when the series has no date that day any more."""
    zone = ZoneInfo(rule.tz or "UTC")
    day = one.original_start.astimezone(zone).date()
    midnight = datetime.combine(day, time(), zone) - timedelta(minutes=1)
    held = next(occurrences(rule, midnight), None)
    return wall(rule, held) if held is not None and held.date() == day else None


def until_of(entry: Entry, start: datetime) -> datetime:
    """The end of the review day in the meeting's zone, or the end of the enrolment if that came first.

    Always UTC, as DTSTART carries a zone (RFC 5545 3.3.10), and never before the start: a series needs one
    date, even one that is off.
    """
    review = datetime.combine(entry.review_on, time(23, 59, 59), start.tzinfo)
    ends = min(review, entry.ended_at) if entry.ended_at else review
    return max(ends, start).astimezone(UTC)
