"""One HL level while it is being read: a party, and below a person benefits, questions and refusals."""

from dataclasses import dataclass, field, replace
from datetime import date

from services.insurance.x12 import values
from services.insurance.x12.answers import (
    Benefit,
    Contact,
    Delivery,
    Party,
    Period,
    Person,
    Question,
    Rejection,
    Trace,
)
from services.insurance.x12.codes import ACTIVE, INACTIVE, INFORMATION, PENDING
from services.insurance.x12.notes import Notes
from services.insurance.x12.segments import Delimiters, Segment

LOOP = {"20": "A", "21": "B", "22": "C", "23": "D"}
PEOPLE = ("22", "23")
# NM101 of the one a level is about (2100A-D); any other name there belongs to somebody beside them.
SUBJECT = {
    "20": frozenset({"2B", "36", "GP", "P5", "PR"}),
    "21": frozenset({"1P", "2B", "36", "80", "FA", "GP", "P5", "PR"}),
    "22": frozenset({"03", "74", "IL", "QC"}),
    "23": frozenset({"03", "74", "IL", "QC"}),
}
# What stands at a person's level before their benefits. Among the benefits it is a sign that a level is lost.
PERSONAL = frozenset({"TRN", "DMG", "INS", "HI", "MPI"})
# EB01 that says whether there is coverage, and so whose EB03 and dates do.
STATUS = ACTIVE | PENDING | {INACTIVE}


@dataclass(slots=True)
class Named:
    """An NM1 while what hangs below it is being read."""

    first: Party
    is_person: bool = False
    """NM102 is 1."""
    street: Segment | None = None
    place: Segment | None = None
    contacts: list[Contact] = field(default_factory=list)
    role: str = ""
    speciality: str = ""

    def take(self, segment: Segment) -> None:
        match segment.id:
            case "N3":
                self.street = segment
            case "N4":
                self.place = segment
            case "PER":
                self.contacts.append(values.contact(segment))
            case _:
                self.role, self.speciality = segment.at(1), segment.at(3)

    def party(self, references: list[tuple[str, str]] | None = None) -> Party:
        return replace(
            self.first,
            address=values.address(self.street, self.place),
            contacts=tuple(self.contacts),
            role=self.role,
            speciality=self.speciality,
            references=tuple(references or ()),
        )


@dataclass(slots=True)
class Draft:
    """One EB or EQ while what hangs below it is being read."""

    first: Benefit | Question
    dates: list[Period] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    conditions: list[tuple[str, str]] = field(default_factory=list)
    entities: list[Named] = field(default_factory=list)
    bracketed: bool = False
    """Between LS and LE, where an NM1 names an entity of this benefit and nobody else."""
    naming: bool = False
    """From an NM1 to the LE, where more may be said of that entity."""

    def is_decisive(self) -> bool:
        """Whether the coverage may hang on this row; one that says nothing known may have been such a row."""
        if isinstance(self.first, Question):
            return True
        return _is_decisive(self.first.information)

    def describes(self, segment: Segment) -> bool:
        """Whether a person's segment can be about the latest entity here. Not without a bracket about another
        policy holder: that may be the next patient, whose level (HL) is lost. And nobody traces an entity."""
        if not self.naming or segment.id == "TRN":
            return False
        latest = self.entities[-1]
        return self.bracketed or not (latest.is_person and latest.first.entity in SUBJECT["22"])

    def benefit(self) -> Benefit:
        assert isinstance(self.first, Benefit)
        below = (self.dates, self.messages, self.deliveries, self.places, self.references, self.conditions)
        if not any(below) and not self.entities:
            return self.first
        return replace(
            self.first,
            dates=tuple(self.dates),
            messages=tuple(self.messages),
            deliveries=tuple(self.deliveries),
            places=tuple(self.places),
            references=tuple(self.references),
            conditions=tuple(self.conditions),
            entities=tuple(entity.party() for entity in self.entities),
        )

    def question(self) -> Question:
        assert isinstance(self.first, Question)
        return replace(
            self.first,
            dates=tuple(self.dates),
            places=tuple(self.places),
            references=tuple(self.references),
            conditions=tuple(self.conditions),
        )


