"""What a client wants and can do, as the matcher needs it. Pure values, no names of people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Literal

from services.aftercare.meetings.normal_form import Meeting, Modality, Programme

Kind = Literal["smart", "twelve_step"]


class Pathway(StrEnum):
    """SMART, twelve steps, or both: equal choices, the client's own."""

    SMART_ONLY = "smart_only"
    SMART_FIRST = "smart_first"
    BOTH = "both"
    TWELVE_FIRST = "twelve_first"


class Device(StrEnum):
    VIDEO = "video"
    PHONE = "phone"
    NONE = "none"


# Weight of each kind in the points; a kind that is missing is not offered at all.
WEIGHTS: dict[Pathway, dict[Kind, int]] = {
    Pathway.SMART_ONLY: {"smart": 1},
    Pathway.SMART_FIRST: {"smart": 1, "twelve_step": 0},
    Pathway.BOTH: {"smart": 1, "twelve_step": 1},
    Pathway.TWELVE_FIRST: {"smart": 0, "twelve_step": 1},
}
# Family & Friends is for relatives, and an unknown programme is nobody's pathway.
KINDS: dict[Programme, Kind] = {
    Programme.SMART: "smart",
    Programme.LIFE_SKILLS: "smart",
    Programme.AA: "twelve_step",
    Programme.NA: "twelve_step",
}


def is_secular(meeting: Meeting) -> bool:
    """SMART, or a meeting of any fellowship that calls itself secular (Meeting Guide type A)."""
    return KINDS.get(meeting.programme) == "smart" or "A" in meeting.types


COURTESY_CAP = 3  # public groups average six or seven people: do not send a cohort


@dataclass(frozen=True)
class Window:
    """A weekly span on the client's wall clock: weekday 0 = Sunday, minutes from that midnight.

    `end` beyond 1440 reaches into the next day.
    """

    weekday: int
    start: int
    end: int


@dataclass(frozen=True)
class Client:
    """`start` is when the client is free to go (discharge, or now if later); `home` at ZIP precision.

    The first 48 hours count from `discharged_at`, or from `start` when it is left out. A `mandated` client
    must attend something (a court, an employer): that changes what is shown, never what is chosen.
    """

    zone: str
    start: datetime
    windows: tuple[Window, ...]
    modalities: tuple[Modality, ...]
    home: tuple[float, float] | None = None
    max_miles: float = 10.0
    travel_minutes: int = 30
    languages: tuple[str, ...] = ("en",)
    audiences: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset()
    device: Device = Device.VIDEO
    pathway: Pathway = Pathway.SMART_FIRST
    verification_needed: bool = False
    target: int = 3
    busy: tuple[Window, ...] = ()
    blocked: frozenset[str] = frozenset()
    mandated: bool = False
    discharged_at: datetime | None = None

    @cached_property
    def speaks(self) -> frozenset[str]:
        return frozenset(self.languages)


@dataclass(frozen=True)
class Surroundings:
    """What other people's plans mean for this one, by meeting id.

    `attending` counts this centre's clients already there, of whom one meeting gets `courtesy_cap` at most;
    `kept_apart` are meetings of somebody this client must not meet, or may become so, `met` only the former;
    `full` have no seat left (in-house groups only). `today` is the day the lists were last looked at; left
    out, the client's first day.
    """

    attending: Mapping[str, int] = field(default_factory=dict)
    kept_apart: frozenset[str] = frozenset()
    met: frozenset[str] = frozenset()
    full: frozenset[str] = frozenset()
    courtesy_cap: int = COURTESY_CAP
    today: date | None = None
