"""The worksheets' words in each language, read once from smart/words; an answered sheet in plain words."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from services.aftercare.smart.days import day_in_words, moment_in_words
from services.aftercare.smart.tools import TOOLS, Answers
from services.aftercare.smart.tools.kinds import Choice, Day, Earlier, Kind, Moment, Ranked, Rows, Scale
from shared.contracts.aftercare import Tool

_WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Wording:
    """One tool in one language. Keys of `labels`: "steps", and "steps.what" for a column; hints may lack."""

    title: str
    why: str
    lead: str
    labels: Mapping[str, str]
    hints: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _read(language: str) -> dict[Tool, Wording]:
    stored = tomllib.loads((_WORDS / f"{language}.toml").read_text("utf-8"))
    return {Tool(code): Wording(**words) for code, words in stored.items()}


WORDINGS: dict[str, dict[Tool, Wording]] = {language: _read(language) for language in ("en", "es")}


@dataclass(frozen=True)
class Said:
    """One question and what was answered, line by line."""

    label: str
    lines: list[str]


def in_plain_words(tool: Tool, answers: Answers, language: str) -> list[Said]:
    """The answered part of a sheet, to be read rather than edited. Its links to other sheets are left out."""
    words = WORDINGS[language][tool]
    return [
        Said(words.labels[asked.key], _lines(asked.key, asked.kind, answers[asked.key], words, language))
        for asked in TOOLS[tool].fields
        if asked.key in answers and not isinstance(asked.kind, Earlier)
    ]


def _lines(at: str, kind: Kind, value: Any, words: Wording, language: str) -> list[str]:
    match kind:
        case Ranked():
            return [f"{place}. {one}" for place, one in enumerate(value, 1)]
        case Rows(columns):
            return [
                " · ".join(
                    _one(f"{at}.{column.key}", column.kind, row[column.key], words, language)
                    for column in columns
                    if column.key in row
                )
                for row in value
            ]
        case _:
            return _one(at, kind, value, words, language).split("\n")


def _one(at: str, kind: Kind, value: Any, words: Wording, language: str) -> str:
    match kind:
        case Choice():
            return words.options[at][value]
        case Scale():
            return f"{value} / 10"
        case Day():
            return day_in_words(date.fromisoformat(value), language)
        case Moment():
            return moment_in_words(datetime.fromisoformat(value), language)
        case _:
            return str(value)
