"""Reading one cell of somebody else's row. Every function takes any value and never raises.

What is absent is None; what is there but cannot be read is `UNREADABLE`, so that a row is refused with a
reason instead of silently becoming "by appointment".
"""

import hashlib
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
    ("su", "dom", "dim"), ("mo", "lun"), ("tu", "mar"), ("we", "mie", "mié", "mer"),
    ("th", "jue", "jeu"), ("fr", "vie", "ven"), ("sa", "sáb"),
)  # fmt: skip
_DAY_NAME = re.compile(
    r"\b(?:(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?s?"
    r"|domingos?|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bados?"
    r"|dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi)\b"
)
_RANGE = re.compile(
    rf"(?P<first>{_DAY_NAME.pattern})\.?\s*(?:-|\u2013|\u2014|to|through|thru)\s*(?P<last>{_DAY_NAME.pattern})\.?"
)
_TWO_LETTERS = r"(?:su|mo|tu|we|th|fr|sa)"  # "we" is a word, too: only where nothing else is written
_ALL_SHORT = re.compile(rf"{_TWO_LETTERS}(?:[\s,;/&+.]+{_TWO_LETTERS})*\.?")
_GROUPS = {
    "daily": range(7),
    "every day": range(7),
    "everyday": range(7),
    "all days": range(7),
    "weekdays": range(1, 6),
    "m-f": range(1, 6),
    "weekends": (0, 6),
}
_BY_APPOINTMENT = re.compile(r"(?:by )?appointments?(?: only)?|on request")  # fmt: skip
_ORDINALS = {
    "1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4, "last": -1,
    "1er": 1, "primer": 1, "primero": 1, "premier": 1, "segundo": 2, "deuxième": 2, "tercer": 3, "tercero": 3,
    "troisième": 3, "cuarto": 4, "quatrième": 4, "último": -1, "ultimo": -1, "dernier": -1,
}  # fmt: skip
_ORDINAL = re.compile(rf"\b(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\b")
# What the normal form cannot say must not become "every week": a fifth week, or all weeks but some, or a
# rhythm that is named without saying which week.
_BEYOND = re.compile(
    r"\b(?:5th|fifth|quinto|except|excluding|excepto|salvo|sauf|but not|not|no|odd|even|quarterly|monthly"
    r"|(?:to|from) (?:the )?last|penultimate|pen[uú]ltimo|once a month|mensual(?:mente)?|mensuel"
    r"|every (?:third|3rd|3|three|fourth|4th|4|four) weeks?)\b"
)
_EVERY_OTHER = re.compile(
    r"every other|every (?:2|two|second) weeks|bi-?weekly|fortnightly|alternat"
    r"|quincenal|cada (?:2|dos)\b"
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
)
_ZONE_WORDS = re.compile(
    r"\s*\(?\b(?:(?:[ecmp][sd]?t)|(?:eastern|central|mountain|pacific)(?: standard| daylight)?(?: time)?)\)?$"
)
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
_PLAIN = re.compile(
    r"[!-%'-;=?-~]*(?: [!-%'-;=?-~]+)* ?"
)  # ASCII words with nothing in them to strip: the usual cell
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff\ud800-\udfff]")
_EMAIL = r"(?:mailto:)?[\w.+-]{1,64}\s?(?:@|[\[(]at[\])])\s?[\w-]+(?:\s?(?:\.|[\[(]dot[\])])\s?[\w-]+)+"
# In running text any long row of digits; in names and addresses only what is written like a telephone number:
# house numbers and ZIP+4 codes are digits too.
_PERSONAL = re.compile(rf"{_EMAIL}|\+?\(?\d[\d().\s-]{{7,}}\d", re.IGNORECASE)
_CONTACT = re.compile(
    rf"{_EMAIL}|\+\d[\d().\s-]{{7,}}\d|(?<![\d-])(?:1[\s.-])?\(?\d{{3}}\)?[\s.-]*\d{{3}}[\s.-]*\d{{4}}(?![\d-])"
    r"|(?<!\d)0\d{2,4}[\s.-]\d{3,4}[\s.-]?\d{3,4}(?!\d)",
    re.IGNORECASE,
)


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


