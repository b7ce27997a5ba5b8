"""Is this a worksheet of this tool, and is it complete? Answers arrive from a form: nothing is believed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.aftercare.smart.tools.definitions import TOOLS
from services.aftercare.smart.tools.kinds import (
    HIGHEST,
    LOWEST,
    Choice,
    Day,
    Earlier,
    Field,
    Kind,
    Long,
    Moment,
    Ranked,
    Rows,
    Scale,
    Short,
)
from shared.contracts.aftercare import Tool

Answers = Mapping[str, Any]


class Fault(StrEnum):
    """What can be wrong with an answer. NEEDED is not wrong, only missing: the sheet is still a draft."""

    NEEDED = "needed"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_KIND = "wrong_kind"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NOT_ON_SCALE = "not_on_scale"
    NOT_A_DATE = "not_a_date"
    NOT_OFFERED = "not_offered"
    ROW_UNNAMED = "row_unnamed"


@dataclass(frozen=True)
class Problem:
    """`field`: the place, "strength" or "steps.2.by". Never holds what was written."""

    field: str
    fault: Fault


def check(tool: Tool, answers: Answers) -> list[Problem]:
    """Everything that cannot be kept, even as a draft. Empty answers are simply left out."""
    definition = TOOLS[tool]
    known = {field.key: field for field in definition.fields}
    unknown = [Problem(key[:40], Fault.UNKNOWN_FIELD) for key in answers if key not in known]
    return unknown + [
        problem
        for key, field in known.items()
        if key in answers
        for problem in _problems(key, field.kind, answers[key])
    ]


def missing(tool: Tool, answers: Answers) -> list[Problem]:
    """What is still to be filled in before the sheet is complete."""
    definition = TOOLS[tool]
    lacking = [field.key for field in definition.fields if field.needed and not has_answer(answers, field)]
    one_of = definition.at_least_one
    if one_of and not any(has_answer(answers, definition.field(key)) for key in one_of):
        lacking.append(one_of[0])
    return [Problem(key, Fault.NEEDED) for key in lacking]


def has_answer(answers: Answers, field: Field) -> bool:
    """0 on a scale is an answer; an empty text or list is none."""
    return answers.get(field.key) not in (None, "", [])


def _problems(at: str, kind: Kind, value: Any) -> Iterator[Problem]:
    match kind:
        case Short() | Long():
            yield from _text(at, value, kind.longest)
        case Ranked():
            yield from _list(at, value, kind.places)
            for place, item in enumerate(_items(value, kind.places)):
                yield from _text(f"{at}.{place}", item, kind.longest)
        case Scale():
            # bool is an int in Python: true is no point on a scale.
            if type(value) is not int or not LOWEST <= value <= HIGHEST:
                yield Problem(at, Fault.NOT_ON_SCALE)
        case Day():
            if not _is_day(value):
                yield Problem(at, Fault.NOT_A_DATE)
        case Moment():
            if not _is_moment(value):
                yield Problem(at, Fault.NOT_A_DATE)
        case Choice():
            if value not in kind.options:
                yield Problem(at, Fault.NOT_OFFERED)
        case Earlier():
            if not _is_id(value):
                yield Problem(at, Fault.NOT_OFFERED)
        case Rows():
            yield from _list(at, value, kind.most)
            for place, row in enumerate(_items(value, kind.most)):
                yield from _row(f"{at}.{place}", kind, row)


def _row(at: str, kind: Rows, row: Any) -> Iterator[Problem]:
    if not isinstance(row, Mapping):
        yield Problem(at, Fault.WRONG_KIND)
        return
    known = {column.key: column for column in kind.columns}
    yield from (Problem(at, Fault.UNKNOWN_FIELD) for key in row if key not in known)
    for key, column in known.items():
        if key in row:
            yield from _problems(f"{at}.{key}", column.kind, row[key])
    first = kind.columns[0].key
    if not row.get(first):
        yield Problem(f"{at}.{first}", Fault.ROW_UNNAMED)


def _text(at: str, value: Any, longest: int) -> Iterator[Problem]:
    if not isinstance(value, str) or not _is_storable(value):
        yield Problem(at, Fault.WRONG_KIND)
    elif len(value) > longest:
        yield Problem(at, Fault.TOO_LONG)


def _list(at: str, value: Any, most: int) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(at, Fault.WRONG_KIND)
    elif len(value) > most:
        yield Problem(at, Fault.TOO_MANY)


def _items(value: Any, most: int) -> list[Any]:
    """What is worth looking at: no more than may be there."""
    return value[:most] if isinstance(value, list) else []


def _is_storable(text: str) -> bool:
    """Half of a surrogate pair cannot be encoded, and so not sealed."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and f"{datetime.fromisoformat(value):%Y-%m-%dT%H:%M}" == value
    except ValueError:
        return False


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
