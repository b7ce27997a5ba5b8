"""Calendars (RFC 5545): one event per series, with its rule.

Time zones must be names that are known: a name the parser cannot resolve silently becomes a floating time
(aftercare.md 2.3), and a zone that only the file defines is nobody's the next summer; both are refused.

A weekly rule whose start is given in UTC repeats in UTC and so comes an hour late after the next clock
change (aftercare.md 0.8). Nobody holds meetings like that: it is read in the calendar's zone, the place's,
or the one the importing person gave, and refused when there is none.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Event
from icalendar.prop import vDDDTypes, vRecur

from services.aftercare.meetings import cells, zones
from services.aftercare.meetings.calendar_file import Calendar, known_zone
from services.aftercare.meetings.calendar_rules import Series, series_of
from services.aftercare.meetings.cells import Slot
from services.aftercare.meetings.drafts import Draft, Terms, Unusable, meeting_of
from services.aftercare.meetings.joining import first_known
from services.aftercare.meetings.normal_form import Join, Meeting, Modality
from services.aftercare.meetings.venues import venue

_ONLINE = re.compile(
    r"\b(?:online|zoom|virtual|remote|webinar|internet|teams|google meet)\b|https?://", re.IGNORECASE
)
_WHOLE_DAY = 24 * 60
_LAST_YEAR = 9000  # dates are looked for some years ahead, and Python's end with the year 9999


@dataclass(frozen=True)
class _Start:
    """When a series begins: its day, its wall time, and the zone as far as the event itself says."""

    day: date
    clock: time | None
    zone: str = ""
    utc: datetime | None = None


def entries(calendar: Calendar, terms: Terms) -> Iterator[tuple[int, Meeting | Unusable]]:
    """One entry a weekday of a series; an event that is one date only is an entry that is refused."""
    off = _dates_off(calendar)
    for index, event in enumerate(calendar.events):
        try:
            drafts = _drafts(event, calendar, terms, off)
        except Unusable as reason:
            yield index, reason
            continue
        except Exception:  # a parser's inside, on bytes of a stranger: no event may cost the others
            yield index, Unusable("event_unreadable")
            continue
        for draft in drafts:
            try:
                yield index, meeting_of(draft, terms)
            except Unusable as reason:
                yield index, reason


def _drafts(
    event: Event | None, calendar: Calendar, terms: Terms, off: Mapping[str, list[vDDDTypes]]
) -> list[Draft]:
    begins = event.get("DTSTART") if event else None
    if event is None or not isinstance(begins, vDDDTypes):
        raise Unusable("event_unreadable")
    if "RECURRENCE-ID" in event:
        raise Unusable("one_date_of_a_series")
    if _text(event, "STATUS").upper() == "CANCELLED":
        raise Unusable("cancelled")
    rule = event.get("RRULE")
    if rule is None:
        raise Unusable("not_recurring")
    if not isinstance(rule, vRecur):  # several rules are a list, which RFC 5545 advises against
        raise Unusable("rule_unsupported")
    start = _start(begins)
    if start.day.year > _LAST_YEAR:
        raise Unusable("event_unreadable")
    location = cells.label(_text(event, "LOCATION"))
    where = zones.place("" if _ONLINE.search(location) else location, "", "", "", "")
    point = _point(event)
    if start.utc:
        start = _in_a_zone(start, calendar.zone or zones.zone_of("", where, point, terms.zone)[0])
    series = series_of(rule, start.day, _own_zone(start.zone))
    stated = start.zone or calendar.zone or ""
    own = _own_zone(zones.zone_of(stated, where, point, terms.zone)[0])
    key = cells.text(event.get("UID"), 180)
    join = _join(event, location)
    there = _can_go(location)
    except_on = _except_on(event, off.get(key, []), own)
    return [
        Draft(
            key=f"{key}-{slot.weekday}" if key and len(series.slots) > 1 else key,
            name=cells.label(_text(event, "SUMMARY")),
            called=location or _text(event, "CATEGORIES"),
            slot=slot,
            starts=start.clock,
            minutes=_minutes(event, begins.dt),
            stated_zone=stated,
            place=where,
            point=point,
            venue=venue(location if there else "", point if there else None, where if there else None),
            join=join,
            modalities=_modalities(join, there),
            anchor=_anchor(start.day, slot, series),
            except_on=tuple(day for day in except_on if day.isoweekday() % 7 == slot.weekday),
        )
        for slot in series.slots
    ]


def _start(value: vDDDTypes) -> _Start:
    moment = value.dt
    if not isinstance(moment, datetime):
        if isinstance(moment, date):
            return _Start(moment, None)
        raise Unusable("event_unreadable")
    named = str(value.params.get("TZID", ""))
    if moment.tzinfo is None:
        zone = known_zone(named) if named else ""
        if zone is None:
            raise Unusable("unknown_zone")
        return _Start(moment.date(), moment.time(), zone or "")
    key = getattr(moment.tzinfo, "key", None)
    if key in ("UTC", "Etc/UTC") or moment.tzinfo is UTC:
        return _Start(moment.date(), moment.time(), utc=moment)
    zone = known_zone(key or named)
    if zone is None:
        raise Unusable("unknown_zone")
    return _Start(moment.date(), moment.time(), zone)


def _in_a_zone(start: _Start, zone: str | None) -> _Start:
    if zone is None or start.utc is None:
        raise Unusable("utc_rule_without_zone")
    here = start.utc.astimezone(ZoneInfo(zone))
    return _Start(here.date(), here.time(), "")


def _own_zone(name: str | None) -> ZoneInfo | None:
    return ZoneInfo(name) if name else None


def _dates_off(calendar: Calendar) -> dict[str, list[vDDDTypes]]:
    """By UID the dates of a series that were moved or cancelled one by one: its own rule does not know."""
    off: dict[str, list[vDDDTypes]] = defaultdict(list)
    for event in calendar.events:
        moved = event.get("RECURRENCE-ID") if event else None
        if event and isinstance(moved, vDDDTypes):
            off[cells.text(event.get("UID"), 180)].append(moved)
    return off


def _except_on(event: Event, moved: list[vDDDTypes], own: ZoneInfo | None) -> tuple[date, ...]:
    """The days, in the meeting's zone, on which it is not held, or not then."""
    lists = event.get("EXDATE", [])
    values = [
        one for each in (lists if isinstance(lists, list) else [lists]) for one in getattr(each, "dts", ())
    ]
    return tuple(sorted({day for value in (*values, *moved) if (day := _day(value.dt, own))}))


