"""Reads a 270 as strictly as a clearinghouse would, with code of its own.

It shares nothing with our tolerant reader, so that a defect of our writer cannot hide behind our own
tolerance: fixed ISA width, every count, the hierarchy, required segments, the NPI's check digit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

ISA_LENGTH = 106
VERSION = "005010X279A1"

Need = Callable[[bool, str, str, int], None]


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
    """Answered with a 999 R. `segment` and `position` (from ST as 1) for IK3, `code` for IK304 or IK502."""

    def __init__(self, envelope: Envelope, code: str, segment: str = "", position: int = 0) -> None:
        super().__init__(code)
        self.envelope, self.code, self.segment, self.position = envelope, code, segment, position


@dataclass(frozen=True, slots=True)
class Named:
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


def checked(body: bytes) -> Question:
    """The question in `body`. Raises one of the three refusals above."""
    text = body.decode("ascii", errors="replace")
    if len(text) < ISA_LENGTH or not text.startswith("ISA"):
        raise NotAnInterchange
    element, terminator = text[3], text[105]
    isa = text[:105].split(element)
    if len(isa) != 17:
        raise NotAnInterchange
    rows = [row.split(element) for row in text[ISA_LENGTH:].split(terminator) if row]
    group = rows[0][6] if rows and rows[0][0] == "GS" and len(rows[0]) > 8 else "0"
    envelope = Envelope(isa[6].strip(), isa[8].strip(), isa[13], group, element, isa[16], isa[11], terminator)
    _check_envelope(envelope, isa, rows)
    return _question(envelope, rows[1:-2])


def npi_is_valid(npi: str) -> bool:
    """Ten digits whose Luhn sum, with the prefix 80840 of US health identifiers, ends in 0 (45 CFR
    162.406)."""
    if len(npi) != 10 or not npi.isascii() or not npi.isdigit():
        return False
    digits = [int(c) for c in "80840" + npi]
    doubled = [d * 2 - 9 * (d > 4) if place % 2 else d for place, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _check_envelope(envelope: Envelope, isa: list[str], rows: list[list[str]]) -> None:
    if isa[15] != "T":
        raise InterchangeRefused(envelope, "020")  # test indicator: this house never takes live data
    if isa[12] != "00501":
        raise InterchangeRefused(envelope, "017")
    if len(rows) < 5 or rows[-1][0] != "IEA" or rows[-2][0] != "GE":
        raise InterchangeRefused(envelope, "022")
    if rows[-1][2:] != [isa[13]]:
        raise InterchangeRefused(envelope, "001")
    if rows[-1][1] != "1" or sum(row[0] == "GS" for row in rows) != 1:
        raise InterchangeRefused(envelope, "021")
    start, end = rows[0], rows[-2]
    if start[0] != "GS" or len(start) != 9 or start[1] != "HS" or start[8] != VERSION:
        raise InterchangeRefused(envelope, "024")
    if end[1:] != ["1", start[6]]:
        raise TransactionRefused(envelope, "5")


def _question(envelope: Envelope, rows: list[list[str]]) -> Question:
    """ST to SE. Every `need` that is not met is a 999 with the segment it concerns."""

    def need(met: bool, code: str, segment: str, position: int) -> None:
        if not met:
            raise TransactionRefused(envelope, code, segment, position)

    need(rows[0][:2] == ["ST", "270"] and rows[0][3:] == [VERSION], "1", "ST", 1)
    need(rows[-1][0] == "SE", "2", "SE", len(rows))
    need(rows[-1][2:] == [rows[0][2]], "3", "SE", len(rows))
    need(rows[-1][1] == str(len(rows)), "4", "SE", len(rows))
    need(rows[1][0] == "BHT" and rows[1][1:3] == ["0022", "13"] and len(rows[1]) >= 6, "8", "BHT", 2)

    levels: list[list[list[str]]] = []
    for position, row in enumerate(rows[2:-1], start=3):
        if row[0] == "HL":
            levels.append([row])
            _check_level(levels, need, position)
        else:
            need(bool(levels), "2", row[0], position)
            levels[-1].append(row)
    kinds = [level[0][3] for level in levels]
    need(kinds in (["20", "21", "22"], ["20", "21", "22", "23"]), "8", "HL", 3)
    for place, level in enumerate(levels):
        last = place == len(levels) - 1
        need(level[0][4] == ("0" if last else "1"), "8", "HL", 3)

    payer, provider, *people = (_segment(level, "NM1", need) for level in levels)
    need(len(payer) > 9 and payer[1] == "PR" and payer[8] == "PI", "8", "NM1", 4)
    need(len(provider) > 9 and provider[8] == "XX" and npi_is_valid(provider[9]), "8", "NM1", 6)
    patient = levels[-1]
    trace, asked_day = _segment(patient, "TRN", need), _segment(patient, "DTP", need)
    questions = [row for row in patient if row[0] == "EQ"]
    need(trace[1] == "1" and len(trace) == 4 and len(trace[3]) == 10, "8", "TRN", 0)
    need(asked_day[1:3] == ["291", "D8"] and _day(asked_day[3]) is not None, "8", "DTP", 0)
    need(bool(questions), "3", "EQ", 0)
    named = [_named(level, name) for level, name in zip(levels[2:], people, strict=True)]
    need(named[-1].birth_date is not None and bool(named[-1].last_name), "8", "DMG", 0)
    return Question(
        envelope,
        rows[1][3],
        payer[3],
        payer[9],
        provider[3],
        provider[9],
        named[0],
        named[1] if len(named) > 1 else None,
        trace[2],
        trace[3],
        _day(asked_day[3]) or date.min,
        tuple(code for row in questions for code in row[1].split(envelope.repetition)),
    )


def _check_level(levels: list[list[list[str]]], need: Need, position: int) -> None:
    row = levels[-1][0]
    parent = "" if len(levels) == 1 else str(len(levels) - 1)
    met = len(row) == 5 and row[1] == str(len(levels)) and row[2] == parent
    need(met, "8", "HL", position)


def _segment(level: list[list[str]], name: str, need: Need) -> list[str]:
    found = next((row for row in level if row[0] == name), None)
    need(found is not None, "3", name, 0)
    return found or []


def _named(level: list[list[str]], name: list[str]) -> Named:
    birth = next((row for row in level if row[0] == "DMG"), None)
    member_id = name[9] if len(name) > 9 and name[8] == "MI" else ""
    first, last = (name[4] if len(name) > 4 else ""), (name[3] if len(name) > 3 else "")
    return Named(first, last, member_id, _day(birth[2]) if birth and len(birth) > 2 else None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 8 else None
    except ValueError:
        return None