def _hashed(own: str) -> str:
    return hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()[:24]


def impersonal(value: Any, limit: int = 500) -> str:
    """Text without e-mail addresses and telephone numbers: they belong to people, not to the place."""
    return _SPACE.sub(" ", _PERSONAL.sub("", text(value, limit))).strip()


def label(value: Any, limit: int = 255) -> str:
    """A name or an address, in which somebody may have written how to reach them."""
    plain = text(value, limit)
    if "@" not in plain and "(at)" not in plain.lower() and sum(map(str.isdigit, plain)) < 9:
        return plain
    return _SPACE.sub(" ", _CONTACT.sub("", plain)).strip(" ,;:-")


def key(value: Any) -> str:
    """A list's own id for a row; hashed when it is somebody's address, so that it stays the same."""
    own = text(value, 180)
    return own if label(own) == own.strip(" ,;:-") or "@" not in own else _hashed(own)


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
    words = text(value).lower().strip("[]\"' ")
    if not words or _BY_APPOINTMENT.fullmatch(words):
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
    names = re.findall(_TWO_LETTERS, words) if _ALL_SHORT.fullmatch(words) else _DAY_NAME.findall(words)
    days = dict.fromkeys(map(_weekday, names))
    return [Slot(day, () if interval == 2 else setpos, interval) for day in days] or [UNREADABLE]


def _weekday(name: str) -> int:
    return next(day for day, stems in enumerate(_DAY_STEMS) if name.startswith(stems))


def clock(value: Any) -> time | Unreadable | None:
    """A wall time: "19:00", "9:00", "8:00 PM", "7pm", "1900", "19:00:00", "noon", "7 PM Eastern"."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return UNREADABLE
    words = text(value).lower()
    if not words:
        return None
    if words in ("noon", "12 noon", "12:00 noon", "midday"):
        return time(12)
    if words in ("midnight", "12 midnight", "12:00 midnight", "24:00", "24:00:00", "2400"):
        return time(0)
    if re.fullmatch(r"\d{4}", words):
        words = f"{words[:2]}:{words[2:]}"
    found = _CLOCK.fullmatch(_ZONE_WORDS.sub("", words))
    if found is None or (found["minute"] is None and found["half"] is None):
        return UNREADABLE
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            # "19:30 PM" is seen; the 24-hour part says all there is to say.
            return time(hour, minute) if hour < 24 and minute < 60 else UNREADABLE
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else UNREADABLE


def ends_the_day(value: Any) -> bool:
    """24:00 is the midnight that ends the day it stands beside, and thus belongs to the next one (ISO 8601);
    `clock` reads it as 00:00. "Midnight" in words is left on its day: that is how the format's own readers
    show 00:00."""
    return text(value, 20).startswith(("24:00", "2400"))


def the_day_after(slot: Slot) -> Slot | Unreadable:
    """None of the normal form's rhythms is "the day after the first Saturday" or after every other one."""
    plain = slot.interval == 1 and not slot.setpos
    return Slot((slot.weekday + 1) % 7) if plain else UNREADABLE


def span(value: Any) -> tuple[time | Unreadable | None, time | Unreadable | None]:
    """Start and end of a time cell; the end is None unless both are in it: "7:00 PM - 8:00 PM", "7-8pm"."""
    starts = clock(value)
    ends = re.split(r"\s*(?:-|\u2013|\u2014|\bto\b)\s*", text(value).lower()) if starts is UNREADABLE else []
    if len(ends) != 2:
        return starts, None
    first, last = ends
    half = re.search(r"[ap]\.?m\.?", last)
    began = clock(first)
    if half and isinstance(clock(f"{first} {half[0]}"), time) and not re.search("[ap]", first):
        began = clock(f"{first} {half[0]}")
        finished = clock(last)
        if isinstance(began, time) and isinstance(finished, time) and began > finished:
            began = time((began.hour + 12) % 24, began.minute)  # "11-1 pm" begins before noon
    return began, clock(last) if isinstance(began, time) else None


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
