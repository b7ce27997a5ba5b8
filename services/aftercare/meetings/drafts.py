"""From what a row says to a meeting in normal form: the steps all formats share.

An importer fills in a `Draft` with the cells it understands; zone, programme, audiences, name and identity
are worked out here and nowhere else.
"""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import date, time

from services.aftercare.meetings import zones
from services.aftercare.meetings.cells import Slot
from services.aftercare.meetings.normal_form import (
    Basis,
    Frequency,
    Join,
    ListingState,
    Meeting,
    Modality,
    Programme,
    Recurrence,
    Venue,
    Verification,
)
from services.aftercare.meetings.programmes import Words, programme_of
from services.aftercare.meetings.type_codes import ACCESS, AUDIENCES, EXCLUSIVE, LANGUAGES

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_USUAL_MINUTES = 60  # the Meeting Guide's and BMLT's own default; SMART's meetings are 60, 90 or 120
_NOWHERE, _NO_VENUE, _NO_JOIN = zones.Place(), Venue(), Join()
_ONLY = re.compile(r"\bonly\b", re.IGNORECASE)


class Unusable(Exception):
    """One row cannot become a meeting; the message is a reason code."""


@dataclass(frozen=True)
class Terms:
    """What the importing person knows of the whole list, for rows that do not tell."""

    source: str
    zone: str | None = None
    programme: Programme = Programme.OTHER


@dataclass(frozen=True)
class Draft:
    """One slot of one row. `key` is the list's own id, "" for none; `called` names a nameless meeting.

    `point` is where it is, nominal points included: good for the zone, never for a distance.
    """

    key: str = ""
    name: str = ""
    called: str = ""
    slot: Slot | None = None
    starts: time | None = None
    minutes: int | None = None
    stated_zone: str = ""
    place: zones.Place = _NOWHERE
    point: tuple[float, float] | None = None
    venue: Venue = _NO_VENUE
    join: Join = _NO_JOIN
    modalities: frozenset[Modality] = frozenset()
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    words: Words = field(default_factory=Words)
    updated: str = ""
    facilitators: int | None = None
    anchor: date | None = None
    except_on: tuple[date, ...] = ()


def meeting_of(draft: Draft, terms: Terms) -> Meeting:
    """Raises Unusable for a row that has neither a name nor anything to build one from."""
    name = draft.name or _built_name(draft)
    codes = draft.types
    programme = programme_of(replace(draft.words, name=name), codes, terms.programme)
    audiences = frozenset(AUDIENCES[code] for code in codes if code in AUDIENCES)
    exclusive = audiences if _ONLY.search(name) else audiences & EXCLUSIVE
    if programme is Programme.FAMILY:
        audiences, exclusive = audiences | {"family"}, exclusive | {"family"}
    meeting = Meeting(
        source=terms.source,
        source_id=draft.key,
        programme=programme,
        name=name,
        recurrence=_recurrence(draft, terms),
        duration=draft.minutes or _USUAL_MINUTES,
        duration_basis=Basis.STATED if draft.minutes else Basis.DEFAULT,
        modalities=draft.modalities,
        venue=draft.venue,
        join=draft.join,
        types=codes,
        languages=draft.languages
        or tuple(dict.fromkeys(LANGUAGES[code] for code in codes if code in LANGUAGES))
        or ("en",),
        audiences=audiences,
        exclusive_audiences=exclusive,
        access=frozenset(ACCESS[code] for code in codes if code in ACCESS),
        verification=Verification.FACILITATOR if "POA" in codes else Verification.NONE,
        facilitator_count=draft.facilitators,
        listed_updated=draft.updated,
        state=ListingState.ACTIVE if draft.modalities else ListingState.INACTIVE,
    )
    return meeting if draft.key else replace(meeting, source_id=f"built:{identity(meeting)}")


def identity(meeting: Meeting) -> str:
    """A stable key made of what a person would recognise the meeting by: 24 hex digits."""
    rule = meeting.recurrence
    when = f"{rule.byday} {rule.wall_time:%H:%M}" if rule else ""
    known = "\x00".join((meeting.name.lower(), when, meeting.venue.address.lower(), meeting.join.url))
    return hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()[:24]


def minutes_between(starts: time | None, ends: time | None) -> int | None:
    """None when unknown. An end before the start is on the next day; an equal one says nothing; from
    midnight to a minute before it is the whole day (aftercare.md 2.1)."""
    if starts is None or ends is None or starts == ends:
        return None
    if (starts, ends) == (time(0), time(23, 59)):
        return 24 * 60
    return (ends.hour * 60 + ends.minute - starts.hour * 60 - starts.minute) % (24 * 60) or None


def _recurrence(draft: Draft, terms: Terms) -> Recurrence | None:
    """Day and time, or by appointment: half a date is no date."""
    slot = draft.slot
    if slot is None or draft.starts is None:
        return None
    tz, basis = zones.zone_of(draft.stated_zone, draft.place, draft.point, terms.zone)
    frequency = Frequency.MONTHLY if slot.setpos else Frequency.WEEKLY
    return Recurrence(
        frequency,
        slot.interval,
        slot.weekday,
        slot.setpos,
        draft.starts.replace(second=0, microsecond=0, tzinfo=None),
        tz,
        basis,
        draft.anchor,
        draft.except_on,
    )


def _built_name(draft: Draft) -> str:
    when = f"{_DAYS[draft.slot.weekday]} {draft.starts:%H:%M}" if draft.slot and draft.starts else ""
    if built := " ".join(filter(None, (draft.called, when))):
        return built[:255]
    raise Unusable("nothing_to_name_it_by")
