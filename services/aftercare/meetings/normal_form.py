"""What a meeting is, whatever list it came from. Frozen values: no clock, no database, no network.

A meeting's time is wall clock plus the IANA zone of the meeting, never a UTC rule: a UTC rule lands an
hour late after the clocks change. Weekdays count from 0 = Sunday, as in the Meeting Guide format.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class Programme(StrEnum):
    """Which fellowship or method; `OTHER` is kept but lies in no client's pathway."""

    SMART = "smart"
    FAMILY = "smart_family"
    LIFE_SKILLS = "smart_life_skills"
    AA = "aa"
    NA = "na"
    OTHER = "other"


class Basis(StrEnum):
    """How a value is known: written in the row, worked out from it, or assumed for the whole list."""

    STATED = "stated"
    INFERRED = "inferred"
    DEFAULT = "default"


class Frequency(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Modality(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"


class Verification(StrEnum):
    """Proof of attendance: none, signed by the facilitator, or issued at once (Pathcheck)."""

    NONE = "none"
    FACILITATOR = "facilitator"
    INSTANT = "instant"


class ListingState(StrEnum):
    """INACTIVE has no way in (closed venue, no link): kept so that its return is noticed, never offered."""

    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class Recurrence:
    """Weekly (`interval` weeks apart, counted from the week of `anchor`) or month ordinals (`setpos`).

    `setpos` holds 1-4 and -1 for the last; empty when weekly. `tz` None means the zone is unknown.
    `except_on`: dates in that zone on which the list itself says that it is not held, or not then.
    """

    freq: Frequency
    interval: int
    byday: int
    setpos: tuple[int, ...]
    wall_time: time
    tz: str | None
    tz_basis: Basis | None
    anchor: date | None = None
    except_on: tuple[date, ...] = ()


@dataclass(frozen=True)
class Venue:
    """`precision` is "point", "zip" (centre of the ZIP code) or "" when there is no point at all."""

    address: str = ""
    lat: float | None = None
    lon: float | None = None
    precision: str = ""
    directions: str = ""


@dataclass(frozen=True)
class Join:
    url: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Meeting:
    """One weekly slot of one meeting. `recurrence` None: by appointment, kept and never offered."""

    source: str
    source_id: str
    programme: Programme
    name: str
    recurrence: Recurrence | None
    duration: int  # minutes
    duration_basis: Basis
    modalities: frozenset[Modality]
    venue: Venue = Venue()
    join: Join = Join()
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    audiences: frozenset[str] = frozenset()
    exclusive_audiences: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset()
    verification: Verification = Verification.NONE
    facilitator_count: int | None = None
    listed_updated: str = ""
    state: ListingState = ListingState.ACTIVE

    @property
    def offerable(self) -> bool:
        return (
            self.state is ListingState.ACTIVE
            and self.recurrence is not None
            and self.recurrence.tz is not None
        )

    @cached_property
    def content_hash(self) -> str:
        """Hex SHA-256 of what matters to a visitor.

        Left out because they change without the meeting changing: the `updated` stamp (often the export
        time of all rows), the number of facilitators, and the passcode inside the link.
        """
        plain = to_plain(self)
        for noise in ("listed_updated", "facilitator_count"):
            del plain[noise]
        plain["join"]["url"] = without_passcode(self.join.url)
        canonical = json.dumps(plain, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Listing:
    """A meeting as we have seen it over time; `id` is ours and the same for good."""

    id: str
    meeting: Meeting
    last_seen: date
    unchanged_since: date


def to_plain(meeting: Meeting) -> dict[str, Any]:
    """JSON-ready form; `from_plain` is its inverse."""

    return {name: _plain(value) for name, value in vars(meeting).items() if name != "content_hash"}


def _plain(value: Any) -> Any:
    match value:
        case frozenset() | tuple():
            return sorted(value) if isinstance(value, frozenset) else [_plain(item) for item in value]
        case time():
            return value.strftime("%H:%M")
        case date():
            return value.isoformat()
        case Recurrence() | Venue() | Join():
            return {name: _plain(item) for name, item in vars(value).items()}
        case _:
            return value


def from_plain(row: dict[str, Any]) -> Meeting:
    """Rebuild a meeting from `to_plain`; raises KeyError or ValueError on anything else."""
    rule = row["recurrence"]
    return Meeting(
        **{
            **row,
            "programme": Programme(row["programme"]),
            "recurrence": None
            if rule is None
            else Recurrence(
                freq=Frequency(rule["freq"]),
                interval=rule["interval"],
                byday=rule["byday"],
                setpos=tuple(rule["setpos"]),
                wall_time=time.fromisoformat(rule["wall_time"]),
                tz=rule["tz"],
                tz_basis=None if rule["tz_basis"] is None else Basis(rule["tz_basis"]),
                anchor=None if rule["anchor"] is None else date.fromisoformat(rule["anchor"]),
                except_on=tuple(map(date.fromisoformat, rule.get("except_on", ()))),  # not in older listings
            ),
            "duration_basis": Basis(row["duration_basis"]),
            "modalities": frozenset(Modality(item) for item in row["modalities"]),
            "venue": Venue(**row["venue"]),
            "join": Join(**row["join"]),
            "types": tuple(row["types"]),
            "languages": tuple(row["languages"]),
            "audiences": frozenset(row["audiences"]),
            "exclusive_audiences": frozenset(row["exclusive_audiences"]),
            "access": frozenset(row["access"]),
            "verification": Verification(row["verification"]),
            "state": ListingState(row["state"]),
        }
    )


def without_passcode(url: str) -> str:
    """The same link without `pwd`/`passcode` and fragment; the room is the same, the code rotates."""
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k.lower() not in {"pwd", "passcode", "password"}]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))
