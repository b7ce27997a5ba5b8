"""A client's calendar entries (RFC 5545, RFC 5546): one series a meeting, in neutral words. Pure.

Two ways out. `calendar_of` is the file to subscribe to: METHOD PUBLISH, everything as it stands now.
`invitation_of` is one message by e-mail: REQUEST or CANCEL, for the whole series or for one date of it.
The UID is the enrolment's id for good, SEQUENCE rises with every change, and whatever is past stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress

from services.aftercare.calendar.drawing import Drawing, draw, shows_a_date, slot_for, written
from services.aftercare.calendar.entry import Entry, SingleDate
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
    for entry in sorted(entries, key=lambda entry: (entry.first_at, entry.id)):
        for event in _series(entry, draw(entry), link):
            if organiser:
                event.add("organizer", f"mailto:{organiser}")
            calendar.add_component(event)
    return _finished(calendar)


def method_of(entry: Entry, method: InvitationMethod) -> InvitationMethod:
    """How a version of the whole series is told: CANCEL wipes all of it, the past too, so that one is only
    for a series without a date to be seen. Otherwise a REQUEST, whose UNTIL comes earlier at the end."""
    if method is InvitationMethod.PUBLISH:
        return method
    return InvitationMethod.REQUEST if shows_a_date(entry) else InvitationMethod.CANCEL


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
        events: Sequence[Event] = [_one_date(entry, slot_for(entry, found), found, link)]
    else:
        events = _series(entry, draw(entry) if method is InvitationMethod.REQUEST else None, link)
    for event in events:
        event.DTSTAMP = stamp.astimezone(UTC)
        event.add("organizer", f"mailto:{parties.organiser}")
        event.add("attendee", _attendee(parties.attendee), encode=False)
        calendar.add_component(event)
    return _finished(calendar)


def _calendar(method: InvitationMethod) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    return calendar


def _finished(calendar: Calendar) -> bytes:
    add_time_zones(calendar)
    return bytes(calendar.to_ical())


def _series(entry: Entry, drawing: Drawing | None, link: str) -> list[Event]:
    """The series and, after it, each of its dates that is not just what the rule says."""
    length = timedelta(minutes=entry.meeting.duration)
    if drawing is None:
        return [_cancelled(entry, length)]
    master = _event(entry, link)
    master.add("dtstart", drawing.start)
    master.add("duration", length)
    master.add("rrule", ical_rule(drawing.rule, drawing.until))
    if drawing.off:
        master.add("exdate", list(drawing.off))
    exceptions = [
        _one_date(entry, slot, one, link)
        for slot, one in drawing.shown
        if one and _differs(slot, one, length)
    ]
    return [master, *exceptions]


def _differs(slot: datetime, one: SingleDate, length: timedelta) -> bool:
    return one.unconfirmed or one.starts_at != slot.astimezone(UTC) or one.ends_at - one.starts_at != length


def _one_date(entry: Entry, slot: datetime, one: SingleDate, link: str) -> Event:
    """One date by its RECURRENCE-ID: moved, unconfirmed (TENTATIVE), or off (CANCELLED)."""
    event = _cancelled_event(entry) if one.cancelled else _event(entry, link, tentative=one.unconfirmed)
    in_place = one.starts_at == slot.astimezone(UTC)
    event.add("recurrence-id", slot)
    event.add("dtstart", slot if in_place else written(one.starts_at, entry.zone))
    event.add("duration", one.ends_at - one.starts_at)
    return event


def _cancelled(entry: Entry, length: timedelta) -> Event:
    event = _cancelled_event(entry)
    event.add("dtstart", written(entry.first_at, entry.zone))
    event.add("duration", length)
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
