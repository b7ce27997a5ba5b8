"""Whose turn it is for a seat: tier, then days since leaving, then who asked first."""

from datetime import UTC, datetime, timedelta

from services.aftercare.meetings.waiting import Waiting, in_turn
from shared.contracts.fact import new_id

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def waiting(tier: str, days_out: float | None, asked_hours_ago: int) -> Waiting:
    left_at = None if days_out is None else NOW - timedelta(days=days_out)
    return Waiting(new_id(), tier, left_at, NOW - timedelta(hours=asked_hours_ago))


def test_those_followed_most_closely_come_first_then_those_who_left_last_then_who_asked_first() -> None:
    intensive = waiting("intensive", 200, 1)
    still_here = waiting("close", None, 1)
    left_yesterday = waiting("close", 1, 1)
    long_ago = waiting("close", 90, 500)
    asked_first, asked_later = waiting("standard", 10.9, 30), waiting("standard", 10.1, 2)
    expected = [intensive, still_here, left_yesterday, long_ago, asked_first, asked_later]
    assert in_turn(reversed(expected), NOW) == expected


def test_a_discharge_that_lies_ahead_is_no_time_outside() -> None:
    ahead, today = waiting("standard", -3, 5), waiting("standard", 0.5, 1)
    assert in_turn([today, ahead], NOW) == [ahead, today]
