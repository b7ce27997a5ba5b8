"""The client's private calendar (RFC 5545): one series a meeting, in neutral words, safe on any screen.

A file to subscribe to rather than invitations by e-mail: METHOD is PUBLISH, an ended series keeps its past
and loses its future, one that never began is CANCELLED. SEQUENCE rises with every version.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from services.aftercare.meetings.normal_form import Meeting
from services.aftercare.meetings.recurrence import ical_rule, occurrences

SUMMARY = "Group"  # what a lock screen shows; never what kind of group
_NOTICE = timedelta(minutes=60)


@dataclass(frozen=True)
class Entry:
    """One enrolment for the calendar; `ended_at` set once it is over."""

    id: UUID
    meeting: Meeting
    sequence: int
    first_at: datetime
    issued_at: datetime
    review_on: date
    ended_at: datetime | None = None


def calendar_of(entries: Iterable[Entry], link: str) -> bytes:
    """A VCALENDAR with its time zones. `link` is the client's own page, the only way to details."""
    calendar = Calendar()
    calendar.add("prodid", "-//Throughcare//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "My week")
    calendar.add("refresh-interval", timedelta(hours=6), {"VALUE": "DURATION"})
    listed = sorted(entries, key=lambda entry: (entry.first_at, entry.id))
    for entry in listed:
        calendar.add_component(_event(entry, link))
    if listed:
        # Bounded: the full history of a zone is four times the size of everything else together.
        first = min(entry.first_at for entry in listed).date() - timedelta(days=366)
        calendar.add_missing_timezones(first, max(entry.review_on for entry in listed) + timedelta(days=366))
        for zone in calendar.walk("VTIMEZONE"):
            _date_changes_by_the_old_clock(zone)
    return bytes(calendar.to_ical())


def _event(entry: Entry, link: str) -> Event:
    rule = entry.meeting.recurrence
    assert rule is not None
    assert rule.tz is not None  # a meeting without day, time or zone is never offered
    zone = ZoneInfo(rule.tz)
    # By the listing as it is now: when a meeting moved, the series moves with it, on the same day or later.
    day_before = entry.first_at - timedelta(days=1)
    start = next(occurrences(rule, day_before), entry.first_at.astimezone(zone))
    event = Event()
    event.add("uid", str(entry.id))
    event.add("dtstamp", (entry.ended_at or entry.issued_at).astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("summary", SUMMARY)
    event.add("dtstart", start)
    event.add("duration", timedelta(minutes=entry.meeting.duration))
    event.add("rrule", ical_rule(rule, _until(entry, start)))
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    event.add("url", link)
    if entry.ended_at is not None and entry.ended_at < start:
        event.add("status", "CANCELLED")
        return event
    event.add("status", "CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", SUMMARY)
    alarm.add("trigger", -_NOTICE)
    event.add_component(alarm)
    return event


def _date_changes_by_the_old_clock(zone: Any) -> None:
    """RFC 5545 3.6.5: a change starts at the wall time before it. The library dates spring an hour late."""
    for change in zone.subcomponents:
        ahead = change["tzoffsetto"].td - change["tzoffsetfrom"].td
        if ahead > timedelta(0):
            repeats = change.get("rdate", [])
            lists = repeats if isinstance(repeats, list) else [repeats]
            for moment in [change["dtstart"], *(moment for listed in lists for moment in listed.dts)]:
                moment.dt -= ahead


def _until(entry: Entry, start: datetime) -> datetime:
    """The end of the review day in the meeting's zone, or the end of the enrolment if that came first.

    Never before the start: a series needs one occurrence, even one that is cancelled.
    """
    review = datetime.combine(entry.review_on, time(23, 59, 59), start.tzinfo)
    ends = min(review, entry.ended_at) if entry.ended_at else review
    return max(ends, start).astimezone(UTC)
