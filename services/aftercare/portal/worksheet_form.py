"""A tool as an HTML form and back: one box a question, whatever the tool. Pure.

Names in the form are places in the answers: "strength", "values.0", "steps.2.by".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.aftercare.smart.tools import TOOLS, Answers, Field, Problem
from services.aftercare.smart.tools.kinds import (
    HIGHEST,
    LOWEST,
    Choice,
    Column,
    Day,
    Earlier,
    Kind,
    Long,
    Moment,
    Ranked,
    Rows,
    Scale,
    Short,
)
from services.aftercare.smart.wording import WORDINGS, Wording
from shared.contracts.aftercare import Tool

_BLANK_ROWS = 2  # shown of something not filled in yet
_MANY = 5  # more choices, or more scales on one sheet, than this are easier to pick from a closed list
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Box:
    """One thing to fill in. `kind` names the macro that draws it; `parts` are places of a list, or rows."""

    name: str
    kind: str
    label: str
    value: str = ""
    hint: str = ""
    needed: bool = False
    longest: int = 0
    options: Options = field(default_factory=list)
    fault: str = ""
    parts: list["Box"] = field(default_factory=list)
    may_grow: bool = False


def answers_from(tool: Tool, form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, in the shape of answers not yet tidied. What the tool does not ask for is dropped."""
    return {asked.key: _typed(asked.key, asked.kind, form) for asked in TOOLS[tool].fields}


def _typed(at: str, kind: Kind, form: Mapping[str, str]) -> Any:
    match kind:
        case Ranked(places):
            return [form.get(f"{at}.{place}", "") for place in range(places)]
        case Rows(columns, most):
            rows = range(most)
            return [{c.key: form.get(f"{at}.{row}.{c.key}", "") for c in columns} for row in rows]
        case _:
            return form.get(at, "")


def first_answers(tool: Tool, now: datetime) -> dict[str, Any]:
    """What can be filled in beforehand: today and now, on the client's clock (`now` in their zone)."""
    filled = {}
    for asked in TOOLS[tool].fields:
        match asked.kind:
            case Moment():
                filled[asked.key] = f"{now:%Y-%m-%dT%H:%M}"
            case Day(today=True):
                filled[asked.key] = now.date().isoformat()
    return filled


def boxes_of(
    tool: Tool,
    answers: Answers,
    language: str,
    *,
    problems: Iterable[Problem] = (),
    earlier: Mapping[str, Options] | None = None,
    growing: str = "",
) -> list[Box]:
    """The form of a tool with `answers` (tidied) in it. `earlier`: the sheets a field may name, by its key.

    `growing`: the list that was asked to have one row more.
    """
    words = WORDINGS[language][tool]
    faults = {problem.field: problem.fault.value for problem in problems}
    boxes = [
        _box(asked, answers.get(asked.key), words, faults, (earlier or {}).get(asked.key, []), growing)
        for asked in TOOLS[tool].fields
    ]
    many_scales = sum(one.kind == "scale" for one in boxes) > _MANY
    return [replace(one, kind="pick") if many_scales and one.kind == "scale" else one for one in boxes]


def _box(
    asked: Field, value: Any, words: Wording, faults: Mapping[str, str], earlier: Options, growing: str
) -> Box:
    key, kind = asked.key, asked.kind
    parts: list[Box] = []
    if isinstance(kind, Ranked):
        parts = _places(key, kind, value if isinstance(value, list) else [], faults)
    elif isinstance(kind, Rows):
        parts = _rows(key, kind, value if isinstance(value, list) else [], words, faults, growing == key)
    return Box(
        name=key,
        kind=_drawn(kind),
        label=words.labels[key],
        value="" if parts or value is None else str(value),
        hint=words.hints.get(key, ""),
        needed=asked.needed,
        longest=kind.longest if isinstance(kind, Short | Long) else 0,
        options=earlier if isinstance(kind, Earlier) else _options(key, kind, words),
        fault=faults.get(key, ""),
        parts=parts,
        may_grow=isinstance(kind, Rows) and len(parts) < kind.most,
    )


def _places(key: str, kind: Ranked, values: list[Any], faults: Mapping[str, str]) -> list[Box]:
    return [
        Box(
            name=f"{key}.{place}",
            kind="short",
            label=str(place + 1),
            value=str(values[place]) if place < len(values) else "",
            longest=kind.longest,
            fault=faults.get(f"{key}.{place}", ""),
        )
        for place in range(kind.places)
    ]


def _rows(
    key: str, kind: Rows, rows: list[Any], words: Wording, faults: Mapping[str, str], one_more: bool
) -> list[Box]:
    shown = min(kind.most, max(_BLANK_ROWS, len(rows)) + one_more)
    return [
        Box(
            name=f"{key}.{place}",
            kind="row",
            label=str(place + 1),
            fault=faults.get(f"{key}.{place}", ""),
            parts=[
                _cell(f"{key}.{place}.{column.key}", f"{key}.{column.key}", column, row, words, faults)
                for column in kind.columns
            ],
        )
        for place, row in ((place, rows[place] if place < len(rows) else {}) for place in range(shown))
    ]


def _cell(name: str, worded: str, column: Column, row: Any, words: Wording, faults: Mapping[str, str]) -> Box:
    return Box(
        name=name,
        kind="pick" if isinstance(column.kind, Choice) else _drawn(column.kind),
        label=words.labels[worded],
        value=str(row.get(column.key, "")) if isinstance(row, Mapping) else "",
        longest=column.kind.longest if isinstance(column.kind, Short) else 0,
        options=_options(worded, column.kind, words),
        fault=faults.get(name, ""),
    )


def _drawn(kind: Kind) -> str:
    """The name of the macro in worksheet_boxes.html."""
    if isinstance(kind, Choice) and len(kind.options) > _MANY:
        return "pick"
    return type(kind).__name__.lower()


def _options(worded: str, kind: Kind, words: Wording) -> Options:
    match kind:
        case Choice(codes):
            return [(code, words.options[worded][code]) for code in codes]
        case Scale():
            return [(str(number), str(number)) for number in range(LOWEST, HIGHEST + 1)]
        case _:
            return []
