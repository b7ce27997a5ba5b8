"""A hole in the week is filled, what was accepted stays, something much better is only proposed."""

from dataclasses import replace
from datetime import time, timedelta

from services.aftercare.matching.fitness import Reason
from services.aftercare.matching.rebalancing import Refill, refill
from services.aftercare.matching.wishes import Client, Pathway, Surroundings, Window
from services.aftercare.meetings.normal_form import Listing, ListingState

from .worked_example import MEETINGS, A, C, without

WEEK_OF_A = {"M01", "M03", "M09"}


def changed(meeting_id: str, **more: object) -> list[Listing]:
    """The example's meetings with one that its list tells of differently."""
    return [
        replace(one, meeting=replace(one.meeting, **more)) if one.id == meeting_id else one  # type: ignore[arg-type]
        for one in MEETINGS
    ]


def moved(meeting_id: str, clock: time) -> list[Listing]:
    rule = next(one.meeting.recurrence for one in MEETINGS if one.id == meeting_id)
    assert rule is not None
    return changed(meeting_id, recurrence=replace(rule, wall_time=clock))


def week(found: Refill) -> tuple[str, int]:
    (best, *_) = found.found.sets
    return " ".join(best.ids), best.score


def ids(found: Refill) -> tuple[list[str], list[str], list[str]]:
    return (
        [one.id for one in found.kept],
        [one.listing.id for one in found.lost],
        [one.id for one in found.added],
    )


def test_m03_withdrawn_gives_a_the_sunday_meeting_and_leaves_the_rest() -> None:
    found = refill(A, changed("M03", state=ListingState.INACTIVE), WEEK_OF_A)
    assert ids(found) == (["M09", "M01"], ["M03"], ["M10"])
    assert found.lost[0].reason is Reason.STALE_LISTING
    assert week(found) == ("M01 M09 M10", 179)
    others = [one for one in found.found.sets if one.ids == ("M01", "M05", "M09")]
    assert [one.score for one in others] == [176]


def test_m03_withdrawn_changes_nothing_for_c() -> None:
    found = refill(C, changed("M03", state=ListingState.INACTIVE), {"M01", "M09"})
    assert ids(found) == (["M09", "M01"], [], [])
    assert week(found) == ("M01 M09", 128)
    assert found.swaps == ()


def test_m01_withdrawn_gives_c_the_saturday_meeting_and_the_longer_gap() -> None:
    found = refill(C, changed("M01", state=ListingState.INACTIVE), {"M01", "M09"})
    assert ids(found) == (["M09"], ["M01"], ["M03"])
    assert week(found) == ("M03 M09", 111)


def test_a_whole_week_without_news_stays_as_it_is() -> None:
    found = refill(A, MEETINGS, WEEK_OF_A)
    assert (found.lost, found.added, found.swaps) == ((), (), ())
    assert week(found) == ("M01 M03 M09", 214)


def test_a_list_not_seen_for_weeks_takes_no_accepted_meeting_away() -> None:
    months_on = replace(A, start=A.start + timedelta(days=56))
    found = refill(months_on, MEETINGS, WEEK_OF_A)
    assert ids(found) == (["M09", "M03", "M01"], [], [])


def test_other_clients_who_come_later_take_no_accepted_meeting_away() -> None:
    crowded = Surroundings(attending=dict.fromkeys(WEEK_OF_A, 9), full=frozenset(WEEK_OF_A))
    assert ids(refill(A, MEETINGS, WEEK_OF_A, crowded)) == (["M09", "M03", "M01"], [], [])


def test_somebody_who_must_not_be_met_takes_the_meeting_away_once_they_go_there() -> None:
    may_come = Surroundings(kept_apart=frozenset({"M09"}))
    assert ids(refill(A, MEETINGS, WEEK_OF_A, may_come))[1] == []
    goes = Surroundings(kept_apart=frozenset({"M09"}), met=frozenset({"M09"}))
    found = refill(A, MEETINGS, WEEK_OF_A, goes)
    assert [(one.listing.id, one.reason) for one in found.lost] == [("M09", Reason.COURTESY_CAP)]
    assert "M09" not in found.found.sets[0].ids


