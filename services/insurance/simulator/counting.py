"""How often and how fast payers were asked, for drills: an answered inquiry is one a clearinghouse bills."""

import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Count:
    received: int = 0
    answered: int = 0


@dataclass(slots=True)
class PayerCount:
    """`most_in_a_second`: within any one second. `most_at_once`: asked and not yet answered."""

    received: int = 0
    answered: int = 0
    most_in_a_second: int = 0
    most_at_once: int = 0
    at_once: int = 0
    recent: deque[float] = field(default_factory=deque, repr=False)


class Counts:
    """In total, per payer id, and per trace (TRN02)."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin again from nought."""
        self.total = Count()
        self.payers: dict[str, PayerCount] = {}
        self.traces: dict[str, Count] = {}

    def unreadable(self) -> None:
        self.total.received += 1

    @contextmanager
    def received(self, payer_id: str, trace: str) -> Generator[int]:
        """Counts an inquiry for as long as it is worked on; gives how often this trace has come by now."""
        payer = self.payers.setdefault(payer_id, PayerCount())
        traced = self.traces.setdefault(trace, Count())
        for count in (self.total, payer, traced):
            count.received += 1
        now = time.monotonic()
        payer.recent.append(now)
        while payer.recent[0] <= now - 1:
            payer.recent.popleft()
        payer.most_in_a_second = max(payer.most_in_a_second, len(payer.recent))
        payer.at_once += 1
        payer.most_at_once = max(payer.most_at_once, payer.at_once)
        try:
            yield traced.received
        finally:
            payer.at_once -= 1

    def answered(self, payer_id: str, trace: str) -> None:
        payer, traced = self.payers.get(payer_id), self.traces.get(trace)
        for count in (self.total, payer, traced):
            if count:  # not forgotten since it was received
                count.answered += 1

    def told(self) -> dict[str, Any]:
        payers = {
            key: {
                "received": one.received,
                "answered": one.answered,
                "most_in_a_second": one.most_in_a_second,
                "most_at_once": one.most_at_once,
            }
            for key, one in self.payers.items()
        }
        traces = {trace: asdict(count) for trace, count in self.traces.items()}
        return {**asdict(self.total), "payers": payers, "traces": traces}
