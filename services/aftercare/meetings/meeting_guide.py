"""The Meeting Guide format (code4recovery/spec), as it is really exported.

Oracle: `read` raises nothing on any bytes, and accepted + rejected = rows after splitting lists of days.
Personal contact data (contact_1..3, e-mail, Venmo, facilitators) is never read, so it cannot be kept.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from services.aftercare.meetings import cells, zones
from services.aftercare.meetings.cells import Slot, Unreadable
from services.aftercare.meetings.joining import join_of
from services.aftercare.meetings.normal_form import (
    Basis,
    Frequency,
    ListingState,
    Meeting,
    Modality,
    Programme,
    Recurrence,
    Verification,
)
from services.aftercare.meetings.programmes import programme_of
from services.aftercare.meetings.type_codes import ACCESS, AUDIENCES, EXCLUSIVE, LANGUAGES
from services.aftercare.meetings.venues import place_of, venue_of

Row = dict[str, Any]
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_USUAL_MINUTES = 60  # the format's own default; SMART's own are 60, 90 or 120


@dataclass(frozen=True)
class Rejection:
    """`row` counts the rows of the source from 0."""

    row: int
    reason: str


@dataclass(frozen=True)
class Reading:
    """What was in a file. `problem` is a code when the file as a whole cannot be used, else None."""

    source_rows: int = 0
    rows: int = 0
    meetings: tuple[Meeting, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    problem: str | None = None

    @property
    def by_appointment(self) -> int:
        return sum(meeting.recurrence is None for meeting in self.meetings)

    @property
    def inactive(self) -> int:
        return sum(meeting.state is ListingState.INACTIVE for meeting in self.meetings)

    @property
    def unzoned(self) -> int:
        return sum(m.recurrence is not None and m.recurrence.tz is None for m in self.meetings)


class Unusable(Exception):
    """One row cannot become a meeting; the message is a reason code."""


def read(
    raw: bytes, source: str, *, zone: str | None = None, programme: Programme = Programme.OTHER
) -> Reading:
    """Read a feed. `zone` and `programme` hold for rows that do not tell (known to the importing person)."""
    rows, problem = _rows(raw)
    if problem:
        return Reading(problem=problem)
    meetings: dict[str, Meeting] = {}
    rejected: list[Rejection] = []
    count = 0
    for index, row in enumerate(rows):
        for slot, suffix in _split(row):
            count += 1
            try:
                meeting = _meeting(row, slot, suffix, source, zone, programme)
                _keep(meetings, meeting)
            except Unusable as reason:
                rejected.append(Rejection(index, str(reason)))
    return Reading(len(rows), count, tuple(meetings.values()), tuple(rejected))


def _rows(raw: bytes) -> tuple[list[Any], str | None]:
    """The array of meetings, or the reason why there is none."""
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            document = json.loads(raw.decode(encoding), parse_constant=lambda _name: None)
        except UnicodeDecodeError:
            continue
        except (ValueError, RecursionError):
            return [], "not_json"
        break
    else:
        return [], "not_text"
    match document:
        case (list() as rows) | {"meetings": list() as rows}:
            return rows, None
        case {"values": [list() as header, *body]}:  # a spreadsheet's export
            names = [cells.text(name) for name in header]
            named = (
                dict(zip(names, line, strict=False)) if isinstance(line, list) else line for line in body
            )
            return list(named), None
        case _:
            return [], "not_a_list"


def _split(row: Any) -> Iterator[tuple[Slot | Unreadable | None, str]]:
    """One entry a weekday, before anything else is read: readers that split later lose half the rows.

    The suffix is what deployed readers add to the slug of a row with a list of days.
    """
    cell = next((row[key] for key in row if _key(key) == "day"), None) if isinstance(row, dict) else None
    found = cells.slots(cell)
    if not found:
        yield None, ""
    for slot in found:
        listed = isinstance(cell, list) or len(found) > 1
        yield slot, f"-{slot.weekday}" if listed and isinstance(slot, Slot) else ""


def _meeting(
    row: Any, slot: Slot | Unreadable | None, suffix: str, source: str, zone: str | None, fallback: Programme
) -> Meeting:
    if not isinstance(row, dict):
        raise Unusable("not_an_object")
    row = {_key(key): value for key, value in row.items()}
    starts = cells.clock(row.get("time"))
    if isinstance(slot, Unreadable):
        raise Unusable("day_unreadable")
    if isinstance(starts, Unreadable):
        raise Unusable("time_unreadable")

    codes = cells.type_codes(row.get("types"))
    where = place_of(row)
    join = join_of(row)
    venue, exact = venue_of(row, where)
    modalities = set()
    if join.url or join.phone:
        modalities.add(Modality.ONLINE)
    if exact and "TC" not in codes:
        modalities.add(Modality.IN_PERSON)

    name = cells.text(row.get("name")) or _name(row, slot, starts)
    programme = programme_of(row, name, codes, fallback)
    audiences = frozenset(AUDIENCES[code] for code in codes if code in AUDIENCES)
    exclusive = audiences if re.search(r"\bonly\b", name.lower()) else audiences & EXCLUSIVE
    if programme is Programme.FAMILY:
        audiences, exclusive = audiences | {"family"}, exclusive | {"family"}
    minutes, minutes_basis = _duration(starts, row.get("end_time"))
    meeting = Meeting(
        source=source,
        source_id="",
        programme=programme,
        name=name,
        recurrence=_recurrence(slot, starts, *zones.zone_of(cells.text(row.get("timezone")), where, zone)),
        duration=minutes,
        duration_basis=minutes_basis,
        modalities=frozenset(modalities),
        venue=venue,
        join=join,
        types=codes,
        languages=tuple(LANGUAGES[code] for code in codes if code in LANGUAGES) or ("en",),
        audiences=audiences,
        exclusive_audiences=exclusive,
        access=frozenset(ACCESS[code] for code in codes if code in ACCESS),
        verification=Verification.FACILITATOR if "POA" in codes else Verification.NONE,
        listed_updated=_updated(row.get("updated")),
        state=ListingState.ACTIVE if modalities else ListingState.INACTIVE,
    )
    slug = cells.text(row.get("slug"), 180) or cells.text(row.get("id"), 180)
    return replace(meeting, source_id=slug + suffix if slug else _identity(meeting))


def _keep(meetings: dict[str, Meeting], meeting: Meeting) -> None:
    """Slugs repeat in real feeds: a different meeting under a known slug gets one of its own."""
    known = meetings.get(meeting.source_id)
    if known is not None and known != meeting:
        meeting = replace(meeting, source_id=f"{meeting.source_id}~{_identity(meeting)[:8]}")
    if meeting.source_id in meetings:
        raise Unusable("duplicate_row")
    meetings[meeting.source_id] = meeting


def _identity(meeting: Meeting) -> str:
    """A stable key made of what a person would recognise the meeting by."""
    rule = meeting.recurrence
    when = f"{rule.byday} {rule.wall_time:%H:%M}" if rule else ""
    known = "\x00".join((meeting.name.lower(), when, meeting.venue.address.lower(), meeting.join.url))
    return hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()[:24]


def _recurrence(
    slot: Slot | None, starts: time | None, tz: str | None, basis: Basis | None
) -> Recurrence | None:
    """Day and time, or by appointment: half a date is no date."""
    if slot is None or starts is None:
        return None
    frequency = Frequency.MONTHLY if slot.setpos else Frequency.WEEKLY
    return Recurrence(frequency, slot.interval, slot.weekday, slot.setpos, starts, tz, basis)


def _duration(starts: time | None, end_cell: Any) -> tuple[int, Basis]:
    """Minutes. An end before the start is on the next day; equal or unreadable is unknown."""
    ends = cells.clock(end_cell)
    if starts is None or not isinstance(ends, time) or ends == starts:
        return _USUAL_MINUTES, Basis.DEFAULT
    if (starts, ends) == (time(0), time(23, 59)):
        return 24 * 60, Basis.STATED
    minutes = ends.hour * 60 + ends.minute - starts.hour * 60 - starts.minute
    return minutes % (24 * 60), Basis.STATED


def _name(row: Row, slot: Slot | None, starts: time | None) -> str:
    place = cells.text(row.get("location")) or cells.text(row.get("group")) or cells.text(row.get("city"))
    when = f"{_DAYS[slot.weekday]} {starts:%H:%M}" if slot and starts else ""
    if built := " ".join(filter(None, (place, when))):
        return built[:255]
    raise Unusable("nothing_to_name_it_by")


def _updated(value: Any) -> str:
    """ISO time (UTC, as the format says) of the stated change, "" when unreadable; never part of the hash."""
    words = cells.text(value, 40)
    for form in ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"):
        try:
            return datetime.strptime(words, form).replace(tzinfo=UTC).isoformat()
        except ValueError:
            continue
    return ""


def _key(name: Any) -> str:
    """`Conference URL` and `conference_url` are one column; a sheet calls the slug `ID`."""
    return re.sub(r"[\s-]+", "_", str(name).strip().lower())
