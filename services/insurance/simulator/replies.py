"""The X12 the built-in clearinghouse answers with: 271, 999 and TA1. Benefits always say MSG SIMULATED."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.insurance.simulator.checking import Envelope, Named, Question, TransactionRefused
from services.insurance.simulator.refusals import Refusal
from services.insurance.simulator.rows import Row, benefit, message

VERSION = "005010X279A1"
ACKNOWLEDGEMENT_VERSION = "005010X231A1"
STAMP = message("SIMULATED")
BELOW_A_BENEFIT = ("HSD", "REF", "DTP", "AAA")  # what stands between an EB and its MSG


@dataclass(frozen=True, slots=True)
class Patient:
    """Who an answer is about: the subscriber, or a dependant below with INS02 `relationship`."""

    subscriber: Named
    dependant: Named | None = None
    relationship: str = ""


def ta1(envelope: Envelope, note: str, at: datetime) -> str:
    """The interchange refused."""
    row: Row = ["TA1", envelope.control, f"{at:%y%m%d}", f"{at:%H%M}", "R", note]
    return _text(envelope, [_isa(envelope, at), row, ["IEA", "0", envelope.control]])


def refused_999(refusal: TransactionRefused, at: datetime) -> str:
    """The transaction refused: segment (IK3), element where one is at fault (IK4), verdict (IK5)."""
    where: list[Row] = []
    if refusal.segment:
        where.append(["IK3", refusal.segment, str(refusal.position), "", refusal.code])
    if refusal.element:
        where.append(["IK4", str(refusal.element), "", refusal.element_code])
    body: list[Row] = [
        ["AK1", "HS", refusal.envelope.group_control, VERSION],
        ["AK2", "270", refusal.transaction_control, VERSION],
        *where,
        ["IK5", "R", refusal.verdict],
        ["AK9", "R", "1", "1", "0"],
    ]
    return _enveloped(refusal.envelope, "FA", "999", ACKNOWLEDGEMENT_VERSION, body, at)


def rejected(question: Question, refusal: Refusal, at: datetime) -> str:
    """A 271 with one AAA and no benefits, the levels below the AAA left out as payers do."""
    aaa: Row = ["AAA", refusal.valid, "", refusal.reason, refusal.followup]
    head = _head(question, at)
    match refusal.loop:
        case "2000A":
            body = [*head[:2], aaa, head[2]]
        case "2100A":
            body = [*head[:3], aaa]
        case "2100B":
            body = [*head, aaa]
        case "2100D":
            below = question.dependant or question.subscriber
            body = [*head, *_people(question, Patient(question.subscriber, below)), aaa]
        case _:
            body = [*head, *_people(question, Patient(question.subscriber)), aaa]
    return _enveloped(question.envelope, "HB", "271", VERSION, body, at)


def eligible(
    question: Question,
    patient: Patient,
    benefits: Sequence[Row],
    at: datetime,
    refusal: Refusal | None = None,
) -> str:
    """A 271 with benefits on the patient's own level; `refusal` is an AAA about one benefit (2110C/D)."""
    rows = _stamped(benefits)
    if refusal:
        rows.append(benefit("V", *question.service_types))
        rows.append(["AAA", refusal.valid, "", refusal.reason, refusal.followup])
    body = [*_head(question, at), *_people(question, patient), *rows]
    return _enveloped(question.envelope, "HB", "271", VERSION, body, at)


def _stamped(benefits: Sequence[Row]) -> list[Row]:
    """The benefits with the stamp in the first EB's loop."""
    rows = list(benefits)
    first = next(place for place, row in enumerate(rows) if row[0] == "EB") + 1
    while first < len(rows) and rows[first][0] in BELOW_A_BENEFIT:
        first += 1
    return [*rows[:first], STAMP, *rows[first:]]


def _head(question: Question, at: datetime) -> list[Row]:
    return [
        ["BHT", "0022", "11", question.reference, f"{at:%Y%m%d}", f"{at:%H%M}"],
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", question.payer_name, "", "", "", "", "PI", question.payer_id],
        ["HL", "2", "1", "21", "1"],
        ["NM1", "1P", "2", question.provider_name, "", "", "", "", "XX", question.npi],
    ]


def _people(question: Question, patient: Patient) -> list[Row]:
    rows = _person(question, patient.subscriber, "IL", 0, last=patient.dependant is None)
    if patient.dependant:
        rows += _person(question, patient.dependant, "03", 1, last=True)
        rows += [["INS", "N", patient.relationship]] if patient.relationship else []
    return rows


def _person(question: Question, person: Named, entity: str, place: int, *, last: bool) -> list[Row]:
    name: Row = ["NM1", entity, "1", person.last_name, person.first_name]
    if person.member_id:
        name += ["", "", "", "MI", person.member_id]
    level = "22" if entity == "IL" else "23"
    rows: list[Row] = [["HL", str(place + 3), str(place + 2), level, "0" if last else "1"]]
    rows += [["TRN", "2", question.trace, question.originator]] if last else []
    rows.append(name)
    return [*rows, ["DMG", "D8", f"{person.birth_date:%Y%m%d}"]] if person.birth_date else rows


def _enveloped(envelope: Envelope, group: str, kind: str, version: str, body: list[Row], at: datetime) -> str:
    number = envelope.group_control
    stamp = [f"{at:%Y%m%d}", f"{at:%H%M}"]
    rows: list[Row] = [
        _isa(envelope, at),
        ["GS", group, envelope.receiver, envelope.sender, *stamp, number, "X", version],
        ["ST", kind, "0001", version],
        *body,
        ["SE", str(len(body) + 2), "0001"],
        ["GE", "1", number],
        ["IEA", "1", envelope.control],
    ]
    return _text(envelope, rows)


def _isa(envelope: Envelope, at: datetime) -> Row:
    blank = " " * 10
    return [
        *("ISA", "00", blank, "00", blank),
        *("ZZ", envelope.receiver.ljust(15), "ZZ", envelope.sender.ljust(15)),
        *(f"{at:%y%m%d}", f"{at:%H%M}", envelope.repetition, "00501", envelope.control, "0", "T"),
        envelope.component,
    ]


def _text(envelope: Envelope, rows: list[Row]) -> str:
    def element(value: str | tuple[str, ...]) -> str:
        return value if isinstance(value, str) else envelope.repetition.join(value)

    return "".join(envelope.element.join(map(element, row)) + envelope.terminator for row in rows)
