"""Segments grouped into interchanges and transactions; what does not add up becomes a warning, not a refusal.

Real files carry wrong counts and disagreeing control numbers (insurance.md 2.5, 11), and what they say of a
client is still worth reading. Only one thing changes the meaning: an interchange that was cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.insurance.x12.errors import NotX12
from services.insurance.x12.segments import Delimiters, Segment, Stretch, stretches

ENVELOPE = {"ISA", "GS", "GE", "IEA", "TA1"}


@dataclass(frozen=True, slots=True)
class Transaction:
    """ST to SE. `whole` is False when SE never came."""

    kind: str
    control: str
    segments: tuple[Segment, ...]
    delimiters: Delimiters
    whole: bool
    warnings: tuple[str, ...]

    @property
    def stated(self) -> int | None:
        """How many segments SE01 says there are; None where it says nothing."""
        last = self.segments[-1]
        text = last.at(1) if last.id == "SE" else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 11 else None


@dataclass(frozen=True, slots=True)
class Interchange:
    """ISA to IEA. `segments` holds everything in order, known or not."""

    delimiters: Delimiters
    segments: tuple[Segment, ...]
    transactions: tuple[Transaction, ...]
    warnings: tuple[str, ...]
    whole: bool
    """Whether IEA came: without it nobody can say that nothing is missing, so nothing is taken as
    verified."""

    @property
    def control(self) -> str:
        """ISA13."""
        return self.segments[0].at(13)

    @property
    def usage(self) -> str:
        """ISA15: P production, T test."""
        return self.segments[0].at(15)

    def named(self, name: str) -> tuple[Segment, ...]:
        return tuple(s for s in self.segments if s.id == name)


def interchanges(raw: bytes | str) -> tuple[Interchange, ...]:
    """Every interchange in `raw`, at least one. Raises NotX12 with a sentence free of values."""
    found = tuple(_interchange(stretch) for stretch in stretches(raw))
    if all(len(one.segments) < 2 for one in found):
        raise NotX12("The file begins like X12, but nothing follows its ISA segment.")
    return found


def _interchange(stretch: Stretch) -> Interchange:
    segments = stretch.segments
    warnings: list[str] = []
    ends = [s for s in segments if s.id == "IEA"]
    control = segments[0].at(13)
    # A last segment without terminator may still be a whole IEA: then it repeats the ISA's control number.
    whole = bool(ends) and (stretch.terminated or _same(ends[-1].at(2), control))
    if not whole:
        warnings.append("The file ends before its interchange does (IEA); it may have been cut off.")
    elif not _same(ends[-1].at(2), control):
        warnings.append(f"IEA02 at segment {ends[-1].position} does not repeat the control number of ISA13.")
    groups = [s for s in segments if s.id == "GS"]
    if ends and not _same(ends[-1].at(1), str(len(groups))):
        warnings.append(f"IEA01 at segment {ends[-1].position} counts the groups wrongly.")
    transactions = _transactions(stretch)
    warnings += _group_warnings(segments)
    return Interchange(stretch.delimiters, segments, transactions, tuple(warnings), whole)


def _transactions(stretch: Stretch) -> tuple[Transaction, ...]:
    found: list[Transaction] = []
    current: list[Segment] = []

    def close(last: Segment | None) -> None:
        if current:
            found.append(_transaction(current, last, stretch.delimiters))
        current.clear()

    for segment in stretch.segments:
        if segment.id == "ST":
            close(None)
            current.append(segment)
        elif segment.id == "SE" and current:
            current.append(segment)
            close(segment)
        elif segment.id in ENVELOPE:
            close(None)
        elif current:
            current.append(segment)
    close(None)
    return tuple(found)


def _transaction(segments: Sequence[Segment], last: Segment | None, delimiters: Delimiters) -> Transaction:
    first = segments[0]
    warnings: list[str] = []
    if last is None:
        warnings.append(f"The transaction at segment {first.position} has no end (SE).")
    else:
        if not _same(last.at(1), str(len(segments))):
            warnings.append(
                f"SE01 at segment {last.position} does not match the {len(segments)} segments there are."
            )
        if not _same(last.at(2), first.at(2)):
            warnings.append(f"SE02 at segment {last.position} does not repeat the control number of ST02.")
    return Transaction(
        first.at(1), first.at(2), tuple(segments), delimiters, last is not None, tuple(warnings)
    )


def _same(one: str, other: str) -> bool:
    """Counts and control numbers are the same with and without leading zeros."""
    return one.lstrip("0") == other.lstrip("0")


def _group_warnings(segments: Sequence[Segment]) -> list[str]:
    warnings: list[str] = []
    control, sets = "", 0
    for segment in segments:
        if segment.id == "GS":
            control, sets = segment.at(6), 0
        elif segment.id == "ST":
            sets += 1
        elif segment.id == "GE":
            if not _same(segment.at(1), str(sets)):
                warnings.append(f"GE01 at segment {segment.position} counts the transactions wrongly.")
            if not _same(segment.at(2), control):
                warnings.append(
                    f"GE02 at segment {segment.position} does not repeat the control number of GS06."
                )
    return warnings
