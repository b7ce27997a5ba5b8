"""Questionnaires: what may be answered, the sums, and what calls a person."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aftercare.follow_up.instruments import (
    INSTRUMENTS,
    NotAnItem,
    flags_of,
    questions,
    scores_of,
    worries_of,
)
from shared.contracts.aftercare import ConcernCause, Instrument

WEEKLY, BAM, PHQ9 = Instrument.WEEKLY, Instrument.BAM, Instrument.PHQ9


def every(instrument: Instrument, value: int) -> dict[str, int]:
    return dict.fromkeys(INSTRUMENTS[instrument].ranges, value)


def test_bam_sums_use_risk_and_protection_by_item_number() -> None:
    assert scores_of(BAM, every(BAM, 4)) == {"use": 12, "risk": 24, "protective": 24}
    only = every(BAM, 0) | {"4": 1, "15": 2, "16": 3}
    assert scores_of(BAM, only) == {"use": 1, "risk": 2, "protective": 3}


def test_bam_flags_use_from_1_risk_from_12_and_protection_up_to_12() -> None:
    risky = every(BAM, 0) | {"1": 4, "2": 4, "3": 4} | {"9": 4, "10": 4, "12": 4}
    assert flags_of(BAM, risky) == ["risk", "protective"]
    assert flags_of(BAM, risky | {"3": 3, "13": 1}) == []
    assert flags_of(BAM, risky | {"3": 3, "13": 1, "6": 1}) == ["use"]


@pytest.mark.parametrize(
    ("total", "flag"), [(9, []), (10, ["moderate"]), (15, ["moderately_severe"]), (20, ["severe"])]
)
def test_phq_is_read_at_10_15_and_20(total: int, flag: list[str]) -> None:
    items = {str(number): 0 for number in range(1, 10)}
    for number in range(1, 9):
        items[str(number)] = min(3, max(0, total - 3 * (number - 1)))
    assert sum(items.values()) == total
    assert flags_of(PHQ9, items) == flag


def test_item_9_of_the_phq_stands_on_its_own() -> None:
    assert [(w.level, w.cause) for w in worries_of(PHQ9, {"9": 1})] == [(3, ConcernCause.PHQ_ITEM_9)]
    assert worries_of(PHQ9, {"9": 0}) == []


def test_a_sum_over_a_hole_is_not_given() -> None:
    items = every(PHQ9, 1)
    del items["4"]
    assert scores_of(PHQ9, items) == {}


def test_reported_use_calls_a_person_the_same_day_and_skipped_questions_call_nobody() -> None:
    assert [(w.level, w.cause) for w in worries_of(WEEKLY, {"use": 1})] == [(2, ConcernCause.USE)]
    assert worries_of(WEEKLY, {}) == []
    assert worries_of(WEEKLY, {"use": 0, "urge": 3, "mood": 6, "support": 7, "confidence": 7}) == []
    low = worries_of(WEEKLY, {"urge": 8, "mood": 2, "support": 0})
    assert {w.cause for w in low} == {ConcernCause.URGE, ConcernCause.LOW_MOOD, ConcernCause.NO_SUPPORT}


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("I want to die", ConcernCause.SELF_HARM),
        ("ya no quiero vivir", ConcernCause.SELF_HARM),
        ("I overdosed on Sunday", ConcernCause.OVERDOSE),
    ],
)
def test_words_of_danger_page_somebody_whatever_the_numbers_say(words: str, cause: ConcernCause) -> None:
    gravest = worries_of(WEEKLY, {"mood": 10}, words)[0]
    assert (gravest.level, gravest.cause) == (3, cause)


@pytest.mark.parametrize(
    "items", [{"use": 8}, {"use": -1}, {"urge": 11}, {"other": 1}, {"use": True}, {"1": 0}]
)
def test_what_does_not_fit_the_questionnaire_is_refused(items: dict[str, int]) -> None:
    with pytest.raises(NotAnItem):
        INSTRUMENTS[WEEKLY].check(items)


def test_the_five_questions_are_there_in_both_languages_and_name_no_programme() -> None:
    for language in ("en", "es"):
        asked = questions(language)
        assert [one.name for one in asked] == list(INSTRUMENTS[WEEKLY].ranges)
        for one in asked:
            assert all((one.text, one.low, one.high))
            assert not re.search(r"smart|rehab|addict|sober|recovery|12.step", one.text, re.IGNORECASE)
    assert questions("xx") == questions("en")


@given(st.dictionaries(st.sampled_from(sorted(INSTRUMENTS[BAM].ranges)), st.integers(0, 4)))
def test_no_part_of_a_bam_breaks_the_scoring(items: dict[str, int]) -> None:
    INSTRUMENTS[BAM].check(items)
    scores = scores_of(BAM, items)
    assert all(score >= 0 for score in scores.values())
    assert ("use" in flags_of(BAM, items)) == any(items.get(item, 0) for item in "456")
