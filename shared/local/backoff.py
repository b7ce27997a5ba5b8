"""How long to wait before a process that died is started again."""

from dataclasses import dataclass

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
FORGIVEN_AFTER_SECONDS = 60.0


@dataclass
class Backoff:
    """Half a second, doubled with every death to 30 s; a minute of health and it starts anew."""

    next_seconds: float = FIRST_SECONDS

    def after(self, healthy_seconds: float) -> float:
        """Seconds to wait after a death that followed so many seconds of health."""
        if healthy_seconds >= FORGIVEN_AFTER_SECONDS:
            self.next_seconds = FIRST_SECONDS
        wait = self.next_seconds
        self.next_seconds = min(wait * 2, LONGEST_SECONDS)
        return wait
