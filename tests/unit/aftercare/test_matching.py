"""The worked example, number by number: who is offered what, and why not the rest."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from services.aftercare.matching.fitness import Reason, miles_between
from services.aftercare.matching.report import in_words
from services.aftercare.matching.sets import Match, match
from services.aftercare.matching.wishes import Client, Device, Pathway, Surroundings, Window
from services.aftercare.meetings.normal_form import ListingState, Modality

from .worked_example import MEETINGS, A, B, C, without

WHEELCHAIR = frozenset({"wheelchair"})


def scores(found: Match) -> dict[str, int]:
    return {one.id: one.score for one in found.feasible}


def reasons(found: Match) -> dict[str, str]:
    return {one.listing.id: one.reason.value for one in found.rejected}


def sets(found: Match) -> list[tuple[str, int]]:
    return [(" ".join(one.ids), one.score) for one in found.sets]


def rejected(found: Match, meeting_id: str) -> dict[str, object]:
    return next(dict(one.data) for one in found.rejected if one.listing.id == meeting_id)


def test_client_a_is_offered_five_meetings_with_these_points() -> None:
    assert scores(match(A, MEETINGS)) == {"M03": 86, "M09": 69, "M01": 59, "M10": 51, "M05": 48}


def test_client_a_is_told_why_each_other_meeting_does_not_fit() -> None:
    found = match(A, MEETINGS)
    assert reasons(found) == {
        "M02": "DISTANCE",
        "M04": "TIME",
        "M06": "LANGUAGE",
        "M07": "PROGRAM_NOT_IN_PATHWAY",
        "M08": "AUDIENCE_EXCLUSIVE",
        "M11": "TIME_SHIFT",
        "M12": "STALE_LISTING",
    }
    assert rejected(found, "M02") == {"miles": 8.8, "limit": 8}
    assert rejected(found, "M11") == {
        "until": "2026-10-28",
        "changes_on": "2026-11-04",
        "before": "18:00",
        "after": "17:00",
    }


def test_client_a_gets_monday_friday_and_saturday_and_the_runners_up_follow() -> None:
    found = match(A, MEETINGS)
    assert sets(found)[:3] == [("M01 M03 M09", 214), ("M03 M09 M10", 196), ("M03 M05 M09", 193)]
    best, second = found.sets[:2]
    assert (best.gap, best.late, best.short) == (4, False, False)
    assert (second.gap, sum(one.score for one in second.meetings)) == (5, 206)
    assert f"{best.meetings[0].meeting.first_at:%a %m-%d %H:%M}" == "Fri 10-23 19:30"
    assert found.fall_back is not None
    assert found.fall_back.id == "M10"


def test_client_b_in_phoenix_meets_online_in_spanish_first() -> None:
    found = match(B, MEETINGS)
    assert scores(found) == {"M06": 77, "M11": 67, "M05": 66}
    assert reasons(found) == {
        "M01": "MODALITY",
        "M02": "MODALITY",
        "M03": "TIME",
        "M04": "TIME_SHIFT",
        "M07": "PROGRAM_NOT_IN_PATHWAY",
        "M08": "AUDIENCE_EXCLUSIVE",
        "M09": "PROGRAM_NOT_IN_PATHWAY",
        "M10": "TIME",
        "M12": "STALE_LISTING",
    }
    assert rejected(found, "M04") == {
        "from": "2026-11-03",
        "changes_on": "2026-11-03",
        "before": "16:00",
        "after": "17:00",
    }


def test_client_b_rather_starts_in_time_than_with_more_points() -> None:
    found = match(B, MEETINGS)
    best = found.sets[0]
    assert (best.ids, best.score, best.late) == (("M06", "M11"), 134, False)
    assert (best.gap, sum(one.score for one in best.meetings)) == (5, 144)
    assert f"{best.meetings[0].meeting.first_at:%a %m-%d %H:%M}" == "Wed 10-21 18:00"
    late = next(one for one in found.sets if one.ids == ("M05", "M06"))
    assert (late.score, late.late) == (143, True)
    assert late.meetings[0].meeting.first_at - B.start == timedelta(hours=56)


def test_client_c_without_a_device_meets_in_person_only() -> None:
    found = match(C, MEETINGS)
    assert scores(found) == {"M09": 67, "M03": 64, "M01": 61}
    assert reasons(found) == {
        "M02": "DISTANCE",
        "M04": "MODALITY",
        "M05": "MODALITY",
        "M06": "LANGUAGE",
        "M07": "PROGRAM_NOT_IN_PATHWAY",
        "M08": "MODALITY",
        "M10": "MODALITY",
        "M11": "MODALITY",
        "M12": "STALE_LISTING",
    }
    assert rejected(found, "M02") == {"miles": 11.3, "limit": 5}
    assert (found.sets[0].ids, found.sets[0].score, found.sets[0].gap) == (("M01", "M09"), 128, 4)
    assert found.fall_back is None


def test_a_client_with_no_device_and_five_miles_is_sent_to_no_screen_and_no_farther() -> None:
    found = match(C, MEETINGS)
    assert found.feasible
    for one in found.feasible:
        assert one.meeting.modality is Modality.IN_PERSON
        assert one.meeting.miles is not None
        assert one.meeting.miles <= 5
    online_only = [one for one in MEETINGS if one.meeting.modalities == {Modality.ONLINE}]
    either_way = replace(C, modalities=(Modality.IN_PERSON, Modality.ONLINE))
    assert set(reasons(match(either_way, online_only)).values()) >= {"NO_DEVICE"}
    assert match(either_way, online_only).chosen == ()


def test_when_nothing_fits_the_result_is_empty_and_never_a_worse_meeting() -> None:
    found = match(replace(A, windows=(Window(2, 3 * 60, 5 * 60),)), MEETINGS)
    assert (found.feasible, found.sets, found.chosen, found.fall_back) == ((), (), (), None)
    assert len(found.rejected) == len(MEETINGS)


def test_when_the_saturday_meeting_is_withdrawn_a_gets_sunday_instead() -> None:
    found = match(A, without("M03"))
    assert sets(found)[:2] == [("M01 M09 M10", 179), ("M01 M05 M09", 176)]
    assert match(C, without("M03")).sets[0].ids == ("M01", "M09")


def test_when_the_monday_meeting_is_withdrawn_c_pays_for_the_longer_gap() -> None:
    found = match(C, without("M01"))
    assert sets(found)[0] == ("M03 M09", 111)
    assert (found.sets[0].gap, sum(one.score for one in found.chosen)) == (6, 131)


def test_the_answer_does_not_depend_on_the_order_of_the_list() -> None:
    assert match(A, MEETINGS).sets == match(A, list(reversed(MEETINGS))).sets


@pytest.mark.parametrize(
    ("client", "meeting", "around", "reason"),
    [
        (replace(A, blocked=frozenset({"M09"})), "M09", Surroundings(), Reason.BLOCKED),
        (replace(B, device=Device.NONE), "M06", Surroundings(), Reason.NO_DEVICE),
        (replace(B, device=Device.PHONE), "M06", Surroundings(), Reason.NO_DEVICE),
        (replace(A, access=WHEELCHAIR, max_miles=9), "M02", Surroundings(), Reason.ACCESSIBILITY),
        (replace(A, verification_needed=True), "M09", Surroundings(), Reason.NO_VERIFICATION),
        (replace(A, busy=(Window(5, 19 * 60, 20 * 60),)), "M09", Surroundings(), Reason.CLASH),
        (A, "M09", Surroundings(attending={"M09": 3}), Reason.COURTESY_CAP),
        (A, "M09", Surroundings(kept_apart=frozenset({"M09"})), Reason.COURTESY_CAP),
        (A, "M09", Surroundings(full=frozenset({"M09"})), Reason.CAPACITY),
        (replace(A, home=None), "M09", Surroundings(), Reason.DISTANCE),
    ],
)  # fmt: skip
def test_every_other_reason_is_given_where_it_belongs(
    client: Client, meeting: str, around: Surroundings, reason: Reason
) -> None:
    assert reasons(match(client, MEETINGS, around))[meeting] == reason


def test_two_clients_of_this_centre_in_a_room_are_not_too_many() -> None:
    assert "M09" in scores(match(A, MEETINGS, Surroundings(attending={"M09": 2})))


def test_fewer_meetings_than_wanted_are_said_to_be_short() -> None:
    found = match(replace(A, target=6), MEETINGS)
    assert found.sets[0].short
    assert len(found.chosen) == 5


def test_smart_first_without_any_smart_meeting_offers_nothing_rather_than_something_else() -> None:
    found = match(A, [one for one in MEETINGS if one.id == "M09"])
    assert scores(found) == {"M09": 69}
    assert found.chosen == ()


def test_a_client_who_chose_twelve_steps_first_gets_that() -> None:
    found = match(replace(A, pathway=Pathway.TWELVE_FIRST, target=1), MEETINGS)
    assert [one.id for one in found.chosen] == ["M09"]


def test_a_meeting_too_soon_after_discharge_counts_from_its_next_week() -> None:
    late_out = replace(A, start=A.start.replace(hour=18, minute=30), target=1)
    friday = next(one for one in match(late_out, MEETINGS).feasible if one.id == "M09")
    assert f"{friday.meeting.first_at:%m-%d}" == "10-30"


def test_a_discharge_planned_for_next_month_does_not_make_todays_lists_stale() -> None:
    later = replace(A, start=A.start + timedelta(days=28))
    assert scores(match(later, MEETINGS)) == {}
    assert scores(match(later, MEETINGS, Surroundings(today=A.start.date())))


def test_every_other_week_that_does_not_say_which_is_refused_with_that_reason() -> None:
    nine = next(one for one in MEETINGS if one.id == "M09")
    assert nine.meeting.recurrence is not None
    fortnightly = replace(nine.meeting.recurrence, interval=2)
    (refused,) = match(A, [replace(nine, meeting=replace(nine.meeting, recurrence=fortnightly))]).rejected
    assert (refused.reason, dict(refused.data)) == (Reason.TIME, {"week": "unknown"})
    assert in_words(refused) == "Every other week, and the list does not say which."


def test_of_equal_points_the_earlier_meeting_wins_then_the_smaller_id() -> None:
    nine = next(one for one in MEETINGS if one.id == "M09")
    assert nine.meeting.recurrence is not None
    earlier = replace(nine.meeting.recurrence, wall_time=time(18, 30))
    alike = [
        replace(nine, id="Z"),
        replace(nine, id="Y", meeting=replace(nine.meeting, recurrence=earlier)),
        replace(nine, id="X", meeting=replace(nine.meeting, recurrence=earlier)),
    ]
    one_a_week = replace(A, pathway=Pathway.BOTH, target=1)
    assert [one.id for one in match(one_a_week, alike).feasible] == ["X", "Y", "Z"]
    assert match(one_a_week, alike).sets[0].ids == ("X",)


def test_a_hybrid_meeting_too_far_away_is_joined_online() -> None:
    found = match(replace(A, max_miles=1), MEETINGS)
    saturday = next(one for one in found.feasible if one.id == "M03")
    assert saturday.meeting.modality.value == "online"


def test_an_inactive_or_unzoned_meeting_is_never_offered() -> None:
    nine = next(one for one in MEETINGS if one.id == "M09")
    closed = replace(nine, meeting=replace(nine.meeting, state=ListingState.INACTIVE))
    assert nine.meeting.recurrence is not None
    unzoned = replace(
        nine, meeting=replace(nine.meeting, recurrence=replace(nine.meeting.recurrence, tz=None))
    )
    for listing in (closed, unzoned):
        assert reasons(match(A, [listing])) == {"M09": "STALE_LISTING"}


def test_a_window_may_reach_over_midnight() -> None:
    night = (Window(5, 22 * 60, 26 * 60),)
    nine = next(one for one in MEETINGS if one.id == "M09")
    assert nine.meeting.recurrence is not None
    late = replace(nine.meeting.recurrence, wall_time=nine.meeting.recurrence.wall_time.replace(hour=23))
    listing = replace(nine, meeting=replace(nine.meeting, recurrence=late))
    assert scores(match(replace(A, windows=night), [listing])) == {"M09": 69}


def test_distance_is_within_a_twentieth_of_a_percent_of_the_geodesic() -> None:
    assert miles_between((34.0699, -118.3492), (34.0195, -118.4912)) == pytest.approx(8.83, abs=0.02)
