"""What intake stores. Every column says what it may hold; sealed ones load only when asked for by name.

Deferred sealed columns are a safety net: a query that did not mean to read a person's values cannot,
and touching one by accident raises instead of reading.
"""

from datetime import date, datetime
from typing import cast
from uuid import UUID

import sqlalchemy
from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import PSEUDONYMOUS, PUBLIC, SEALED, UtcDateTime, service_metadata

_INDEX = LargeBinary(32)  # HMAC-SHA256


class Table(DeclarativeBase):
    metadata = service_metadata()


def _sealed() -> Mapped[bytes | None]:
    return mapped_column(LargeBinary, info=SEALED, deferred=True, deferred_group="sealed")


class Case(Table):
    """One person's way from asking for help to aftercare."""

    __tablename__ = "cases"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    version: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)
    reference: Mapped[str] = mapped_column(String(12), unique=True, info=PSEUDONYMOUS)
    language: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    channel: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    for_whom: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    priority: Mapped[str] = mapped_column(String(2), info=PUBLIC)
    stage: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    coverage: Mapped[str] = mapped_column(String(24), info=PUBLIC)
    # The verification whose answers count; an older one is superseded.
    verification_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    coverage_fresh_until: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # Codes and times of the last answer: what to correct, when the payer is asked again, what has changed.
    coverage_detail: Mapped[dict[str, object]] = mapped_column(JSON, default=dict, info=PUBLIC)
    restricted: Mapped[bool] = mapped_column(Boolean, default=False, info=PUBLIC)
    suspicion: Mapped[str | None] = mapped_column(String(24), info=PUBLIC)
    voicemail_ok: Mapped[bool] = mapped_column(Boolean, info=PUBLIC)
    texts_ok: Mapped[bool] = mapped_column(Boolean, info=PUBLIC)
    say_who_calls_ok: Mapped[bool] = mapped_column(Boolean, info=PUBLIC)
    identifiers_complete: Mapped[bool] = mapped_column(Boolean, info=PUBLIC)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    respond_by: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    first_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    owned_until: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # What the client is to the policy holder (coverage_details.Relationship); null: they hold it themselves.
    holder_relationship: Mapped[str | None] = mapped_column(String(16), info=PUBLIC)
    # Codes of shared.contracts.care.LevelOfCare, the most intensive first.
    levels_of_care: Mapped[list[str]] = mapped_column(
        JSON, default=list, server_default=text("'[]'"), info=PUBLIC
    )
    admission_on: Mapped[date | None] = mapped_column(Date, info=PSEUDONYMOUS)

    name_to_use: Mapped[bytes | None] = _sealed()
    first_name: Mapped[bytes | None] = _sealed()
    last_name: Mapped[bytes | None] = _sealed()
    phone: Mapped[bytes | None] = _sealed()
    email: Mapped[bytes | None] = _sealed()
    birth_date: Mapped[bytes | None] = _sealed()
    payer: Mapped[bytes | None] = _sealed()
    member_id: Mapped[bytes | None] = _sealed()
    group_number: Mapped[bytes | None] = _sealed()
    holder_first_name: Mapped[bytes | None] = _sealed()
    holder_last_name: Mapped[bytes | None] = _sealed()
    holder_birth_date: Mapped[bytes | None] = _sealed()

    phone_index: Mapped[bytes | None] = mapped_column(_INDEX, index=True, info=PSEUDONYMOUS)
    name_birth_index: Mapped[bytes | None] = mapped_column(_INDEX, index=True, info=PSEUDONYMOUS)
    ehr_patient_index: Mapped[bytes | None] = mapped_column(_INDEX, index=True, info=PSEUDONYMOUS)
    # One submission, one case: the key the form made, and a keyed hash of what was sent with it.
    idempotency_index: Mapped[bytes | None] = mapped_column(_INDEX, unique=True, info=PSEUDONYMOUS)
    submission_index: Mapped[bytes | None] = mapped_column(_INDEX, info=PSEUDONYMOUS)

    # Two writers that both read version n: the second one's update finds nothing and fails.
    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy declares it as an instance attribute
        "version_id_col": version
    }
    # The desk's list: open cases, oldest first.
    __table_args__ = (Index(None, "stage", "received_at"),)


class ConsentRow(Table):
    """One answer to one consent question, and the exact wording that was answered."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True, info=PSEUDONYMOUS)
    item: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    wording_version: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    wording_sha256: Mapped[bytes] = mapped_column(_INDEX, info=PUBLIC)
    language: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    channel: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    signer_capacity: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # Whom the consent to an introduction names (42 CFR 2.31(a)(4)).
    recipient: Mapped[bytes | None] = _sealed()


class Contact(Table):
    """One attempt to reach the person."""

    __tablename__ = "contacts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True, info=PSEUDONYMOUS)
    staff_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    channel: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    outcome: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    note: Mapped[bytes | None] = _sealed()


class Stay(Table):
    """One admission, and its end."""

    __tablename__ = "stays"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True, info=PSEUDONYMOUS)
    admitted_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    admitted_via: Mapped[str] = mapped_column(String(8), info=PUBLIC)  # "staff" or "ehr"
    # Gates that were shut: overridden by staff, or ignored by the EHR because the person is here.
    gates_missing: Mapped[list[str]] = mapped_column(JSON, default=list, info=PUBLIC)
    override_reason: Mapped[bytes | None] = _sealed()
    discharged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    discharged_via: Mapped[str | None] = mapped_column(String(8), info=PUBLIC)
    discharge_type: Mapped[str | None] = mapped_column(String(16), info=PUBLIC)
    disposition: Mapped[str | None] = mapped_column(String(2), info=PUBLIC)  # UB-04, as the EHR said it
    planned_discharge_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # When the last "they have left" was taken back: an older one that comes late changes nothing.
    discharge_cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class Disclosure(Table):
    """What was told to whom, why, and on which consent (42 CFR 2.25, 45 CFR 164.528(b))."""

    __tablename__ = "disclosures"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True, info=PSEUDONYMOUS)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), info=PSEUDONYMOUS)
    request_id: Mapped[UUID] = mapped_column(Uuid, unique=True, info=PSEUDONYMOUS)
    recipient: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    purpose: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    classes: Mapped[list[str]] = mapped_column(JSON, info=PUBLIC)
    notice_version: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    service_date: Mapped[date] = mapped_column(Date, info=PSEUDONYMOUS)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class Hl7Message(Table):
    """One message from the EHR, and what became of it. Irrelevant ones keep no body."""

    __tablename__ = "hl7_messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    idempotency_index: Mapped[bytes] = mapped_column(_INDEX, unique=True, info=PSEUDONYMOUS)
    trigger: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    outcome: Mapped[str] = mapped_column(String(32), index=True, info=PUBLIC)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), info=PSEUDONYMOUS)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # Sealed with the case's key, or with the message's own while it belongs to no case.
    raw: Mapped[bytes | None] = _sealed()


class UnmatchedStay(Table):
    """A message about a stay that fits no single case: kept until a person says whose it is."""

    __tablename__ = "unmatched_stays"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("hl7_messages.id"), unique=True, info=PSEUDONYMOUS)
    reason: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


def of(mapped: type[Table]) -> sqlalchemy.Table:
    """The plain table of a mapped class, for statements below the ORM."""
    return cast(sqlalchemy.Table, mapped.__table__)
