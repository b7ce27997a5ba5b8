"""When a payer is asked again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.insurance.retries import retry_delay


def test_the_waits_grow_to_an_hour_and_end_after_eight() -> None:
    waits = [retry_delay(failures, 0.5) for failures in range(1, 13)]
    assert waits[:5] == [timedelta(seconds=s) for s in (90, 300, 900, 1800, 3600)]
    known = [wait for wait in waits if wait is not None]
    assert timedelta(hours=7) < sum(known, timedelta()) <= timedelta(hours=8)
    assert waits[-1] is None


@given(failures=st.integers(1, 11), chance=st.floats(0, 1))
def test_chance_spreads_a_wait_by_a_fifth(failures: int, chance: float) -> None:
    middle, wait = retry_delay(failures, 0.5), retry_delay(failures, chance)
    assert middle is not None
    assert wait is not None
    assert middle * 0.79 <= wait <= middle * 1.21
