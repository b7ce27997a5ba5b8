"""ISA, GS and ST and their ends."""

import re
from collections.abc import Iterator

from services.insurance.x12.envelopes import Interchange
from services.insurance.x12.segments import Segment
from services.insurance.x12.values import day

ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
FUNCTION = {"270": "HS", "271": "HB"}
VERSIONS = ("005010X279A1", "005010X279")
OUTSIDE = frozenset({"ISA", "GS", "GE", "IEA", "TA1", "ISB", "ISE"})
CLOCK = re.compile(r"([01]\d|2[0-3])[0-5]\d([0-5]\d\d{0,2})?", re.ASCII)


def findings(interchange: Interchange) -> Iterator[str]:
    yield from _isa(interchange)
    yield from _groups(interchange)
    for transaction in interchange.transactions:
        if transaction.kind not in FUNCTION:
            place = transaction.segments[0].position
            yield f"The transaction at segment {place} is neither a 270 nor a 271 and was not checked."
    if not interchange.transactions:
        yield f"The interchange at segment {interchange.segments[0].position} holds no transaction (ST)."


def _isa(interchange: Interchange) -> Iterator[str]:
    isa, marks = interchange.segments[0], interchange.delimiters
    for place, width in enumerate(ISA_WIDTHS, start=1):
        length = len(isa.elements[place - 1]) if place <= len(isa.elements) else 0
        if length != width:
            yield f"ISA{place:02} at segment {isa.position} must be {width} characters long and is {length}."
    if day(isa.at(9)) is None:
        yield f"ISA09 at segment {isa.position} is not a date."
    if not CLOCK.fullmatch(isa.at(10)):
        yield f"ISA10 at segment {isa.position} is not a time of day."
    if isa.at(12) != "00501":
        yield f"ISA12 at segment {isa.position} is not version 00501."
    if not isa.at(13).isdigit():
        yield f"ISA13 at segment {isa.position} is not a number."
    if isa.at(14) not in ("0", "1"):
        yield f"ISA14 at segment {isa.position} must be 0 or 1."
    if isa.at(15) not in ("P", "T"):
        yield f"ISA15 at segment {isa.position} must be P (production) or T (test)."
    used = [m for m in (marks.element, marks.component, marks.repetition, marks.terminator) if m]
    if len(set(used)) < len(used):
        yield f"The delimiters in ISA at segment {isa.position} are not four different characters."


def _groups(interchange: Interchange) -> Iterator[str]:
    """Everything between ISA and IEA but outside transactions, and that each transaction fits its group."""
    group: Segment | None = None
    inside = False
    controls: set[str] = set()
    for segment in interchange.segments:
        where = f"{segment.id} at segment {segment.position}"
        if segment.id == "GS":
            if group is not None:
                yield f"GE is missing before the {where}."
            group, controls = segment, set()
            yield from _group(segment)
        elif segment.id == "GE":
            if group is None:
                yield f"{where} ends a group that was never begun (GS)."
            group = None
        elif segment.id == "ST":
            inside = True
            yield from _start(segment, group, controls)
        elif segment.id == "SE":
            inside = False
        elif segment.id == "IEA" and group is not None:
            yield f"GE is missing before the {where}."
            group = None
        elif not inside and segment.id not in OUTSIDE:
            yield f"Segment {segment.position} stands outside every transaction."


def _group(gs: Segment) -> Iterator[str]:
    where = f"at segment {gs.position}"
    for place in (2, 3):
        if not gs.at(place):
            yield f"GS{place:02} {where} is empty."
    if day(gs.at(4)) is None or len(gs.at(4)) != 8:
        yield f"GS04 {where} is not a date (CCYYMMDD)."
    if not CLOCK.fullmatch(gs.at(5)):
        yield f"GS05 {where} is not a time of day."
    if not gs.at(6).isdigit():
        yield f"GS06 {where} is not a number."
    if gs.at(7) != "X":
        yield f"GS07 {where} must be X."


def _start(st: Segment, group: Segment | None, controls: set[str]) -> Iterator[str]:
    where = f"at segment {st.position}"
    if not re.fullmatch(r"[A-Za-z0-9]{4,9}", st.at(2)):
        yield f"ST02 {where} must be 4 to 9 letters or digits."
    if st.at(2) in controls:
        yield f"ST02 {where} repeats the control number of another transaction in its group."
    controls.add(st.at(2))
    if st.at(1) not in FUNCTION:
        return
    if group is None:
        yield f"ST {where} stands outside every group (GS)."
        return
    if group.at(1) != FUNCTION[st.at(1)]:
        yield f"GS01 at segment {group.position} must be {FUNCTION[st.at(1)]} for a {st.at(1)}."
    if group.at(8) not in VERSIONS:
        yield f"GS08 at segment {group.position} is not version {VERSIONS[0]}."
    if st.at(3) != group.at(8) and (st.at(3) or group.at(8) in VERSIONS):
        yield f"ST03 {where} does not repeat the version of GS08."
