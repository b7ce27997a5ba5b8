"""What texts for clients share: the two languages, titled parts, and money, days and lists in words. Pure.

American English and the Spanish spoken in the United States, as clients read it: "$2,000.00" in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.care import LevelOfCare

MONTHS_ES = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"),
    *("agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


class Language(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"


# Kinds of care by what a day there is like: no diagnosis, no code.
CARE: dict[Language, dict[LevelOfCare, str]] = {
    Language.ENGLISH: {
        LevelOfCare.WITHDRAWAL: "a 24-hour medical stay",
        LevelOfCare.RESIDENTIAL: "a 24-hour stay at our center",
        LevelOfCare.PARTIAL: "a full-day program",
        LevelOfCare.INTENSIVE: "a part-day program",
        LevelOfCare.OUTPATIENT: "office visits",
    },
    Language.SPANISH: {
        LevelOfCare.WITHDRAWAL: "una estancia médica de 24 horas",
        LevelOfCare.RESIDENTIAL: "una estancia de 24 horas en el centro",
        LevelOfCare.PARTIAL: "un programa de día completo",
        LevelOfCare.INTENSIVE: "un programa de medio día",
        LevelOfCare.OUTPATIENT: "visitas a la clínica",
    },
}


@dataclass(frozen=True, slots=True)
class TitledPart:
    """A heading and the short sentences or lines below it."""

    title: str
    lines: tuple[str, ...]


def as_text(parts: Sequence[TitledPart]) -> str:
    """The parts one below the other, a blank line between, as a plain text or a letter shows them."""
    return "\n\n".join("\n".join((part.title, *part.lines)) for part in parts)


def money(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def part_of_bill(fraction: Decimal) -> str:
    """0.2 as "20%"."""
    return f"{(fraction * 100).normalize():f}%"


def day(on: date, language: Language) -> str:
    """ "March 5, 2026" or "5 de marzo de 2026"."""
    if language is Language.SPANISH:
        return f"{on.day} de {MONTHS_ES[on.month - 1]} de {on.year}"
    return f"{on:%B} {on.day}, {on.year}"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """ "3:45 pm" in the centre's own time."""
    return at.astimezone(zone).strftime("%-I:%M %p").lower()


def listed(words: Sequence[str], language: Language) -> str:
    """ "a, b and c"."""
    if not words:
        return ""
    *most, last = words
    joint = " y " if language is Language.SPANISH else " and "
    return f"{', '.join(most)}{joint}{last}" if most else last
