"""Bytes to segments, for files as payers really send them (insurance.md 2.1 and 6).

The four delimiters are found by counting the sixteen separators of the ISA segment. Its fixed width is not
trusted: real files pad it wrongly. Byte order marks, line breaks, indentation and any terminator are
accepted.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.insurance.x12.errors import NotX12

LINE_BREAKS = re.compile(r"[\r\n]+")
BETWEEN = " \t\r\n\x00\x1a\ufeff"  # what may stand between segments and means nothing
ISA_SEPARATORS = 16
# Control characters made for separating, which Python counts as blanks.
SEPARATORS = "\x1c\x1d\x1e\x1f"
NAME = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)
BLANKS = re.compile(f"[{BETWEEN}]*")
UTF_8_MARK = b"\xef\xbb\xbf"
# Real segments have 25 characters each. What has under eight, a hundred thousand times, was made to cost.
MANY, SHORTEST = 100_000, 8
NARROWEST = 40  # columns: shorter lines are not the width of a machine's record
LONGEST_ISA = 400  # 106 by the standard; generous for padding, small enough to notice another kind of file


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters of one interchange. `repetition` is None where version 00401 and older have none."""

    element: str = "*"
    component: str = ":"
    repetition: str | None = "^"
    terminator: str = "~"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment as it stood. `position` counts from 1 through the whole file, so staff can find it
    again."""

    position: int
    id: str
    elements: tuple[str, ...]

    def at(self, number: int) -> str:
        """Element `number` as X12 counts (EB01 is 1), without padding; absent is ""."""
        return self.elements[number - 1].strip() if number <= len(self.elements) else ""

    def is_named(self) -> bool:
        """Whether `id` can be the name of a segment; where a separator was lost it may be anything."""
        return NAME.fullmatch(self.id) is not None

    @property
    def where(self) -> str:
        """The beginning of a sentence about it: "EB at segment 9", without an id that may be a person's
        data."""
        return f"{self.id} at segment {self.position}" if self.is_named() else f"Segment {self.position}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """All segments from one ISA to the next, with the delimiters they were written with."""

    delimiters: Delimiters
    segments: tuple[Segment, ...]
    terminated: bool
    """Whether the last segment ended with its terminator: a file that was cut off usually does not."""


def decoded(raw: bytes) -> str:
    """Text of `raw`. Latin-1 as the last resort never fails, and X12's own characters are ASCII."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.removeprefix(UTF_8_MARK).decode("latin-1")


def stretches(raw: bytes | str) -> Iterator[Stretch]:
    """Every interchange's segments in `raw`. Raises NotX12 when it does not begin like an interchange."""
    text = (decoded(raw) if isinstance(raw, bytes) else raw).lstrip(BETWEEN)
    if not text:
        raise NotX12("The file is empty.")
    start, position = 0, 1
    joint = "" if _is_wrapped(text) else " "
    while start < len(text):
        text, start, delimiters = _header(text, start)
        segments, start, terminated = _segments(text, start, delimiters, position, joint)
        position += len(segments)
        if position > MANY and len(text) < position * SHORTEST:
            raise NotX12("The file begins like X12, but consists of segments that say nothing.")
        yield Stretch(delimiters, segments, terminated)


def written(segments: Iterable[Segment], delimiters: Delimiters, *, after: str = "") -> str:
    """The segments as text again; `after` (a line break, say) follows every terminator."""
    return "".join(
        delimiters.element.join((s.id, *s.elements)) + delimiters.terminator + after for s in segments
    )


def _header(text: str, start: int) -> tuple[str, int, Delimiters]:
    """The delimiters of the interchange at `start`; with `text` and `start` anew, as wrapped lines are
    joined."""
    head = text[
        start : start + 2 * LONGEST_ISA
    ]  # a slice: a file of many interchanges must not cost their square
    if len(head) < 4 or not head.startswith("ISA") or _is_no_mark(head[3]):
        raise NotX12("The file does not begin with an ISA segment, so it is not an X12 interchange.")
    element = head[3]
    end = _nth(head, element, ISA_SEPARATORS)
    if end > 0 and LINE_BREAKS.search(head, 0, end):
        # Lines wrapped at a fixed width break inside the 106 characters of the ISA: then none means anything.
        text, start = LINE_BREAKS.sub("", text[start:]), 0
        head = text[: 2 * LONGEST_ISA]
        end = _nth(head, element, ISA_SEPARATORS)
    if end > LONGEST_ISA or end < 0 or end + 1 >= len(head):
        raise NotX12("The file begins like X12, but its ISA segment is not complete.")
    # Blanks behind ISA16 pad it; those that a line begins with are no part of it.
    component, terminator = head[end + 1], head[end + 2 :].lstrip(" \t")[:1]
    if (
        component in "\r\n"
        or not terminator
        or terminator.isalnum()
        or _is_terminator(head, end + 1, component)
    ):
        # ISA16 left out: what stands in its place ends the segments.
        component, terminator = ":", component
    if terminator in (" ", "\t"):
        raise NotX12("The file begins like X12, but what ends its segments cannot be told.")
    repetition = _repetition(head[:end].split(element), component)
    return text, start, Delimiters(element, component, repetition, terminator)


