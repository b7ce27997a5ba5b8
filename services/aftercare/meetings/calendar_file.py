"""A calendar file cut into its events, each parsed by itself: one broken event costs no other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from icalendar import Event

from services.aftercare.meetings import zones

_FOLD = re.compile(r"\r?\n[ \t]")
_ZONE = re.compile(r"^X-WR-TIMEZONE[^:\r\n]*:(.+)$", re.MULTILINE | re.IGNORECASE)
_PATHED = re.compile(r"(;TZID=)\"?(/[^\":;\r\n]+)\"?", re.IGNORECASE)


@dataclass(frozen=True)
class Calendar:
    """The events as parsed, None for one that cannot be. `zone`: the one the calendar says it is shown in."""

    events: tuple[Event | None, ...] = ()
    zone: str | None = None

    def __len__(self) -> int:
        return len(self.events)


def open_calendar(text: str) -> tuple[Calendar, str | None]:
    """The calendar, and why it cannot be used as a whole, if so."""
    text = _FOLD.sub("", text)
    if "BEGIN:VCALENDAR" not in text.upper():
        return Calendar(), "not_a_calendar"
    named = _ZONE.search(text)
    return Calendar(tuple(map(_parsed, _blocks(text))), known_zone(named[1]) if named else None), None


def known_zone(name: str) -> str | None:
    """IANA's own name; some programs put a path before it: /citadel.org/20190914_1/America/New_York."""
    parts = name.strip().strip('"').strip("/").split("/")
    found = (zones.canonical("/".join(parts[at:])) for at in range(len(parts)))
    return next(filter(None, found), None)


def _blocks(text: str) -> Iterator[str]:
    """Each event's own lines. One that does not end is still one."""
    block: list[str] | None = None
    for line in text.splitlines():
        mark = line.strip().upper()
        if mark == "BEGIN:VEVENT":
            if block is not None:
                yield "\r\n".join(block)
            block = []
        if block is not None:
            block.append(line)
        if mark == "END:VEVENT" and block is not None:
            yield "\r\n".join(block)
            block = None
    if block is not None:
        yield "\r\n".join(block)


def _parsed(block: str) -> Event | None:
    try:
        # A name with its program's path before it; the parser would guess, aloud.
        block = _PATHED.sub(lambda zone: zone[1] + (known_zone(zone[2]) or zone[2].strip("/")), block)
        event = Event.from_ical(block)
    except Exception:  # a parser's inside, on bytes of a stranger
        return None
    return event if isinstance(event, Event) else None
