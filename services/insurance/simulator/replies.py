"""The X12 the built-in clearinghouse answers with: 271, 999 and TA1. Each 271 says MSG SIMULATED."""

from datetime import date, datetime

from services.insurance.simulator.checking import Envelope, Named, Question, TransactionRefused
from services.insurance.simulator.members import Behaviour, SeededMember

VERSION = "005010X279A1"
ACKNOWLEDGEMENT_VERSION = "005010X231A1"
Row = list[str]


def ta1(envelope: Envelope, note: str, at: datetime) -> str:
    """The interchange refused."""
    row = ["TA1", envelope.control, f"{at:%y%m%d}", f"{at:%H%M}", "R", note]
    return _text(envelope, [_isa(envelope, at), row, ["IEA", "0", envelope.control]])


def refused_999(refusal: TransactionRefused, at: datetime) -> str:
    """The transaction refused: where (IK3), and why (IK5)."""
    where = (
        [["IK3", refusal.segment, str(refusal.position or 1), "", refusal.code]] if refusal.segment else []
    )
    body = [
        ["AK1", "HS", refusal.envelope.group_control, VERSION],
        ["AK2", "270", "0001", VERSION],
        *where,
        ["IK5", "R", "5" if where else refusal.code],
        ["AK9", "R", "1", "1", "0"],
    ]
    return _enveloped(refusal.envelope, "FA", "999", ACKNOWLEDGEMENT_VERSION, body, at)


def rejected(
    question: Question, loop: str, reason: str, followup: str, at: datetime, valid: str = "N"
) -> str:
    """A 271 with one AAA at `loop` (2100A, 2100B, 2100C or 2100D)."""
    refusal = ["AAA", valid, "", reason, followup]
    levels = ["A", "B", "C", "D"]
    body = _head(question, at)
    if loop == "2100A":
        return _answer(question, [*body[:3], refusal], at)
    if loop == "2100B":
        return _answer(question, [*body, refusal], at)
    people = [(question.subscriber, "IL")]
    people += [(question.dependant, "03")] if question.dependant else []
    wanted = levels.index(loop[-1]) - 2
    for place, (person, entity) in enumerate(people[: wanted + 1]):
        body += _person(question, person, entity, place, last=place == wanted)
    return _answer(question, [*body, refusal], at)


def eligible(question: Question, member: SeededMember, at: datetime) -> str:
    """A 271 with the member's benefits; a dependant found on the card gets a level of his own."""
    subscriber, dependant = _found(question, member)
    body = [*_head(question, at), *_person(question, subscriber, "IL", 0, last=dependant is None)]
    if dependant:
        body += [*_person(question, dependant, "03", 1, last=True), ["INS", "N", "19"]]
    return _answer(question, [*body, *_benefits(member, question.service_date, question.envelope)], at)


def _found(question: Question, member: SeededMember) -> tuple[Named, Named | None]:
    """Who stands on which level. Like many payers we also find a dependant who was asked for as
    subscriber."""
    asked = question.subscriber
    if not member.dependant or not member.birth_date:
        return asked, question.dependant
    subscriber = Named(member.first_name, member.last_name, member.member_id, member.birth_date)
    first, last, birth_date = member.dependant
    other = question.dependant or (asked if asked.birth_date == birth_date else None)
    return subscriber, Named(first, last, "", birth_date) if other else None


def _benefits(member: SeededMember, day: date, envelope: Envelope) -> list[Row]:
    year = day.year
    if member.behaviour is Behaviour.INACTIVE:
        ended = [["DTP", "347", "D8", f"{year - 1}1231"], ["MSG", "SIMULATED"]]
        return [["DTP", "346", "D8", f"{year - 3}0101"], _eb("6", types="30", plan=member.plan), *ended]
    if member.behaviour is Behaviour.PENDING:
        return [_eb("5", types="30", plan=member.plan), ["MSG", "SIMULATED"]]
    all_types = envelope.repetition.join(["1", "33", "47", "48", "50", "86", "98", "MH", "UC"])
    active = [
        ["DTP", "346", "D8", f"{year}0101"],
        _eb("1", types="30", plan=member.plan),
        ["MSG", "SIMULATED"],
        _eb("1", types=all_types),
    ]
    if member.high_deductible:
        return [
            *active,
            *_money("FAM", "Y", "7000", "7000", "14000", "14000"),
            _eb("A", percent=".1", network="Y"),
        ]
    return [
        *active,
        *_money("IND", "Y", "2000", "750", "6000", "4750"),
        *_money("IND", "N", "4000", "4000", "12000", "12000"),
        _eb("A", types="30", percent=".2", network="Y"),
        _eb("A", types="30", percent=".4", network="N"),
        _eb("B", types="MH", period="27", amount="30", network="Y"),
    ]


def _money(level: str, network: str, *amounts: str) -> list[Row]:
    """Deductible total and remaining, out-of-pocket total and remaining."""
    kinds = (("C", "23"), ("C", "29"), ("G", "23"), ("G", "29"))
    return [
        _eb(code, level=level, types="30", period=period, amount=amount, network=network)
        for (code, period), amount in zip(kinds, amounts, strict=True)
    ]


def _eb(
    code: str,
    *,
    level: str = "",
    types: str = "30",
    plan: str = "",
    period: str = "",
    amount: str = "",
    percent: str = "",
    network: str = "",
) -> Row:
    row = ["EB", code, level, types, "", plan, period, amount, percent, "", "", "", network]
    while row[-1] == "":
        row.pop()
    return row


def _head(question: Question, at: datetime) -> list[Row]:
    return [
        ["BHT", "0022", "11", question.reference, f"{at:%Y%m%d}", f"{at:%H%M}"],
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", question.payer_name, "", "", "", "", "PI", question.payer_id],
        ["HL", "2", "1", "21", "1"],
        ["NM1", "1P", "2", question.provider_name, "", "", "", "", "XX", question.npi],
    ]


def _person(question: Question, person: Named, entity: str, place: int, *, last: bool) -> list[Row]:
    name = ["NM1", entity, "1", person.last_name, person.first_name]
    if person.member_id:
        name += ["", "", "", "MI", person.member_id]
    rows = [["HL", str(place + 3), str(place + 2), "22" if entity == "IL" else "23", "0" if last else "1"]]
    rows += [["TRN", "2", question.trace, question.originator]] if last else []
    rows.append(name)
    return [*rows, ["DMG", "D8", f"{person.birth_date:%Y%m%d}"]] if person.birth_date else rows


def _answer(question: Question, body: list[Row], at: datetime) -> str:
    return _enveloped(question.envelope, "HB", "271", VERSION, body, at)


def _enveloped(envelope: Envelope, group: str, kind: str, version: str, body: list[Row], at: datetime) -> str:
    number = envelope.group_control
    stamp = [f"{at:%Y%m%d}", f"{at:%H%M}"]
    rows = [
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
        *(
            "ISA",
            "00",
            blank,
            "00",
            blank,
            "ZZ",
            envelope.receiver.ljust(15),
            "ZZ",
            envelope.sender.ljust(15),
        ),
        *(f"{at:%y%m%d}", f"{at:%H%M}", envelope.repetition, "00501", envelope.control, "0", "T"),
        envelope.component,
    ]


def _text(envelope: Envelope, rows: list[Row]) -> str:
    return "".join(envelope.element.join(row) + envelope.terminator for row in rows)
