"""Everything about intake that a centre may set, read from the environment here and nowhere else."""

from datetime import timedelta
from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment names start with THROUGHCARE_, for example THROUGHCARE_MLLP_PORT."""

    port: int = 8010
    database_url: str = "sqlite+aiosqlite:///intake.db"

    # HL7 v2 from the EHR. MLLP has neither sign-in nor encryption: it stays on loopback unless a tunnel
    # or a TLS proxy stands in front of it. Port 0 turns it off.
    mllp_host: str = "127.0.0.1"
    mllp_port: int = 2575
    mllp_largest_message: int = 1_048_576  # bytes
    mllp_idle_seconds: float = 300

    # A form sent back sooner is a script; a person is asked to press the button again. 0 in demos and tests.
    form_shortest_seconds: float = 3
    form_longest: timedelta = timedelta(hours=12)

    # Plan names the form suggests, one a line; our own list when not set.
    plans_file: Path | None = None

    @property
    def shortest_fill(self) -> timedelta:
        return timedelta(seconds=0 if self.demo else self.form_shortest_seconds)
