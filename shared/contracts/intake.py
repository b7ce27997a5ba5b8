"""The facts intake says: the case from the first request for help to discharge, and its consents."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fact import Fact


class Channel(StrEnum):
    WEB = "web"
    PARTNER = "partner"
    PHONE = "phone"
    CHAT = "chat"
    EHR = "ehr"


class Priority(StrEnum):
    """How soon a person must answer: danger, asked now, other new, follow-up."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class ConsentItem(StrEnum):
    CONTACT = "contact"
    TEXTS = "texts"
    INSURER = "insurer"
    SUD_BENEFITS = "sud_benefits"
    TREATMENT = "treatment"
    AFTERCARE = "aftercare"
    # Somebody at a meeting may be told that the client is coming: names one person (42 CFR 2.31(a)(4)).
    INTRODUCTION = "introduction"


class ContactChannel(StrEnum):
    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    IN_PERSON = "in_person"


class ContactOutcome(StrEnum):
    REACHED = "reached"
    LEFT_WORD = "left_word"
    NO_ANSWER = "no_answer"
    WRONG_CONTACT = "wrong_contact"


class DischargeType(StrEnum):
    """How a stay ended. HOME is a destination whose type staff still confirm (UB-04 01, 06)."""

    COMPLETED = "completed"
    AGAINST_ADVICE = "against_advice"
    TRANSFERRED = "transferred"
    ADMINISTRATIVE = "administrative"
    DECEASED = "deceased"
    HOME = "home"
    UNKNOWN = "unknown"


class InquiryReceived(Fact):
    """Somebody asked for help and was told "received". `respond_by` is when the first answer is due."""

    subject: ClassVar[str] = "events.intake.inquiry_received.v1"
    channel: Channel
    priority: Priority
    respond_by: AwareDatetime


class CaseClaimed(Fact):
    """A coordinator took the case; the lease lapses at `until` unless an attempt is logged."""

    subject: ClassVar[str] = "events.intake.case_claimed.v1"
    staff_id: UUID
    until: AwareDatetime


class ContactLogged(Fact):
    subject: ClassVar[str] = "events.intake.contact_logged.v1"
    staff_id: UUID
    channel: ContactChannel
    outcome: ContactOutcome


class ClientReached(Fact):
    """The first live conversation: the contact clock stops."""

    subject: ClassVar[str] = "events.intake.client_reached.v1"
    staff_id: UUID


class ConsentGiven(Fact):
    subject: ClassVar[str] = "events.intake.consent_given.v1"
    consent_id: UUID
    item: ConsentItem
    expires_at: AwareDatetime | None = None


class ConsentRevoked(Fact):
    subject: ClassVar[str] = "events.intake.consent_revoked.v1"
    consent_id: UUID
    item: ConsentItem


class VerificationRequested(Fact):
    """The insurer may be asked: the consent that allows it travels with the request (42 CFR 2.32)."""

    subject: ClassVar[str] = "events.intake.verification_requested.v1"
    verification_id: UUID
    consent_id: UUID


class ClientAdmitted(Fact):
    subject: ClassVar[str] = "events.intake.client_admitted.v1"
    stay_id: UUID
    admitted_at: AwareDatetime


class ClientDischarged(Fact):
    """The stay ended. Without `aftercare_consent_id` aftercare may suggest, never enrol."""

    subject: ClassVar[str] = "events.intake.client_discharged.v1"
    stay_id: UUID
    discharged_at: AwareDatetime
    type: DischargeType
    aftercare_consent_id: UUID | None = None


class DischargePlanned(Fact):
    """The house expects the stay to end at `planned_for`. Told again with another time, the last counts."""

    subject: ClassVar[str] = "events.intake.discharge_planned.v1"
    stay_id: UUID
    planned_for: AwareDatetime
    aftercare_consent_id: UUID | None = None


class DischargeCancelled(Fact):
    """The stay did not end after all (HL7 v2 A13, or staff): the client is still in the house."""

    subject: ClassVar[str] = "events.intake.discharge_cancelled.v1"
    stay_id: UUID


SAID: tuple[type[Fact], ...] = (
    InquiryReceived,
    CaseClaimed,
    ContactLogged,
    ClientReached,
    ConsentGiven,
    ConsentRevoked,
    VerificationRequested,
    ClientAdmitted,
    DischargePlanned,
    ClientDischarged,
    DischargeCancelled,
)
