"""The figures, checked against a slow and simple count, and that small cells cannot be found out."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.aftercare.measures.after_leaving import Stay, clinical, leavings, mutual_help
from services.aftercare.measures.reaching import Answer, Call, escalation, reach, return_to_care
from services.aftercare.measures.small_cells import (
    LEAST,
    beside,
    events,
    may_show,
    middle,
    nested,
    percent,
    share,
    table,
)
from services.aftercare.measures.staying import Followed, adherence, engagement, retention
from services.aftercare.meetings.normal_form import Programme
from services.aftercare.tables import Tier
from shared.contracts.aftercare import FollowUpKind, FollowUpOutcome, OccurrenceState
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType

START = date(2027, 1, 1)
TODAY = START + timedelta(days=120)
HOME = {"completed", "home", "administrative", "against_advice"}
REACHED = FollowUpOutcome.REACHED
PLANS = [UUID(int=number) for number in range(100, 120)]
CASES = [UUID(int=number) for number in range(4)]

days = st.integers(0, 119).map(lambda number: START + timedelta(days=number))


@st.composite
def a_stay(draw: st.DrawFn) -> Stay:
    left = draw(st.none() | days)
    admitted = draw(st.none() | (days if left is None else days.filter(lambda day: day <= left)))
    return Stay(draw(st.sampled_from(CASES)), left, draw(st.sampled_from(DischargeType)), admitted)


def slow_count(stays: list[Stay], events: dict[UUID, set[date]], number: int, first: int) -> tuple[int, int]:
    """Day by day, without a formula in common with ours."""
    of = met = 0
    for index, stay in enumerate(stays):
        if stay.left_on is None or stay.kind is None or stay.kind.value not in HOME:
            continue
        month = [stay.left_on + timedelta(days=n) for n in range(31)]
        again = False
        for other_index, other in enumerate(stays):
            if other.case_id != stay.case_id or other_index == index:
                continue
            ends_later = other.left_on is None or (other.left_on, other_index) > (stay.left_on, index)
            begins = other.admitted_on if other.admitted_on is not None else other.left_on
            again = again or (ends_later and begins in month)
        if again or month[-1] >= TODAY:
            continue
        of += 1
        met += any(day in events.get(stay.case_id, set()) for day in month[first : number + 1])
    return of, met


@given(
    st.lists(a_stay(), max_size=12),
    st.dictionaries(st.sampled_from(CASES), st.sets(days, max_size=6)),
)
def test_follow_up_within_7_and_30_days_is_what_a_slow_count_finds(
    stays: list[Stay], events: dict[UUID, set[date]]
) -> None:
    found = leavings(stays, START, TODAY)
    fui = clinical(found, events, TODAY, days=(7, 30))
    help_ = mutual_help(found, events, TODAY, days=(2, 7, 30))
    for number in (7, 30):
        assert (fui.of, fui.met[number]) == slow_count(stays, events, number, first=1)
    for number in (2, 7, 30):
        assert (help_.of, help_.met[number]) == slow_count(stays, events, number, first=0)


def test_a_visit_on_the_day_of_leaving_is_no_follow_up_but_a_meeting_that_evening_is_one() -> None:
    found = leavings([Stay(CASES[0], START, DischargeType.HOME)], START, TODAY)
    same_day = {CASES[0]: {START}}
    assert clinical(found, same_day, TODAY, days=(7,)).met == {7: 0}
    assert mutual_help(found, same_day, TODAY, days=(2,)).met == {2: 1}
    assert clinical(found, {CASES[0]: {START + timedelta(days=7)}}, TODAY, days=(7,)).met == {7: 1}
    assert clinical(found, {CASES[0]: {START + timedelta(days=8)}}, TODAY, days=(7,)).met == {7: 0}


def test_a_readmission_restarts_the_count_at_the_later_discharge() -> None:
    first = Stay(CASES[0], START, DischargeType.COMPLETED)
    again = Stay(CASES[0], START + timedelta(days=40), DischargeType.HOME, START + timedelta(days=20))
    assert [one.left_on for one in leavings([first, again], START, TODAY)] == [again.left_on]
    moved_on = Stay(CASES[1], START, DischargeType.TRANSFERRED)
    assert leavings([moved_on], START, TODAY) == []


@given(st.integers(0, 80), st.data())
def test_of_nested_counts_no_difference_under_eleven_is_shown(of: int, data: st.DataObject) -> None:
    counts: list[int] = []
    for _ in range(3):
        counts.append(data.draw(st.integers(counts[-1] if counts else 0, of)))
    shown = [count for count in nested(counts, of) if count is not None]
    edges = [0, *shown, of]
    assert not shown or all(b - a >= LEAST for a, b in pairwise(edges))


people = st.dictionaries(st.integers(0, 60).map(lambda number: UUID(int=number)), st.integers(1, 5))


@given(st.dictionaries(st.sampled_from("abcdef"), people, min_size=1))
def test_a_hidden_cell_cannot_be_had_by_subtracting_from_the_total(
    cells: dict[str, dict[UUID, int]],
) -> None:
    shown = table(cells)
    hidden = [set(whose) for name, whose in cells.items() if shown[name] is None]
    assert all(not cells[name] or len(cells[name]) >= LEAST for name in cells if shown[name] is not None)
    if hidden and len(hidden) < len(cells):
        assert len(hidden) > 1
        assert len(set.union(*hidden)) >= LEAST


def test_what_happened_to_one_client_often_is_one_clients_and_is_hidden() -> None:
    one, many = new_id(), [new_id() for _ in range(LEAST)]
    often = {OccurrenceState.ATTENDED: {one: 40}, OccurrenceState.MISSED: {one: 30}}
    shown = adherence(often)
    assert (shown["planned"], shown["percent"]) == (None, {"came": None, "missed": None, "unknown": None})
    assert set(shown["dates"].values()) <= {None, 0}  # type: ignore[attr-defined]
    assert share([one] * 50, many) is None
    assert share(many, [one] * 50) is None
    assert share(many, many) == 50
    assert (events([one] * 50), events([*many, one])) == (None, LEAST + 1)


def test_calls_and_concerns_of_a_few_are_hidden_however_many_they_are() -> None:
    at = datetime(2027, 1, 1, 20, tzinfo=UTC)
    one = new_id()
    call = Call(one, FollowUpKind.CALL, at, at + timedelta(days=6), at + timedelta(days=1), REACHED)
    assert reach([call] * 30)["call"] == {"due": None, "in_window_percent": None}
    asked = [Answer(one, at, at + timedelta(minutes=5))] * 40
    assert escalation(asked) == {
        "concerns": None,
        "within_15_minutes_percent": None,
        "minutes": {"median": None, "p90": None},
    }


def test_a_call_before_its_window_opened_or_after_it_closed_is_not_in_it() -> None:
    at = datetime(2027, 1, 1, 20, tzinfo=UTC)
    until = at + timedelta(days=6)
    calls = [
        Call(new_id(), FollowUpKind.CALL, at, until, done, REACHED)
        for done in (at, until, at - timedelta(days=10), until + timedelta(seconds=1))
        for _ in range(LEAST)
    ]
    assert reach(calls)["call"] == {"due": 4 * LEAST, "in_window_percent": 50}


def test_coming_back_into_the_house_after_use_is_a_return_to_care_like_a_visit() -> None:
    at = datetime(2027, 1, 1, 20, tzinfo=UTC)
    reports = [(new_id(), at) for _ in range(4 * LEAST)]
    visits = {case_id: [at + timedelta(days=7)] for case_id, _ in reports[:LEAST]}
    readmitted = {case_id: [at + timedelta(days=1)] for case_id, _ in reports[LEAST : 2 * LEAST]}
    late = {case_id: [at + timedelta(days=7, seconds=1)] for case_id, _ in reports[2 * LEAST : 3 * LEAST]}
    found = return_to_care(reports, (visits, readmitted | late), at + timedelta(days=8))
    assert found == {"reports": 4 * LEAST, "within_7_days_percent": 50}


def test_the_number_of_discharges_gives_away_no_few_whose_thirty_days_still_run() -> None:
    assert beside(100, 95) is None
    assert beside(100, 89) == 100
    assert beside(100, 100) == 100
    assert beside(10, 10) is None


def test_ten_people_are_hidden_and_so_are_all_but_ten() -> None:
    assert percent(10, 100) is None
    assert percent(90, 100) is None
    assert percent(11, 100) == 11
    assert not may_show(0, 100)
    assert middle([1.0] * 21) == {"median": None, "p90": None}
    assert middle([float(n) for n in range(1, 31)]) == {"median": 15.0, "p90": 27.0}


def test_unknown_dates_are_shown_apart_and_lower_nothing_but_what_is_known() -> None:
    kept = adherence(
        {
            OccurrenceState.ATTENDED: dict.fromkeys(PLANS[:11], 5),
            OccurrenceState.PARTLY: dict.fromkeys(PLANS[:20], 1),
            OccurrenceState.MISSED: dict.fromkeys(PLANS[:15], 2),
            OccurrenceState.UNKNOWN: dict.fromkeys(PLANS, 5),
            OccurrenceState.CANCELLED: dict.fromkeys(PLANS, 25),
            OccurrenceState.NOT_HELD: dict.fromkeys(PLANS, 2),
            OccurrenceState.EXCUSED: dict.fromkeys(PLANS, 2),
        }
    )
    assert kept["planned"] == 205  # 55 + 20, 30, 100
    assert kept["percent"] == {"came": 37, "missed": 15, "unknown": 49}
    assert (kept["came_for_a_part"], kept["excused"], kept["not_held"]) == (20, 40, 40)


def test_retention_counts_those_alive_in_the_week_and_hides_a_few() -> None:
    left = datetime(2027, 1, 1, 20, tzinfo=UTC)
    plans = [
        Followed(new_id(), Tier.STANDARD, left, left + timedelta(weeks=4 if n < 30 else 2)) for n in range(50)
    ]
    signs = {plan.id: [left + timedelta(days=1), left + timedelta(days=15)] for plan in plans[:15]}
    curve = retention(plans, signs)["standard"]
    assert curve[:5] == [30, None, 50, None, None]
    assert retention(plans, signs)["intensive"] == [None] * 52


def test_engagement_tells_smart_from_twelve_step_from_both() -> None:
    went = {
        **{new_id(): {Programme.SMART} for _ in range(20)},
        **{new_id(): {Programme.SMART, Programme.AA} for _ in range(15)},
        **{new_id(): {Programme.NA} for _ in range(12)},
    }
    found = engagement(went, 77)
    # 20, 12, 15, 0 and 30 of 77; no number of plans, which beside that of discharges would tell of a few.
    assert found == {"percent": {"smart": 26, "twelve_step": 16, "both": 19, "other": None, "nothing": 39}}
