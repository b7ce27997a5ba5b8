"""Reads a 270 as strictly as a clearinghouse would, with code of its own.

It shares nothing with our tolerant reader, so that a defect of our writer cannot hide behind our own
tolerance: the width of every ISA element, every count, the hierarchy, required segments, the NPI's check
digit. What it finds wrong it names as a TA1 (TA105) or a 999 (IK3, IK4, IK5) does, by position from ST as 1.
"""

import re
from dataclasses import dataclass, field
from datetime import date

VERSION = "005010X279A1"
HIERARCHIES = (["20", "21", "22"], ["20", "21", "22", "23"])

# ISA01 to ISA15: what each must be, in its fixed width, and the note (TA105) for one that is not. There is no
# note for the repetition separator: 016 is from when ISA11 named the standard.
ID = r"[!-~][ -~]{14}"
QUALIFIER = "01|14|20|27|28|29|30|33|ZZ"
ISA = (
    *(("00|03", "010"), (r"[ -~]{10}", "011"), ("00|01", "012"), (r"[ -~]{10}", "013")),
    *((QUALIFIER, "005"), (ID, "006"), (QUALIFIER, "007"), (ID, "008")),
    *(("[0-9]{6}", "014"), ("[0-9]{4}", "015"), ("[^A-Za-z0-9 ]", "016")),
    *(("00501", "017"), ("[0-9]{9}", "018"), ("[01]", "019")),
    ("T", "020"),  # test indicator: this house never takes live data
)
CUSTOMARY = ("*", "^", ":", "~")  # element, repetition, component, segment

# IK304
UNEXPECTED, MISSING, ELEMENTS_WRONG = "2", "3", "8"
# IK403
NOT_THERE, WRONG_VALUE, WRONG_DATE = "1", "7", "8"
# IK502
NOT_SUPPORTED, NO_TRAILER, CONTROL_DIFFERS, COUNT_DIFFERS, SEGMENTS_WRONG = "1", "2", "3", "4", "5"


class NotAnInterchange(Exception):
    """Nothing a TA1 could answer: there is no readable ISA."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an answer must repeat or turn round."""

    sender: str
    receiver: str
    control: str
    group_control: str
    element: str
    component: str
    repetition: str
    terminator: str


class InterchangeRefused(Exception):
    """Answered with a TA1 R. `note` is TA105."""

    def __init__(self, envelope: Envelope, note: str) -> None:
        super().__init__(note)
        self.envelope, self.note = envelope, note


class TransactionRefused(Exception):
    """Answered with a 999 R.

    With a `segment`: `code` is IK304, `position` IK302, and where an `element` is at fault IK401 and IK403.
    Without: `code` is IK502, about the transaction as a whole.
    """

    def __init__(
        self,
        envelope: Envelope,
        code: str,
        segment: str = "",
        position: int = 0,
        element: int = 0,
        element_code: str = "",
        transaction_control: str = "0001",
    ) -> None:
        super().__init__(code)
        self.envelope, self.code, self.segment, self.position = envelope, code, segment, position
        self.element, self.element_code = element, element_code
        self.transaction_control = transaction_control

    @property
    def verdict(self) -> str:
        """IK502."""
        return SEGMENTS_WRONG if self.segment else self.code