@dataclass(slots=True, eq=False)
class Level:
    """One HL. `kind` is HL03, or what the name below it shows when HL03 is no known level."""

    kind: str
    id: str
    parent: str
    position: int
    name: Named | None = None
    beside: bool = False
    """Whether the latest name here was of somebody the level is not about."""
    birth_date: date | None = None
    birth_date_unreadable: bool = False
    sex: str = ""
    relationship: str = ""
    military: tuple[str, ...] = ()
    references: list[tuple[str, str]] = field(default_factory=list)
    dates: list[Period] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    diagnoses: list[tuple[str, str]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    benefits: list[Draft] = field(default_factory=list)
    questions: list[Draft] = field(default_factory=list)
    above: "Level | None" = None
    below: list["Level"] = field(default_factory=list)
    read: Person | Party | None = None
    carried: int = 0
    """How many patients' answers this level stands in."""

    def is_named(self) -> bool:
        """Whether the name of the one this level is about has been read."""
        return self.name is not None and self._is_about(self.name.first.entity)

    def _is_about(self, entity: str) -> bool:
        return self.kind not in SUBJECT or entity in SUBJECT[self.kind]

    def loop(self) -> str:
        """Where an AAA stands now: before the name, at the name, or at a benefit."""
        letter = LOOP.get(self.kind, "?")
        return f"2110{letter}" if self.benefits else f"2100{letter}" if self.name else f"2000{letter}"

    def person(self) -> Person:
        """The person of this level, made once: every one of a thousand dependants shares the subscriber."""
        if not isinstance(self.read, Person):
            self.read = self._person()
        return self.read

    def _person(self) -> Person:
        return Person(
            self.kind,
            self.name.party() if self.name else Party(),
            self.birth_date,
            self.sex,
            self.relationship,
            tuple(self.references),
            tuple(self.dates),
            tuple(self.traces),
            tuple(self.rejections),
            tuple(draft.benefit() for draft in self.benefits),
            tuple(draft.question() for draft in self.questions),
            tuple(self.diagnoses),
            self.military,
            self.birth_date_unreadable,
        )

    def party(self) -> Party:
        """The payer or provider of a level that is no person's, made once as a person is."""
        if not isinstance(self.read, Party):
            self.read = self.name.party(self.references) if self.name else Party()
        return self.read

    def take(self, segment: Segment, marks: Delimiters, notes: Notes) -> bool:
        """Read `segment` into this level, or into its latest benefit or question; False when it has no place
        here."""
        open_draft = self.benefits[-1] if self.benefits else self.questions[-1] if self.questions else None
        if self.benefits and segment.id in PERSONAL:
            where = f"{segment.id} at segment {segment.position}"
            if self.benefits[-1].describes(segment):
                notes.odd.append(f"{where} stands below an entity of a benefit, where nobody reads it.")
                return False
            notes.damaged.append(f"{where} stands among benefits: the level (HL) before it is lost.")
        match segment.id:
            case "EB" if self.kind in PEOPLE:
                self.benefits.append(Draft(_benefit(segment, marks, notes)))
            case "EQ" if self.kind in PEOPLE:
                self.questions.append(Draft(_question(segment, marks, notes)))
            case "AAA":
                at = segment.at
                self.rejections.append(Rejection(self.loop(), at(1), at(3), at(4), segment.position))
            case "DTP":
                decisive = open_draft is None or open_draft.is_decisive()
                period = values.period(segment, notes, decisive=decisive)
                if period:
                    (open_draft or self).dates.append(period)
            case "REF":
                (open_draft or self).references.append((segment.at(1), segment.at(2)))
            case "N3" | "N4" | "PER" | "PRV":
                named = self._latest_name(open_draft)
                if named is None:
                    return False
                named.take(segment)
            case "MSG" if self.benefits:
                self.benefits[-1].messages.append(segment.at(1))
            case "HSD" if self.benefits:
                self.benefits[-1].deliveries.append(values.delivery(segment))
            case "III" if open_draft:
                _condition(segment, open_draft)
            case "LS" | "LE" if self.benefits:
                self.benefits[-1].bracketed = segment.id == "LS"
                self.benefits[-1].naming = False
            case "NM1" if self.benefits:
                self.benefits[-1].entities.append(_named(segment))
                self.benefits[-1].naming = True
            case "NM1":
                self.beside = self.name is not None and not self._is_about(segment.at(1))
                if self.beside:
                    said = "names somebody beside the one its level is about."
                    notes.odd.append(f"NM1 at segment {segment.position} {said}")
                    return False
                self.name = _named(segment)
            case "TRN":
                self.traces.append(values.trace(segment))
            case "DMG":
                self.birth_date, self.birth_date_unreadable = values.birth_date(segment, notes)
                self.sex = segment.at(3)
            case "INS":
                self.relationship = segment.at(2)
            case "HI":
                for place in range(1, len(segment.elements) + 1):
                    code = values.parts(segment.at(place), marks.component)
                    self.diagnoses += [(code[0], code[1])] if len(code) > 1 else []
            case "MPI":
                self.military = tuple(segment.at(n) for n in range(1, 8))
            case _:
                return False
        return True

    def _latest_name(self, draft: Draft | None) -> Named | None:
        if draft is None:
            return None if self.beside else self.name
        return draft.entities[-1] if draft.entities else None


def _named(segment: Segment) -> Named:
    return Named(values.party(segment), segment.at(2) == "1")


def _is_decisive(information: str) -> bool:
    return information in STATUS or information not in INFORMATION


def _benefit(segment: Segment, marks: Delimiters, notes: Notes) -> Benefit:
    at = segment.at
    benefit = Benefit(
        position=segment.position,
        information=at(1),
        coverage_level=at(2),
        service_types=values.service_types(segment, 3, marks.repetition, notes, decisive=_is_decisive(at(1))),
        insurance_type=at(4),
        plan=at(5),
        period=at(6),
        amount=values.number(segment, 7, notes),
        percent=values.number(segment, 8, notes),
        quantity_qualifier=at(9),
        quantity=values.number(segment, 10, notes),
        authorization=at(11),
        network=at(12),
        procedure=values.parts(at(13), marks.component),
    )
    if benefit.percent is not None and benefit.percent != benefit.fraction:
        whole = benefit.fraction is not None
        meaning = "a whole percentage; it is read as a fraction of one" if whole else "no share of a bill"
        notes.odd.append(f"EB08 at segment {segment.position} is {meaning}.")
    return benefit


def _question(segment: Segment, marks: Delimiters, notes: Notes) -> Question:
    return Question(
        segment.position,
        values.service_types(segment, 1, marks.repetition, notes),
        values.parts(segment.at(2), marks.component),
        segment.at(3),
    )


def _condition(segment: Segment, draft: Draft) -> None:
    """III: ZZ names a place of service; without a code the text of III04 stands for it."""
    qualifier, code = segment.at(1), segment.at(2)
    if qualifier in ("ZZ", "") or not code:
        draft.places += [place] if (place := code or segment.at(4)) else []
    else:
        draft.conditions.append((qualifier, code))
