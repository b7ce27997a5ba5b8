"""The 270 we send: strict, and no more about a person than the payer needs to find them (insurance.md 2.1).

Extra data (address, sex, middle name) raises the risk of a mismatch, so member id, first and last name and
birth date are all that goes out. Control numbers, times and the usage indicator come from the caller.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.insurance.x12.errors import Unwritable
from services.insurance.x12.segments import Delimiters

VERSION = "005010X279A1"
# The basic and extended character sets of X12.5 without what we use as delimiters.
ALLOWED = re.compile(r"[A-Z0-9 !\"&'()+,\-./;?=%@\[\]_{}\\|<>#$]*")
TRACE = re.compile(r"[A-Z0-9-]{1,50}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands outside the question. `usage` is ISA15: "T" test or "P" production."""

    sender: str
    receiver: str
    control: int
    group_control: int
    usage: str
    at: datetime
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"


@dataclass(frozen=True, slots=True)
class Facility:
    """Who asks. `originator` is TRN03: ten characters, "1" and the tax id, or "9" and a number of one's
    own."""

    name: str
    npi: str
    originator: str


@dataclass(frozen=True, slots=True)
class Member:
    """Whom it is about, as printed on the card."""

    first_name: str
    last_name: str
    birth_date: date
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question about one patient. `trace` (TRN02) is how the answer is recognised."""

    payer_name: str
    payer_id: str
    facility: Facility
    subscriber: Member
    service_date: date
    trace: str
    reference: str
    dependant: Member | None = None
    service_types: tuple[str, ...] = ("30",)


def written_inquiry(inquiry: Inquiry, envelope: Envelope, delimiters: Delimiters | None = None) -> str:
    """`inquiry` as one interchange. Raises Unwritable, naming the field, for what X12 cannot carry."""
    marks = delimiters or Delimiters()
    body = _body(inquiry, envelope.at, marks)
    control, group = f"{envelope.control:09}", str(envelope.group_control)
    if not 0 < envelope.control <= 999_999_999:
        raise Unwritable("control", "must have one to nine digits")
    if envelope.usage not in ("P", "T"):
        raise Unwritable("usage", "must be P or T")
    blank = " " * 10
    segments = [
        [
            *("ISA", "00", blank, "00", blank),
            *(envelope.sender_qualifier, _fixed("sender", envelope.sender)),
            *(envelope.receiver_qualifier, _fixed("receiver", envelope.receiver)),
            *(f"{envelope.at:%y%m%d}", f"{envelope.at:%H%M}", marks.repetition or "^", "00501"),
            *(control, "0", envelope.usage, marks.component),
        ],
        [
            *("GS", "HS", envelope.sender, envelope.receiver, f"{envelope.at:%Y%m%d}", f"{envelope.at:%H%M}"),
            *(group, "X", VERSION),
        ],
        ["ST", "270", "0001", VERSION],
        *body,
        ["SE", str(len(body) + 2), "0001"],
        ["GE", "1", group],
        ["IEA", "1", control],
    ]
    return "".join(marks.element.join(segment) + marks.terminator for segment in segments)


def _body(inquiry: Inquiry, at: datetime, marks: Delimiters) -> list[list[str]]:
    """BHT to the last EQ. Trace, birth date, date and question stand on the patient's own level."""
    if not TRACE.fullmatch(inquiry.trace):
        raise Unwritable("trace", "must be 1 to 50 capitals, digits or hyphens")
    if len(inquiry.facility.originator) != 10:
        raise Unwritable("originator", "must have ten characters")
    if not re.fullmatch(r"\d{10}", inquiry.facility.npi):
        raise Unwritable("npi", "must have ten digits")
    if not inquiry.service_types or not all(re.fullmatch(r"[A-Z0-9]{1,2}", c) for c in inquiry.service_types):
        raise Unwritable("service_types", "must be codes of one or two characters")

    def value(field: str, given: str, longest: int) -> str:
        return _value(field, given, longest, marks)

    def name(entity: str, member: Member) -> list[str]:
        row = [
            *("NM1", entity, "1", value("last_name", member.last_name, 60)),
            value("first_name", member.first_name, 35),
        ]
        identity = value("member_id", member.member_id, 80).replace(" ", "") if member.member_id else ""
        return [*row, "", "", "", "MI", identity] if identity else row

    question = [
        ["DTP", "291", "D8", f"{inquiry.service_date:%Y%m%d}"],
        ["EQ", (marks.repetition or "^").join(inquiry.service_types)],
    ]
    trace = ["TRN", "1", inquiry.trace, inquiry.facility.originator]
    payer = [
        value("payer", inquiry.payer_name, 60),
        "",
        "",
        "",
        "",
        "PI",
        value("payer", inquiry.payer_id, 80),
    ]
    head = [
        ["BHT", "0022", "13", inquiry.reference, f"{at:%Y%m%d}", f"{at:%H%M}"],
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", *payer],
        ["HL", "2", "1", "21", "1"],
        [
            "NM1",
            "1P",
            "2",
            value("facility", inquiry.facility.name, 60),
            *[""] * 4,
            "XX",
            inquiry.facility.npi,
        ],
    ]
    subscriber, dependant = inquiry.subscriber, inquiry.dependant
    if dependant is None:
        return [
            *head,
            ["HL", "3", "2", "22", "0"],
            trace,
            name("IL", subscriber),
            ["DMG", "D8", f"{subscriber.birth_date:%Y%m%d}"],
            *question,
        ]
    return [
        *head,
        ["HL", "3", "2", "22", "1"],
        name("IL", subscriber),
        ["HL", "4", "3", "23", "0"],
        trace,
        name("03", dependant),
        ["DMG", "D8", f"{dependant.birth_date:%Y%m%d}"],
        *question,
    ]


def _value(field: str, given: str, longest: int, marks: Delimiters) -> str:
    """Capitals without accents, as payers keep names; refuses what would break the syntax."""
    plain = unicodedata.normalize("NFKD", given.replace("\u2019", "'"))
    plain = " ".join("".join(c for c in plain if not unicodedata.combining(c)).upper().split())
    if not plain or len(plain) > longest:
        raise Unwritable(field, f"must have 1 to {longest} characters")
    if not ALLOWED.fullmatch(plain) or any(c in plain for c in _marks(marks)):
        raise Unwritable(field, "has characters X12 cannot carry")
    return plain


def _marks(marks: Delimiters) -> Sequence[str]:
    return [m for m in (marks.element, marks.component, marks.repetition, marks.terminator) if m]


def _fixed(field: str, given: str) -> str:
    """ISA06 and ISA08: exactly fifteen characters, padded."""
    if not re.fullmatch(r"[A-Z0-9]{2,15}", given):
        raise Unwritable(field, "must be 2 to 15 capitals or digits")
    return given.ljust(15)