def _day(moment: object, own: ZoneInfo | None) -> date | None:
    if isinstance(moment, datetime):
        return (moment.astimezone(own) if moment.tzinfo and own else moment).date()
    return moment if isinstance(moment, date) else None


def _anchor(first: date, slot: Slot, series: Series) -> date:
    """Not before the series begins. Where weeks are skipped, it also tells which: those of its first day,
    in weeks that begin where the rule says (RFC 5545 3.3.10, WKST)."""
    offset = (slot.weekday - first.isoweekday() % 7) % 7
    day = first + timedelta(days=offset)
    if slot.interval > 1 and series.week_of(day) != series.week_of(first):
        day += timedelta(weeks=slot.interval - 1)
    return day


def _minutes(event: Event, start: object) -> int | None:
    """None for an all-day event, and for a length of nothing or of more than a day."""
    end, length = event.get("DTEND"), event.get("DURATION")
    span = None
    if isinstance(end, vDDDTypes) and isinstance(start, datetime) and isinstance(end.dt, datetime):
        if (start.tzinfo is None) == (end.dt.tzinfo is None):
            span = end.dt - start
    elif isinstance(length, vDDDTypes) and isinstance(length.dt, timedelta):
        span = length.dt
    minutes = int(span.total_seconds() // 60) if span else 0
    return minutes if 0 < minutes <= _WHOLE_DAY else None


def _point(event: Event) -> tuple[float, float] | None:
    geo = event.get("GEO")
    lat, lon = (
        cells.number(getattr(geo, "latitude", None), 90),
        cells.number(getattr(geo, "longitude", None), 180),
    )
    return None if lat is None or lon is None else (lat, lon)


def _join(event: Event, location: str) -> Join:
    """A link into a room, wherever programs put it. Telephone numbers are left: they may be a person's."""
    said = ("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "URL", "DESCRIPTION")
    return Join(first_known(*(str(event.get(name, "")) for name in said), location))


def _can_go(location: str) -> bool:
    """A place with a street or a house's name, not only a town, and not "online"."""
    return (
        bool(location)
        and not _ONLINE.search(location)
        and (location.count(",") >= 2 or any(map(str.isdigit, location)))
    )


def _modalities(join: Join, there: bool) -> frozenset[Modality]:
    ways = ((Modality.ONLINE, bool(join.url)), (Modality.IN_PERSON, there))
    return frozenset(way for way, open_ in ways if open_)


def _text(event: Event, name: str) -> str:
    return cells.text(str(event.get(name, "")))
