"""Single segments to values: dates, amounts, names, addresses. What makes no sense is None plus a note."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from services.insurance.x12.answers import Address, Contact, Delivery, Party, Period, Trace
from services.insurance.x12.codes import BEGINS, ENDS, SPANS
from services.insurance.x12.notes import Notes
from services.insurance.x12.segments import Segment

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
# CCYYMMDD with or without a time of day behind it, or YYMMDD as version 4010 wrote it.
DAY = re.compile(r"\d{6}|\d{8}(\d{4}|\d{6})?", re.ASCII)
CODE = re.compile(r"[A-Z0-9]{1,3}", re.IGNORECASE | re.ASCII)
QUALIFIER = re.compile(r"\d{3}", re.ASCII)
FORMAT = re.compile(r"[A-Z]{1,2}[0-9A-Z]{1,2}", re.ASCII)  # DTP02: D8, RD8, and what 4010 had beside them
NO_DATE = frozenset({"", "00000000", "99999999"})  # how some payers write "none"
# What repeats EB03 in files whose envelope declares nothing (4010) or something else than the body uses.
REPEATS = "^:>|;&\\"
# What a span says that has only its last day: DTP01 of that end, or of the end of any period.
END_OF = {"291": "347", "346": "347", "307": "357", "356": "357", "292": "349", "348": "349"}
END_OF_ANY = "194"


def day(text: str) -> date | None:
    """The calendar day in `text` (D8, or D6 of version 4010); None for anything else."""
    digits = text.strip()
    if not DAY.fullmatch(digits):
        return None
    if len(digits) == 6:
        digits = ("19" if digits > "69" else "20") + digits
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def number(segment: Segment, place: int, notes: Notes) -> Decimal | None:
    """The decimal at `place`; None where there is none or it is no number (then a note)."""
    text = segment.at(place)
    if not text:
        return None
    try:
        if NUMBER.fullmatch(text):
            return Decimal(text)
    except InvalidOperation:
        pass
    notes.odd.append(f"{segment.id}{place:02} at segment {segment.position} is not a number.")
    return None


def period(segment: Segment, notes: Notes, *, decisive: bool = True) -> Period | None:
    """A DTP: D8 one day, RD8 first and last day with a hyphen between.

    RD8 with one day only is a beginning; with no first day it becomes the end that it states. A date that
    cannot be read is damage where it bounds the coverage: it may be the end of it. `decisive` is whether a
    date at this place can bound it at all.
    """
    qualifier, text = segment.at(1), segment.at(3)
    known = QUALIFIER.fullmatch(qualifier) is not None
    worse = notes.damaged if decisive else notes.odd
    if text in NO_DATE and FORMAT.fullmatch(segment.at(2)) and not segment.at(4) and known:
        notes.odd.append(f"DTP03 at segment {segment.position} states no date.")
        return None
    first, hyphen, last = (part.strip() for part in text.partition("-"))
    start, end = day(first), day(last)
    if hyphen and first in NO_DATE and last in NO_DATE and first and last and known:
        notes.odd.append(f"DTP03 at segment {segment.position} states no date.")
        return None
    if hyphen and first in NO_DATE and first and end is not None and known:
        notes.odd.append(f"DTP03 at segment {segment.position} ends without beginning.")
        bounds = qualifier in BEGINS | SPANS
        return Period(END_OF.get(qualifier, END_OF_ANY) if bounds else qualifier, end, None, segment.position)
    one_day_only = segment.at(2) == "RD8" and not hyphen
    if start is None or (end is None and last not in NO_DATE) or (one_day_only and segment.at(4)):
        bounds = not known or qualifier in BEGINS | ENDS | SPANS
        (worse if bounds else notes.odd).append(f"DTP03 at segment {segment.position} is not a date.")
        return None
    if one_day_only:
        notes.odd.append(f"DTP03 at segment {segment.position} begins without ending.")
    if not known:
        worse.append(f"DTP01 at segment {segment.position} is not a qualifier of three digits.")
    if end is not None and end < start:
        notes.odd.append(f"DTP03 at segment {segment.position} ends before it begins.")
    return Period(qualifier, start, end, segment.position)


def birth_date(segment: Segment, notes: Notes) -> tuple[date | None, bool]:
    """DMG02, and whether it says something that cannot be read: then nobody knows whose it is."""
    text = segment.at(2)
    born = day(text)
    unreadable = born is None and text not in NO_DATE
    if unreadable:
        notes.odd.append(f"DMG02 at segment {segment.position} is not a date.")
    return born, unreadable


def party(segment: Segment) -> Party:
    """An NM1."""
    at = segment.at
    return Party(at(1), at(3), at(4), at(5), at(7), at(8), at(9))


def contact(segment: Segment) -> Contact:
    """A PER: up to three numbers, each behind its qualifier, the same one twice included."""
    pairs = ((segment.at(n), segment.at(n + 1)) for n in (3, 5, 7))
    return Contact(segment.at(2), tuple(pair for pair in pairs if pair[1]))


def address(first: Segment | None, second: Segment | None) -> Address | None:
    """N3 and N4 together; either may be missing."""
    lines = tuple(line for n in (1, 2) if first and (line := first.at(n)))
    place = tuple(second.at(n) for n in range(1, 5)) if second else ("", "", "", "")
    return Address(lines, *place) if lines or any(place) else None


def trace(segment: Segment) -> Trace:
    """A TRN."""
    return Trace(segment.at(1), segment.at(2), segment.at(3), segment.at(4))


def delivery(segment: Segment) -> Delivery:
    """An HSD."""
    return Delivery(*(segment.at(n) for n in range(1, 9)))


def parts(text: str, separator: str) -> tuple[str, ...]:
    """The components of a composite element, blanks at its end left out."""
    found = [part.strip() for part in text.split(separator)] if text else []
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def service_types(
    segment: Segment, place: int, repetition: str | None, notes: Notes, *, decisive: bool = True
) -> tuple[str, ...]:
    """Repeated service type codes, known or not. A code is letters and digits only, so separators other than
    the declared one are told apart safely: 4010 envelopes declare none, and some bodies use another.
    `decisive` is whether the coverage itself hangs on them, so that what is no code may be damage."""
    text = segment.at(place)
    if text.isalnum():
        found = [text]
    else:
        for mark in REPEATS + (repetition or ""):
            text = text.replace(mark, " ")
        found = text.split()
    if not all(CODE.fullmatch(code) for code in found):
        said = f"{segment.id}{place:02} at segment {segment.position} is not a list of codes."
        (notes.damaged if decisive else notes.odd).append(said)
    return tuple(found)
