"""BMLT `GetSearchResults` (server 4.2.7, aftercare.md 2.2): every value is a string, missing is "".

Contacts (`contact_*`, `email_contact`) are never read. `lang_enum` is the row's language, not the
meeting's, and says nothing here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import time
from typing import Any

from services.aftercare.meetings import cells, zone_names, zones
from services.aftercare.meetings.bmlt_formats import Formats
from services.aftercare.meetings.cells import Slot, Unreadable
from services.aftercare.meetings.drafts import Draft, Terms, Unusable, meeting_of
from services.aftercare.meetings.joining import dial_in, first_known
from services.aftercare.meetings.normal_form import Join, Meeting, Modality, Programme, Venue
from services.aftercare.meetings.programmes import Words
from services.aftercare.meetings.venues import venue

Row = dict[str, Any]

# Its columns; a request can trim any of them away.
COLUMNS = frozenset(
    {"id_bigint", "weekday_tinyint", "service_body_bigint", "meeting_name", "format_shared_id_list",
     "location_municipality", "duration_time", "root_server_uri", "worldid_mixed"}
)  # fmt: skip
# A sheet may call its meetings' names that, too; every other one of them is nobody else's.
TELLING = COLUMNS - {"meeting_name"}
_IN_PERSON, _VIRTUAL, _HYBRID = "1", "2", "3"
_PASSCODE = re.compile(
    r"\W*\b(?:pass ?code|pass ?word|pwd|pw|meeting id|zoom id)\b[\s:#=]*[\w ]*", re.IGNORECASE
)
_SPAN = re.compile(r"(\d{1,2}):([0-5]\d)(?::[0-5]\d)?")


def entries(
    rows: Iterable[Any], formats: Iterable[Any], terms: Terms
) -> Iterator[tuple[int, Meeting | Unusable]]:
    """One entry a row: a row has one weekday. NA writes the server, so rows that say nothing are NA's."""
    if terms.programme is Programme.OTHER:
        terms = replace(terms, programme=Programme.NA)
    known = Formats(formats)
    for index, row in enumerate(rows):
        try:
            yield index, meeting_of(_draft(row, known), terms)
        except Unusable as reason:
            yield index, reason


def _draft(row: Any, formats: Formats) -> Draft:
    if not isinstance(row, dict):
        raise Unusable("not_an_object")
    if cells.yes_or_no(row.get("published")) is False:
        raise Unusable("not_published")
    starts = cells.clock(row.get("start_time"))
    if isinstance(starts, Unreadable):
        raise Unusable("time_unreadable")
    slot = _slot(row.get("weekday_tinyint"))
    if slot is not None and cells.ends_the_day(row.get("start_time")):
        slot = Slot((slot.weekday + 1) % 7)
    told = formats.of(row)
    where = _place(row)
    point = _point(row)
    join = _join(row)
    open_door = bool(_street(row) or cells.text(row.get("location_text")) or point)
    modalities = _modalities(cells.text(row.get("venue_type")), told.keys, join, open_door)
    return Draft(
        key=_key(row),
        name=cells.label(row.get("meeting_name")),
        called=cells.label(row.get("location_text")) or where.city,
        slot=slot,
        starts=starts,
        minutes=_minutes(row.get("duration_time")),
        stated_zone=_zone(row, starts),
        place=where,
        point=point,
        venue=_venue(row, where, point, in_person=Modality.IN_PERSON in modalities),
        join=join,
        modalities=modalities,
        types=told.codes,
        languages=told.languages,
        words=Words(group=cells.text(row.get("service_body_name"))),
    )


def _key(row: Row) -> str:
    """(server, id): an aggregator's own ids are not those of the servers it gathers from."""
    own = cells.text(row.get("id_bigint"), 40)
    server = cells.link(row.get("root_server_uri")).rstrip("/")[:180]
    server = server or cells.text(row.get("root_server_id"), 40)
    return f"{server}#{own}" if own and server else own


def _zone(row: Row, starts: time | None) -> str:
    said = (cells.text(row.get(name), 2000) for name in ("meeting_name", "comments"))
    return cells.text(row.get("time_zone")) or zone_names.beside_time(starts, *said)


def _slot(cell: Any) -> Slot | None:
    """1 = Sunday to 7 = Saturday; within it is 0 to 6."""
    day = cells.text(cell)
    if not day:
        return None
    if not re.fullmatch(r"[1-7](?:\.0+)?", day):
        raise Unusable("day_unreadable")
    return Slot(int(day[0]) - 1)


def _minutes(cell: Any) -> int | None:
    """None for 00:00:00 too, which the server replaces by its default; 24:00:00 is a whole day."""
    found = _SPAN.fullmatch(cells.text(cell))
    minutes = int(found[1]) * 60 + int(found[2]) if found else 0
    return minutes if 0 < minutes <= 24 * 60 else None


def _join(row: Row) -> Join:
    """The field is the link into the room, whoever runs the room; old servers have it among the remarks."""
    remarks = ("comments", "virtual_meeting_additional_info", "location_info")
    url = cells.link(row.get("virtual_meeting_link")) or first_known(*map(row.get, remarks))
    return Join(url, dial_in(row.get("phone_meeting_number")))


def _modalities(venue_type: str, keys: frozenset[str], join: Join, open_door: bool) -> frozenset[Modality]:
    """`venue_type` says; where it does not, the formats do. No way in, no modality."""
    if venue_type not in (_IN_PERSON, _VIRTUAL, _HYBRID):
        # A closed building makes a meeting a virtual one, as far as anybody can go to it.
        virtual = "VM" in keys or ("TC" in keys and "HY" not in keys)
        hybrid = "HY" in keys or bool(join.url or join.phone)
        venue_type = _VIRTUAL if virtual else _HYBRID if hybrid else _IN_PERSON
    found = set()
    if venue_type != _IN_PERSON and (join.url or join.phone):
        found.add(Modality.ONLINE)
    if venue_type != _VIRTUAL and open_door and "TC" not in keys:
        found.add(Modality.IN_PERSON)
    return frozenset(found)


def _place(row: Row) -> zones.Place:
    names = ("location_municipality", "location_province", "location_postal_code_1", "location_nation")
    city, state, postal_code, country = (cells.text(row.get(name), 100) for name in names)
    return zones.place("", city, state, postal_code, country)


def _point(row: Row) -> tuple[float, float] | None:
    lat, lon = cells.number(row.get("latitude"), 90), cells.number(row.get("longitude"), 180)
    return None if lat is None or lon is None else (lat, lon)


def _venue(row: Row, where: zones.Place, point: tuple[float, float] | None, *, in_person: bool) -> Venue:
    """A virtual row's point is nominal: it may tell the zone, it must never become a distance."""
    state_and_zip = (
        f"{cells.text(row.get('location_province'))} {cells.text(row.get('location_postal_code_1'))}"
    )
    area = [
        cells.text(row.get("location_municipality")),
        state_and_zip.strip(),
        cells.text(row.get("location_nation")),
    ]
    if not in_person:
        return venue(", ".join(filter(None, area)), None, None)
    written = [cells.label(row.get("location_text")), _street(row), *area]
    directions = _PASSCODE.sub("", cells.impersonal(row.get("location_info"))).strip()
    return venue(", ".join(filter(None, written)), point, where, directions)


def _street(row: Row) -> str:
    return cells.label(row.get("location_street"))
