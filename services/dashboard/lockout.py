"""Pure: how long a sign-in name has to wait after wrong passwords.

Four slips are free. From the fifth the wait doubles from 30 seconds to at most 15 minutes: a guesser gets
about a hundred tries a day, and nobody can be locked out for longer than a quarter of an hour
(OWASP ASVS 5.0, 6.3.1: throttle guessing without letting it deny service).
"""

from datetime import datetime, timedelta

FREE_SLIPS = 4
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGIVEN_AFTER = timedelta(hours=24)


def wait_after(failures: int) -> timedelta:
    """The wait that follows the `failures`-th wrong password in a row."""
    if failures <= FREE_SLIPS:
        return timedelta()
    doublings = min(failures - FREE_SLIPS - 1, 10)  # 30 s * 2**10 is far beyond the longest wait already
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_locked(failures: int, last_failed_at: datetime, now: datetime) -> bool:
    return now < last_failed_at + wait_after(failures)


def failures_after(failures: int, last_failed_at: datetime, now: datetime) -> int:
    """The count after one more wrong password at `now`. A day without a slip forgives the old ones."""
    return 1 if now - last_failed_at > FORGIVEN_AFTER else failures + 1
