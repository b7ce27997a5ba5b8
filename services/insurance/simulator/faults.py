"""Everything that goes wrong with clearinghouses, on demand: by order (POST /faults), by the asked member's
id (`TCFAULT` + the fault's name without underscores), or by a header (X-Simulated-Fault).

What is random depends on the seed and on the inquiry's trace, never on the order of arrival.
"""

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

HEADER = "x-simulated-fault"
PREFIX = "TCFAULT"
SLOWEST = "TCSLOW61"  # the id of the hang from before there was a table
P95 = 1.6448536269514722  # standard deviations from the median of a normal distribution


class Fault(StrEnum):
    """The name as orders and the header have it; member ids have it in capitals without underscores."""

    SLOW = "slow"
    HANG = "hang"
    RESET = "reset"
    BUSY = "busy"
    ERROR = "error"
    DOWN = "down"
    UNAUTHORIZED = "unauthorized"
    VERSION = "version"
    TA1 = "ta1"
    NINES = "999"
    TRUNCATED = "truncated"
    TRACE = "trace"
    SWAPPED = "swapped"
    HTML = "html"
    DELIMITERS = "delimiters"
    BOM = "bom"
    COUNT = "count"
    DUPLICATE = "duplicate"
    LATER = "later"


class Order(BaseModel):
    """A fault for one payer (its id) or, without `payer`, for all. A later order for the same replaces it.

    An outage answers 503 for `outage_seconds` beginning `outage_starts_in` seconds from now, or between two
    instants. `fault` strikes a `share` of the inquiries, at most `times` of them. Latency is log-normal, in
    milliseconds.
    """

    model_config = ConfigDict(extra="forbid")

    payer: str | None = Field(default=None, max_length=80)
    outage_seconds: float = Field(default=0, ge=0, le=86_400)
    outage_starts_in: float = Field(default=0, ge=0, le=86_400)
    outage_from: AwareDatetime | None = None
    outage_until: AwareDatetime | None = None
    fault: Fault | None = None
    share: float = Field(default=1, ge=0, le=1)
    times: int | None = Field(default=None, ge=1)
    latency_median: float = Field(default=0, ge=0, le=120_000)
    latency_p95: float = Field(default=0, ge=0, le=120_000)

    @model_validator(mode="after")
    def _ordered(self) -> "Order":
        if self.latency_p95 and self.latency_p95 < self.latency_median:
            raise ValueError("latency_p95 must not be below latency_median")
        if (self.outage_from is None) != (self.outage_until is None):
            raise ValueError("outage_from and outage_until belong together")
        return self

    def outage(self, now: datetime) -> tuple[datetime, datetime] | None:
        """First and last instant of the outage, as seen when the order came."""
        if self.outage_from and self.outage_until:
            return self.outage_from, self.outage_until
        if not self.outage_seconds:
            return None
        start = now + timedelta(seconds=self.outage_starts_in)
        return start, start + timedelta(seconds=self.outage_seconds)


@dataclass(slots=True)
class _Standing:
    order: Order
    outage: tuple[datetime, datetime] | None
    left: int | None


class Orders:
    """The orders in force. `payer` None is everybody's; a payer's own goes before it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._standing: dict[str | None, _Standing] = {}

    def give(self, order: Order, now: datetime) -> None:
        self._standing[order.payer] = _Standing(order, order.outage(now), order.times)

    def clear(self) -> None:
        self._standing.clear()

    def strike(self, payer: str, trace: str, attempt: int, now: datetime) -> Fault | None:
        """The fault ordered for this inquiry; counts it."""
        chance = self._chance("fault", trace, attempt)
        for standing in self._for(payer):
            if standing.outage and standing.outage[0] <= now < standing.outage[1]:
                return Fault.DOWN
            order = standing.order
            if order.fault is None or standing.left == 0 or chance.random() >= order.share:
                continue
            if standing.left is not None:
                standing.left -= 1
            return order.fault
        return None

    def latency(self, payer: str, trace: str, attempt: int) -> float:
        """Seconds this answer takes."""
        for standing in self._for(payer):
            median, p95 = standing.order.latency_median, standing.order.latency_p95
            if median:
                spread = math.log(p95 / median) / P95 if p95 else 0.0
                return self._chance("latency", trace, attempt).lognormvariate(math.log(median), spread) / 1000
        return 0.0

    def _for(self, payer: str) -> list[_Standing]:
        return [found for key in (payer, None) if (found := self._standing.get(key))]

    def _chance(self, what: str, trace: str, attempt: int) -> random.Random:
        return random.Random(f"{self._seed}|{what}|{trace}|{attempt}")


def by_member(member_id: str) -> Fault | None:
    """The fault an id stands for."""
    if member_id == SLOWEST:
        return Fault.HANG
    wanted = member_id.removeprefix(PREFIX).lower()
    known = {fault.value: fault for fault in Fault}
    return known.get(wanted) if member_id.startswith(PREFIX) else None


def by_header(value: str | None) -> Fault | None:
    """The fault a header asks for; None for a name there is none of."""
    return next((fault for fault in Fault if fault.value == (value or "").strip().lower()), None)
