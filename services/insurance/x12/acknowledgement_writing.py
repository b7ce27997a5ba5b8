"""The TA1 and 999 we write about what somebody sent us. Strict, like the 270.

Sources: TA1 in X12.5 (TA104 the verdict, TA105 the note); 999 in 005010X231A1 (IK304, IK403, IK502, AK905).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.insurance.x12.envelope_writing import Envelope, Row, in_group, in_interchange
from services.insurance.x12.errors import Unwritable
from services.insurance.x12.segments import Delimiters

VERSION = "005010X231A1"


class Verdict(StrEnum):
    """TA104, IK501 and AK901, as far as we give them. A group of which a part was accepted is PARTIAL."""

    ACCEPTED = "A"
    ACCEPTED_WITH_ERRORS = "E"
    PARTIAL = "P"
    REFUSED = "R"


@dataclass(frozen=True, slots=True)
class SegmentError:
    """One IK3, with an IK4 when `element` is given.

    `position` counts from ST as 1. `code` is IK304: 1 unrecognised, 2 unexpected, 3 missing, 8 has element
    errors. `element` counts from 1 and `element_code` is IK403: 1 missing, 7 invalid code, 8 invalid date.
    """

    segment: str
    position: int
    code: str
    element: int | None = None
    element_code: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """One transaction somebody sent: ST01, ST02, ST03, and what is wrong with it.

    `codes` are IK502: 2 no SE, 3 control numbers differ, 4 wrong count, 5 segments in error.
    """

    kind: str
    control: str
    version: str
    errors: tuple[SegmentError, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return Verdict.REFUSED if self.errors or self.codes else Verdict.ACCEPTED


@dataclass(frozen=True, slots=True)
class ReceivedGroup:
    """The group they came in: GS01, GS06, GS08; `codes` are AK905."""

    function: str
    control: str
    version: str
    transactions: tuple[Received, ...]
    codes: tuple[str, ...] = ()


def written_ta1(
    control: str,
    at: tuple[str, str],
    verdict: Verdict,
    envelope: Envelope,
    *,
    note: str = "000",
    delimiters: Delimiters | None = None,
) -> str:
    """A TA1 about the interchange `control` (ISA13) written `at` (ISA09, ISA10). `note` is TA105, 000 for no
    error. Raises Unwritable."""
    _need(re.fullmatch(r"\d{9}", control), "control", "must have nine digits")
    _need(re.fullmatch(r"\d{6}", at[0]) and re.fullmatch(r"\d{4}", at[1]), "at", "must be YYMMDD and HHMM")
    _need(verdict is not Verdict.PARTIAL, "verdict", "an interchange is accepted or refused as a whole")
    _need(re.fullmatch(r"\d{3}", note), "note", "must have three digits")
    _need((note == "000") is (verdict is Verdict.ACCEPTED), "note", "must say why, and only then")
    row = ["TA1", control, *at, verdict.value, note]
    return in_interchange(envelope, [row], delimiters or Delimiters(), groups=0)


def written_999(group: ReceivedGroup, envelope: Envelope, *, delimiters: Delimiters | None = None) -> str:
    """A 999 about `group`. Raises Unwritable."""
    _need(re.fullmatch(r"[A-Z]{2}", group.function), "function", "must be two capitals")
    _need(re.fullmatch(r"\d{1,9}", group.control), "control", "must have one to nine digits")
    _need(group.transactions or group.codes, "transactions", "must not be empty unless the group is refused")
    accepted = sum(one.verdict is Verdict.ACCEPTED for one in group.transactions)
    count = str(len(group.transactions))
    body = [
        ["AK1", group.function, group.control, _version(group.version)],
        *(row for one in group.transactions for row in _transaction(one)),
        ["AK9", _of_group(group, accepted).value, count, count, str(accepted), *_codes(group.codes, 5)],
    ]
    return in_group(envelope, "FA", "999", VERSION, body, delimiters or Delimiters())


def _of_group(group: ReceivedGroup, accepted: int) -> Verdict:
    if group.codes or not accepted:
        return Verdict.REFUSED
    return Verdict.ACCEPTED if accepted == len(group.transactions) else Verdict.PARTIAL


def _transaction(one: Received) -> list[Row]:
    _need(re.fullmatch(r"\d{3}", one.kind), "kind", "must have three digits")
    _need(re.fullmatch(r"[A-Z0-9]{4,9}", one.control), "control", "must be 4 to 9 capitals or digits")
    codes = one.codes or (("5",) if one.errors else ())
    return [
        ["AK2", one.kind, one.control, _version(one.version)],
        *(row for error in one.errors for row in _error(error)),
        ["IK5", one.verdict.value, *_codes(codes, 5)],
    ]


def _error(error: SegmentError) -> list[Row]:
    _need(re.fullmatch(r"[A-Z][A-Z0-9]{1,2}", error.segment), "segment", "must be a segment name")
    _need(error.position > 0, "position", "counts from 1")
    rows = [["IK3", error.segment, str(error.position), "", *_codes((error.code,), 1)]]
    if error.element is not None:
        _need(error.element > 0, "element", "counts from 1")
        rows.append(["IK4", str(error.element), "", *_codes((error.element_code,), 1)])
    return rows


def _version(given: str) -> str:
    _need(re.fullmatch(r"[A-Z0-9]{6,12}", given), "version", "must be 6 to 12 capitals or digits")
    return given


def _codes(given: Sequence[str], most: int) -> list[str]:
    good = len(given) <= most and all(re.fullmatch(r"[A-Z0-9]{1,3}", code) for code in given)
    _need(good, "codes", f"must be at most {most} of one to three characters")
    return list(given)


def _need(met: object, field: str, otherwise: str) -> None:
    if not met:
        raise Unwritable(field, otherwise)
