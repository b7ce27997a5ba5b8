"""When reminders, questions and reviews are due, on the client's own clock and across clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.aftercare.plans.reviews import may_complete, proposed_target
from services.aftercare.plans.timetable import (
    at,
    freeze_at,
    holiday_question_at,
    instants_of,
    next_look,
    review_at,
)

LA = "America/Los_Angeles"
ZONES = (LA, "America/New_York", "America/Phoenix", "Europe/London", "Australia/Sydney")


def here(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(LA)).astimezone(UTC)


def test_an_evening_meeting_is_asked_about_at_night_and_again_the_next_evening() -> None:
    due = instants_of(here(2026, 10, 27, 19), here(2026, 10, 27, 20, 30), LA)
    assert due.day_before == here(2026, 10, 26, 19)
    assert due.hour_before == here(2026, 10, 27, 18)
    assert due.at_the_door == here(2026, 10, 27, 18, 45)
    assert due.ask == here(2026, 10, 27, 21, 30)
    assert due.ask_again == here(2026, 10, 28, 18)
    assert due.give_up == here(2026, 10, 29, 8, 30)
    assert due.proof == here(2026, 10, 27, 22, 30)


def test_a_morning_meeting_is_asked_about_again_at_ten_the_next_day() -> None:
    due = instants_of(here(2026, 10, 31, 10), here(2026, 10, 31, 11), LA)
    # The clocks go back that night: 10:00 is 10:00 on the client's clock, 25 hours later.
    assert due.ask_again == here(2026, 11, 1, 10)
    assert due.ask_again - here(2026, 10, 31, 10) == timedelta(hours=25)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - hypothesis wants them naive
    st.integers(min_value=30, max_value=180),
    st.sampled_from(ZONES),
)
def test_the_order_of_what_is_due_holds_whatever_the_clocks_do(
    start: datetime, minutes: int, zone: str
) -> None:
    starts_at = start.replace(tzinfo=UTC)
    due = instants_of(starts_at, starts_at + timedelta(minutes=minutes), zone)
    assert due.day_before < due.hour_before < due.at_the_door < due.ask < due.proof
    assert due.ask + timedelta(hours=2) < due.ask_again < due.give_up < due.proof_last < due.proof_free_until
    # Nobody is asked twice within an hour: what is due in the night is read in the morning.
    read = due.ask.astimezone(ZoneInfo(zone))
    if read.time() >= time(21) or read.time() < time(8):
        morning = at(read.date() + timedelta(days=read.time() >= time(21)), time(9), zone)
        assert due.ask_again - morning >= timedelta(hours=8)


def test_half_past_two_on_the_night_the_clocks_go_forward_is_half_past_three() -> None:
    assert at(date(2027, 3, 14), time(2, 30), LA) == datetime(2027, 3, 14, 10, 30, tzinfo=UTC)
    assert at(date(2027, 3, 14), time(2, 30), LA).astimezone(ZoneInfo(LA)).time() == time(3, 30)


def test_the_first_week_stands_from_six_in_the_evening_before() -> None:
    assert freeze_at(here(2027, 3, 15, 11), LA) == here(2027, 3, 14, 18)


def test_a_holiday_is_asked_about_two_days_before() -> None:
    assert holiday_question_at(here(2026, 11, 26, 19), LA) == here(2026, 11, 24, 10)


def test_every_day_has_one_look_and_the_next_is_tomorrow() -> None:
    now = here(2027, 3, 13, 5)
    days = []
    for _ in range(4):
        now = next_look(now, LA)
        assert now.astimezone(ZoneInfo(LA)).time() == time(4)
        days.append(now.astimezone(ZoneInfo(LA)).date())
    assert days == [date(2027, 3, 14), date(2027, 3, 15), date(2027, 3, 16), date(2027, 3, 17)]


def test_the_clocks_at_half_past_two_do_not_lose_or_double_the_look() -> None:
    in_the_gap = datetime(2027, 3, 14, 10, 30, tzinfo=UTC)
    assert next_look(in_the_gap, LA) == datetime(2027, 3, 15, 11, tzinfo=UTC)


def test_reviews_come_at_ten_in_the_morning_of_their_week() -> None:
    left = here(2026, 10, 23, 11)
    assert review_at(left, 13, LA) == here(2027, 1, 22, 10)
    assert review_at(left, 26, LA) == here(2027, 4, 23, 10)


def test_steps_down_are_proposed_and_never_up() -> None:
    left = here(2026, 10, 23, 11)
    assert proposed_target(3, left, left + timedelta(weeks=12)) == 3
    assert proposed_target(3, left, left + timedelta(weeks=13)) == 2
    assert proposed_target(3, left, left + timedelta(weeks=26)) == 1
    assert proposed_target(1, left, left + timedelta(weeks=13)) == 1


def test_the_year_can_be_closed_in_its_last_week_and_not_before() -> None:
    left = here(2026, 10, 23, 11)
    assert not may_complete(left, left + timedelta(weeks=50))
    assert may_complete(left, left + timedelta(weeks=51, hours=1))
