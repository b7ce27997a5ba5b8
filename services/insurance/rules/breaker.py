"""When a payer is left alone because it does not answer, and how often one looks whether it is back (8.3).
Pure.

One row a payer and adapter holds this state, so it survives restarts and is shared by all processes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

OPENS_AFTER: Final = 5  # failures
WITHIN: Final = timedelta(minutes=10)
PROBE_EVERY: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Breaker:
    """`recent_failures` are the latest failures in a row, the newest last. Open: one probe at `probe_at`."""

    recent_failures: tuple[datetime, ...] = ()
    open_since: datetime | None = None
    probe_at: datetime | None = None

    def wait(self, now: datetime) -> timedelta:
        """How long nobody may ask; nothing when closed, or when a probe is due."""
        if self.open_since is None or self.probe_at is None:
            return timedelta()
        return max(self.probe_at - now, timedelta())

    def probing(self, now: datetime, scale: float = 1.0) -> "Breaker":
        """After a question was let through as the probe: the others wait for the next one."""
        return replace(self, probe_at=now + PROBE_EVERY * scale) if self.open_since else self

    def failed(self, now: datetime, scale: float = 1.0) -> "Breaker":
        recent = (*(at for at in self.recent_failures if now - at < WITHIN * scale), now)[-OPENS_AFTER:]
        if self.open_since is None and len(recent) == OPENS_AFTER:
            return Breaker(recent, now, now + PROBE_EVERY * scale)
        return replace(self, recent_failures=recent)

    def succeeded(self) -> "Breaker":
        return CLOSED


CLOSED: Final = Breaker()
