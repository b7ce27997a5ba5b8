"""What stands outside a transaction we write: ISA, GS, ST and their ends, counted and padded as the standard
says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.insurance.x12.errors import Unwritable
from services.insurance.x12.segments import Delimiters

Row = list[str]
BLANK = " " * 10
LARGEST_CONTROL = 999_999_999


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom. `usage` is ISA15: "T" test or "P" production."""

    sender: str
    receiver: str
    control: int
    group_control: int
    usage: str
    at: datetime
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"


def in_group(
    envelope: Envelope, function: str, kind: str, version: str, body: Sequence[Row], marks: Delimiters
) -> str:
    """`body` as the one transaction of one group (`function` is GS01) of one interchange. Raises
    Unwritable."""
    stamp = [f"{envelope.at:%Y%m%d}", f"{envelope.at:%H%M}"]
    if not 0 < envelope.group_control <= LARGEST_CONTROL:
        raise Unwritable("group_control", "must have one to nine digits")
    group = str(envelope.group_control)
    rows = [
        ["GS", function, envelope.sender, envelope.receiver, *stamp, group, "X", version],
        ["ST", kind, "0001", version],
        *body,
        ["SE", str(len(body) + 2), "0001"],
        ["GE", "1", group],
    ]
    return in_interchange(envelope, rows, marks, groups=1)


def in_interchange(envelope: Envelope, rows: Sequence[Row], marks: Delimiters, *, groups: int) -> str:
    """`rows` between ISA and IEA. Raises Unwritable for what an ISA cannot carry."""
    distinct = [m for m in (marks.element, marks.component, marks.repetition, marks.terminator) if m]
    if len(set(distinct)) < len(distinct) or any(len(m) != 1 or m.isalnum() or m == " " for m in distinct):
        raise Unwritable("delimiters", "must be different and neither letters, digits nor blanks")
    if not 0 < envelope.control <= LARGEST_CONTROL:
        raise Unwritable("control", "must have one to nine digits")
    if envelope.usage not in ("P", "T"):
        raise Unwritable("usage", "must be P or T")
    control = f"{envelope.control:09}"
    isa = [
        *("ISA", "00", BLANK, "00", BLANK),
        *(_qualifier(envelope.sender_qualifier), _padded("sender", envelope.sender)),
        *(_qualifier(envelope.receiver_qualifier), _padded("receiver", envelope.receiver)),
        *(f"{envelope.at:%y%m%d}", f"{envelope.at:%H%M}", marks.repetition or "^", "00501"),
        *(control, "0", envelope.usage, marks.component),
    ]
    every = [isa, *rows, ["IEA", str(groups), control]]
    return "".join(marks.element.join(row) + marks.terminator for row in every)


def _qualifier(given: str) -> str:
    """ISA05 and ISA07."""
    if not re.fullmatch(r"[A-Z0-9]{2}", given):
        raise Unwritable("qualifier", "must be two capitals or digits")
    return given


def _padded(field: str, given: str) -> str:
    """ISA06 and ISA08: exactly fifteen characters."""
    if not re.fullmatch(r"[A-Z0-9]{2,15}", given):
        raise Unwritable(field, "must be 2 to 15 capitals or digits")
    return given.ljust(15)