def _is_terminator(text: str, place: int, candidate: str) -> bool:
    """True for `*~` + line break + `GS...~`: the character where ISA16 should be also ends the next line."""
    lines = LINE_BREAKS.split(text[place + 1 :], maxsplit=2)
    return text[place + 1] in "\r\n" and len(lines) > 1 and lines[1].rstrip().endswith(candidate)


def _repetition(isa: list[str], component: str) -> str | None:
    """ISA11: the repetition separator since 00402, the letter U before; then "^", which newer bodies use."""
    declared = isa[11].strip(" \t\r\n")
    if len(declared) == 1 and not declared.isalnum():
        return declared
    return "^" if component != "^" else None


def _nth(text: str, character: str, count: int) -> int:
    place = -1
    for _ in range(count):
        place = text.find(character, place + 1)
        if place < 0:
            return -1
    return place


def _is_no_mark(character: str) -> bool:
    """Whether nobody separates elements with this character."""
    return character.isalnum() or (character.isspace() and character not in SEPARATORS)


def _is_wrapped(text: str) -> bool:
    """Whether all lines but the last have one width: then the breaks between them mean nothing."""
    first = LINE_BREAKS.search(text)
    if first is None or first.start() < NARROWEST:
        return False
    mark, width, start, lines = first[0], first.start(), 0, 0
    while start + width < len(text):
        if text.find(mark, start, start + width + len(mark)) != start + width:
            return False
        start, lines = start + width + len(mark), lines + 1
    return lines > 1 and not LINE_BREAKS.search(text.rstrip(BETWEEN), start)


def _joined(piece: str, joint: str) -> str:
    """One segment's lines as one. In a message every line is words of its own, unless the file is wrapped."""
    if joint and piece.startswith("MSG"):
        return joint.join(line.strip(" \t") for line in LINE_BREAKS.split(piece.strip("\r\n")))
    return LINE_BREAKS.sub("", piece)


def _segments(
    text: str, start: int, delimiters: Delimiters, position: int, joint: str
) -> tuple[tuple[Segment, ...], int, bool]:
    """Segments up to the next ISA, where that begins, and whether the last one was terminated."""
    found: list[Segment] = []
    by_line = delimiters.terminator in "\r\n"
    length, terminated = len(text), True
    while start < length:
        # Before its end is looked for: the next interchange may end its segments in another way.
        if found and (begin := _isa(text, start, delimiters)) is not None:
            return tuple(found), begin, True
        stop = _line_end(text, start) if by_line else text.find(delimiters.terminator, start)
        terminated = stop >= 0
        raw = text[start : stop if terminated else length]
        # Blanks before the terminator belong to the last element, and are kept.
        piece = raw.lstrip(BETWEEN)
        if not by_line and ("\n" in piece or "\r" in piece):
            piece = _joined(piece, joint)
        if piece:
            name, *elements = piece.split(delimiters.element)
            found.append(Segment(position + len(found), name.strip(), tuple(elements)))
        elif not terminated:
            terminated = True  # only blanks after the last terminator
        start = stop + 1 if stop >= 0 else length
    return tuple(found), length, terminated


def _isa(text: str, start: int, delimiters: Delimiters) -> int | None:
    """Where an interchange begins, if that is what comes next."""
    match = BLANKS.match(text, start)
    begin = match.end() if match else start
    if not text.startswith("ISA", begin):
        return None
    after = text[begin + 3 : begin + 4]
    ended = after == delimiters.terminator or (after in "\r\n" and delimiters.terminator in "\r\n")
    return None if not after or after.isalnum() or ended else begin


def _line_end(text: str, start: int) -> int:
    match = LINE_BREAKS.search(text, start)
    return match.end() - 1 if match else -1
