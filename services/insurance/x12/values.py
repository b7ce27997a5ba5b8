"""Single elements to values: dates, amounts, names. A value that makes no sense is None plus a warning."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from services.insurance.x12.answers import Delivery, Party, Period
from services.insurance.x12.segments import Segment

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


def day(text: str) -> date | None:
    """CCYYMMDD, or YYMMDD as version 4010 wrote it; None for anything else."""
    digits = text.strip()[:8]
    if len(digits) == 6:
        digits = ("19" if digits > "69" else "20") + digits
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def number(segment: Segment, place: int, warnings: list[str]) -> Decimal | None:
    """The decimal at `place`; None where there is none or it is no number (then a warning)."""
    text = segment.at(place)
    if not text:
        return None
    try:
        if NUMBER.fullmatch(text):
            return Decimal(text)
    except InvalidOperation:
        pass
    warnings.append(f"{segment.id}{place:02} at segment {segment.position} is not a number.")
    return None


def period(segment: Segment, warnings: list[str]) -> Period | None:
    """A DTP: D8 one day, RD8 first and last day with a hyphen between."""
    first, _, last = segment.at(3).partition("-")
    start, end = day(first), day(last) if last else None
    if start is None or (last and end is None):
        warnings.append(f"DTP03 at segment {segment.position} is not a date.")
        return None
    return Period(segment.at(1), start, end, segment.position)


def party(segment: Segment) -> Party:
    """An NM1."""
    at = segment.at
    return Party(at(1), at(3), at(4), at(5), at(7), at(8), at(9))


def delivery(segment: Segment) -> Delivery:
    """An HSD."""
    return Delivery(*(segment.at(n) for n in range(1, 7)))


def codes(segment: Segment, place: int, separators: tuple[str | None, ...]) -> tuple[str, ...]:
    """Repeated codes. Old envelopes repeat with the component separator, so all are tried."""
    found = [segment.at(place)]
    for separator in separators:
        if separator:
            found = [part for text in found for part in text.split(separator)]
    return tuple(part.strip() for part in found if part.strip())
