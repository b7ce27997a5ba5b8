"""The VTIMEZONEs of a calendar file, bounded in time and with both clock changes dated right. Pure."""

from datetime import date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Timezone, TimezoneStandard

_MARGIN = timedelta(days=366)
_NO_OFFSET = timedelta()


def add_time_zones(calendar: Calendar) -> None:
    """Add a definition of every zone that is named, from a year before the first date to a year after the
    last one.

    Bounded: the full history of a zone is four times the size of everything else together. A calendar with
    nothing in it gets one for UTC: it needs a component to be one (RFC 5545 3.6).
    """
    moments = [moment.date() for event in calendar.walk("VEVENT") for moment in _moments(event)]
    zones = [
        Timezone.from_tzid(name, first_date=min(moments) - _MARGIN, last_date=max(moments) + _MARGIN)
        for name in sorted(calendar.get_missing_tzids())
    ]
    for zone in zones:
        _date_changes_by_the_old_clock(zone)
    if not moments:
        zones = [_utc()]
    calendar.subcomponents[:0] = zones


def _moments(event: Any) -> list[datetime]:
    named = [event[name].dt for name in ("dtstart", "recurrence-id") if name in event]
    return [*named, event["rrule"]["until"]] if "rrule" in event else named


def _utc() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    standard.add("dtstart", datetime.combine(date(1970, 1, 1), time()))
    standard.add("tzoffsetfrom", _NO_OFFSET)
    standard.add("tzoffsetto", _NO_OFFSET)
    zone.add("tzid", "Etc/UTC")
    zone.add_component(standard)
    return zone


def _date_changes_by_the_old_clock(zone: Any) -> None:
    """RFC 5545 3.6.5: a change starts at the wall time before it. The library dates spring an hour late."""
    for change in zone.subcomponents:
        ahead = change["tzoffsetto"].td - change["tzoffsetfrom"].td
        if ahead > timedelta(0):
            repeats = change.get("rdate", [])
            lists = repeats if isinstance(repeats, list) else [repeats]
            for moment in [change["dtstart"], *(moment for listed in lists for moment in listed.dts)]:
                moment.dt -= ahead
