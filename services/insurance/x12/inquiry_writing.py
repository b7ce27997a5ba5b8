"""The 270 we send: strict, and no more about a person than the payer needs to find them (insurance.md 2.1).

Extra data (address, sex, middle name) raises the risk of a mismatch, so member id, first and last name and
birth date are what goes out; a group number and a relationship only where the caller gives them. Control
numbers, times and the usage indicator come from the caller.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.insurance.x12.envelope_writing import Envelope as Envelope
from services.insurance.x12.envelope_writing import Row, in_group
from services.insurance.x12.errors import Unwritable
from services.insurance.x12.npi import is_npi
from services.insurance.x12.segments import Delimiters

VERSION = "005010X279A1"
# The basic and extended character sets of X12.5 without what we use as delimiters.
ALLOWED = re.compile(r"[A-Z0-9 !\"&'()+,\-./;?=%@\[\]_{}\\|<>#$]*")
TRACE = re.compile(r"[A-Z0-9-]{1,50}")
SERVICE_TYPE = re.compile(r"[A-Z0-9]{1,2}")
MOST_SERVICE_TYPES = 99  # how often EQ, or EQ01 within it, may stand in loop 2110
RELATIONSHIPS = frozenset({"01", "19", "34", "G8"})  # INS02: spouse, child, other adult, other


@dataclass(frozen=True, slots=True)
class Facility:
    """Who asks. `originator` is TRN03: ten characters, "1" and the tax id, or "9" and a number of one's
    own."""

    name: str
    npi: str
    originator: str


@dataclass(frozen=True, slots=True)
class Member:
    """Whom it is about, as printed on the card. `relationship` is a dependant's to the subscriber (INS02)."""

    first_name: str
    last_name: str
    birth_date: date
    member_id: str = ""
    relationship: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question about one patient. `trace` (TRN02) is how the answer is recognised.

    `service_end` makes the date of service a range. Several service types stand in one EQ, or, for payers
    that do not read repetitions, in one EQ each (`separate_questions`). `group_number` is the subscriber's
    (REF 6P).
    """

    payer_name: str
    payer_id: str
    facility: Facility
    subscriber: Member
    service_date: date
    trace: str
    reference: str
    dependant: Member | None = None
    service_types: tuple[str, ...] = ("30",)
    service_end: date | None = None
    group_number: str = ""
    separate_questions: bool = False


def written_inquiry(inquiry: Inquiry, envelope: Envelope, delimiters: Delimiters | None = None) -> str:
    """`inquiry` as one interchange, in ASCII. Raises Unwritable, naming the field, for what X12 cannot carry
    or a payer could only refuse."""
    marks = delimiters or Delimiters()
    _check(inquiry)
    body = [
        ["BHT", "0022", "13", inquiry.reference, f"{envelope.at:%Y%m%d}", f"{envelope.at:%H%M}"],
        *_asking(inquiry, marks),
        *_people(inquiry, marks),
        ["DTP", "291", *_service_dates(inquiry)],
        *_questions(inquiry, marks),
    ]
    return in_group(envelope, "HS", "270", VERSION, body, marks)


def _check(inquiry: Inquiry) -> None:
    """Everything but names and ids, which `_value` checks where it writes them."""
    types = inquiry.service_types
    patient = inquiry.dependant or inquiry.subscriber

    def need(met: bool, field: str, otherwise: str) -> None:
        if not met:
            raise Unwritable(field, otherwise)

    need(TRACE.fullmatch(inquiry.trace) is not None, "trace", "must be 1 to 50 capitals, digits or hyphens")
    need(
        TRACE.fullmatch(inquiry.reference) is not None,
        "reference",
        "must be 1 to 50 capitals, digits or hyphens",
    )
    need(
        re.fullmatch(r"[A-Z0-9]{10}", inquiry.facility.originator) is not None,
        "originator",
        "must be ten capitals or digits",
    )
    need(is_npi(inquiry.facility.npi), "npi", "must have ten digits of which the last checks the others")
    need(
        0 < len(types) <= MOST_SERVICE_TYPES and all(SERVICE_TYPE.fullmatch(code) for code in types),
        "service_types",
        "must be 1 to 99 codes of one or two characters",
    )
    need(len(set(types)) == len(types), "service_types", "must be different")
    last = inquiry.service_end or inquiry.service_date
    need(inquiry.service_date <= last, "service_end", "must not be before the first day")
    need(
        date(1850, 1, 1) <= patient.birth_date <= last, "birth_date", "must not be after the date of service"
    )
    known = RELATIONSHIPS if inquiry.dependant else frozenset[str]()
    need(patient.relationship in {"", *known}, "relationship", "must be a dependant's 01, 19, 34 or G8")
    need(not inquiry.subscriber.relationship, "relationship", "is a dependant's, not the subscriber's")


def _asking(inquiry: Inquiry, marks: Delimiters) -> list[Row]:
    """Loops 2000A and 2000B: the payer asked, and we."""
    payer = _value("payer", inquiry.payer_name, 60, marks)
    payer_id = _value("payer", inquiry.payer_id, 80, marks)
    facility = _value("facility", inquiry.facility.name, 60, marks)
    return [
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", payer, "", "", "", "", "PI", payer_id],
        ["HL", "2", "1", "21", "1"],
        ["NM1", "1P", "2", facility, "", "", "", "", "XX", inquiry.facility.npi],
    ]


def _people(inquiry: Inquiry, marks: Delimiters) -> list[Row]:
    """Loops 2000C and 2000D to the DMG and INS. Trace and birth date stand on the patient's own level."""
    subscriber, dependant = inquiry.subscriber, inquiry.dependant
    trace = ["TRN", "1", inquiry.trace, inquiry.facility.originator]
    group = (
        [["REF", "6P", _value("group_number", inquiry.group_number, 50, marks)]]
        if inquiry.group_number
        else []
    )
    named = _name("IL", subscriber, marks)
    if dependant is None:
        return [["HL", "3", "2", "22", "0"], trace, named, *group, _birth(subscriber)]
    relationship = [["INS", "N", dependant.relationship]] if dependant.relationship else []
    return [
        ["HL", "3", "2", "22", "1"],
        named,
        *group,
        ["HL", "4", "3", "23", "0"],
        trace,
        _name("03", dependant, marks),
        _birth(dependant),
        *relationship,
    ]


def _name(entity: str, member: Member, marks: Delimiters) -> Row:
    row = [
        *("NM1", entity, "1", _value("last_name", member.last_name, 60, marks)),
        _value("first_name", member.first_name, 35, marks),
    ]
    if not member.member_id:
        return row
    return [*row, "", "", "", "MI", _value("member_id", member.member_id, 80, marks).replace(" ", "")]


def _birth(member: Member) -> Row:
    return ["DMG", "D8", f"{member.birth_date:%Y%m%d}"]


def _service_dates(inquiry: Inquiry) -> Row:
    first = f"{inquiry.service_date:%Y%m%d}"
    if inquiry.service_end is None or inquiry.service_end == inquiry.service_date:
        return ["D8", first]
    return ["RD8", f"{first}-{inquiry.service_end:%Y%m%d}"]


def _questions(inquiry: Inquiry, marks: Delimiters) -> list[Row]:
    if inquiry.separate_questions:
        return [["EQ", code] for code in inquiry.service_types]
    return [["EQ", (marks.repetition or "^").join(inquiry.service_types)]]


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
    return [m for m in (marks.element, marks.component, marks.repetition or "^", marks.terminator) if m]
