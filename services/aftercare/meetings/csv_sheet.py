"""Sheets: comma, semicolon, tab or bar between cells, a header row with the Meeting Guide's names.

A line with more cells than the header has is kept as it came, so that it is refused: its cells have moved,
usually by a comma in an unquoted address, and a street in the column of times sends somebody astray.
"""

import csv
import io
from typing import Any, Final

from services.aftercare.meetings.bmlt import COLUMNS as BMLT_COLUMNS
from services.aftercare.meetings.bmlt import TELLING
from services.aftercare.meetings.columns import column
from services.aftercare.meetings.envelopes import Document

_DELIMITERS = ",;\t|"
_KNOWN = {"name", "slug", "id", "day", "time", "types", "formatted_address", "address", "city", "location"}
_MUST = {"name", "day", "time", "slug", "location"} | TELLING  # one of them, or it is some other table
_PREAMBLE = 5  # lines looked through for the header: titles stand above it in hand-made sheets
_LARGEST_CELL: Final = 64 << 20  # as large as a list may be: one monstrous cell costs its row, not the sheet


def looks_like_one(text: str) -> bool:
    return _header(_lines(text)[:_PREAMBLE]) is not None


def open_sheet(text: str) -> Document:
    """The rows by column name; a line of another length than the header's says so by being a list."""
    lines = _lines(text)
    at = _header(lines[:_PREAMBLE])
    if at is None:
        return Document(problem="no_header" if lines else "empty_file")
    names = lines[at]
    body = [line for line in lines[at + 1 :] if any(cell.strip() for cell in line)]
    return Document([_row(names, line) for line in body])


def _row(names: list[str], line: list[str]) -> Any:
    if any(cell.strip() for cell in line[len(names) :]):
        return line
    return {name: cell for name, cell in zip(names, line, strict=False) if cell.strip()}


def _header(lines: list[list[str]]) -> int | None:
    """Which line has the names of columns."""
    for number, line in enumerate(lines):
        named = {column(cell) for cell in line} | {cell.strip() for cell in line}
        if len(named & (_KNOWN | BMLT_COLUMNS)) >= 2 and named & _MUST:
            return number
    return None


def _lines(text: str) -> list[list[str]]:
    """The sheet with the delimiter its header most likely uses; [] when it cannot be read as one."""
    csv.field_size_limit(_LARGEST_CELL)
    text = text.replace("\x00", "")
    start = "\n".join(text.splitlines()[:_PREAMBLE])
    delimiter = max(_DELIMITERS, key=lambda one: _most_names(start, one))
    try:
        return _parsed(text, delimiter)
    except csv.Error:
        return []


def _parsed(text: str, delimiter: str) -> list[list[str]]:
    """A quotation mark that is never closed swallows all rows behind it; those are read line by line then."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[list[str]] = []
    begun = ended = 0
    for line in reader:
        lines.append(line)
        begun, ended = ended, reader.line_num
    if not lines or ended - begun < 2:
        return lines
    tail = io.StringIO(text, newline="").readlines()[begun:]
    try:
        list(csv.reader(tail, delimiter=delimiter, strict=True))
    except csv.Error:
        return lines[:-1] + list(csv.reader(tail, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return lines


def _most_names(start: str, delimiter: str) -> int:
    """How many known names a line of the start has when it is cut so."""
    try:
        lines = list(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter))
    except csv.Error:
        return 0
    return max((len({column(cell) for cell in line} & (_KNOWN | BMLT_COLUMNS)) for line in lines), default=0)
