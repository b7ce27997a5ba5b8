"""The five weekly questions in the client's language, for the client's page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.aftercare.follow_up.instruments.definitions import WEEKLY

_FILE = Path(__file__).with_name("questions.json")


@dataclass(frozen=True)
class Question:
    """Answers run from 0 (`low`) to `most` (`high`); each may be skipped."""

    name: str
    text: str
    low: str
    high: str
    most: int


@cache
def questions(language: str) -> Sequence[Question]:
    """In their order; English for a language we do not have."""
    known = json.loads(_FILE.read_text(encoding="utf-8"))
    words = known.get(language, known["en"])
    return tuple(Question(name, **words[name], most=most) for name, most in WEEKLY.ranges.items())
