"""What is a change to a client, what only to the list, and what is noise."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.aftercare.meetings.content_changes import Difference, difference, same_but_ids
from services.aftercare.meetings.normal_form import Basis, Join, Modality, Venue, from_plain, to_plain

from .invented_meetings import MEETING, RULE, TODAY, meeting


def test_the_same_content_under_other_ids_is_no_difference() -> None:
    assert difference(MEETING, replace(MEETING, source_id="another"), TODAY) is Difference.NONE
    assert same_but_ids(MEETING) == same_but_ids(replace(MEETING, source="x", source_id="y"))


@pytest.mark.parametrize(
    "noise",
    [
        {"join": Join("https://zoom.us/j/5550100?pwd=second")},
        {"listed_updated": "2026-07-01T00:00:00+00:00"},
        {"facilitator_count": 2},
    ],
)
def test_a_rotated_passcode_is_noise_that_must_be_kept(noise: dict[str, Any]) -> None:
    assert difference(MEETING, replace(MEETING, **noise), TODAY) is Difference.NOISE


@pytest.mark.parametrize(
    "words",
    [
        {"name": "Tuesday Tools (Denver)"},
        {"recurrence": replace(RULE, tz_basis=Basis.INFERRED)},
        {"venue": Venue("12 INVENTED ST, Denver, CO, USA", 39.70001, -104.9, "point")},
        {"venue": replace(MEETING.venue, directions="back door")},
        {"types": ("O",)},
    ],
)
def test_a_new_name_or_a_pin_set_more_exactly_disturbs_nobody(words: dict[str, Any]) -> None:
    assert difference(MEETING, replace(MEETING, **words), TODAY) is Difference.WORDS


@pytest.mark.parametrize(
    "visit",
    [
        {"at": "18:45"},
        {"day": 3},
        {"recurrence": replace(RULE, tz="America/Phoenix")},
        {"duration": 60},
        {"venue": Venue("99 Other St, Denver, CO, USA", 39.7, -104.9, "point")},
        {"join": Join("https://zoom.us/j/5550199")},
        {"modalities": frozenset({Modality.ONLINE})},
        {"exclusive_audiences": frozenset({"women"})},
        {"languages": ("es",)},
    ],
)
def test_when_where_how_and_for_whom_are_changes_to_a_visitor(visit: dict[str, Any]) -> None:
    assert difference(MEETING, meeting(**visit), TODAY) is Difference.VISIT


def test_what_is_stored_comes_back_without_a_difference() -> None:
    assert difference(from_plain(to_plain(MEETING)), MEETING, TODAY) is Difference.NONE


def test_a_date_called_off_by_the_list_matters_until_it_is_past() -> None:
    before = meeting(recurrence=replace(RULE, except_on=(TODAY - timedelta(days=7),)))
    assert difference(before, MEETING, TODAY) is Difference.WORDS
    coming = meeting(recurrence=replace(RULE, except_on=(TODAY + timedelta(days=6),)))
    assert difference(MEETING, coming, TODAY) is Difference.VISIT
