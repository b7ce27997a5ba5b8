"""Whatever happens to a file on its way, it never turns into a coverage it did not state."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.insurance import x12
from services.insurance.eligibility import Active, decide
from services.insurance.x12.segments import Delimiters
from tests.unit.insurance.payer_answers import ACTIVE, ASKED, answer, rows_of, text_of

WHOLE = answer(*ACTIVE)


@st.composite
def sensible_marks(draw: st.DrawFn) -> Delimiters:
    """Four different marks; a line break can only end segments."""
    element, component, repetition = draw(st.permutations([*"*|:>^+"]))[:3]
    return Delimiters(element, component, repetition, draw(st.sampled_from("~!?\x1d\r\n")))


@given(
    marks=sensible_marks(),
    after=st.sampled_from(["", "\n", "\r\n"]),
    before=st.sampled_from(["", "  ", "\t"]),
)
@settings(max_examples=100)
def test_delimiters_and_whitespace_do_not_change_the_answer(
    marks: Delimiters, after: str, before: str
) -> None:
    text = text_of(rows_of(*ACTIVE), marks, after=after, before=before)
    decision = decide(x12.read(text), ASKED)
    assert isinstance(decision, Active)
    assert decision.answer.benefits == x12.read(WHOLE).responses[0].answers[0].benefits


@given(cut=st.integers(0, len(WHOLE) - 2))
@settings(max_examples=200)
def test_a_file_that_was_cut_off_is_never_active(cut: int) -> None:
    try:
        reading = x12.read(WHOLE[:cut])
    except x12.NotX12:
        return
    assert not isinstance(decide(reading, ASKED), Active)


@given(junk=st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused_and_nothing_else(junk: bytes) -> None:
    for raw in (junk, WHOLE.encode()[:150] + junk, b"ISA*" + junk):
        try:
            reading = x12.read(raw)
        except x12.NotX12:
            continue
        assert not isinstance(decide(reading, ASKED), Active)


@given(place=st.integers(0, len(WHOLE) - 1), character=st.characters(codec="latin-1"))
@settings(max_examples=200)
def test_one_damaged_character_never_breaks_the_reader(place: int, character: str) -> None:
    try:
        x12.read(WHOLE[:place] + character + WHOLE[place + 1 :])
    except x12.NotX12:
        return
