"""When a payer that could not answer is asked again (insurance.md 8.3). Pure."""

from datetime import timedelta
from typing import Final

# The operating rules forbid a repeat before 90 s from the original (CAQH FAQ term 122); after 8 h a person
# phones.
LADDER: Final = (
    timedelta(seconds=90),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(minutes=60),
)
HOURLY: Final = timedelta(hours=1)
WINDOW: Final = timedelta(hours=8)


def retry_delay(failures: int, chance: float, scale: float = 1.0) -> timedelta | None:
    """The wait after the `failures`-th failure in a row (from 1), or None when the window is over.

    `chance` in 0-1 spreads the waits by 20% either way, so that an outage does not end in a stampede;
    `scale` compresses time for demonstrations and drills.
    """
    steps = [*LADDER, *[HOURLY] * int((WINDOW - sum(LADDER, timedelta())) / HOURLY)]
    if failures > len(steps):
        return None
    return steps[failures - 1] * (0.8 + 0.4 * chance) * scale
