"""The facts insurance says: how far a verification has come and what it found, in codes."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fact import Fact


class UnclearReason(StrEnum):
    """Why a person has to look (insurance.md 8.2)."""

    PAYER_REFUSED = "payer_refused"
    NOT_READABLE = "not_readable"
    IDENTITY_NOT_ECHOED = "identity_not_echoed"
    STATUS_PENDING = "status_pending"
    STATUS_NOT_STATED = "status_not_stated"
    TRIED_TOO_OFTEN = "tried_too_often"
    UNKNOWN_PAYER = "unknown_payer"


class DeclinedReason(StrEnum):
    INACTIVE = "inactive"
    NO_MEDICAL_COVERAGE = "no_medical_coverage"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class UnavailableReason(StrEnum):
    TIMED_OUT = "timed_out"
    CANNOT_RESPOND = "cannot_respond"
    TRANSPORT_FAILED = "transport_failed"


class CorrectableField(StrEnum):
    """What staff or the client can mend, by the loop and reason of the payer's AAA segment."""

    MEMBER_ID = "member_id"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    PAYER = "payer"
    SERVICE_DATE = "service_date"
    FACILITY = "facility"


class ExpiryReason(StrEnum):
    """Why an answer that held is not to be relied on any more (insurance.md 8.3)."""

    AGED = "aged"
    MONTH_BEGAN = "month_began"
    PLAN_YEAR_BEGAN = "plan_year_began"


class Difference(StrEnum):
    """What a newer answer says otherwise than the one before it."""

    STATUS = "status"
    PLAN = "plan"
    DATES = "dates"
    DEDUCTIBLE = "deductible"
    OUT_OF_POCKET = "out_of_pocket"
    COST_SHARE = "cost_share"
    AUTHORIZATION = "authorization"
    LEVEL_OF_CARE = "level_of_care"


class VerificationStarted(Fact):
    subject: ClassVar[str] = "events.insurance.verification_started.v1"
    verification_id: UUID


class CoverageConfirmed(Fact):
    """The plan is active on the service date. `fresh_until`: after it the answer is too old to admit on."""

    subject: ClassVar[str] = "events.insurance.coverage_confirmed.v1"
    verification_id: UUID
    fresh_until: AwareDatetime


class CoverageDeclined(Fact):
    subject: ClassVar[str] = "events.insurance.coverage_declined.v1"
    verification_id: UUID
    reason: DeclinedReason


class CoverageUnclear(Fact):
    """The payer's answer needs a person; `reason` says why."""

    subject: ClassVar[str] = "events.insurance.coverage_unclear.v1"
    verification_id: UUID
    reason: UnclearReason


class CoverageCorrectionNeeded(Fact):
    subject: ClassVar[str] = "events.insurance.coverage_correction_needed.v1"
    verification_id: UUID
    fields: tuple[CorrectableField, ...]


class PayerUnavailable(Fact):
    """The payer could not answer now; it is asked again at `next_attempt_at`."""

    subject: ClassVar[str] = "events.insurance.payer_unavailable.v1"
    verification_id: UUID
    reason: UnavailableReason
    next_attempt_at: AwareDatetime


class CoverageExpired(Fact):
    """The answer is too old for what it is needed for; where consent still holds, the payer is asked anew."""

    subject: ClassVar[str] = "events.insurance.coverage_expired.v1"
    verification_id: UUID
    reason: ExpiryReason


class CoverageChanged(Fact):
    """A newer answer differs from the one before: `previous_id` is the verification compared with."""

    subject: ClassVar[str] = "events.insurance.coverage_changed.v1"
    verification_id: UUID
    previous_id: UUID
    differences: tuple[Difference, ...]


class EstimatePrepared(Fact):
    """What a stay may cost was worked out. Without `verification_id` it is a self-pay Good Faith Estimate."""

    subject: ClassVar[str] = "events.insurance.estimate_prepared.v1"
    estimate_id: UUID
    verification_id: UUID | None = None


SAID: tuple[type[Fact], ...] = (
    VerificationStarted,
    CoverageConfirmed,
    CoverageDeclined,
    CoverageUnclear,
    CoverageCorrectionNeeded,
    PayerUnavailable,
    CoverageExpired,
    CoverageChanged,
    EstimatePrepared,
)
