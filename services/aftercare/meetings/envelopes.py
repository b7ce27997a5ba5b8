"""Where the rows are in a JSON document: bare, in an envelope, or in the shape of a sheet or hosted table."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.aftercare.meetings.columns import column
from services.aftercare.meetings.smart_finder import ENVELOPE as SMART_FINDER

_ENVELOPES = (
    "meetings", "data", "records", "rows", "items", "results", "values", "response", "result",
    "payload", "list", "features",
)  # fmt: skip
_LONGEST_NUMBER = 40  # digits; nobody's weekday or id, and Python refuses to read thousands of them
_CALL = re.compile(  # some servers ask first whether there is such a function
    r"(?:/\*\*/)?\s*(?:typeof\s+[\w$.]+\s*===?\s*['\"]function['\"]\s*&&\s*)?[A-Za-z_$][\w$.]{0,99}\s*\("
)
_DEEPEST = 3  # {"data": {"meetings": […]}} is seen; deeper nesting is something else


@dataclass(frozen=True)
class Document:
    """`rows` as the file has them, None when it is no list; `formats` is BMLT's list beside its meetings."""

    rows: list[Any] | None = None
    formats: list[Any] = field(default_factory=list)
    envelope: str = ""
    problem: str | None = None


def open_json(text: str) -> Document:
    """A document, one in a script's call (JSONP), or one object a line (JSON Lines)."""
    if not text.strip():
        return Document(problem="empty_file")
    try:
        document = _parsed(_without_call(text))
    except ValueError:
        lines = _lines(text)
        problem = "markup" if text.lstrip().startswith("<") else "not_json"
        return Document(problem=problem) if lines is None else Document(lines)
    if isinstance(document, dict) and isinstance(finder := document.get(SMART_FINDER), list):
        return Document(finder, envelope=SMART_FINDER)
    rows = _rows(document, _DEEPEST)
    if rows is None:
        return Document(problem="not_a_list")
    formats = document.get("formats") if isinstance(document, dict) else None
    return Document(rows, formats if isinstance(formats, list) else [])


def looks_like_json(text: str) -> bool:
    """The first character says so, or the first one in a script's call."""
    body = text.lstrip()
    called = _CALL.match(body)
    return body[called.end() if called else 0 :].lstrip().startswith(("[", "{"))


def _without_call(text: str) -> str:
    """What stands between the brackets of `callback(…);`."""
    body = text.strip().removesuffix(";").rstrip()
    called = _CALL.match(body)
    return body[called.end() : -1] if called and body.endswith(")") else text


def _parsed(text: str) -> Any:
    """Raises ValueError for whatever cannot be read."""
    try:
        return json.loads(text, strict=False, parse_constant=lambda _name: None, parse_int=_whole)
    except (RecursionError, MemoryError) as error:
        raise ValueError from error


def _lines(text: str) -> list[Any] | None:
    """A row a line; one that is broken stays what it is, so that it is refused and counted.

    Most must be whole: of a document that broke off after a row, that row alone is a line of its own.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or not _most(line.lstrip().startswith("{") for line in lines):
        return None
    rows = list(map(_line, lines))
    return rows if _most(isinstance(row, dict) for row in rows) else None


def _line(line: str) -> Any:
    try:
        return _record(_parsed(line)) if line.lstrip().startswith("{") else line
    except ValueError:
        return line


def _most(told: Iterable[bool]) -> bool:
    each = list(told)
    return sum(each) * 2 > len(each)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _rows(document: Any, depth: int) -> list[Any] | None:
    match document:
        case [list() as header, *body] if all(isinstance(cell, str | None) for cell in header):
            return _sheet(header, body)
        case list():
            return [_record(row) for row in document]
        case dict():
            inside = (document[name] for name in _ENVELOPES if isinstance(document.get(name), list | dict))
            found = (_rows(value, depth - 1) for value in inside) if depth else ()
            rows = next((rows for rows in found if rows is not None), None)
            return _numbered(document) if rows is None else rows
        case _:
            return None


def _numbered(document: dict[str, Any]) -> list[Any] | None:
    """PHP writes a list with a gap in its numbers as an object: {"0": {…}, "2": {…}}."""
    if document and all(name.isdecimal() for name in document):
        return [_record(row) for row in document.values()]
    return None


def _sheet(header: list[Any], body: list[Any]) -> list[Any]:
    """A spreadsheet's export: the first line has the names, and short lines are empty at their end."""
    return [dict(zip(header, line, strict=False)) if isinstance(line, list) else line for line in body]


def _record(row: Any) -> Any:
    """A hosted table keeps its columns under `fields` and its own id beside them, a map (GeoJSON, RFC 7946)
    under `properties` with the point beside them."""
    if not isinstance(row, dict):
        return row
    fields = row.get("fields")
    if row.get("type") == "Feature" and isinstance(properties := row.get("properties"), dict):
        said = {name: value for name, value in properties.items() if value not in (None, "")}
        fields = _point(row.get("geometry")) | said
    if not isinstance(fields, dict):
        return row
    named = {column(name) for name in fields}
    own = row.get("id")
    return fields if own is None or named & {"slug", "id"} else {**fields, "slug": own}


def _point(geometry: Any) -> dict[str, Any]:
    """Longitude comes first (RFC 7946 3.1.1)."""
    match geometry:
        case {"type": "Point", "coordinates": [lon, lat, *_]}:
            return {"latitude": lat, "longitude": lon}
    return {}
