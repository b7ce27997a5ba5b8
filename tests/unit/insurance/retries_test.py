"""When a payer that cannot answer is asked again, and when a person phones."""

from datetime import timedelta

import pytest

from services.insurance.rules.retries import LADDER, LONG_WINDOW, WINDOW, retry_delay, window


def test_the_first_repeat_comes_after_the_90_seconds_the_rules_ask_for() -> None:
    assert retry_delay(1, 0.5) == timedelta(seconds=90)


@pytest.mark.parametrize("failures", range(1, 20))
def test_waits_grow_to_an_hour_and_stay_there(failures: int) -> None:
    assert retry_delay(failures, 0.5) == LADDER[min(failures, len(LADDER)) - 1]
    assert retry_delay(failures + 1, 0.5) >= retry_delay(failures, 0.5)


@pytest.mark.parametrize("chance", [0.0, 0.3, 1.0])
def test_waits_are_spread_by_a_fifth_either_way(chance: float) -> None:
    middle = retry_delay(3, 0.5)
    assert middle * 0.8 <= retry_delay(3, chance) <= middle * 1.2


def test_compressed_time_compresses_every_wait() -> None:
    assert retry_delay(1, 0.5, 0.01) == timedelta(seconds=0.9)
    assert window(None, 0.01) == WINDOW * 0.01


@pytest.mark.parametrize(
    ("days", "expected"), [(None, WINDOW), (0, WINDOW), (1, WINDOW), (2, LONG_WINDOW), (30, LONG_WINDOW)]
)
def test_for_an_admission_more_than_a_day_away_a_machine_tries_longer(
    days: int | None, expected: timedelta
) -> None:
    assert window(days) == expected
