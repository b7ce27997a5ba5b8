"""What a client's calendar is made from: an enrolment, its rhythm, and its dates on file. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.aftercare.meetings.normal_form import Meeting, Recurrence
from services.aftercare.meetings.recurrence import knows_its_week

SUMMARIES = {"en": "Group", "es": "Grupo"}  # what a lock screen shows; never what kind of group


@dataclass(frozen=True)
class SingleDate:
    """A date on file. `original_start` is what the series said when it was made, its RECURRENCE-ID."""

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

    `since`: from here on the listing's rhythm holds; what lies before is shown if it is among `dates`, and
    nothing else is. None: the rhythm has held from the first date on. After it only those of `dates` matter
    that differ. `summary` is a neutral word unless the client ticked that the meeting's name may be shown.
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
    since: datetime | None = None

    @property
    def rhythm(self) -> Recurrence | None:
        """None when the listing lost its day and time, its zone, or which weeks "every other" means."""
        rule = self.meeting.recurrence
        return rule if rule is not None and rule.tz is not None and knows_its_week(rule) else None

    @property
    def zone(self) -> ZoneInfo:
        """Where the group meets; UTC when the listing does not say it any more."""
        return ZoneInfo(self.rhythm.tz or "UTC" if self.rhythm else "UTC")

    @property
    def kept(self) -> tuple[SingleDate, ...]:
        """The dates that stay where they are whatever the listing says by now, earliest first."""
        if self.since is None:
            return ()
        before = (one for one in self.dates if min(one.original_start, one.starts_at) < self.since)
        return tuple(sorted(before, key=lambda one: one.original_start))
