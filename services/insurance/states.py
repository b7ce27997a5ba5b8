"""Where a verification can stand (insurance.md 8.3). Pure."""

from enum import StrEnum


class State(StrEnum):
    REQUESTED = "requested"
    QUERYING = "querying"
    VERIFIED_ACTIVE = "verified_active"
    VERIFIED_INACTIVE = "verified_inactive"
    NEEDS_CORRECTION = "needs_correction"
    PAYER_UNAVAILABLE = "payer_unavailable"
    MANUAL_REVIEW = "manual_review"
    CLOSED = "closed"


# The payer is still to be asked, or asked again: a withdrawn consent stops these.
OPEN = frozenset({State.REQUESTED, State.QUERYING, State.PAYER_UNAVAILABLE})
