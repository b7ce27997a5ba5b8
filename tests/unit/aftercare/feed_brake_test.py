"""Whether a list is believed: each threshold on both of its sides."""

import pytest

from services.aftercare.meetings.feed_brake import Doubt, Share, Shift, doubt, may_be_believed


@pytest.mark.parametrize(
    ("shift", "verdict"),
    [
        (Shift(0, None), Doubt.EMPTY),
        (Shift(0, 449), Doubt.EMPTY),
        (Shift(1, None), None),  # the first list of a source has nothing to be compared with
        (Shift(80, 100), None),
        (Shift(79, 100), Doubt.MUCH_SMALLER),
        (Shift(16, 20), None),
        (Shift(15, 20), Doubt.MUCH_SMALLER),
        (Shift(1, 19), None),  # kept by hand
    ],
)
def test_a_list_that_is_empty_or_shrank_by_more_than_a_fifth_is_not_believed(
    shift: Shift, verdict: Doubt | None
) -> None:
    assert doubt(shift) is verdict


@pytest.mark.parametrize(
    ("missing", "of", "verdict"),
    [
        (1, 1, None),  # it may just have closed; two more days and nine say so
        (1, 2, None),
        (2, 2, Doubt.ENROLLED_MISSING),
        (2, 3, Doubt.ENROLLED_MISSING),
        (2, 4, None),
        (2, 19, None),  # a tenth is passed by chance where few are enrolled
        (3, 29, Doubt.ENROLLED_MISSING),
        (3, 30, None),
        (10, 100, None),
        (11, 100, Doubt.ENROLLED_MISSING),
        (3, 3, Doubt.ENROLLED_MISSING),
    ],
)
def test_more_than_a_tenth_of_the_meetings_clients_go_to_do_not_vanish_in_one_night(
    missing: int, of: int, verdict: Doubt | None
) -> None:
    assert doubt(Shift(450, 450, enrolled_missing=Share(missing, of))) is verdict


def test_the_meetings_clients_go_to_are_watched_in_a_short_list_too() -> None:
    assert doubt(Shift(9, 12, enrolled_missing=Share(3, 5))) is Doubt.ENROLLED_MISSING


@pytest.mark.parametrize(
    ("closed", "opened", "verdict"),
    [
        (Share(40, 400), Share(0, 25), None),
        (Share(41, 400), Share(0, 25), Doubt.MANY_CLOSED),
        (Share(9, 20), Share(0, 0), None),
        (Share(0, 375), Share(24, 25), Doubt.MANY_OPENED),  # all "temporarily closed" open after an upgrade
        (Share(0, 375), Share(12, 25), None),
        (Share(0, 375), Share(9, 9), None),
    ],
)
def test_many_meetings_do_not_close_or_open_at_once(
    closed: Share, opened: Share, verdict: Doubt | None
) -> None:
    assert doubt(Shift(400, 400, closed=closed, opened=opened)) is verdict
    assert doubt(Shift(19, 19, closed=closed, opened=opened)) is None


def test_a_director_may_believe_a_wave_of_closures_but_not_an_empty_or_unreadable_list() -> None:
    assert may_be_believed("much_smaller_than_before")
    assert may_be_believed("many_closed_at_once")
    assert not may_be_believed("empty")
    assert not may_be_believed("not_json")
