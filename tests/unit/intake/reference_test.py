"""The check character notices what people get wrong on the phone."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.intake.reference import ALPHABET, check_character, heard, new_reference, written

payloads = st.text(ALPHABET, min_size=7, max_size=7)


@given(payloads)
@example("TC00000")
def test_a_reference_is_heard_as_it_was_given(payload: str) -> None:
    reference = written(payload + check_character(payload))
    assert heard(reference) == heard(reference.removeprefix("TC-")) == reference


@given(payloads, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_noticed(payload: str, place: int, other: str) -> None:
    characters = payload + check_character(payload)
    wrong = characters[:place] + other + characters[place + 1 :]
    assert (heard(wrong) is None) == (wrong != characters)


@given(payloads, st.integers(0, 6))
def test_any_two_neighbours_swapped_are_noticed(payload: str, place: int) -> None:
    characters = payload + check_character(payload)
    swapped = characters[:place] + characters[place + 1] + characters[place] + characters[place + 2 :]
    assert (heard(swapped) is None) == (swapped != characters)


def test_letters_that_sound_like_digits_spaces_and_small_letters_do_not_matter() -> None:
    payload = "0101XYZ"
    reference = written(payload + check_character(payload))
    said = reference.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert heard(said) == reference


@pytest.mark.parametrize("said", ["", "TC", "TC-7K4M", "TC-7K4M-92Q!", "TC-UUUU-UUUU", "TC-7K4M-92QX-1"])
def test_what_is_no_reference_is_none(said: str) -> None:
    assert heard(said) is None


def test_a_new_reference_reads_back() -> None:
    reference = new_reference()
    assert reference.startswith("TC-")
    assert len(reference) == 12
    assert heard(reference) == reference
