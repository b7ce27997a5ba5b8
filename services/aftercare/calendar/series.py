"""A client's calendar entries (RFC 5545, RFC 5546): one series a meeting, in neutral words. Pure.

Two ways out. `calendar_of` is the file to subscribe to: METHOD PUBLISH, everything as it stands now.
`invitation_of` is one message by e-mail: REQUEST or CANCEL, for the whole series or for one date of it.
The UID is the enrolment's id for good, SEQUENCE rises with every change, and whatever is past stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress

from services.aftercare.calendar.entry import Entry, SingleDate, slot_of, until_of, wall
from services.aftercare.calendar.time_zones import add_time_zones
from services.aftercare.meetings.recurrence import ical_rule
from shared.contracts.aftercare import InvitationMethod

PRODUCT = "-//Throughcare//Calendar//EN"
_NOTICE = timedelta(minutes=60)


@dataclass(frozen=True)
class Parties:
    """Who an e-mailed invitation is from and for (RFC 5546 3.2.2 wants both): bare addresses."""

    organiser: str
    attendee: str


def calendar_of(entries: Iterable[Entry], link: str, organiser: str = "") -> bytes:
    """The VCALENDAR to subscribe to. An ended series keeps its past and loses its future; one that never
    began is CANCELLED. `link` is the client's own page, without a secret in it."""
    calendar = _calendar(InvitationMethod.PUBLISH)
    calendar.add("x-wr-calname", "My week")
    calendar.add("refresh-interval", timedelta(hours=6), {"VALUE": "DURATION"})
    listed = sorted(entries, key=lambda entry: (entry.first_at, entry.id))
    for entry in listed:
        for event in _series(entry, link):
            if organiser:
                event.add("organizer", f"mailto:{organiser}")
            calendar.add_component(event)
    if listed:
        add_time_zones(
            calendar, min(entry.start for entry in listed).date(), max(entry.review_on for entry in listed)
        )
    return bytes(calendar.to_ical())


def ending_method(entry: Entry) -> InvitationMethod:
    """How the end of a series is told: CANCEL wipes all of it, the past too, so that one is only for a
    series nobody has been to. Otherwise a REQUEST whose UNTIL comes earlier."""
    return InvitationMethod.CANCEL if entry.never_began else InvitationMethod.REQUEST


def invitation_of(
    entry: Entry,
    method: InvitationMethod,
    parties: Parties,
    link: str,
    stamp: datetime,
    original_start: datetime | None = None,
) -> bytes:
    """The VCALENDAR of one message, about the date `original_start` or else about the whole series.

    A REQUEST for the series carries its exceptions with it: an application that replaces the series by the
    newer one would forget a date that was called off. Raises ValueError for a date the entry does not hold.
    """
    calendar = _calendar(method)
    if original_start is not None:
        found = next((one for one in entry.dates if one.original_start == original_start), None)
        if found is None:
            raise ValueError("an invitation for one date needs that date in the entry")
        events: Sequence[Event] = [_one_date(entry, found, link, wall(entry.rule, original_start))]
        last = found.starts_at.date()
    elif method is InvitationMethod.CANCEL:
        events, last = [_cancelled(entry)], entry.start.date()
    else:
        events, last = _series(entry, link), entry.review_on
    for event in events:
        event.DTSTAMP = stamp.astimezone(UTC)
        event.add("organizer", f"mailto:{parties.organiser}")
        event.add("attendee", _attendee(parties.attendee), encode=False)
        calendar.add_component(event)
    add_time_zones(calendar, entry.start.date(), last)
    return bytes(calendar.to_ical())


def _calendar(method: InvitationMethod) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    return calendar


def _series(entry: Entry, link: str) -> list[Event]:
    """The series and, after it, each date that was moved or is unconfirmed."""
    if entry.never_began:
        return [_cancelled(entry)]
    start = entry.start
    until = until_of(entry, start)
    master = _event(entry, link)
    master.add("dtstart", start)
    master.add("duration", timedelta(minutes=entry.meeting.duration))
    master.add("rrule", ical_rule(entry.rule, until))
    exceptions = [
        (one, slot)
        for one in sorted(entry.dates, key=lambda one: one.original_start)
        if one.differs and (slot := slot_of(entry.rule, one)) and start <= slot <= until
    ]
    off = [slot for one, slot in exceptions if one.cancelled]
    if off:
        master.add("exdate", off)
    return [master, *(_one_date(entry, one, link, slot) for one, slot in exceptions if not one.cancelled)]


def _one_date(entry: Entry, one: SingleDate, link: str, slot: datetime) -> Event:
    """One date by its RECURRENCE-ID: moved, unconfirmed (TENTATIVE), or off (CANCELLED)."""
    event = _cancelled_event(entry) if one.cancelled else _event(entry, link, tentative=one.unconfirmed)
    event.add("recurrence-id", slot)
    zone = ZoneInfo(entry.rule.tz or "UTC")
    moved = one.starts_at != one.original_start
    event.add("dtstart", one.starts_at.astimezone(zone) if moved else slot)
    event.add("duration", one.ends_at - one.starts_at)
    return event


def _cancelled(entry: Entry) -> Event:
    event = _cancelled_event(entry)
    event.add("dtstart", entry.start)
    event.add("duration", timedelta(minutes=entry.meeting.duration))
    return event


def _cancelled_event(entry: Entry) -> Event:
    event = _bare(entry)
    event.add("status", "CANCELLED")
    return event


def _event(entry: Entry, link: str, *, tentative: bool = False) -> Event:
    event = _bare(entry)
    event.add("transp", "OPAQUE")
    event.add("url", link)
    event.add("status", "TENTATIVE" if tentative else "CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.summary)
    alarm.add("trigger", -_NOTICE)
    event.add_component(alarm)
    return event


def _bare(entry: Entry) -> Event:
    """What every version of every date has. No LOCATION: where it is stands on the client's own page."""
    event = Event()
    event.add("uid", str(entry.id))
    event.add("dtstamp", (entry.ended_at or entry.issued_at).astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("summary", entry.summary)
    event.add("class", "PRIVATE")
    return event


def _attendee(address: str) -> vCalAddress:
    """The client has said yes already: nothing to answer, and nobody is sent a reply."""
    attendee = vCalAddress(f"mailto:{address}")
    attendee.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    return attendee
