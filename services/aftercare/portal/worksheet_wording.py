"""The words of the toolbox, worksheet and points pages, read once from worksheet_words."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from services.aftercare.smart.days import day_in_words
from services.aftercare.tables import PointProgress, Worksheet

_WORDS = Path(__file__).parent / "worksheet_words"
PAGE_WORDS: dict[str, dict[str, Any]] = {
    language: tomllib.loads((_WORDS / f"{language}.toml").read_text("utf-8")) for language in ("en", "es")
}


def when_of(sheet: Worksheet, language: str, zone: str) -> str:
    """ "Done on November 24, 2026", or "Draft, begun on …": on the client's calendar (IANA `zone`)."""
    words = PAGE_WORDS[language]
    moment = (sheet.completed_at or sheet.begun_at).astimezone(ZoneInfo(zone))
    pattern = words["done_on"] if sheet.completed_at else words["begun_on"]
    return str(pattern.format(day=day_in_words(moment, language)))


def in_history(rows: Sequence[PointProgress], language: str, zone: str) -> list[str]:
    """Each step and rating in words, the last first: "November 24, 2026: practising it, 6 of 10"."""
    words = PAGE_WORDS[language]
    lines, before = [], None
    for row in rows:
        stepped = (row.stage, row.cycle) != before
        rated = row.self_rating is not None
        pattern = words[
            "history_both" if stepped and rated else "history_line" if stepped else "history_rating"
        ]
        day = day_in_words(row.at.astimezone(ZoneInfo(zone)), language)
        lines.append(
            str(pattern.format(day=day, stage=words["stages"][row.stage.value], rating=row.self_rating))
        )
        before = (row.stage, row.cycle)
    return lines[::-1]
