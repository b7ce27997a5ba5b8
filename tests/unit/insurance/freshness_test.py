"""How long an answer may be relied on."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insurance.rules.freshness import before_admission, holds_until, next_look
from services.insurance.rules.states import Cause
from shared.contracts.insurance import ExpiryReason

ZONE = ZoneInfo("America/Los_Angeles")
DAY = timedelta(hours=24)
FIRST = UUID(int=0)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type,misc]


def test_an_answer_is_good_to_admit_on_for_a_day() -> None:
    assert holds_until(local(2026, 3, 15, 9), DAY, ZONE) == (local(2026, 3, 16, 9), ExpiryReason.AGED)


def test_an_answer_of_the_last_evening_of_a_month_ends_with_the_month() -> None:
    ends = holds_until(local(2026, 3, 31, 20), DAY, ZONE)
    assert ends == (local(2026, 4, 1), ExpiryReason.MONTH_BEGAN)


def test_a_client_in_care_is_asked_about_on_the_first_days_of_the_next_month() -> None:
    at, reason, cause = next_look(FIRST, local(2026, 3, 15, 9), date(2026, 1, 1), ZONE)
    assert (at, reason, cause) == (local(2026, 4, 1), ExpiryReason.MONTH_BEGAN, Cause.MONTHLY)


@given(case=st.uuids(), at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001
def test_the_next_look_is_always_ahead_and_never_later_than_the_third_of_a_month(
    case: UUID, at: datetime
) -> None:
    answered = at.replace(tzinfo=UTC)
    when, _, _ = next_look(case, answered, date(2026, 7, 1), ZONE)
    assert when > answered
    assert when.astimezone(ZONE).day <= 4
    assert when - answered <= timedelta(days=36)


def test_a_plan_year_that_begins_in_summer_is_looked_at_on_that_day() -> None:
    at, reason, cause = next_look(FIRST, local(2026, 6, 20, 9), date(2025, 7, 1), ZONE)
    assert at == local(2026, 7, 1)
    assert (reason, cause) in {
        (ExpiryReason.MONTH_BEGAN, Cause.MONTHLY),
        (ExpiryReason.PLAN_YEAR_BEGAN, Cause.PLAN_YEAR),
    }


def test_a_plan_year_that_begins_within_a_month_is_not_left_to_the_next_one() -> None:
    at, reason, cause = next_look(FIRST, local(2026, 6, 5), date(2025, 6, 15), ZONE)
    assert (at, reason, cause) == (
        local(2026, 6, 15),
        ExpiryReason.PLAN_YEAR_BEGAN,
        Cause.PLAN_YEAR,
    )


def test_medicaid_is_looked_at_in_the_middle_of_the_month_too() -> None:
    at, reason, _ = next_look(FIRST, local(2026, 3, 2), None, ZONE, twice_a_month=True)
    assert (at, reason) == (local(2026, 3, 15), ExpiryReason.AGED)
    later, _, _ = next_look(FIRST, local(2026, 3, 16), None, ZONE, twice_a_month=True)
    assert later == local(2026, 4, 1)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 4)])
def test_who_comes_today_is_looked_at_once_more_in_the_morning_whatever_the_clocks_do(day: date) -> None:
    at = before_admission(day, ZONE)
    assert (at.date(), at.hour) == (day, 6)
