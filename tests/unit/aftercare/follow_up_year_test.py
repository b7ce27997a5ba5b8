"""Days and hours of the year after leaving, on the client's own clock."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from services.aftercare.follow_up.due_times import next_opening, same_day, within_working_days
from services.aftercare.follow_up.year import call_window, due_questionnaires, first_call
from shared.contracts.aftercare import Instrument
from shared.contracts.intake import DischargeType

LA = "America/Los_Angeles"
LEFT = datetime(2027, 3, 1, 20, tzinfo=UTC)  # Monday noon in Los Angeles


def here(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(LA)):%a %m-%d %H:%M}"


@pytest.mark.parametrize(
    ("intensive", "disposition", "hours"),
    [
        (False, DischargeType.COMPLETED, 72),
        (False, DischargeType.HOME, 72),
        (True, DischargeType.COMPLETED, 24),
        (False, DischargeType.AGAINST_ADVICE, 24),
    ],
)
def test_the_first_call_is_due_in_a_day_for_those_in_danger_and_in_three_for_the_others(
    intensive: bool, disposition: DischargeType, hours: int
) -> None:
    assert first_call(LEFT, disposition, intensive=intensive).due_by - LEFT == timedelta(hours=hours)


def test_a_call_window_keeps_its_local_hours_when_the_clocks_change_within_it() -> None:
    window = call_window(LEFT, 14, LA)  # 15 March; the clocks change on the 14th
    assert (here(window.due_from), here(window.due_by)) == ("Fri 03-12 09:00", "Thu 03-18 20:00")
    assert here(call_window(LEFT, 60, LA).due_from) == "Fri 04-23 09:00"  # a week either side


def _weekly_days(until: int) -> list[date]:
    found: list[date] = []
    for day in range(until):
        now = LEFT + timedelta(days=day)
        for due in due_questionnaires(LEFT, now, 3, LA):
            if due.instrument is Instrument.WEEKLY and due.due_on not in found:
                found.append(due.due_on)
    return found


def test_the_weekly_questions_come_thirteen_times_on_the_fixed_day_and_then_every_four_weeks() -> None:
    days = _weekly_days(373)
    assert {day.isoweekday() for day in days} == {3}
    gaps = [(later - day).days for day, later in pairwise(days)]
    assert gaps[:12] == [7] * 12
    assert set(gaps[12:]) == {28}
    assert len(days) == 13 + 10


def test_bam_and_phq_come_due_on_their_days_and_stay_open_for_their_window() -> None:
    found: dict[Instrument, set[int]] = {}
    for day in range(380):
        for due in due_questionnaires(LEFT, LEFT + timedelta(days=day), 3, LA):
            found.setdefault(due.instrument, set()).add((due.due_on - date(2027, 3, 1)).days)
    assert found[Instrument.BAM] == {30, 60, 90, 180, 365}
    assert found[Instrument.PHQ9] == {7, 30, 90}


def test_a_questionnaire_whose_time_is_over_is_not_opened_late() -> None:
    wednesday = datetime(2027, 3, 3, 17, tzinfo=UTC)  # 09:00
    assert due_questionnaires(LEFT, wednesday - timedelta(minutes=1), 3, LA) == []
    assert [due.instrument for due in due_questionnaires(LEFT, wednesday, 3, LA)] == [Instrument.WEEKLY]
    assert due_questionnaires(LEFT, wednesday + timedelta(hours=48), 3, LA) == []


def test_what_must_happen_the_same_day_is_never_due_in_the_night() -> None:
    morning = datetime(2027, 3, 2, 18, tzinfo=UTC)  # 10:00
    assert here(same_day(morning, LA)) == "Tue 03-02 20:00"
    assert here(same_day(morning + timedelta(hours=10), LA)) == "Wed 03-03 12:00"
    assert here(same_day(morning - timedelta(hours=5), LA)) == "Tue 03-02 12:00"


def test_working_days_leave_out_weekends_and_holidays() -> None:
    friday = datetime(2027, 5, 28, 18, tzinfo=UTC)  # before Memorial Day, the 31st
    assert here(within_working_days(friday, 1, LA)) == "Tue 06-01 17:00"
    assert here(within_working_days(friday, 3, LA)) == "Thu 06-03 17:00"


def test_the_daily_look_is_at_nine_on_both_sides_of_the_clock_change() -> None:
    before = datetime(2027, 3, 13, 18, tzinfo=UTC)
    assert here(next_opening(before, LA)) == "Sun 03-14 09:00"
    assert next_opening(before, LA) - datetime(2027, 3, 13, 17, tzinfo=UTC) == timedelta(hours=23)
