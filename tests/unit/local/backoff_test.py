"""A process that dies is started again, ever more patiently."""

from shared.local.backoff import Backoff


def test_the_wait_doubles_up_to_thirty_seconds() -> None:
    backoff = Backoff()
    assert [backoff.after(0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_minute_of_health_is_forgiving() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.after(1)
    assert backoff.after(61) == 0.5
    assert backoff.after(1) == 1
