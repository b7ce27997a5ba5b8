"""The states of a plan and of an enrolment, and where these and a date may go (aftercare.md 8.2). Pure.

Who asks twice gets the same answer: staying where one is, is always allowed.
"""

from collections.abc import Mapping
from enum import StrEnum

from shared.contracts.aftercare import OccurrenceState


class PlanState(StrEnum):
    """DRAFT: nothing offered (also after a discharge was cancelled). OFFERED: suggested, no yes yet.

    PAUSED keeps its meetings, writes nothing and counts nothing. SUPERSEDED: the client came back, and the
    later stay's plan took its place. CLOSED is a death: over, quietly.
    """

    DRAFT = "draft"
    OFFERED = "offered"
    ACTIVE = "active"
    PAUSED = "paused"
    LOST_CONTACT = "lost_contact"
    COMPLETED = "completed"
    ENDED_BY_CLIENT = "ended_by_client"
    SUPERSEDED = "superseded"
    CLOSED = "closed"


OVER = (PlanState.COMPLETED, PlanState.ENDED_BY_CLIENT, PlanState.SUPERSEDED, PlanState.CLOSED)


class Tier(StrEnum):
    """How closely somebody is followed (aftercare.md 8.1)."""

    STANDARD = "standard"
    CLOSE = "close"
    INTENSIVE = "intensive"


class EnrolmentState(StrEnum):
    """A place in the client's own plan; nothing here is a registration with anybody.

    A yes makes a suggestion ACTIVE at once, or ACCEPTED while the client has not left the house yet: on the
    calendar from the discharge on. WAITING is for a seat in a group of the house. SUSPENDED: the
    listing is doubtful, dates stay on the calendar as unconfirmed. ENDED covers withdrawn suggestions too.
    """

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REPLACED = "replaced"
    DECLINED = "declined"
    ENDED = "ended"


_P, _E, _O = PlanState, EnrolmentState, OccurrenceState

# A discharge that was cancelled (A13) makes any plan a draft, but for one a later plan took the place of.
# CLOSED opens again only when the death was a mistake.
_PLAN: Mapping[PlanState, set[PlanState]] = {
    _P.DRAFT: {_P.OFFERED, _P.ACTIVE, _P.PAUSED, _P.ENDED_BY_CLIENT, _P.SUPERSEDED, _P.CLOSED},
    _P.OFFERED: {_P.DRAFT, _P.ACTIVE, _P.PAUSED, _P.LOST_CONTACT, _P.COMPLETED, _P.ENDED_BY_CLIENT,
                 _P.SUPERSEDED, _P.CLOSED},
    _P.ACTIVE: {_P.DRAFT, _P.OFFERED, _P.PAUSED, _P.LOST_CONTACT, _P.COMPLETED, _P.ENDED_BY_CLIENT,
                _P.SUPERSEDED, _P.CLOSED},
    _P.PAUSED: {_P.DRAFT, _P.OFFERED, _P.ACTIVE, _P.COMPLETED, _P.ENDED_BY_CLIENT, _P.SUPERSEDED, _P.CLOSED},
    _P.LOST_CONTACT: {_P.DRAFT, _P.OFFERED, _P.ACTIVE, _P.PAUSED, _P.COMPLETED, _P.ENDED_BY_CLIENT,
                      _P.SUPERSEDED, _P.CLOSED},
    _P.COMPLETED: {_P.DRAFT},
    _P.ENDED_BY_CLIENT: {_P.DRAFT},
    _P.SUPERSEDED: set(),
    _P.CLOSED: {_P.DRAFT, _P.SUPERSEDED},
}  # fmt: skip

# What ended may be suggested again, and be active again under the same calendar UID. A no stays a no.
_ENROLMENT: Mapping[EnrolmentState, set[EnrolmentState]] = {
    _E.SUGGESTED: {_E.ACCEPTED, _E.WAITING, _E.ACTIVE, _E.DECLINED, _E.ENDED},
    _E.ACCEPTED: {_E.ACTIVE, _E.DECLINED, _E.WAITING, _E.ENDED},
    _E.WAITING: {_E.ACTIVE, _E.DECLINED, _E.ENDED},
    _E.ACTIVE: {_E.SUSPENDED, _E.REPLACED, _E.ENDED},
    _E.SUSPENDED: {_E.ACTIVE, _E.REPLACED, _E.ENDED},
    _E.REPLACED: {_E.SUGGESTED},
    _E.DECLINED: set(),
    _E.ENDED: {_E.SUGGESTED},
}

_KNOWN = {_O.ATTENDED, _O.PARTLY, _O.MISSED, _O.EXCUSED, _O.NOT_HELD, _O.UNKNOWN}
# Better evidence may correct what is known of a date; nothing makes it a coming one again.
_OCCURRENCE: Mapping[OccurrenceState, set[OccurrenceState]] = {
    _O.PLANNED: {_O.REMINDED, _O.UNCONFIRMED, _O.CANCELLED} | _KNOWN,
    _O.REMINDED: {_O.PLANNED, _O.UNCONFIRMED, _O.CANCELLED} | _KNOWN,
    _O.UNCONFIRMED: {_O.PLANNED, _O.CANCELLED} | _KNOWN,
    _O.CANCELLED: set(),
    **{known: _KNOWN - {known} for known in _KNOWN},
}

ON_CALENDAR = (_E.ACTIVE, _E.SUSPENDED)
# What a client, or staff for them, may still answer.
OPEN = (_E.SUGGESTED, _E.ACCEPTED, _E.WAITING)
COMING = (_O.PLANNED, _O.REMINDED, _O.UNCONFIRMED)


class NotAllowed(Exception):
    """This cannot follow on that. The message names two states, nothing personal."""

    def __init__(self, at: StrEnum, to: StrEnum) -> None:
        super().__init__(f"{at} cannot become {to}")


def may_plan(at: PlanState, to: PlanState) -> bool:
    return at is to or to in _PLAN[at]


def may_enrolment(at: EnrolmentState, to: EnrolmentState) -> bool:
    return at is to or to in _ENROLMENT[at]


def may_occurrence(at: OccurrenceState, to: OccurrenceState) -> bool:
    return at is to or to in _OCCURRENCE[at]


def plan_to(at: PlanState, to: PlanState) -> PlanState:
    """`to`, when a plan may go there; otherwise raises `NotAllowed`."""
    if not may_plan(at, to):
        raise NotAllowed(at, to)
    return to


def enrolment_to(at: EnrolmentState, to: EnrolmentState) -> EnrolmentState:
    if not may_enrolment(at, to):
        raise NotAllowed(at, to)
    return to


def occurrence_to(at: OccurrenceState, to: OccurrenceState) -> OccurrenceState:
    if not may_occurrence(at, to):
        raise NotAllowed(at, to)
    return to
