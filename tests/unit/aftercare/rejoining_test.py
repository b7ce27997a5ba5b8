"""A meeting under a new id is found again when there is nothing else it could be, and otherwise not."""

from services.aftercare.meetings.normal_form import Join, Meeting, Venue
from services.aftercare.meetings.rejoining import Vanished, rejoin
from shared.contracts.fact import new_id

from .invented_meetings import meeting


def gone(*meetings: Meeting) -> list[Vanished]:
    return [Vanished(new_id(), one) for one in meetings]


def test_a_sheet_without_ids_moves_a_meeting_and_its_clients_follow() -> None:
    old, new = gone(meeting("built:1")), meeting("built:2", at="18:30")
    assert rejoin(old, [new], [new]) == {"built:2": old[0].id}


def test_another_name_day_or_place_is_another_meeting() -> None:
    old = gone(meeting("built:1"))
    for other in (
        meeting("built:2", at="18:30", day=3),
        meeting("built:2", at="18:30", name="Morning Tools"),
        meeting("built:2", at="18:30", venue=Venue("9 Other St, Denver, CO, USA")),
    ):
        assert rejoin(old, [other], [other]) == {}


def test_a_namesake_on_the_same_day_makes_it_doubtful_and_they_stay_two() -> None:
    old, new = gone(meeting("built:1", at="18:00")), meeting("built:2", at="07:00")
    noon = meeting("built:3", at="12:00")
    assert rejoin(old, [new], [new, noon]) == {}
    two = gone(meeting("built:1", at="18:00"), meeting("built:4", at="20:00"))
    assert rejoin(two, [new], [new]) == {}


def test_two_that_move_at_once_are_not_guessed_at() -> None:
    old = gone(meeting("built:1", at="12:00"), meeting("built:2", at="18:00"))
    new = [meeting("built:3", at="12:30"), meeting("built:4", at="18:30")]
    assert rejoin(old, new, new) == {}


def test_of_two_namesakes_the_one_whose_time_stayed_is_found_and_the_other_is_doubtful() -> None:
    old = gone(meeting("old-1", at="12:00"), meeting("old-2", at="18:00"))
    new = [meeting("new-1", at="12:00", name="tuesday tools"), meeting("new-2", at="18:30")]
    assert rejoin(old, new, new) == {"new-1": old[0].id}


def test_a_new_slug_with_the_same_time_and_place_is_the_same_meeting() -> None:
    old, new = gone(meeting("tools")), meeting("tools-2026", duration=60)
    assert rejoin(old, [new], [new]) == {"tools-2026": old[0].id}


def test_where_the_list_keeps_ids_a_new_id_at_a_new_time_is_a_new_meeting() -> None:
    old, new = gone(meeting("tools")), meeting("tools-late", at="21:00")
    assert rejoin(old, [new], [new]) == {}


def test_a_list_that_renumbers_all_its_rows_loses_no_meeting_and_one_may_have_moved() -> None:
    names = [f"Group {number}" for number in range(12)]
    old = gone(*(meeting(f"id-{name}", name=name) for name in names))
    new = [meeting(f"other-{name}", name=name, at="20:00" if name == "Group 7" else None) for name in names]
    assert rejoin(old, new, new) == {row.source_id: one.id for row, one in zip(new, old, strict=True)}


def test_rows_that_are_the_same_twice_are_left_alone() -> None:
    old = gone(meeting("built:1"), meeting("built:2"))
    new = [meeting("built:3"), meeting("built:4")]
    assert rejoin(old, new, new) == {}


def test_without_a_place_a_new_time_is_not_followed() -> None:
    nowhere = {"venue": Venue(), "join": Join()}
    old, new = gone(meeting("built:1", **nowhere)), meeting("built:2", at="18:30", **nowhere)
    assert rejoin(old, [new], [new]) == {}


def test_nothing_vanished_or_nothing_new_is_nothing_to_join() -> None:
    assert rejoin([], [meeting()], [meeting()]) == {}
    assert rejoin(gone(meeting()), [], []) == {}
