"""Where a verification and each of its questions can stand (insurance.md 8.3). Pure."""

from enum import StrEnum


class State(StrEnum):
    REQUESTED = "requested"
    QUERYING = "querying"
    VERIFIED_ACTIVE = "verified_active"
    VERIFIED_INACTIVE = "verified_inactive"
    NEEDS_CORRECTION = "needs_correction"
    PAYER_UNAVAILABLE = "payer_unavailable"
    MANUAL_REVIEW = "manual_review"
    EXPIRED = "expired"
    CLOSED = "closed"


class QuestionState(StrEnum):
    """`refused`: the payer did not find the person. `unclear`: a person has to look. `dropped`: not asked
    any more."""

    WAITING = "waiting"
    ASKING = "asking"
    UNAVAILABLE = "unavailable"
    ANSWERED = "answered"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    DROPPED = "dropped"


class Cause(StrEnum):
    """Why the payer is asked."""

    REQUESTED = "requested"
    RECHECK = "recheck"
    MONTHLY = "monthly"
    PLAN_YEAR = "plan_year"
    BEFORE_ADMISSION = "before_admission"


class ForcedReason(StrEnum):
    """Why staff ask although the same question was answered within a day."""

    CARD_CHANGED = "card_changed"
    CLIENT_SAYS_OTHERWISE = "client_says_otherwise"
    PAYER_SAYS_OTHERWISE = "payer_says_otherwise"
    CLAIM_DENIED = "claim_denied"


# The plan is still to be asked, or asked again: a withdrawn consent stops these.
OPEN = frozenset({State.REQUESTED, State.QUERYING, State.PAYER_UNAVAILABLE})
# A question that is out or will go out by itself.
PENDING = frozenset({QuestionState.WAITING, QuestionState.ASKING, QuestionState.UNAVAILABLE})
# An answer that says what the coverage is, current or once current.
COMPLETE = frozenset({State.VERIFIED_ACTIVE, State.VERIFIED_INACTIVE, State.EXPIRED})
