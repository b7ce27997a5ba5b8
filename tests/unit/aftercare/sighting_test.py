"""What one good snapshot means for a meeting: absence is counted in days, and nine of them withdraw it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.aftercare.meetings.normal_form import ListingState
from services.aftercare.meetings.sighting import (
    WITHDRAWN_AT,
    Known,
    ListingChanges,
    Outcome,
    Sighted,
    Standing,
    look,
    standing,
)
from shared.contracts.fact import new_id

from .invented_meetings import TODAY

OPEN, CLOSED = ListingState.ACTIVE, ListingState.INACTIVE
MEETING = Known(new_id(), OPEN, listed=True, unseen=0, last_seen=TODAY - timedelta(days=1))


def seen(known: Known, state: ListingState = OPEN, *, differs: bool = False) -> Outcome:
    return look([Sighted(known, state, differs)], [], TODAY, first_of_day=True)


def missed(known: Known, *, first_of_day: bool = True) -> Outcome:
    return look([], [known], TODAY, first_of_day=first_of_day)


def unseen(days: int) -> Known:
    return replace(MEETING, listed=False, unseen=days, last_seen=TODAY - timedelta(days=days + 1))


def test_a_meeting_that_is_there_as_before_means_nothing_to_anybody() -> None:
    outcome = seen(MEETING)
    assert outcome.seen == (MEETING.id,)
    assert not outcome.changes


def test_seen_twice_on_a_day_there_is_nothing_left_to_write() -> None:
    assert seen(replace(MEETING, last_seen=TODAY)).seen == ()


@pytest.mark.parametrize("days", range(WITHDRAWN_AT))
def test_a_missing_meeting_is_doubtful_after_two_days_and_withdrawn_after_nine(days: int) -> None:
    known = unseen(days)
    outcome = missed(known)
    assert outcome.counted == (known.id,)
    expected = {1: ListingChanges(unconfirmed=(known.id,)), 8: ListingChanges(withdrawn=(known.id,))}
    assert outcome.changes == expected.get(days, ListingChanges())
    assert outcome.withdrawn == ((known.id,) if days == 8 else ())


def test_however_often_a_list_is_looked_at_a_day_counts_once() -> None:
    outcome = missed(unseen(8), first_of_day=False)
    assert outcome.counted == ()
    assert not outcome.changes


def test_gone_later_on_a_day_it_was_seen_it_is_no_longer_listed_and_not_counted() -> None:
    outcome = missed(replace(MEETING, last_seen=TODAY), first_of_day=False)
    assert (outcome.gone, outcome.counted) == ((MEETING.id,), ())


def test_back_after_one_day_nobody_is_told() -> None:
    outcome = seen(unseen(1))
    assert (outcome.seen, outcome.back) == ((MEETING.id,), (MEETING.id,))
    assert not outcome.changes


@pytest.mark.parametrize("days", [2, 7, 8])
def test_back_after_it_was_doubted_its_dates_are_certain_again(days: int) -> None:
    assert seen(unseen(days)).changes == ListingChanges(seen_again=(MEETING.id,))


def test_back_with_another_time_it_changed_and_is_seen_again() -> None:
    changes = seen(unseen(7), differs=True).changes
    assert changes == ListingChanges(changed=(MEETING.id,), seen_again=(MEETING.id,))


def test_no_way_in_is_inactive_and_nothing_else() -> None:
    assert seen(MEETING, CLOSED, differs=True).changes == ListingChanges(inactive=(MEETING.id,))


def test_a_way_in_again_opens_it() -> None:
    outcome = seen(replace(MEETING, state=CLOSED), OPEN, differs=True)
    assert outcome.opened == (MEETING.id,)
    assert outcome.changes == ListingChanges(changed=(MEETING.id,), seen_again=(MEETING.id,))


def test_a_closed_meeting_that_goes_missing_is_not_called_doubtful_but_is_withdrawn_in_the_end() -> None:
    assert not missed(replace(unseen(1), state=CLOSED)).changes
    assert missed(replace(unseen(8), state=CLOSED)).changes.withdrawn == (MEETING.id,)


def test_a_withdrawn_meeting_that_returns_is_a_new_offer_and_revives_nothing() -> None:
    gone = replace(unseen(9), withdrawn=True)
    outcome = seen(gone, differs=True)
    assert outcome.offered_anew == (MEETING.id,)
    assert not outcome.changes


def test_a_withdrawn_meeting_is_not_counted_any_further() -> None:
    outcome = missed(replace(unseen(9), withdrawn=True))
    assert (outcome.counted, outcome.withdrawn) == ((), ())


def test_what_staff_took_off_no_list_brings_back() -> None:
    outcome = seen(replace(MEETING, withdrawn=True, taken_off=True), differs=True)
    assert (outcome.seen, outcome.offered_anew) == ((MEETING.id,), ())
    assert not outcome.changes


def test_a_change_clears_the_suspicion_that_nobody_comes() -> None:
    suspected = replace(MEETING, suspect=True)
    assert seen(suspected).cleared == ()
    outcome = seen(suspected, differs=True)
    assert outcome.cleared == (MEETING.id,)
    assert outcome.changes == ListingChanges(changed=(MEETING.id,), seen_again=(MEETING.id,))


def test_the_gravest_word_is_shown() -> None:
    day = date(2026, 7, 1)
    assert standing(OPEN, 0, None) is Standing.ACTIVE
    assert standing(CLOSED, 0, None) is Standing.INACTIVE
    assert standing(CLOSED, 3, None) is Standing.UNSEEN
    assert standing(OPEN, 9, day) is Standing.WITHDRAWN
