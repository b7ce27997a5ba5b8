"""Guessing gets slow, and nobody is shut out for long."""

from datetime import UTC, datetime, timedelta

import pytest

from services.dashboard.lockout import LONGEST_WAIT, failures_after, is_locked, wait_after

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (500, 900)],
)
def test_the_wait_doubles_from_the_fifth_slip_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert wait_after(failures) == timedelta(seconds=seconds)


def test_a_locked_name_opens_again_by_itself() -> None:
    assert is_locked(5, NOW, NOW + timedelta(seconds=29))
    assert not is_locked(5, NOW, NOW + timedelta(seconds=30))


def test_nobody_waits_longer_than_the_longest_wait() -> None:
    assert not is_locked(10_000, NOW, NOW + LONGEST_WAIT)


def test_a_day_without_a_slip_forgives_the_old_ones() -> None:
    assert failures_after(9, NOW, NOW + timedelta(hours=25)) == 1
    assert failures_after(9, NOW, NOW + timedelta(hours=23)) == 10
