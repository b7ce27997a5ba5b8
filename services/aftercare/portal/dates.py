"""One date as the client's page shows it: on their own clock, with the way in when it is time. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.aftercare.meetings.normal_form import Meeting, Modality
from services.aftercare.meetings.recurrence import next_occurrences
from services.aftercare.plans.states import COMING
from services.aftercare.portal.when import day_words, moment_words, there_words
from services.aftercare.smart.days import time_in_words
from services.aftercare.tables import Occurrence
from shared.contracts.aftercare import OccurrenceState

# Gateways open about then; a link shown days before would only be tried, and found closed.
DOOR_OPENS = timedelta(minutes=15)


class Reader(NamedTuple):
    """Whose page it is: their zone (IANA), their language, and now."""

    zone: str
    language: str
    now: datetime

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@dataclass(frozen=True)
class WayIn:
    """`is_open`: the links may be shown. Address and directions need no hour."""

    is_open: bool
    url: str = ""
    phone: str = ""
    address: str = ""
    directions: str = ""
    online: bool = False


@dataclass(frozen=True)
class DateView:
    """`day`, `time`: on the client's clock; `there` on the meeting's when it differs, else "".

    `state`: a code of the catalogue's [week.states], "" for an ordinary date. `may_excuse`: still to come.
    """

    id: UUID
    starts_at: datetime
    day: str
    time: str
    minutes: int
    name: str
    there: str
    way_in: WayIn
    state: str
    may_excuse: bool = False


@dataclass(frozen=True)
class Instead:
    """Where to go when a date may not be held."""

    name: str
    when: str
    way_in: WayIn


def date_view(date: Occurrence, meeting: Meeting, modality: str, reader: Reader) -> DateView:
    here = date.starts_at.astimezone(reader.tzinfo)
    own = meeting.recurrence.tz if meeting.recurrence and meeting.recurrence.tz else reader.zone
    return DateView(
        id=date.id,
        starts_at=here,
        day=day_words(here.date(), reader.now.astimezone(reader.tzinfo).date(), reader.language),
        time=time_in_words(here, reader.language),
        minutes=int((date.ends_at - date.starts_at).total_seconds() // 60),
        name=meeting.name,
        there=there_words(date.starts_at, reader.zone, own, reader.language),
        way_in=way_in(meeting, modality, date.starts_at, date.ends_at, reader.now),
        state=_state(date),
        may_excuse=date.state in COMING and date.starts_at > reader.now,
    )


def instead(meeting: Meeting, reader: Reader) -> Instead | None:
    """The next date of the meeting kept beside the week, also one that began within its own length."""
    if meeting.recurrence is None or not meeting.offerable:
        return None
    length = timedelta(minutes=meeting.duration)
    start = next(iter(next_occurrences(meeting.recurrence, reader.now - length, 1, "UTC")), None)
    if start is None:
        return None
    when = moment_words(start, reader.zone, reader.now, reader.language)
    entry = way_in(meeting, Modality.ONLINE.value, start, start + length, reader.now)
    return Instead(meeting.name, when, entry)


def way_in(meeting: Meeting, modality: str, starts_at: datetime, ends_at: datetime, now: datetime) -> WayIn:
    """As the client goes there: a hybrid meeting is a room for one and a link for another."""
    if modality == Modality.IN_PERSON.value:
        return WayIn(True, address=meeting.venue.address, directions=meeting.venue.directions)
    is_open = starts_at - DOOR_OPENS <= now < ends_at
    if not is_open:
        return WayIn(False, online=True)
    return WayIn(True, url=meeting.join.url, phone=meeting.join.phone, online=True)


def _state(date: Occurrence) -> str:
    if date.state in (OccurrenceState.CANCELLED, OccurrenceState.UNCONFIRMED, OccurrenceState.EXCUSED):
        return date.state.value
    return "ask" if date.doubtful else ""
