"""What became of handing a message over, and what every channel can do."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from services.aftercare.messages.writing import Letter


class Fate(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"  # for good: the same again would be refused again
    LATER = "later"  # certainly not taken; may be another time
    UNCERTAIN = "uncertain"  # the other side may have it


@dataclass(frozen=True)
class Outcome:
    """`code` says why, for staff; never what the other side wrote, which may quote an address.

    `bad_address`: the refusal is about the address, not about this message or us.
    """

    fate: Fate
    code: str = ""
    retry_after: timedelta | None = None
    bad_address: bool = False


TAKEN = Outcome(Fate.TAKEN)


class Channel(Protocol):
    """`repeatable`: the same letter handed over twice arrives once."""

    @property
    def repeatable(self) -> bool: ...

    async def send(self, address: str, letter: Letter) -> Outcome:
        """Hand one letter over. Never raises for what the other side does."""
        ...
