"""BHT and the hierarchy: which levels there are, what each must hold, and in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.insurance.x12.envelopes import Transaction
from services.insurance.x12.segments import Segment

LEVELS = {"20": "payer", "21": "provider", "22": "subscriber", "23": "dependant"}
ABOVE = {"20": "", "21": "20", "22": "21", "23": "22"}
ENTITIES = {
    "20": frozenset({"2B", "36", "GP", "P5", "PR"}),
    "21": frozenset({"1P", "2B", "36", "80", "FA", "GP", "P5", "PR"}),
    "22": frozenset({"IL"}),
    "23": frozenset({"03"}),
}
# The order of segments, a detail beginning with EB or EQ and starting over with each of them.
NAME_ORDER = ("HL", "TRN", "NM1", "REF", "N3", "N4", "PER", "AAA", "PRV", "DMG", "INS", "HI", "DTP", "MPI")
DETAIL_ORDER = {
    "EB": ("EB", "HSD", "REF", "DTP", "AAA", "MSG", "III", "LS", "NM1", "N3", "N4", "PER", "PRV", "LE"),
    "EQ": ("EQ", "AMT", "III", "REF", "DTP"),
}
PURPOSE = {"270": ("13", "01", "36"), "271": ("11", "06")}
ONLY_IN = {"EQ": "270", "AMT": "270", "EB": "271", "AAA": "271", "MSG": "271", "HSD": "271", "MPI": "271"}


@dataclass
class Level:
    hl: Segment
    parent: "Level | None"
    segments: list[Segment] = field(default_factory=list)
    children: int = 0

    @property
    def name(self) -> str:
        return LEVELS.get(self.hl.at(3), "level")

    def ids(self) -> set[str]:
        return {segment.id for segment in self.segments}


def findings(transaction: Transaction) -> Iterator[str]:
    body = [s for s in transaction.segments[1:] if s.id != "SE"]
    yield from _beginning(transaction.kind, transaction.segments[0], body)
    levels, stray = _levels(body)
    for segment in stray:
        yield f"{segment.where} stands before any level (HL)."
    yield from _hierarchy(levels)
    for level in levels:
        yield from _level(transaction.kind, level)
    start = transaction.segments[0].position
    if "22" not in {level.hl.at(3) for level in levels}:
        refused = any("AAA" in level.ids() for level in levels)
        if transaction.kind == "270" or not refused:
            yield f"The transaction at segment {start} names no subscriber (HL03 22)."


def _beginning(kind: str, st: Segment, body: Sequence[Segment]) -> Iterator[str]:
    if not body or body[0].id != "BHT":
        yield f"BHT is missing behind the ST at segment {st.position}."
        return
    bht = body[0]
    if bht.at(1) != "0022":
        yield f"BHT01 at segment {bht.position} must be 0022."
    if bht.at(2) not in PURPOSE[kind]:
        yield f"BHT02 at segment {bht.position} must be {PURPOSE[kind][0]} for a {kind}."


def _levels(body: Sequence[Segment]) -> tuple[list[Level], list[Segment]]:
    """The levels with what stands in each, and what stands before the first."""
    levels: list[Level] = []
    stray: list[Segment] = []
    by_id: dict[str, Level] = {}
    for segment in body:
        if segment.id == "HL":
            parent = by_id.get(segment.at(2))
            level = Level(segment, parent)
            if parent is not None:
                parent.children += 1
            by_id[segment.at(1)] = level
            levels.append(level)
        elif levels:
            levels[-1].segments.append(segment)
        elif segment.id != "BHT":
            stray.append(segment)
    return levels, stray


def _hierarchy(levels: Sequence[Level]) -> Iterator[str]:
    seen: set[str] = set()
    for count, level in enumerate(levels, start=1):
        hl, where = level.hl, f"at segment {level.hl.position}"
        if hl.at(1) in seen:
            yield f"HL01 {where} repeats the number of another level."
        elif hl.at(1) != str(count):
            yield f"HL01 {where} must be {count}: levels are counted from 1."
        seen.add(hl.at(1))
        above = ABOVE.get(hl.at(3))
        if above == "" and hl.at(2):
            yield f"HL02 {where} must be empty: nothing stands above the payer."
        elif above and (level.parent is None or level.parent.hl.at(3) != above):
            yield f"HL02 {where} names no level this one can belong to."
        if hl.at(4) not in ("0", "1"):
            yield f"HL04 {where} must be 0 or 1."
        elif hl.at(4) != ("1" if level.children else "0"):
            said = "has no level below it" if hl.at(4) == "1" else "has levels below it"
            yield f"HL04 {where} is wrong: the {level.name} {said}."


def _level(kind: str, level: Level) -> Iterator[str]:
    hl = level.hl
    yield from _ordered(kind, level.segments)
    if hl.at(3) not in LEVELS:
        return
    name = next((s for s in _before_details(level.segments) if s.id == "NM1"), None)
    here = level.ids()
    if name is None:
        if "AAA" not in here:
            yield f"NM1 is missing: the {level.name} at segment {hl.position} has no name."
    elif name.at(1) not in ENTITIES[hl.at(3)]:
        yield f"NM101 at segment {name.position} does not fit the {level.name}."
    if hl.at(3) not in ("22", "23"):
        for segment in level.segments:
            if segment.id in ("EB", "EQ"):
                where = f"{segment.id} at segment {segment.position}"
                yield f"{where} belongs to the {level.name}, not to a person."
        return
    otherwise = any(s.id == "REF" and s.at(1) == "SY" for s in level.segments)  # a social security number
    if hl.at(3) == "22" and kind == "270" and name is not None and not name.at(9) and not otherwise:
        yield f"The subscriber at segment {name.position} has no member id (NM108 MI, NM109)."
    if level.children:
        return
    if kind == "270" and "EQ" not in here:
        yield f"EQ is missing: nothing is asked about the {level.name} at segment {hl.position}."
    if kind == "271" and not here & {"EB", "AAA"}:
        yield f"The {level.name} at segment {hl.position} has neither benefits (EB) nor a refusal (AAA)."


def _before_details(segments: Sequence[Segment]) -> Iterator[Segment]:
    for segment in segments:
        if segment.id in DETAIL_ORDER:
            return
        yield segment


def _ordered(kind: str, segments: Sequence[Segment]) -> Iterator[str]:
    order: tuple[str, ...] = NAME_ORDER
    reached, bracket = 1, None
    named = any(s.id == "NM1" for s in _before_details(segments))
    for segment in segments:
        name, where = segment.id, segment.where
        if name in DETAIL_ORDER:
            if bracket:
                yield f"LE is missing before the {where}."
            order, reached, bracket = DETAIL_ORDER[name], 0, None
        if ONLY_IN.get(name, kind) != kind or name not in order:
            yield f"{where} has no place there in a {kind}."
            continue
        if name in ("LS", "LE"):
            if (name == "LE") is (bracket is None):
                yield f"{where} has no {'LS before' if name == 'LE' else 'LE behind'} it."
            bracket = segment if name == "LS" else None
        elif name == "NM1" and order[0] == "EB" and bracket is None:
            yield f"{where} must stand between LS and LE."
        place = order.index(name)
        if name == "AAA" and order is NAME_ORDER and (not named or reached < order.index("NM1")):
            continue  # a refusal of the level itself stands before its name
        if place < reached and not (name == "NM1" and bracket):
            yield f"{where} stands behind {order[reached]}, where it has no place."
        else:
            reached = place
    if bracket:
        yield f"LE is missing for the LS at segment {bracket.position}."
