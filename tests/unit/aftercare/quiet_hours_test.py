"""When a message may leave, on the client's own clock, the days the clocks change included."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.quiet_hours import Hours, allowed_at, hours_of

LA = "America/Los_Angeles"


def here(text: str, zone: str = LA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("hours", "now", "allowed"),
    [
        (Hours.OUTREACH, "2027-01-12T09:00", "2027-01-12T09:00"),
        (Hours.OUTREACH, "2027-01-12T19:59", "2027-01-12T19:59"),
        (Hours.OUTREACH, "2027-01-12T20:00", "2027-01-13T09:00"),
        (Hours.OUTREACH, "2027-01-12T08:30", "2027-01-12T09:00"),
        (Hours.OUTREACH, "2027-01-12T00:10", "2027-01-12T09:00"),
        (Hours.REMINDERS, "2027-01-12T08:00", "2027-01-12T08:00"),
        (Hours.REMINDERS, "2027-01-12T20:59", "2027-01-12T20:59"),
        (Hours.REMINDERS, "2027-01-12T21:00", "2027-01-13T09:00"),
        (Hours.REMINDERS, "2027-01-12T07:59", "2027-01-12T09:00"),
        (Hours.ANY, "2027-01-12T03:00", "2027-01-12T03:00"),
    ],
)
def test_what_comes_outside_its_hours_waits_for_the_next_nine_o_clock(
    hours: Hours, now: str, allowed: str
) -> None:
    assert allowed_at(here(now).astimezone(UTC), LA, hours) == here(allowed)


@pytest.mark.parametrize(
    ("night", "morning"),
    [
        ("2027-03-13T22:00", "2027-03-14T16:00"),  # spring: the night is an hour shorter
        ("2026-10-31T22:00", "2026-11-01T17:00"),  # autumn: an hour longer
    ],
)
def test_nine_o_clock_is_what_the_clients_clock_shows_after_a_change(night: str, morning: str) -> None:
    found = allowed_at(here(night).astimezone(UTC), LA, Hours.OUTREACH)
    assert found == datetime.fromisoformat(morning).replace(tzinfo=UTC)
    assert found.astimezone(ZoneInfo(LA)).hour == 9


def test_half_past_two_on_the_day_that_has_none_waits_for_nine() -> None:
    never = datetime(2027, 3, 14, 2, 30, tzinfo=ZoneInfo(LA)).astimezone(UTC)
    assert allowed_at(never, LA, Hours.REMINDERS) == here("2027-03-14T09:00")


def test_the_hour_is_the_clients_not_the_centres() -> None:
    now = datetime(2027, 1, 12, 1, 30, tzinfo=UTC)  # 17:30 in Los Angeles, 20:30 in New York
    assert allowed_at(now, LA, Hours.OUTREACH) == now
    assert allowed_at(now, "America/New_York", Hours.OUTREACH) == here("2027-01-12T09:00", "America/New_York")


def test_a_crisis_reply_a_stop_and_a_page_to_staff_never_wait() -> None:
    for purpose in (Purpose.CRISIS, Purpose.STOPPED, Purpose.PAGE_STAFF):
        assert hours_of(purpose) is Hours.ANY
    assert hours_of(Purpose.REMINDER_HOUR) is Hours.REMINDERS
    assert hours_of(Purpose.WELCOME) is Hours.OUTREACH
