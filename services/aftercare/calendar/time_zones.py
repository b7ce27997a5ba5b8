"""The VTIMEZONEs of a calendar file, bounded in time and with both clock changes dated right. Pure."""

from datetime import date, timedelta
from typing import Any

from icalendar import Calendar

_MARGIN = timedelta(days=366)


def add_time_zones(calendar: Calendar, first: date, last: date) -> None:
    """Add a definition of every zone that is named, from a year before `first` to a year after `last`.

    Bounded: the full history of a zone is four times the size of everything else together.
    """
    calendar.add_missing_timezones(first - _MARGIN, last + _MARGIN)
    for zone in calendar.walk("VTIMEZONE"):
        _date_changes_by_the_old_clock(zone)


def _date_changes_by_the_old_clock(zone: Any) -> None:
    """RFC 5545 3.6.5: a change starts at the wall time before it. The library dates spring an hour late."""
    for change in zone.subcomponents:
        ahead = change["tzoffsetto"].td - change["tzoffsetfrom"].td
        if ahead > timedelta(0):
            repeats = change.get("rdate", [])
            lists = repeats if isinstance(repeats, list) else [repeats]
            for moment in [change["dtstart"], *(moment for listed in lists for moment in listed.dts)]:
                moment.dt -= ahead
