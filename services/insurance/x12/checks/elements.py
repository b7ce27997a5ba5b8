"""Single elements: codes nobody knows, numbers that do not check, halves of pairs."""

from collections.abc import Collection, Iterator
from datetime import date

from services.insurance.x12 import codes
from services.insurance.x12.envelopes import Transaction
from services.insurance.x12.notes import Notes
from services.insurance.x12.npi import is_npi
from services.insurance.x12.segments import Delimiters, Segment
from services.insurance.x12.values import day, service_types

CODED: dict[str, dict[int, Collection[str]]] = {
    "AAA": {1: ("Y", "N"), 3: codes.REJECTION, 4: codes.FOLLOWUP},
    "DMG": {1: ("D8",), 3: ("F", "M", "U")},
    "DTP": {1: codes.DATE, 2: ("D8", "RD8")},
    "EB": {
        1: codes.INFORMATION,
        2: codes.COVERAGE_LEVEL,
        6: codes.PERIOD,
        9: codes.QUANTITY,
        11: codes.AUTHORIZATION,
        12: codes.NETWORK,
    },
    "EQ": {3: codes.COVERAGE_LEVEL},
    "INS": {1: ("Y", "N"), 2: codes.RELATIONSHIP},
    "NM1": {2: ("1", "2")},
    "TRN": {1: ("1", "2")},
}
NEEDED = {
    "AAA": (1, 3, 4),
    "BHT": (3,),
    "DMG": (1, 2),
    "DTP": (1, 2, 3),
    "EB": (1,),
    "INS": (1, 2),
    "NM1": (1, 2),
    "REF": (1, 2),
    "TRN": (1, 2, 3),
    "N3": (1,),
    "MSG": (1,),
}
PAIRS = {"NM1": ((8, 9),), "EB": ((9, 10),), "PER": ((3, 4), (5, 6), (7, 8))}
SERVICE_TYPES_AT = {"EB": 3, "EQ": 1}


def findings(transaction: Transaction) -> Iterator[str]:
    said = next((day(s.at(4)) for s in transaction.segments if s.id == "BHT"), None)
    for segment in transaction.segments:
        for place in NEEDED.get(segment.id, ()):
            if not segment.at(place):
                yield f"{_named(segment, place)} is missing."
        for place, known in CODED.get(segment.id, {}).items():
            if segment.at(place) and segment.at(place) not in known:
                yield f"{_named(segment, place)} is not a code of the standard."
        for first, second in PAIRS.get(segment.id, ()):
            if bool(segment.at(first)) is not bool(segment.at(second)):
                yield f"{_named(segment, first)} and {segment.id}{second:02} must stand together."
        yield from _types(segment, transaction.delimiters)
        yield from _special(segment, said)


def _named(segment: Segment, place: int) -> str:
    return f"{segment.id}{place:02} at segment {segment.position}"


def _types(segment: Segment, marks: Delimiters) -> Iterator[str]:
    place = SERVICE_TYPES_AT.get(segment.id)
    if place is None:
        return
    types = service_types(segment, place, marks.repetition, Notes())
    if set(types) - codes.SERVICE_TYPES:
        yield f"{_named(segment, place)} has a service type the standard does not know."
    if len(set(types)) < len(types):
        yield f"{_named(segment, place)} has the same service type twice."
    if segment.id == "EQ" and not types and not segment.at(2):
        yield f"EQ at segment {segment.position} asks for nothing: neither EQ01 nor EQ02 is there."


def _special(segment: Segment, said: date | None) -> Iterator[str]:
    """Rules of one segment. `said` is the day the transaction was written (BHT04)."""
    at = segment.at
    match segment.id:
        case "NM1" if at(8) == "XX" and at(9) and not is_npi(at(9)):
            yield f"{_named(segment, 9)} is not an NPI: ten digits of which the last checks the others."
        case "BHT" if said is None:
            yield f"{_named(segment, 4)} is not a date."
        case "TRN" if at(3) and len(at(3)) != 10:
            yield f"{_named(segment, 3)} must have ten characters."
        case "DMG":
            born = day(at(2))
            if born is not None and said is not None and born > said:
                yield f"{_named(segment, 2)} is after the day the transaction was written."
        case _:
            pass
