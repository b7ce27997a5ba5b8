"""The year as it is told: one line an event, with what was written to the client since the line before, and
what was not and why. Codes, dates and counts; nothing personal."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from services.aftercare.tables import MessageState
from shared import clock

from .conftest import Aftercare
from .telling import messages


@dataclass
class Diary:
    """`lines`: what was printed."""

    aftercare: Aftercare
    case_id: UUID
    lines: list[str] = field(default_factory=list)
    _settled: set[UUID] = field(default_factory=set)

    async def write(self, what: str, zone: str = "America/Los_Angeles") -> None:
        here = clock.now().astimezone(ZoneInfo(zone))
        line = f"{here:%a %d %b %Y %H:%M}  {what}"
        for fates in await self._news():
            line += f"\n{'':23}{fates}"
        self.lines.append(line)
        print(line)

    async def _news(self) -> list[str]:
        sent: Counter[str] = Counter()
        kept: Counter[str] = Counter()
        for one in await messages(self.aftercare, self.case_id):
            if one.id in self._settled or one.state in (MessageState.WAITING, MessageState.SENDING):
                continue
            self._settled.add(one.id)
            if one.state is MessageState.SENT:
                sent[f"{one.purpose} by {one.channel}"] += 1
            else:
                kept[f"{one.purpose} ({one.reason})"] += 1
        found = ((name, counts) for name, counts in (("sent", sent), ("not sent", kept)) if counts)
        return [f"{name}: {_listed(counts)}" for name, counts in found]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(name if many == 1 else f"{many} {name}" for name, many in sorted(counts.items()))
