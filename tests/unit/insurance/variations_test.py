"""The correction ladder: at most three safe ways to write the same person again."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from services.insurance.rules.rejections import BY_LEVEL, REASONS
from services.insurance.rules.variations import MOST, NOT_FOUND, Holder, Identity, Step, variations

HOLDER = Holder("Bo Carl", "Lindqvist", "A1234567")


def steps(asked: Identity, *reasons: str) -> list[Step]:
    return [one.step for one in variations(asked, reasons)]


def test_a_card_number_is_written_plainly_before_anything_is_left_out() -> None:
    found = variations(Identity("Ana", "Igwe", "XYZ 123-456-789-01"), ["72"])
    assert [(one.step, one.identity.member_id) for one in found] == [
        (Step.MEMBER_ID_PLAIN, "XYZ12345678901"),
        (Step.MEMBER_ID_WITHOUT_PREFIX, "12345678901"),
        (Step.MEMBER_ID_WITHOUT_SUFFIX, "XYZ123456789"),
    ]


def test_leading_zeros_are_part_of_the_number() -> None:
    (one,) = variations(Identity("Ana", "Igwe", "00012345-6"), ["72"])[:1]
    assert one.identity.member_id == "000123456"


def test_a_legal_name_is_tried_without_suffix_hyphen_and_middle_name() -> None:
    found = variations(Identity("Mary Ann", "Smith-Jones Jr.", "123456"), ["73"])
    assert [(one.step, one.identity.first, one.identity.last) for one in found] == [
        (Step.NAME_PLAIN, "Mary Ann", "Smith Jones"),
        (Step.NAME_WITHOUT_MIDDLE, "Mary", "Smith-Jones Jr."),
        (Step.NAME_FIRST_OF_TWO, "Mary Ann", "Smith"),
    ]


def test_only_what_the_refusal_names_is_varied() -> None:
    asked = Identity("Mary Ann", "Smith-Jones", "XYZ123456789")
    assert set(steps(asked, "72")) == {Step.MEMBER_ID_WITHOUT_PREFIX}
    assert Step.MEMBER_ID_WITHOUT_PREFIX not in steps(asked, "73")
    assert Step.MEMBER_ID_WITHOUT_PREFIX not in steps(asked, "65")


def test_a_dependant_is_asked_about_as_a_subscriber_and_the_other_way_round() -> None:
    assert steps(Identity("Ana", "Igwe", "A1234567", HOLDER), "64") == [Step.AS_SUBSCRIBER]
    (one,) = variations(Identity("Ana", "Igwe", "B7", holder_on_file=HOLDER), ["75"])
    assert (one.step, one.identity.holder, one.identity.member_id) == (Step.AS_DEPENDANT, HOLDER, "A1234567")


def test_the_holders_name_is_varied_when_the_subscriber_was_not_found() -> None:
    asked = Identity("Mary Ann", "Igwe", "A1234567", HOLDER)
    (one,) = (one for one in variations(asked, ["73"]))
    assert one.identity.holder == Holder("Bo", "Lindqvist", "A1234567")
    assert one.identity.first == "Mary Ann"
    (one,) = variations(asked, ["65"])
    assert (one.identity.first, one.identity.holder) == ("Mary", HOLDER)


def test_no_other_refusal_is_answered_with_a_variation() -> None:
    asked = Identity("Mary Ann", "Smith-Jones Jr", "XYZ 123456789-01", HOLDER)
    for reason in {*REASONS, *BY_LEVEL, "", "??"} - NOT_FOUND:
        assert variations(asked, [reason]) == ()
        assert variations(asked, ["75", reason]) == ()
    assert variations(asked, []) == ()


def test_a_plain_card_has_nothing_to_vary() -> None:
    assert variations(Identity("Ana", "Igwe", "12345678"), ["75"]) == ()
    assert variations(Identity("", "", "-"), ["75"]) == ()


NAMES = st.text("Aa -.'JrII", max_size=14)
IDS = st.text("ABX019 -/", max_size=14)
PEOPLE = st.builds(
    Identity, NAMES, NAMES, IDS, st.none() | st.builds(Holder, NAMES, NAMES, IDS), st.none() | st.just(HOLDER)
)


@given(PEOPLE, st.sets(st.sampled_from(sorted(NOT_FOUND)), min_size=1))
def test_there_are_at_most_three_and_none_twice_or_as_it_was_asked(
    asked: Identity, reasons: set[str]
) -> None:
    found = variations(asked, reasons)
    assert len(found) <= MOST
    for one, other in itertools.combinations([asked, *(one.identity for one in found)], 2):
        assert _read(one) != _read(other)
    assert all(one.identity.first and one.identity.last and one.identity.member_id for one in found)


def _read(one: Identity) -> tuple[str, ...]:
    """As a payer reads it: capitals, single spaces."""
    holder = one.holder
    texts = [one.first, one.last, one.member_id]
    texts += [holder.first, holder.last, holder.member_id] if holder else []
    return tuple(" ".join(text.upper().split()) for text in texts)