def test_a_meeting_moved_to_a_time_the_client_is_not_free_is_replaced() -> None:
    found = refill(A, moved("M01", time(12)), WEEK_OF_A)
    assert [(one.listing.id, one.reason) for one in found.lost] == [("M01", Reason.TIME)]
    assert week(found) == ("M03 M09 M10", 196)


def test_a_meeting_that_will_fit_no_longer_stays_and_a_replacement_is_proposed() -> None:
    found = refill(A, MEETINGS, {"M11", "M03", "M09"})
    assert ids(found)[1:] == ([], [])
    drifting = next(one for one in found.kept if one.id == "M11")
    assert drifting.meeting.drifts is not None
    assert drifting.meeting.drifts["until"] == "2026-10-28"
    assert [(swap.leaves, swap.enters.id, swap.gain) for swap in found.swaps] == [("M11", "M01", None)]


def test_once_the_clocks_have_changed_it_no_longer_fits() -> None:
    november = replace(A, start=A.start + timedelta(days=14))
    found = refill(november, MEETINGS, {"M11", "M03", "M09"}, Surroundings(today=A.start.date()))
    assert [(one.listing.id, one.reason) for one in found.lost] == [("M11", Reason.TIME)]


def test_a_meeting_where_nobody_was_found_stays_and_a_replacement_is_proposed() -> None:
    found = refill(A, MEETINGS, WEEK_OF_A, doubtful={"M01"})
    assert ids(found)[1:] == ([], [])
    assert [(swap.leaves, swap.enters.id) for swap in found.swaps] == [("M01", "M10")]


def test_a_swap_for_mere_improvement_needs_fifteen_points() -> None:
    accepted = {"M01", "M09", "M05"}  # 176; with Saturday for Thursday 214
    found = refill(A, MEETINGS, accepted)
    assert ids(found)[1:] == ([], [])
    assert [(swap.leaves, swap.enters.id, swap.gain) for swap in found.swaps] == [("M05", "M03", 38)]
    assert week(found) == ("M01 M05 M09", 176)
    nearly = refill(A, without("M03"), accepted)  # Sunday for Thursday gains three
    assert nearly.swaps == ()


def test_a_larger_target_adds_and_a_smaller_one_takes_nothing() -> None:
    found = refill(replace(A, target=4), MEETINGS, WEEK_OF_A)
    assert ids(found)[1:] == ([], ["M10"])
    fewer = refill(replace(A, target=1), MEETINGS, WEEK_OF_A)
    assert ids(fewer) == (["M09", "M03", "M01"], [], [])
    assert not fewer.found.sets[0].short


def test_where_the_client_accepted_other_things_smart_first_adds_smart() -> None:
    only_aa = replace(A, pathway=Pathway.SMART_FIRST, target=2)
    other = replace(MEETINGS[8], id="M20", meeting=replace(MEETINGS[8].meeting, source_id="M20"))
    rule = other.meeting.recurrence
    assert rule is not None
    other = replace(other, meeting=replace(other.meeting, recurrence=replace(rule, byday=2)))
    found = refill(replace(only_aa, target=3), [*MEETINGS, other], {"M09", "M20"})
    assert [one.is_smart for one in found.added] == [True]


def test_nothing_that_fits_leaves_the_hole_and_says_short() -> None:
    friday = (Window(5, 17 * 60 + 30, 21 * 60 + 30),)
    client: Client = replace(A, windows=friday)
    found = refill(client, changed("M09", state=ListingState.INACTIVE), {"M09"})
    assert ids(found) == ([], ["M09"], [])
    assert found.found.sets == ()


def test_the_first_days_count_from_leaving() -> None:
    weeks_later = replace(
        A, start=A.start + timedelta(days=21), discharged_at=A.start, target=1, pathway=Pathway.BOTH
    )
    found = refill(weeks_later, MEETINGS, (), Surroundings(today=A.start.date()))
    assert [one.id for one in found.added] == ["M03"]  # the best one, not the soonest
    assert found.found.sets[0].late
