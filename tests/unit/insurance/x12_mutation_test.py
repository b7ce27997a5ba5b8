"""Whatever happens to a file on its way, it never turns into a coverage it did not state."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.insurance import x12
from services.insurance.rules.eligibility import Active, Outcome, decide, outcome
from services.insurance.x12.envelopes import Interchange, interchanges
from services.insurance.x12.segments import BETWEEN, Delimiters
from tests.unit.insurance.corpus import Sample, samples
from tests.unit.insurance.payer_answers import ACTIVE, answer

CORPUS = samples()
WHOLE = answer(*ACTIVE)
MARKS = [
    Delimiters(element, component, repetition, terminator)
    for element, component, repetition in ("*:^", "|>^", "*^>", "^:|", "#>|")
    for terminator in "~!?\x1d\r\n"
]
SURROUNDINGS = [("", ""), ("", "\n"), ("  ", "\r\n"), ("\t", "\r\n\r\n")]

every_sample = pytest.mark.parametrize("sample", CORPUS, ids=str)
# A service type with a letter lost is another service type, and what it says is another answer.
not_active = pytest.mark.parametrize(
    "sample", [s for s in CORPUS if s.decision != "Active" and s.name != "dental_only"], ids=str
)


def verified(raw: bytes | str, sample: Sample) -> bool:
    """Whether `raw` would verify the person of `sample`. Raises nothing: what is no X12 verifies nobody."""
    try:
        reading = x12.read(raw)
    except x12.Unreadable:
        return False
    return isinstance(decide(reading, sample.asked), Active)


def outcomes(raw: bytes | str) -> list[Outcome]:
    return [
        outcome(one, whole=response.whole) for response in x12.read(raw).responses for one in response.answers
    ]


def rewritten(interchange: Interchange, marks: Delimiters, before: str, after: str) -> str:
    """The same interchange with other delimiters, and with something between the segments."""
    old, lines = interchange.delimiters, []
    for segment in interchange.segments:
        elements = list(segment.elements)
        if segment.id == "ISA":
            elements[10] = marks.repetition or "U"
            elements[15] = marks.component
        else:
            swap = {old.component: marks.component, old.repetition or "^": marks.repetition or "^"}
            elements = ["".join(swap.get(c, c) for c in element) for element in elements]
        lines.append(before + marks.element.join((segment.id, *elements)) + marks.terminator + after)
    return "".join(lines)


@every_sample
def test_delimiters_and_whitespace_change_nothing(sample: Sample) -> None:
    (interchange,) = interchanges(sample.raw)
    if not interchange.whole:
        return
    expected = outcomes(sample.raw)
    for marks in MARKS:
        for before, after in SURROUNDINGS:
            raw = rewritten(interchange, marks, before, after)
            assert outcomes(raw) == expected
            assert type(decide(x12.read(raw), sample.asked)).__name__ == sample.decision


@every_sample
def test_a_file_cut_off_at_any_byte_verifies_nobody(sample: Sample) -> None:
    # Without the terminator at its end the last segment is still whole, and so is the file.
    complete = len(sample.raw.rstrip(BETWEEN.encode("ascii", "ignore") + b"~!?\x1d"))
    for length in range(complete):
        cut = sample.raw[:length]
        assert not verified(cut, sample), length
        try:
            assert Outcome.ACTIVE not in outcomes(cut), length
        except x12.Unreadable:
            pass


def damaged(sample: Sample) -> Iterator[bytes]:
    """The file with one byte lost, or made another that stands in no code."""
    marks = interchanges(sample.raw)[0].delimiters
    others = [b"", b"\x00", b"X", b"\n", marks.element.encode(), marks.terminator.encode()]
    for place in range(len(sample.raw)):
        for other in others:
            yield sample.raw[:place] + other + sample.raw[place + 1 :]


@not_active
def test_one_damaged_byte_never_makes_a_coverage(sample: Sample) -> None:
    for raw in damaged(sample):
        assert not verified(raw, sample), raw


@given(junk=st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused_and_nothing_else(junk: bytes) -> None:
    sample = CORPUS[0]
    for raw in (junk, WHOLE.encode()[:150] + junk, b"ISA*" + junk):
        assert not verified(raw, sample)


@given(place=st.integers(0, len(WHOLE) - 1), character=st.characters(codec="latin-1"))
@settings(max_examples=200)
def test_one_damaged_character_never_breaks_the_reader(place: int, character: str) -> None:
    try:
        x12.read(WHOLE[:place] + character + WHOLE[place + 1 :])
    except x12.NotX12:
        return
