"""What every way to a payer promises (insurance.md 8.4). An adapter carries bytes; it never decides
coverage."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class ResultKind(StrEnum):
    """What became of one attempt. The column `attempts.result` holds these words."""

    ANSWERED = "answered"
    ENVELOPE_REJECTED = "envelope_rejected"
    UNAVAILABLE = "unavailable"
    MISCONFIGURED = "misconfigured"


class Trouble(StrEnum):
    """Why an attempt was not answered, for staff and alarms; never a coverage statement."""

    TIMED_OUT = "timed_out"
    TRANSPORT_FAILED = "transport_failed"
    SERVER_ERROR = "server_error"
    TOO_MANY_REQUESTS = "too_many_requests"
    TOO_LARGE = "too_large"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """`raw` is the body as it came, whatever it is. `retry_after` is the other side's wish, if it stated one.

    `billed` says whether the clearinghouse will charge for it, as far as its terms tell.
    """

    kind: ResultKind
    latency: timedelta
    raw: bytes = b""
    trouble: Trouble | None = None
    http_status: int | None = None
    retry_after: timedelta | None = None
    billed: bool = False


class Adapter(Protocol):
    """One way to payers. `send` returns within `deadline` and does not raise for what the other side does."""

    @property
    def name(self) -> str: ...

    @property
    def receiver(self) -> str:
        """ISA08 and GS03: who the interchange is addressed to."""
        ...

    async def send(self, inquiry: str, deadline: timedelta) -> AttemptResult: ...

    async def close(self) -> None: ...
