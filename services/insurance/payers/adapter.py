"""What every way to a payer promises (insurance.md 8.4). An adapter carries bytes; it never decides
coverage."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class ResultKind(StrEnum):
    """What became of one attempt. The column `attempts.result` holds these words.

    `answered`: a body came, readable or not; where no X12 was found in it, `trouble` says `no_x12`.
    `pending`: the other side took the inquiry and will have the answer later; ask with `poll`.
    """

    ANSWERED = "answered"
    ENVELOPE_REJECTED = "envelope_rejected"
    UNAVAILABLE = "unavailable"
    MISCONFIGURED = "misconfigured"
    PENDING = "pending"


class Trouble(StrEnum):
    """Why an attempt was not answered as it should be, for staff and alarms; never a coverage statement.

    The first five are the other side's and pass; the others are for somebody here to look at.
    """

    TIMED_OUT = "timed_out"
    TRANSPORT_FAILED = "transport_failed"
    SERVER_ERROR = "server_error"
    TOO_MANY_REQUESTS = "too_many_requests"
    HANDLE_LOST = "handle_lost"
    NO_X12 = "no_x12"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    CREDENTIALS_REFUSED = "credentials_refused"
    ENVELOPE_ERROR = "envelope_error"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an adapter can carry. Facts of the adapter and its settings, not of a payer.

    `x12`: the payer's own X12 comes back unabridged. `multi_stc`: one inquiry may ask for several service
    types. `batch`: many inquiries in one delivery. `test`: inquiries reach no real payer.
    """

    x12: bool
    multi_stc: bool
    batch: bool
    test: bool


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """`raw` is the X12 as it came, or the whole body where no X12 could be found in it.

    `retry_after` is the other side's wish, if it stated one. `billed` says whether the clearinghouse will
    charge for it, as far as its terms tell. `handle` is what `poll` needs; only `pending` has one.
    """

    kind: ResultKind
    latency: timedelta
    raw: bytes = field(default=b"", repr=False)
    trouble: Trouble | None = None
    http_status: int | None = None
    retry_after: timedelta | None = None
    billed: bool = False
    handle: str = field(default="", repr=False)


NOTHING_WAITS = AttemptResult(ResultKind.UNAVAILABLE, timedelta(), trouble=Trouble.HANDLE_LOST)
"""The outcome of a poll where nothing can be waiting: the inquiry has to be sent again."""


class Adapter(Protocol):
    """One way to payers.

    `send` and `poll` return within `deadline` and do not raise for what the other side does.
    """

    @property
    def name(self) -> str: ...

    @property
    def receiver(self) -> str:
        """ISA08 and GS03: who the interchange is addressed to."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def send(self, inquiry: str, deadline: timedelta) -> AttemptResult:
        """One inquiry (a whole 270 interchange) and what became of it."""
        ...

    async def poll(self, handle: str, deadline: timedelta) -> AttemptResult:
        """The answer to an inquiry which was `pending`; `pending` again while it is not there."""
        ...

    async def close(self) -> None: ...
