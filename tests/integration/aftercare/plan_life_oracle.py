"""The specification of a plan's life, read once more by somebody with a pencil (aftercare.md 5, 8.2). Pure.

Nothing of the service's own rules is used here, only its words for states.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.aftercare.tables import PlanState
from shared.contracts.fact import Fact
from shared.contracts.intake import (
    ClientAdmitted,
    ClientDischarged,
    ConsentGiven,
    ConsentRevoked,
    DischargeCancelled,
    DischargePlanned,
    DischargeType,
)

SILENCE = timedelta(days=30)
OUT_THERE = {PlanState.ACTIVE, PlanState.LOST_CONTACT}  # lost contact: the meetings stay, the door is open
ON_CALENDAR = {"active", "suspended"}
OPEN = {"suggested", "accepted", "waiting"}

# The ways a date and an enrolment may go; a date's row may also vanish.
WAYS = {
    "planned": {"reminded", "unconfirmed", "cancelled", "not_held", "attended", "missed", "unknown"},
    "reminded": {"unconfirmed", "cancelled", "not_held", "attended", "missed", "unknown"},
    "unconfirmed": {"planned", "not_held", "cancelled", "unknown"},
}
ENROLMENT_WAYS = {
    "suggested": {"accepted", "active", "declined", "ended", "waiting"},
    "accepted": {"active", "ended", "declined"},
    # Ended and, within the same step, suggested and taken up again.
    "active": {"suspended", "replaced", "ended", "suggested"},
    "ended": {"suggested", "active", "accepted"},
    "replaced": {"suggested", "active"},
    "declined": set(),
}


class OrderlyTelling:
    """The same facts in the order in which they happened."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.house: UUID | None = None  # the stay in which the client lies, after leaving one
        self.left: dict[UUID, tuple[datetime, DischargeType]] = {}
        self.expected: set[UUID] = set()
        self.agreed: bool | None = None
        for fact in sorted(facts, key=lambda fact: fact.occurred_at):
            self._tell(fact)

    def _tell(self, fact: Fact) -> None:
        match fact:
            case ClientAdmitted():
                self.house = fact.stay_id
            case DischargePlanned():
                self.expected.add(fact.stay_id)
            case ClientDischarged():
                self.left[fact.stay_id] = (fact.discharged_at, fact.type)
            case DischargeCancelled():
                self.left.pop(fact.stay_id, None)
                self.expected.discard(fact.stay_id)
            case ConsentGiven():
                self.agreed = True
            case ConsentRevoked():
                self.agreed = False

    def plan_of(self, stay: UUID, now: datetime) -> set[PlanState]:
        """Where the plan of this stay may be."""
        if any(kind is DischargeType.DECEASED for _, kind in self.left.values()):
            return {PlanState.CLOSED, PlanState.SUPERSEDED}
        if stay not in self.left:
            return {PlanState.DRAFT, PlanState.OFFERED} if stay in self.expected else {PlanState.DRAFT}
        at, kind = self.left[stay]
        if any(other > at for other, _ in self.left.values()):
            return {PlanState.SUPERSEDED}
        if self.house is not None and self.house != stay and self.house not in self.left:
            return {PlanState.PAUSED, PlanState.SUPERSEDED}
        if kind is DischargeType.TRANSFERRED:
            return {PlanState.DRAFT}
        silent = {PlanState.LOST_CONTACT} if now - at >= SILENCE else set()
        return {PlanState.OFFERED, PlanState.ACTIVE, PlanState.DRAFT} | silent
