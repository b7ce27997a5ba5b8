"""One inquiry through the clearinghouse: checked, counted, delayed or spoilt as ordered, answered.

The faces (faces.py) turn what comes of it into HTTP; nothing here knows how it was carried.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from services.insurance.simulator import faults, replies, spoiling
from services.insurance.simulator.answering import answer, asked_id
from services.insurance.simulator.checking import (
    Envelope,
    InterchangeRefused,
    NotAnInterchange,
    TransactionRefused,
    checked,
)
from services.insurance.simulator.counting import Counts
from services.insurance.simulator.faults import Fault, Orders
from services.insurance.simulator.settings import SimulatorSettings
from shared import clock

# No X12 comes of these.
FAILURES = frozenset(
    {
        *(Fault.RESET, Fault.BUSY, Fault.ERROR, Fault.DOWN),
        *(Fault.UNAUTHORIZED, Fault.VERSION, Fault.HTML),
    }
)


@dataclass(frozen=True, slots=True)
class Served:
    """X12 to be delivered. `kind`: 271, 999 or TA1. `later`: it is to be fetched, not delivered at once."""

    text: str = field(repr=False)
    kind: str
    later: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """No X12: what the face shows instead. `fault` is one of those HTTP or the envelope can express."""

    fault: Fault


class NoInquiry(Exception):
    """The body holds no X12 interchange."""


class Clearinghouse:
    """All the state there is: orders for faults, and counts."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._slow = timedelta(seconds=settings.simulator_late_seconds)
        self._hang = timedelta(seconds=settings.simulator_slow_seconds)
        self.orders = Orders(settings.simulator_seed)
        self.counts = Counts()

    async def serve(self, body: bytes, wanted: Fault | None) -> Served | Failed:
        """What becomes of one 270. `wanted` is a fault asked for by header. Raises NoInquiry."""
        now = clock.now()
        try:
            question = checked(body)
        except NotAnInterchange:
            self.counts.unreadable()
            raise NoInquiry from None
        except InterchangeRefused as refusal:
            self.counts.unreadable()
            return Served(replies.ta1(refusal.envelope, refusal.note, now), "TA1")
        except TransactionRefused as refusal:
            self.counts.unreadable()
            return Served(replies.refused_999(refusal, now), "999")
        payer, trace = question.payer_id, question.trace
        with self.counts.received(payer, trace) as attempt:
            fault = (
                wanted
                or faults.by_member(asked_id(question))
                or self.orders.strike(payer, trace, attempt, clock.now())
            )
            if fault in FAILURES:
                return Failed(fault)
            if fault in (Fault.TA1, Fault.NINES):
                return self._refused(question.envelope, fault)
            asked = spoiling.asked_wrongly(question, fault)
            text = spoiling.spoilt(answer(asked, clock.now()), asked, fault)
            self.counts.answered(payer, trace)
            await asyncio.sleep(self._pause(fault, payer, trace, attempt))
            return Served(text, "271", later=fault is Fault.LATER)

    def _refused(self, envelope: Envelope, fault: Fault) -> Served:
        """A refusal nothing in the inquiry deserves: TA105 023 (improper end of file), IK502 5."""
        now = clock.now()
        if fault is Fault.TA1:
            return Served(replies.ta1(envelope, "023", now), "TA1")
        return Served(replies.refused_999(TransactionRefused(envelope, "8", "EQ", 12), now), "999")

    def _pause(self, fault: Fault | None, payer: str, trace: str, attempt: int) -> float:
        latency = self.orders.latency(payer, trace, attempt)
        extra = {Fault.SLOW: self._slow, Fault.HANG: self._hang}.get(fault) if fault else None
        return latency + (extra.total_seconds() if extra else 0)
