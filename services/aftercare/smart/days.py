"""Dates and times as people here say them, in both languages. Pure."""

from datetime import date, datetime

# fmt: off
_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
           "octubre", "noviembre", "diciembre"),
}
# fmt: on


def day_in_words(day: date, language: str) -> str:
    """ "November 24, 2026" as it is written in the United States; "24 de noviembre de 2026"."""
    month = _MONTHS[language][day.month - 1]
    if language == "es":
        return f"{day.day} de {month} de {day.year}"
    return f"{month} {day.day}, {day.year}"


def time_in_words(moment: datetime, language: str) -> str:
    """ "9:30 pm"; "9:30 p. m."."""
    half = "am" if moment.hour < 12 else "pm"
    told = half if language == "en" else f"{half[0]}. m."
    return f"{moment.hour % 12 or 12}:{moment:%M} {told}"


def moment_in_words(moment: datetime, language: str) -> str:
    return f"{day_in_words(moment, language)}, {time_in_words(moment, language)}"
