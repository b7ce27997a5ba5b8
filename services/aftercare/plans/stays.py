"""What a case's stays, taken together, mean for the plan of each. Pure; in whatever order they were told.

One plan a stay. Nothing here knows what the client said or what is on a calendar; that is `states.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.intake import DischargeType


@dataclass(frozen=True)
class StayTold:
    """One stay as far as it was told; `left_at` null: in the house."""

    id: UUID
    admitted_at: datetime | None = None
    planned_for: datetime | None = None
    left_at: datetime | None = None
    type: DischargeType | None = None

    @property
    def died(self) -> bool:
        return self.left_at is not None and self.type is DischargeType.DECEASED


class Standing(StrEnum):
    """Where a stay leaves its plan (aftercare.md 5 and 8.4: the disposition gates everything)."""

    IN_HOUSE = "in_house"  # no discharge in sight, or it was cancelled (A13)
    EXPECTED = "expected"  # the discharge is planned: a shortlist may be made
    WAITS = "waits"  # transferred: the next house's discharge starts the clock
    ASK = "ask"  # nobody said how it ended: suggest, never enrol
    RUN = "run"
    READMITTED = "readmitted"  # back in the house since: the plan rests
    SUPERSEDED = "superseded"  # a later stay has ended: its plan goes on instead
    DECEASED = "deceased"


def standings(stays: Iterable[StayTold]) -> dict[UUID, Standing]:
    """The standing of each stay. A death, told of any stay, is the end of all."""
    told = list(stays)
    if any(stay.died for stay in told):
        return {stay.id: Standing.DECEASED for stay in told}
    return {stay.id: _standing(stay, told) for stay in told}


def _standing(stay: StayTold, told: list[StayTold]) -> Standing:
    if stay.left_at is None:
        return Standing.EXPECTED if stay.planned_for else Standing.IN_HOUSE
    later = [other for other in told if other.id != stay.id and _follows(other, stay)]
    if any(other.left_at for other in later):
        return Standing.SUPERSEDED
    if any(other.admitted_at for other in later):
        return Standing.READMITTED
    if stay.type is DischargeType.TRANSFERRED:
        return Standing.WAITS
    return Standing.ASK if stay.type in (None, DischargeType.UNKNOWN) else Standing.RUN


def _follows(other: StayTold, stay: StayTold) -> bool:
    """Is `other` the later one? By their ends, or by its beginning while it lasts; ids break a tie."""
    assert stay.left_at is not None
    if other.left_at is not None:
        return (other.left_at, other.id) > (stay.left_at, stay.id)
    return other.admitted_at is not None and other.admitted_at >= stay.left_at
