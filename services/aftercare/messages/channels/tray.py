"""The demonstration's tray: what would have left is kept, sealed, and nothing leaves."""

from dataclasses import dataclass

from services.aftercare.messages.channels.outcome import TAKEN, Outcome
from services.aftercare.messages.writing import Letter


@dataclass(frozen=True)
class Tray:
    repeatable: bool = True

    async def send(self, address: str, letter: Letter) -> Outcome:
        return TAKEN


def kept(channel: str, letter: Letter) -> dict[str, str]:
    """What the tray shows of a letter; never the address, which is not ours to keep."""
    if channel == "text":
        return {"channel": channel, "text": letter.short}
    shown = {"channel": channel, "subject": letter.subject, "text": letter.body}
    if letter.attached:
        calendar = _without_attendee(letter.attached.content.decode())
        shown |= {"method": letter.attached.method.value, "calendar": calendar}
    return shown


def _without_attendee(calendar: str) -> str:
    """Of a line folded by RFC 5545 3.1 the rest would stay behind: all are made whole first."""
    lines = calendar.replace("\r\n ", "").split("\r\n")
    return "\r\n".join(line for line in lines if not line.startswith("ATTENDEE"))
