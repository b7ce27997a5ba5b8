"""Reading one cell of somebody else's row. Every function takes any value and never raises.

What is absent is None; what is there but cannot be read is `UNREADABLE`, so that a row is refused with a
reason instead of silently becoming "by appointment".
"""

import html
import re
from dataclasses import dataclass
from datetime import time
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from services.aftercare.meetings.type_codes import BY_CODE, BY_NAME


class Unreadable:
    """The type of `UNREADABLE`."""


UNREADABLE: Final = Unreadable()

_DAY_STEMS = (
    ("sun", "dom", "dim"), ("mon", "lun"), ("tue", "mar"), ("wed", "mie", "mié", "mer"),
    ("thu", "jue", "jeu"), ("fri", "vie", "ven"), ("sat", "sab", "sáb", "sam"),
)  # fmt: skip
_DAY_NAME = re.compile(
    r"\b(?:(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?s?"
    r"|domingos?|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bados?"
    r"|dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi)\b"
)
_RANGE = re.compile(
    rf"(?P<first>{_DAY_NAME.pattern})\.?\s*(?:-|\u2013|\u2014|to|through|thru)\s*(?P<last>{_DAY_NAME.pattern})\.?"
)
_GROUPS = {
    "daily": range(7), "every day": range(7), "everyday": range(7), "all days": range(7),
    "weekdays": range(1, 6), "weekends": (0, 6),
}  # fmt: skip
_ORDINALS = {
    "1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4, "last": -1,
}  # fmt: skip
_ORDINAL = re.compile(r"\b(?:1st|first|2nd|second|3rd|third|4th|fourth|last)\b")
# What the normal form cannot say must not become "every week": a fifth week, or all weeks but some.
_BEYOND = re.compile(r"\b(?:5th|fifth|except|excluding|but not|not|no)\b")
_EVERY_OTHER = re.compile(r"every other|every (?:2|two|second) weeks|bi-?weekly|alternate")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
)
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
_PLAIN = re.compile(
    r"[!-%'-;=?-~]*(?: [!-%'-;=?-~]+)* ?"
)  # ASCII words with nothing in them to strip: the usual cell
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff\ud800-\udfff]")
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+?\(?\d[\d().\s-]{7,}\d")


@dataclass(frozen=True)
class Slot:
    """A weekday (0 = Sunday) with its rhythm: `setpos` month ordinals, `interval` weeks."""

    weekday: int
    setpos: tuple[int, ...] = ()
    interval: int = 1


def text(value: Any, limit: int = 255) -> str:
    """Plain text on one line: no tags, no entities, no invisible characters. "" when there is none."""
    if value is None or value == "" or isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""  # most cells of most rows
    plain = str(value)[: limit * 8]
    if _PLAIN.fullmatch(plain):
        return plain.strip()[:limit].strip()
    plain = html.unescape(_TAG.sub(" ", html.unescape(plain)))
    return _SPACE.sub(" ", _HIDDEN.sub("", _TAG.sub(" ", plain))).strip()[:limit].strip()


def impersonal(value: Any, limit: int = 500) -> str:
    """Text without e-mail addresses and telephone numbers: they belong to people, not to the place."""
    return _SPACE.sub(" ", _PERSONAL.sub("", text(value, limit))).strip()


def slots(value: Any) -> list[Slot | Unreadable]:
    """The weekdays of a `day` cell, one entry each; empty when there is none.

    Accepts 0-6, "0".."6", names (also "Saturday - Only 2nd and last"), and lists of any of these.
    """
    match value:
        case None | "" | []:
            return []
        case list():
            nested: list[Slot | Unreadable] = []
            for item in value:
                # A list inside the list is nobody's convention: unreadable, but still one row.
                nested += [UNREADABLE] if isinstance(item, list) else slots(item) or [UNREADABLE]
            return nested
        case bool():
            return [UNREADABLE]
        case int() | float():
            return [Slot(int(value))] if value in range(7) else [UNREADABLE]
        case str():
            return _slots_in_words(value)
        case _:
            return [UNREADABLE]


def _slots_in_words(value: str) -> list[Slot | Unreadable]:
    words = text(value).lower()
    if not words:
        return []
    if re.fullmatch(r"[\d\s,;.]+", words):
        numbers = [part for part in re.split(r"[\s,;]+", words) if part]
        return [Slot(int(n)) if re.fullmatch(r"[0-6]", n) else UNREADABLE for n in numbers] or [UNREADABLE]
    if _BEYOND.search(words):
        return [UNREADABLE]
    if ranged := _RANGE.fullmatch(words):
        first, last = (_weekday(ranged[end]) for end in ("first", "last"))
        return [Slot((first + step) % 7) for step in range((last - first) % 7 + 1)]
    if words in _GROUPS:
        return [Slot(day) for day in _GROUPS[words]]
    setpos = tuple(dict.fromkeys(_ORDINALS[found] for found in _ORDINAL.findall(words)))
    interval = 2 if _EVERY_OTHER.search(words) else 1
    days = dict.fromkeys(map(_weekday, _DAY_NAME.findall(words)))
    return [Slot(day, () if interval == 2 else setpos, interval) for day in days] or [UNREADABLE]


def _weekday(name: str) -> int:
    return next(day for day, stems in enumerate(_DAY_STEMS) if name.startswith(stems))


def clock(value: Any) -> time | Unreadable | None:
    """A wall time: "19:00", "9:00", "8:00 PM", "7pm", "19:00:00", "noon", "midnight"."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return UNREADABLE
    words = text(value).lower()
    if not words:
        return None
    if words in ("noon", "12 noon", "12:00 noon", "midday"):
        return time(12)
    if words in ("midnight", "12 midnight", "12:00 midnight", "24:00", "24:00:00"):
        return time(0)
    found = _CLOCK.fullmatch(words)
    if found is None or (found["minute"] is None and found["half"] is None):
        return UNREADABLE
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            # "19:30 PM" is seen; the 24-hour part says all there is to say.
            return time(hour, minute) if hour < 24 and minute < 60 else UNREADABLE
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else UNREADABLE


def type_codes(value: Any) -> tuple[str, ...]:
    """Known codes, sorted; from a list, a comma string, names, any case. Unknown ones are ignored.

    "Open" and "closed" together mean closed: the safer reading for a visitor.
    """
    cells = value if isinstance(value, list) else [value]
    parts = [part for cell in cells for part in re.split(r"[,;|]", text(cell, 2000))]
    named = (part.strip(" []\"'").lower() for part in parts)
    codes = {BY_CODE.get(name) or BY_NAME.get(name) or "" for name in named}
    codes -= {"", "O"} if "C" in codes else {""}
    return tuple(sorted(codes))


def says_online(value: Any) -> bool:
    """ONL, which the format does not know but every export writes."""
    cells = value if isinstance(value, list) else re.split(r"[,;|]", text(value, 2000))
    return any(text(cell).strip(" []").lower() in ("onl", "online", "online meeting") for cell in cells)


def yes_or_no(value: Any) -> bool | None:
    """True or False for yes/no in the usual spellings, None for anything else."""
    words = str(value).lower() if isinstance(value, bool | int) else text(value).lower()
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(words)


def link(value: Any) -> str:
    """An http(s) address with a lower-case scheme and host, or ""."""
    try:
        parts = urlsplit(_SPACE.sub("", text(value, 2000)))
        host = parts.hostname
        scheme = parts.scheme.lower()
        if scheme not in ("http", "https") or not host or "@" in parts.netloc:
            return ""
        return urlunsplit((scheme, parts.netloc.lower(), parts.path, parts.query, parts.fragment))
    except ValueError:
        return ""


def number(value: Any, limit: float) -> float | None:
    """A coordinate within ±limit, five decimals (about a metre); None when absent, absurd or "0"."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return round(found, 5) if found != 0 and abs(found) <= limit else None