@dataclass(frozen=True, slots=True, repr=False)
class Named:
    """A person as asked about or answered for; not shown, as every other body of an inquiry."""

    first_name: str
    last_name: str
    member_id: str
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class Question:
    """One checked inquiry."""

    envelope: Envelope
    reference: str
    payer_name: str
    payer_id: str
    provider_name: str
    npi: str
    subscriber: Named
    dependant: Named | None
    trace: str
    originator: str
    service_date: date
    service_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A segment and where it stands, ST being 1."""

    position: int
    elements: list[str] = field(repr=False)

    @property
    def id(self) -> str:
        return self.elements[0]

    def at(self, number: int) -> str:
        return self.elements[number] if number < len(self.elements) else ""


def checked(body: bytes) -> Question:
    """The question in `body`. Raises one of the three refusals above, and nothing else."""
    text = body.decode("ascii", errors="replace")
    isa = text.split(text[3:4] or "*", 16)
    if isa[0] != "ISA" or len(isa) != 17:
        raise NotAnInterchange
    delimiters = (text[3], isa[11], isa[16][:1], isa[16][1:2])
    rows = [row.split(text[3]) for row in isa[16][2:].split(delimiters[3] or "~") if row]
    unusable = _unusable(isa, delimiters)
    envelope = _envelope(isa, CUSTOMARY if unusable else delimiters, rows)
    note = _out_of_shape(isa) or unusable
    if note:
        raise InterchangeRefused(envelope, note)
    _check_group(envelope, rows)
    return _Transaction(envelope, rows[1:-2]).question()


def _out_of_shape(isa: list[str]) -> str:
    """The note for the first of ISA01 to ISA15 that is not as it must be; "" when all are."""
    for given, (form, note) in zip(isa[1:16], ISA, strict=True):
        if not re.fullmatch(form, given):
            return note
    return ""


def _unusable(isa: list[str], delimiters: tuple[str, ...]) -> str:
    """The note for the first delimiter that is no single sign of its own; "" when all four will do."""
    data = "".join(isa[1:11] + isa[12:16])
    for place, (mark, note) in enumerate(zip(delimiters, ("026", "016", "027", "004"), strict=True)):
        sign = len(mark) == 1 and mark.isascii() and not mark.isalnum() and mark != " "
        if not sign or mark in data or mark in delimiters[:place]:
            return note
    return ""


def _envelope(isa: list[str], delimiters: tuple[str, ...], rows: list[list[str]]) -> Envelope:
    """What can be repeated of `isa`; where it is out of shape, what a refusal can be written with."""
    group = rows[0][6] if rows and rows[0][0] == "GS" and len(rows[0]) > 8 else "0"
    control = isa[13] if re.fullmatch("[0-9]{9}", isa[13]) else "0" * 9
    sender, receiver = (
        "".join(c for c in isa[place] if " " <= c <= "~" and c not in delimiters)[:15].strip()
        for place in (6, 8)
    )
    element, repetition, component, terminator = delimiters
    return Envelope(sender, receiver, control, group, element, component, repetition, terminator)


def npi_is_valid(npi: str) -> bool:
    """Ten digits whose Luhn sum, with the prefix 80840 of US health identifiers, ends in 0 (45 CFR
    162.406)."""
    if len(npi) != 10 or not npi.isascii() or not npi.isdigit():
        return False
    digits = [int(c) for c in "80840" + npi]
    doubled = [d * 2 - 9 * (d > 4) if place % 2 else d for place, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _check_group(envelope: Envelope, rows: list[list[str]]) -> None:
    if len(rows) < 5 or rows[-1][0] != "IEA" or rows[-2][0] != "GE" or len(rows[-1]) != 3:
        raise InterchangeRefused(envelope, "022")
    if rows[-1][2] != envelope.control:
        raise InterchangeRefused(envelope, "001")
    if rows[-1][1] != "1" or sum(row[0] == "GS" for row in rows) != 1:
        raise InterchangeRefused(envelope, "021")
    start, end = rows[0], rows[-2]
    if start[0] != "GS" or len(start) != 9 or start[1] != "HS" or start[8] != VERSION:
        raise InterchangeRefused(envelope, "024")
    if end[1:] != ["1", start[6]]:
        raise InterchangeRefused(envelope, "024")


class _Transaction:
    """ST to SE. Every `need` that is not met is a 999 naming segment, position and element."""

    def __init__(self, envelope: Envelope, rows: list[list[str]]) -> None:
        self._envelope = envelope
        self._rows = [_Row(place, elements) for place, elements in enumerate(rows, start=1)]
        self._control = self._rows[0].at(2)

    def question(self) -> Question:
        self._check_frame()
        header = self._rows[1]
        levels = self._levels()
        payer, provider, *people = (self._first(level, "NM1") for level in levels)
        self._element(payer, 1, payer.at(1) == "PR")
        self._element(payer, 8, payer.at(8) == "PI")
        self._element(payer, 9, bool(payer.at(9)))
        self._element(provider, 8, provider.at(8) == "XX")
        self._element(provider, 9, npi_is_valid(provider.at(9)))
        named = [self._named(level, row) for level, row in zip(levels[2:], people, strict=True)]
        patient = levels[-1]
        trace, service = self._first(patient, "TRN"), self._first(patient, "DTP")
        self._element(trace, 1, trace.at(1) == "1")
        self._element(trace, 2, 0 < len(trace.at(2)) <= 50)
        self._element(trace, 3, len(trace.at(3)) == 10)
        self._element(service, 1, service.at(1) == "291")
        self._element(service, 2, service.at(2) == "D8")
        asked_day = _day(service.at(3))
        if asked_day is None:
            raise self._refused(ELEMENTS_WRONG, service, 3, WRONG_DATE)
        self._first(patient, "EQ")
        return Question(
            envelope=self._envelope,
            reference=header.at(3),
            payer_name=payer.at(3),
            payer_id=payer.at(9),
            provider_name=provider.at(3),
            npi=provider.at(9),
            subscriber=named[0],
            dependant=named[1] if len(named) > 1 else None,
            trace=trace.at(2),
            originator=trace.at(3),
            service_date=asked_day,
            service_types=self._service_types(patient),
        )

    def _check_frame(self) -> None:
        """ST, SE and their counts, and BHT."""
        first, last = self._rows[0], self._rows[-1]
        if first.elements[:2] != ["ST", "270"] or first.at(3) != VERSION:
            raise self._wholly(NOT_SUPPORTED)
        if last.id != "SE":
            raise self._wholly(NO_TRAILER)
        if last.at(2) != self._control:
            raise self._wholly(CONTROL_DIFFERS)
        if last.at(1) != str(len(self._rows)):
            raise self._wholly(COUNT_DIFFERS)
        if len(self._rows) < 4 or self._rows[1].id != "BHT":
            raise self._refused(MISSING, _Row(2, ["BHT"]))
        header = self._rows[1]
        self._element(header, 1, header.at(1) == "0022")
        self._element(header, 2, header.at(2) == "13")
        self._element(header, 4, _day(header.at(4)) is not None)
        self._element(header, 5, len(header.at(5)) in (4, 6, 8) and header.at(5).isdigit())

    def _levels(self) -> list[list[_Row]]:
        """The segments of each HL: numbered in order, each below the one before, the last childless."""
        levels: list[list[_Row]] = []
        for row in self._rows[2:-1]:
            if row.id == "HL":
                levels.append([row])
            elif levels:
                levels[-1].append(row)
            else:
                raise self._refused(UNEXPECTED, row)
        if [level[0].at(3) for level in levels] not in HIERARCHIES:
            raise self._refused(MISSING, _Row(levels[-1][0].position if levels else 3, ["HL"]))
        for place, (head, *_) in enumerate(levels, start=1):
            self._element(head, 1, head.at(1) == str(place))
            self._element(head, 2, head.at(2) == (str(place - 1) if place > 1 else ""))
            self._element(head, 4, head.at(4) == ("0" if place == len(levels) else "1"))
        return levels

    def _first(self, level: list[_Row], name: str) -> _Row:
        """The first such segment of a level; a missing one is reported where the level ends."""
        found = next((row for row in level if row.id == name), None)
        if found is None:
            raise self._refused(MISSING, _Row(level[-1].position + 1, [name]))
        return found

    def _named(self, level: list[_Row], name: _Row) -> Named:
        self._element(name, 1, name.at(1) == ("IL" if level[0].at(3) == "22" else "03"))
        self._element(name, 2, name.at(2) == "1")
        birth = next((row for row in level if row.id == "DMG"), None)
        if birth is not None and _day(birth.at(2)) is None:
            raise self._refused(ELEMENTS_WRONG, birth, 2, WRONG_DATE)
        member_id = name.at(9) if name.at(8) == "MI" else ""
        return Named(name.at(4), name.at(3), member_id, _day(birth.at(2)) if birth else None)

    def _service_types(self, patient: list[_Row]) -> tuple[str, ...]:
        found: list[str] = []
        for row in patient:
            if row.id == "EQ":
                codes = row.at(1).split(self._envelope.repetition)
                self._element(row, 1, all(code.isalnum() and len(code) <= 2 for code in codes))
                found += codes
        return tuple(found)

    def _element(self, row: _Row, number: int, fine: bool) -> None:
        if not fine:
            raise self._refused(ELEMENTS_WRONG, row, number, WRONG_VALUE if row.at(number) else NOT_THERE)

    def _refused(self, code: str, row: _Row, element: int = 0, element_code: str = "") -> TransactionRefused:
        return TransactionRefused(
            self._envelope, code, row.id, row.position, element, element_code, self._control
        )

    def _wholly(self, code: str) -> TransactionRefused:
        return TransactionRefused(self._envelope, code, transaction_control=self._control)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 8 and text.isdigit() else None
    except ValueError:
        return None
