"""A 271 transaction to a Response. It never fails: what it does not know it keeps, what is odd it warns of.

The hierarchy comes from HL02 and HL03; HL04 ("has children") is wrong in real answers and is not read.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from services.insurance.x12 import values
from services.insurance.x12.answers import (
    Answer,
    Benefit,
    Delivery,
    Party,
    Period,
    Person,
    Rejection,
    Response,
    Trace,
)
from services.insurance.x12.envelopes import Transaction
from services.insurance.x12.segments import Delimiters, Segment

LOOP = {"20": "A", "21": "B", "22": "C", "23": "D"}


@dataclass
class Draft:
    """One EB while what hangs below it is being read."""

    first: Benefit
    dates: list[Period] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    entities: list[Party] = field(default_factory=list)

    def benefit(self) -> Benefit:
        below = (self.dates, self.messages, self.deliveries, self.places, self.references, self.entities)
        if not any(below):
            return self.first
        return replace(
            self.first,
            dates=tuple(self.dates),
            messages=tuple(self.messages),
            deliveries=tuple(self.deliveries),
            places=tuple(self.places),
            references=tuple(self.references),
            entities=tuple(self.entities),
        )


@dataclass
class Level:
    """One HL while it is being read."""

    kind: str
    id: str
    parent: str
    party: Party | None = None
    birth_date: date | None = None
    sex: str = ""
    relationship: str = ""
    references: list[tuple[str, str]] = field(default_factory=list)
    dates: list[Period] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    benefits: list[Draft] = field(default_factory=list)
    above: "Level | None" = None
    below: list["Level"] = field(default_factory=list)

    def loop(self) -> str:
        """Where an AAA stands now: before the name, at the name, or at a benefit."""
        letter = LOOP.get(self.kind, "?")
        return f"2110{letter}" if self.benefits else f"2100{letter}" if self.party else f"2000{letter}"

    def person(self) -> Person:
        return Person(
            self.kind,
            self.party or Party(),
            self.birth_date,
            self.sex,
            self.relationship,
            tuple(self.references),
            tuple(self.dates),
            tuple(self.traces),
            tuple(self.rejections),
            tuple(draft.benefit() for draft in self.benefits),
        )


def response(transaction: Transaction, *, whole: bool = True) -> Response:
    """What `transaction` says. `whole` is whether its interchange was complete."""
    warnings = list(transaction.warnings)
    other: list[Segment] = []
    levels: list[Level] = []
    reference = ""
    for segment in transaction.segments:
        if segment.id in ("ST", "SE"):
            continue
        if segment.id == "BHT":
            reference = segment.at(3)
        elif segment.id == "HL":
            levels.append(Level(segment.at(3), segment.at(1), segment.at(2)))
            if segment.at(3) not in LOOP:
                warnings.append(f"HL03 at segment {segment.position} is not a known level.")
        elif not levels or not _take(levels[-1], segment, transaction.delimiters, warnings):
            other.append(segment)
    _connect(levels)
    answers = tuple(_answers(levels))
    return Response(
        transaction.control,
        reference,
        answers,
        tuple(other),
        whole and transaction.whole,
        tuple(warnings),
    )


def _take(level: Level, segment: Segment, delimiters: Delimiters, warnings: list[str]) -> bool:
    """Read `segment` into `level`, or into its latest benefit; False when nobody knows it."""
    benefit = level.benefits[-1] if level.benefits else None
    match segment.id:
        case "EB":
            level.benefits.append(Draft(_benefit(segment, delimiters, warnings)))
        case "AAA":
            level.rejections.append(
                Rejection(level.loop(), segment.at(1), segment.at(3), segment.at(4), segment.position)
            )
        case "DTP":
            period = values.period(segment, warnings)
            if period:
                (benefit or level).dates.append(period)
        case "REF":
            (benefit or level).references.append((segment.at(1), segment.at(2)))
        case "NM1" if benefit:
            benefit.entities.append(values.party(segment))
        case "MSG" if benefit:
            benefit.messages.append(segment.at(1))
        case "HSD" if benefit:
            benefit.deliveries.append(values.delivery(segment))
        case "III" if benefit:
            place = segment.at(2) if segment.at(1) == "ZZ" else segment.at(4)
            benefit.places += [place] if place else []
        case "LS" | "LE" if benefit:
            pass  # they only bracket the NM1 that follows
        case "NM1":
            level.party = values.party(segment)
        case "TRN":
            level.traces.append(Trace(segment.at(1), segment.at(2), segment.at(3)))
        case "DMG":
            level.birth_date, level.sex = values.day(segment.at(2)), segment.at(3)
        case "INS":
            level.relationship = segment.at(2)
        case _:
            return False
    return True


def _benefit(segment: Segment, delimiters: Delimiters, warnings: list[str]) -> Benefit:
    at = segment.at
    return Benefit(
        position=segment.position,
        information=at(1),
        coverage_level=at(2),
        service_types=values.codes(segment, 3, (delimiters.repetition, delimiters.component)),
        insurance_type=at(4),
        plan=at(5),
        period=at(6),
        amount=values.number(segment, 7, warnings),
        percent=values.number(segment, 8, warnings),
        quantity_qualifier=at(9),
        quantity=values.number(segment, 10, warnings),
        authorization=at(11),
        network=at(12),
    )


def _connect(levels: list[Level]) -> None:
    """Give every level its parent by HL02; where that names nobody, the nearest level above it in the
    file."""
    by_id: dict[str, Level] = {}
    latest: dict[str, tuple[int, Level]] = {}
    for place, level in enumerate(levels):
        parent = by_id.get(level.parent)
        if parent is None or parent.kind >= level.kind:
            higher = [seen for kind, seen in latest.items() if kind < level.kind]
            parent = max(higher, key=lambda seen: seen[0])[1] if higher else None
        level.above = parent
        if parent is not None:
            parent.below.append(level)
        by_id[level.id] = level
        if level.kind in LOOP:
            latest[level.kind] = (place, level)


def _answers(levels: list[Level]) -> list[Answer]:
    """One answer a patient; without any patient, one for the last level, so that its refusal is not lost.

    A subscriber with dependants is a patient too when the trace of an own question stands there.
    """
    found = [
        _answer(level)
        for level in levels
        if level.kind == "23"
        or (level.kind == "22" and (not level.below or (level.traces and level.benefits)))
    ]
    return found or [_answer(level) for level in levels[-1:]]


def _answer(level: Level) -> Answer:
    chain: list[Level] = []
    above: Level | None = level
    while above is not None:
        chain.insert(0, above)
        above = above.above
    by_kind = {one.kind: one for one in chain}
    people = {kind: by_kind[kind].person() if kind in by_kind else None for kind in ("22", "23")}
    subscriber, dependant = people["22"], people["23"]
    benefits = dependant.benefits if dependant else subscriber.benefits if subscriber else ()
    if dependant and subscriber:
        benefits += tuple(replace(b, scope="subscriber") for b in subscriber.benefits)
    parties = {kind: by_kind[kind].party if kind in by_kind else None for kind in ("20", "21")}
    rejections = tuple(r for one in chain for r in one.rejections)
    return Answer(
        parties["20"] or Party(), parties["21"] or Party(), subscriber, dependant, rejections, benefits
    )
