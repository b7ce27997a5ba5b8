"""Signs that a file was damaged on its way: a segment that lost its name, or its own place.

One wrong byte can hide a refusal (AAA), an end date (DTP), a birth date (DMG), the beginning of another
person (HL) or that somebody is not covered (EB), and what is left would read like coverage. Careless writers
do not produce these signs; wrong counts and control numbers, which they do produce, are none by themselves.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from services.insurance.x12.codes import COVERAGE_LEVEL, INFORMATION, REJECTION
from services.insurance.x12.segments import Segment

KNOWN = frozenset(
    [
        "ST",
        "SE",
        "BHT",
        "HL",
        "TRN",
        "NM1",
        "N2",
        "N3",
        "N4",
        "PER",
        "REF",
        "AAA",
        "PRV",
        "DMG",
        "INS",
        "HI",
        "DTP",
        "MPI",
        "EB",
        "HSD",
        "MSG",
        "III",
        "LS",
        "LE",
        "EQ",
        "AMT",
    ]
)
DIGITS = re.compile(r"\d{1,12}", re.ASCII)
TELLING = 3  # elements behind a name that show its kind


def _refusal(rest: Sequence[str]) -> bool:
    return len(rest) > 2 and rest[0] in ("Y", "N") and rest[2].strip() in REJECTION


def _dates(rest: Sequence[str]) -> bool:
    return len(rest) > 1 and len(rest[0]) == 3 and rest[0].isdigit() and rest[1].strip() in ("D8", "RD8")


def _birth(rest: Sequence[str]) -> bool:
    return len(rest) > 1 and rest[0] == "D8" and rest[1].strip()[:8].isdigit()


def _level(rest: Sequence[str]) -> bool:
    return len(rest) > 2 and DIGITS.fullmatch(rest[0]) is not None and rest[2] in ("20", "21", "22", "23")


def _benefit(rest: Sequence[str]) -> bool:
    return len(rest) > 2 and rest[0] in INFORMATION and rest[1] in ("", *COVERAGE_LEVEL)


LIKE: dict[str, Callable[[Sequence[str]], bool]] = {
    "AAA": _refusal,
    "DTP": _dates,
    "DMG": _birth,
    "HL": _level,
    "EB": _benefit,
}


def signs(segments: Sequence[Segment], stated: int | None) -> Iterator[str]:
    """Sentences about what is damaged in the segments ST to SE. `stated` is the count in SE01."""
    for segment in segments:
        if segment.id in KNOWN:
            continue
        if not segment.is_named():
            yield f"Segment {segment.position} is damaged: it has no segment name."
        elif kind := _meant(segment):
            yield f"Segment {segment.position} is damaged: it reads like {kind} under another name."
    if stated != len(segments):
        for segment in segments:
            if kind := _swallowed(segment):
                yield f"Segment {segment.position} is damaged: it seems to hold the beginning of {kind}."


def _meant(segment: Segment) -> str | None:
    """The kind of segment an unknown one reads like; its first element may have been split off the name, or
    have grown on to it (EB6)."""
    if segment.id[:2] in ("EB", "HL") and (segment.id[2].isdigit() or segment.id[2] in INFORMATION):
        return segment.id[:2]
    rests = (segment.elements, segment.elements[1 : 1 + TELLING])
    return next((kind for kind, like in LIKE.items() if any(map(like, rests))), None)


def _swallowed(segment: Segment) -> str | None:
    """The kind of a segment that became part of this one when the terminator between them was lost."""
    for place, element in enumerate(segment.elements, start=1):
        for kind, like in LIKE.items():
            if element.endswith(kind) and like(segment.elements[place : place + TELLING]):
                return kind
    return None
