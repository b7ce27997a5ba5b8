"""Reading somebody else's list, whatever its format.

Oracle: `read` raises nothing on any bytes, and accepted + rejected = rows after splitting lists of days.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from services.aftercare.meetings import bmlt, csv_sheet, ics, meeting_guide
from services.aftercare.meetings import smart_finder as smart
from services.aftercare.meetings.calendar_file import open_calendar
from services.aftercare.meetings.decoding import text_of
from services.aftercare.meetings.drafts import Terms, Unusable, identity
from services.aftercare.meetings.envelopes import Document, looks_like_json, open_json
from services.aftercare.meetings.normal_form import ListingState, Meeting, Programme
from services.aftercare.tables.lists import FeedFormat

_CALENDAR = re.compile(r"BEGIN:VCALENDAR", re.IGNORECASE)
_LOOKED_AT = 50  # rows looked at to tell a format by

Entries = Iterable[tuple[int, Meeting | Unusable]]


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

    @cached_property
    def by_appointment(self) -> int:
        return sum(meeting.recurrence is None for meeting in self.meetings)

    @cached_property
    def inactive(self) -> int:
        return sum(meeting.state is ListingState.INACTIVE for meeting in self.meetings)

    @cached_property
    def unzoned(self) -> int:
        return sum(m.recurrence is not None and m.recurrence.tz is None for m in self.meetings)


def read(
    raw: bytes,
    source: str,
    *,
    format: FeedFormat = FeedFormat.AUTO,  # noqa: A002  (what everybody calls it)
    zone: str | None = None,
    programme: Programme = Programme.OTHER,
    smart_finder: bool = False,
) -> Reading:
    """Read a list. `zone` and `programme` hold for rows that do not tell (known to the importing person).

    A format that is named is taken at its word; AUTO looks at the bytes. Content hashes are worked out here,
    so that whoever reads in a thread spares the event loop that second. `smart_finder`: rows of SMART's
    finder may be read, because the centre has recorded SMART's permission.
    """
    text = text_of(raw)
    if text is None:
        return Reading(problem="not_text")
    terms = Terms(source, zone, programme)
    if format is FeedFormat.AUTO:
        format = _format_of(text)  # noqa: A001
    match format:
        case FeedFormat.ICS:
            events, problem = open_calendar(text)
            return Reading(problem=problem) if problem else _gather(len(events), ics.entries(events, terms))
        case FeedFormat.CSV:
            document = csv_sheet.open_sheet(text)
        case _:
            document = open_json(text)
    if document.envelope == smart.ENVELOPE:
        rows = document.rows or []
        if not smart_finder:
            return Reading(len(rows), problem="permission_missing")
        return _gather(len(rows), smart.entries(rows, terms))
    return _from_rows(document, format, terms)


def _format_of(text: str) -> FeedFormat:
    """A sheet is what is left: its first character can be anything, JSON's and a calendar's cannot."""
    if _CALENDAR.match(text.lstrip()):
        return FeedFormat.ICS
    if looks_like_json(text) or not csv_sheet.looks_like_one(text):
        return FeedFormat.MEETING_GUIDE
    return FeedFormat.CSV


def _from_rows(document: Document, wanted: FeedFormat, terms: Terms) -> Reading:
    """Rows with BMLT's columns are BMLT's, as JSON or as a sheet, whatever the file calls itself."""
    if document.rows is None:
        return Reading(problem=document.problem)
    if wanted is FeedFormat.BMLT or _is_bmlt(document.rows):
        found: Entries = bmlt.entries(document.rows, document.formats, terms)
    else:
        found = meeting_guide.entries(document.rows, terms)
    return _gather(len(document.rows), found)


def _is_bmlt(rows: list[Any]) -> bool:
    return any(isinstance(row, dict) and not bmlt.TELLING.isdisjoint(row) for row in islice(rows, _LOOKED_AT))


def _gather(source_rows: int, found: Entries) -> Reading:
    """Every entry becomes a meeting or a rejection; ids are made unique."""
    rejected: list[Rejection] = []
    accepted: list[tuple[int, Meeting]] = []
    for index, entry in found:
        if isinstance(entry, Meeting):
            accepted.append((index, entry))
        else:
            rejected.append(Rejection(index, str(entry)))
    rows = len(accepted) + len(rejected)
    meetings = []
    for index, meeting in _told_apart(accepted):
        if meeting is None:
            rejected.append(Rejection(index, "duplicate_row"))
        else:
            _ = meeting.content_hash
            meetings.append(meeting)
    in_order = sorted(rejected, key=lambda one: one.row)
    return Reading(source_rows, rows, tuple(meetings), tuple(in_order))


def _told_apart(accepted: list[tuple[int, Meeting]]) -> Iterator[tuple[int, Meeting | None]]:
    """Ids repeat in real feeds. Different meetings under one id all get one of their own, in whatever order
    the list has them: a client must not be moved by two rows changing places. None: the same row again."""
    alike: dict[str, dict[str, int]] = defaultdict(dict)  # by id, by content: the first one's position
    for position, (_, meeting) in enumerate(accepted):
        alike[meeting.source_id].setdefault(meeting.content_hash, position)
    taken = set(alike)
    for position, (index, meeting) in enumerate(accepted):
        same = alike[meeting.source_id]
        if same[meeting.content_hash] != position:
            yield index, None
            continue
        if len(same) > 1:
            own = f"{meeting.source_id}~{identity(meeting)[:8]}"
            # Alike in all a person would recognise it by, and yet not the same: the content decides.
            meeting = replace(
                meeting, source_id=own if own not in taken else f"{own}{meeting.content_hash[:8]}"
            )
            taken.add(own)
        yield index, meeting
