"""When a payer that could not answer is asked again, and when a person phones instead (insurance.md 8.3).
Pure."""

from datetime import timedelta
from typing import Final

# The operating rules forbid a repeat before 90 s from the original (CAQH FAQ term 122).
LADDER: Final = (
    timedelta(seconds=90),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(minutes=60),
)
WINDOW: Final = timedelta(hours=8)
LONG_WINDOW: Final = timedelta(hours=24)  # for an admission that is more than a day away
PHONE_BESIDE: Final = timedelta(
    minutes=15
)  # with an admission within a day, nobody waits longer for a machine


def retry_delay(failures: int, chance: float, scale: float = 1.0) -> timedelta:
    """The wait after the `failures`-th failure in a row (from 1); after the last step it repeats.

    `chance` in 0-1 spreads the waits by 20% either way, so that an outage does not end in a stampede;
    `scale` compresses time for demonstrations and drills.
    """
    return LADDER[min(failures, len(LADDER)) - 1] * (0.8 + 0.4 * chance) * scale


def window(days_to_admission: int | None, scale: float = 1.0) -> timedelta:
    """How long after the first failure it is tried by itself before a person phones."""
    far = days_to_admission is not None and days_to_admission > 1
    return (LONG_WINDOW if far else WINDOW) * scale
