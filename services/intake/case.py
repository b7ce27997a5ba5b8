"""Pure: the case from the first request for help to discharge, its lease and its two clocks (spec 8).

Every function takes plain values and answers with plain values; nothing here knows the time, a
database or a caller. A gate that is shut says what is missing and which action mends it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.intake.consent_rules import Consent
from shared.contracts.intake import ContactOutcome


class Stage(StrEnum):
    NEW = "new"
    WORKING = "working"
    ASSESSING = "assessing"
    CLEARED = "cleared"
    SCHEDULED = "scheduled"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    CLOSED = "closed"


class Coverage(StrEnum):
    """The coverage track runs beside the stage: asking the payer waits for nobody else."""

    NONE = "none"
    AWAITING_CONSENT = "awaiting_consent"
    REQUESTED = "requested"
    VERIFIED = "verified"
    DECLINED = "declined"
    UNCLEAR = "unclear"
    CORRECTION_NEEDED = "correction_needed"
    UNAVAILABLE = "unavailable"
    SELF_PAY = "self_pay"
    EXPIRED = "expired"


BEFORE_ADMISSION = frozenset({Stage.NEW, Stage.WORKING, Stage.ASSESSING, Stage.CLEARED, Stage.SCHEDULED})
OPEN = BEFORE_ADMISSION | {Stage.ADMITTED}

LEASE_WITHOUT_ATTEMPT = timedelta(minutes=10)
LEASE_WITHOUT_TOUCH = timedelta(hours=24)


@dataclass(frozen=True)
class Fix:
    """The button that opens a gate: the name of an action and its label."""

    action: str
    label: str


@dataclass(frozen=True)
class Gate:
    gate: str
    message: str
    fix: Fix


NOT_OPEN = Gate(
    "open_case",
    "This case has ended. A new request for help opens a new one.",
    Fix("open_case", "Open a new case"),
)


class AlreadyClaimed(Exception):
    """Somebody else holds the case until `until`."""

    def __init__(self, by: UUID, until: datetime) -> None:
        super().__init__("the case is held by a colleague")
        self.by, self.until = by, until


class NotHolder(Exception):
    """Only the holder lets a case go while the lease runs."""


class GateClosed(Exception):
    """The move is not possible yet; `missing` says why, one gate each."""

    def __init__(self, missing: list[Gate]) -> None:
        super().__init__(f"{len(missing)} gates are closed")
        self.missing = missing


@dataclass(frozen=True)
class CaseState:
    """What the rules need to know about one case."""

    stage: Stage = Stage.NEW
    coverage: Coverage = Coverage.NONE
    coverage_fresh_until: datetime | None = None
    owner_id: UUID | None = None
    owned_until: datetime | None = None
    first_attempt_at: datetime | None = None
    reached_at: datetime | None = None
    identifiers_complete: bool = False  # payer, member id, legal name and birth date are known
    restricted: bool = False
    deceased: bool = False
    consents: tuple[Consent, ...] = field(default=())


def held(case: CaseState, now: datetime) -> bool:
    """An owner whose lease has not lapsed."""
    return case.owner_id is not None and case.owned_until is not None and now < case.owned_until


def coverage_now(case: CaseState, now: datetime) -> Coverage:
    """A verified answer goes stale by itself: nobody has to notice."""
    fresh = case.coverage_fresh_until
    stale = case.coverage is Coverage.VERIFIED and fresh is not None and now >= fresh
    return Coverage.EXPIRED if stale else case.coverage


def claim(case: CaseState, staff_id: UUID, now: datetime) -> tuple[Stage, datetime]:
    """Take the case: the stage it is in now and when the lease lapses.

    Raises AlreadyClaimed while a colleague's lease runs. Claiming one's own case again is harmless
    and does not lengthen the lease: only an attempt does, or a case could be held without a call.
    """
    if case.stage not in OPEN:
        raise GateClosed([NOT_OPEN])
    if case.owner_id and case.owned_until and now < case.owned_until:
        if case.owner_id != staff_id:
            raise AlreadyClaimed(case.owner_id, case.owned_until)
        return case.stage, case.owned_until
    stage = Stage.WORKING if case.stage is Stage.NEW else case.stage
    lease = LEASE_WITHOUT_ATTEMPT if case.first_attempt_at is None else LEASE_WITHOUT_TOUCH
    return stage, now + lease


@dataclass(frozen=True)
class Contacted:
    """What one logged attempt changes: the two clocks and the lease."""

    stage: Stage
    first_attempt_at: datetime
    reached_at: datetime | None
    reached_now: bool
    owned_until: datetime | None


def log_contact(case: CaseState, staff_id: UUID, outcome: ContactOutcome, now: datetime) -> Contacted:
    """The first attempt stops the response clock, the first conversation the contact clock.

    Anybody may log; only the holder's own attempt lengthens the lease, to 24 h from now.
    """
    reached_now = outcome is ContactOutcome.REACHED and case.reached_at is None
    mine = held(case, now) and case.owner_id == staff_id
    return Contacted(
        stage=Stage.WORKING if case.stage is Stage.NEW else case.stage,
        first_attempt_at=case.first_attempt_at or now,
        reached_at=now if reached_now else case.reached_at,
        reached_now=reached_now,
        owned_until=now + LEASE_WITHOUT_TOUCH if mine else case.owned_until,
    )
