"""What the client's page shows: the next dates on the client's clock with the meeting's beside it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.aftercare.meetings.normal_form import Meeting
from services.aftercare.meetings.recurrence import in_words, next_occurrences

_SHOWN = 4  # dates on the page: a screenful, with the calendar button in sight
_EACH = 3  # dates looked at per meeting


@dataclass(frozen=True)
class Date:
    """One coming date. `there` is the meeting's own time and place name when its clock differs, else ""."""

    starts: datetime
    day: str
    time: str
    minutes: int
    name: str
    there: str
    url: str
    phone: str
    address: str
    directions: str


@dataclass(frozen=True)
class Offer:
    """A suggestion waiting for a yes or no."""

    id: UUID
    name: str
    rhythm: str
    first: str
    how: str


def coming(meetings: list[Meeting], now: datetime, zone: str) -> list[Date]:
    """The next dates of all meetings together, soonest first."""
    dates = [
        _date(meeting, start, now, zone)
        for meeting in meetings
        if meeting.recurrence
        # One that began minutes ago is still the one to go to.
        for start in next_occurrences(meeting.recurrence, now - timedelta(minutes=15), _EACH)
    ]
    return sorted(dates, key=lambda date: (date.starts, date.name))[:_SHOWN]


def _date(meeting: Meeting, start: datetime, now: datetime, zone: str) -> Date:
    here = start.astimezone(ZoneInfo(zone))
    differs = here.utcoffset() != start.utcoffset()
    there = f"{start:%A} {_clock(start)} {place_of(str(start.tzinfo))} time" if differs else ""
    return Date(
        starts=here,
        day=_day(here, now.astimezone(ZoneInfo(zone))),
        time=_clock(here),
        minutes=meeting.duration,
        name=meeting.name,
        there=there,
        url=meeting.join.url,
        phone=meeting.join.phone,
        address=meeting.venue.address if "in_person" in meeting.modalities else "",
        directions=meeting.venue.directions if "in_person" in meeting.modalities else "",
    )


def offer_of(enrolment_id: UUID, meeting: Meeting, modality: str, first_at: datetime, zone: str) -> Offer:
    here = first_at.astimezone(ZoneInfo(zone))
    rhythm = in_words(meeting.recurrence) if meeting.recurrence else ""
    how = "In person" if modality == "in_person" else "Online"
    return Offer(enrolment_id, meeting.name, rhythm, f"{here:%A} {here.day} {here:%B}, {_clock(here)}", how)


def place_of(zone: str) -> str:
    """ "America/Los_Angeles" -> "Los Angeles": people know places, not offsets."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _day(moment: datetime, now: datetime) -> str:
    days = (moment.date() - now.date()).days
    named = {0: "Today", 1: "Tomorrow"}.get(days)
    return named or f"{moment:%A} {moment.day} {moment:%B}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M} {'am' if moment.hour < 12 else 'pm'}"
