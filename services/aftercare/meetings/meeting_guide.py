"""The Meeting Guide format (code4recovery/spec), as it is really exported; sheets have the same columns.

Personal contact data (contact_1..3, e-mail, Venmo, facilitators) is never read, so it cannot be kept.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, time
from typing import Any

from services.aftercare.meetings import cells, zone_names
from services.aftercare.meetings.cells import Slot, Unreadable
from services.aftercare.meetings.columns import by_column
from services.aftercare.meetings.drafts import Draft, Terms, Unusable, meeting_of, minutes_between
from services.aftercare.meetings.joining import join_of
from services.aftercare.meetings.normal_form import Meeting, Modality
from services.aftercare.meetings.programmes import Words
from services.aftercare.meetings.venues import place_of, point_of, venue_of

Row = dict[str, Any]
_STAMPS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y")  # beside ISO's, as sheets write them


def entries(rows: Iterable[Any], terms: Terms) -> Iterator[tuple[int, Meeting | Unusable]]:
    """One entry a weekday of a row, with the row's number from 0: the meeting, or why there is none."""
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            # A line of a sheet that does not fit its header comes as it is, a list.
            yield index, Unusable("more_cells_than_columns" if isinstance(row, list) else "not_an_object")
            continue
        named = by_column(row)
        read: set[Slot] = set()
        for slot, suffix in _split(named.get("day")):
            if slot in read:
                yield index, Unusable("duplicate_row")  # the same day again, without reading the row again
                continue
            if isinstance(slot, Slot):
                read.add(slot)
            try:
                yield index, meeting_of(_draft(named, slot, suffix), terms)
            except Unusable as reason:
                yield index, reason


def _split(cell: Any) -> Iterator[tuple[Slot | Unreadable | None, str]]:
    """One entry a weekday, before anything else is read: readers that split later lose half the rows.

    The suffix is what deployed readers add to the slug of a row with a list of days.
    """
    found = cells.slots(cell)
    if not found:
        yield None, ""
    for slot in found:
        listed = isinstance(cell, list) or len(found) > 1
        yield slot, f"-{slot.weekday}" if listed and isinstance(slot, Slot) else ""


def _draft(row: Row, slot: Slot | Unreadable | None, suffix: str) -> Draft:
    if isinstance(slot, Unreadable):
        raise Unusable("day_unreadable")
    starts, until = cells.span(row.get("time"))
    if isinstance(starts, Unreadable):
        raise Unusable("time_unreadable")
    ends = _ends(row, starts) or until
    if slot is not None and cells.ends_the_day(row.get("time")):
        slot = cells.the_day_after(slot)
    if isinstance(slot, Unreadable):
        raise Unusable("time_unreadable")
    codes = cells.type_codes(row.get("types"))
    where = place_of(row)
    point = point_of(row)
    venue, exact = venue_of(row, where, point)
    join = join_of(row)
    option = cells.text(row.get("attendance_option")).lower()
    modalities = set()
    if (join.url or join.phone) and option != "inactive":
        modalities.add(Modality.ONLINE)
    # A row that calls itself online has, or has not, a door to walk through: nobody is sent to try.
    if exact and "TC" not in codes and option not in ("online", "inactive"):
        modalities.add(Modality.IN_PERSON)
    slug = cells.key(row.get("slug")) or cells.key(row.get("id"))
    said = [cells.label(row.get(cell)) for cell in ("location", "group", "city")]
    name = cells.label(row.get("name"))
    return Draft(
        key=slug + suffix if slug else "",
        name=name,
        called=next(filter(None, said), ""),
        slot=slot,
        starts=starts,
        minutes=minutes_between(starts, None if isinstance(ends, Unreadable) else ends),
        stated_zone=_zone(row, starts, name),
        place=where,
        point=point,
        venue=venue,
        join=join,
        modalities=frozenset(modalities),
        types=codes,
        words=Words("", said[1], cells.text(row.get("entity")), cells.link(row.get("url"))),
        updated=_updated(row.get("updated")),
    )


def _ends(row: Row, starts: time | None) -> time | Unreadable | None:
    """The end as meant: "7:00 PM" to "8:30" is the same evening, and 00:00 to 24:00 the whole day."""
    ends = cells.clock(row.get("end_time"))
    if not isinstance(ends, time) or starts is None:
        return ends
    written = cells.text(row.get("end_time")).lower()
    if starts == time(0) and cells.ends_the_day(written) and not cells.ends_the_day(row.get("time")):
        return time(23, 59)
    halves = (re.search("[ap]", cells.text(row.get("time")).lower()), re.search("[apn]", written))
    later = time((ends.hour + 12) % 24, ends.minute)
    return later if halves[0] and not halves[1] and ends < starts < later else ends


def _zone(row: Row, starts: time | None, name: str) -> str:
    """The column; else a zone beside the time, in its own cell, in the name or in the notes."""
    stated = cells.text(row.get("timezone"))
    if stated and zone_names.meant(stated):
        return stated
    written = (row.get(cell) for cell in ("time", "notes", "conference_url_notes", "location_notes"))
    return zone_names.beside_time(starts, name, *(cells.text(cell, 2000) for cell in written)) or stated


def _updated(value: Any) -> str:
    """ISO time (UTC, as the format says) of the stated change, "" when unreadable; never part of the hash."""
    words = cells.text(value, 40)
    for form in _STAMPS if "/" in words else ():
        with suppress(ValueError):
            return datetime.strptime(words, form).replace(tzinfo=UTC).isoformat()
    try:
        stated = datetime.fromisoformat(words)
    except ValueError:
        return ""
    return (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).isoformat()
