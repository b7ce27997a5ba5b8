"""What one good snapshot of a list means for each meeting on file. Pure: no clock, no database.

    new -> active <-> unseen (1..8) -> withdrawn (9)          active -> inactive (no way in) -> active

Absence is not withdrawal: of 161 disappearances watched in daily snapshots 102 came back. Acting after two
missing ones would have been wrong 32 times, after eight once, after nine never (aftercare.md 2.6).

Counted are days, not looks: what was measured were daily snapshots, and a list that is looked at every hour
must not lose its meetings in one bad night. Whatever happens on one UTC day counts once, at that day's first
good snapshot; a refused one counts nothing. The same bytes again are a sighting like any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.aftercare.meetings.normal_form import ListingState

UNCONFIRMED_AT = 2  # days unseen: the next date is doubtful, a fall-back is offered, nothing is cancelled
WITHDRAWN_AT = 9  # days unseen


class Standing(StrEnum):
    """Where a meeting stands, in one word for a screen."""

    ACTIVE = "active"
    UNSEEN = "unseen"
    WITHDRAWN = "withdrawn"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Known:
    """A meeting as it was on file before the snapshot. `listed`: the last good snapshot had it."""

    id: UUID
    state: ListingState
    listed: bool
    unseen: int
    last_seen: date
    withdrawn: bool = False
    taken_off: bool = False  # withdrawn by staff: the list does not bring it back
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Sighted:
    """The list has it. `differs`: time, place, way in or who may come are not what they were."""

    known: Known
    state: ListingState
    differs: bool


@dataclass(frozen=True)
class ListingChanges:
    """What those who go there must learn: ids of meetings, sorted.

    One meeting may be in `changed` and in `seen_again`: it came back, with another time. Missing once is in
    none of them (70 of the 102 came back the next day), nor is a withdrawn one that returns: that is a new
    offer to everybody, never the silent revival of an enrolment.
    """

    changed: tuple[UUID, ...] = ()
    inactive: tuple[UUID, ...] = ()
    unconfirmed: tuple[UUID, ...] = ()
    seen_again: tuple[UUID, ...] = ()
    withdrawn: tuple[UUID, ...] = ()
    suspect: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return any(vars(self).values())


@dataclass(frozen=True)
class Outcome:
    """What becomes of the rows. `seen`: only those whose row is not already so; `cleared`: not suspect."""

    seen: tuple[UUID, ...]
    gone: tuple[UUID, ...]  # no longer listed
    counted: tuple[UUID, ...]  # unseen one day more
    withdrawn: tuple[UUID, ...]
    offered_anew: tuple[UUID, ...]  # was withdrawn
    opened: tuple[UUID, ...]  # was inactive
    back: tuple[UUID, ...]  # was not in the last good snapshot
    cleared: tuple[UUID, ...]
    changes: ListingChanges


def standing(state: ListingState, unseen: int, withdrawn_on: date | None) -> Standing:
    """Withdrawn before unseen before inactive: the gravest first."""
    if withdrawn_on is not None:
        return Standing.WITHDRAWN
    if unseen:
        return Standing.UNSEEN
    return Standing.INACTIVE if state is ListingState.INACTIVE else Standing.ACTIVE


def look(present: Iterable[Sighted], absent: Iterable[Known], today: date, *, first_of_day: bool) -> Outcome:
    """Every known meeting of the source is in `present` or in `absent`.

    `first_of_day`: no good snapshot of this source was taken earlier on `today`.
    """
    present, absent = list(present), list(absent)
    waited_for = [one for one in present if not one.known.withdrawn]
    returned = [one for one in present if one.known.withdrawn and not one.known.taken_off]
    missing = [one for one in absent if not one.withdrawn]
    counted = missing if first_of_day else []
    open_then = [one for one in waited_for if one.known.state is ListingState.ACTIVE]
    closed_then = [one for one in waited_for if one.known.state is ListingState.INACTIVE]
    closed = [one for one in open_then if one.state is ListingState.INACTIVE]
    opened = [one for one in closed_then if one.state is ListingState.ACTIVE]
    differing = [one for one in waited_for if one.differs and one.state is ListingState.ACTIVE]
    doubted = [one for one in differing if one.known.suspect]
    awaited = [
        one for one in open_then if one.known.unseen >= UNCONFIRMED_AT and one.state is ListingState.ACTIVE
    ]
    withdrawn = [one for one in counted if one.unseen + 1 >= WITHDRAWN_AT]
    return Outcome(
        seen=_ids(one.known for one in present if _is_news(one.known, today)),
        gone=_ids(one for one in absent if one.listed),
        counted=_ids(counted),
        withdrawn=_ids(withdrawn),
        offered_anew=_ids(one.known for one in returned),
        opened=_ids(one.known for one in opened),
        back=_ids(one.known for one in present if not one.known.listed),
        cleared=_ids(one.known for one in doubted),
        changes=ListingChanges(
            changed=_ids(one.known for one in differing),
            inactive=_ids(one.known for one in closed),
            unconfirmed=_ids(one for one in counted if _is_doubtful_now(one)),
            seen_again=_ids(one.known for one in (*awaited, *opened, *doubted)),
            withdrawn=_ids(withdrawn),
        ),
    )


def _is_doubtful_now(missing: Known) -> bool:
    """Said once, when the count gets there; of a meeting that is closed anyway, not at all."""
    return missing.unseen + 1 == UNCONFIRMED_AT and missing.state is ListingState.ACTIVE


def _is_news(known: Known, today: date) -> bool:
    return known.last_seen < today or known.unseen > 0 or not known.listed


def _ids(known: Iterable[Known]) -> tuple[UUID, ...]:
    return tuple(sorted({one.id for one in known}))
