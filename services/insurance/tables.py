"""What insurance stores. A verification is one question about one case; an attempt is one time it left the
house.

Names, birth dates and member ids are in no column of their own: they pass through from intake's door into the
sealed request and nowhere else.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, LargeBinary, String, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import PSEUDONYMOUS, PUBLIC, SEALED, UtcDateTime, service_metadata

_INDEX = LargeBinary(32)  # HMAC-SHA256


class Table(DeclarativeBase):
    metadata = service_metadata()


class Verification(Table):
    """`id` is intake's verification_id, and the request id intake's data door knows the question by."""

    __tablename__ = "verifications"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    consent_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    state: Mapped[str] = mapped_column(String(24), info=PUBLIC)
    # A code of shared/contracts/insurance.py, and for needs_correction the fields to look at.
    reason: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)
    fields: Mapped[list[str]] = mapped_column(JSON, default=list, info=PUBLIC)
    payer_code: Mapped[str | None] = mapped_column(String(40), info=PSEUDONYMOUS)
    service_date: Mapped[date | None] = mapped_column(Date, info=PSEUDONYMOUS)
    trace_number: Mapped[str] = mapped_column(String(50), unique=True, info=PSEUDONYMOUS)
    failures: Mapped[int] = mapped_column(Integer, default=0, info=PUBLIC)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    fresh_until: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # What was asked of whom, as a keyed hash. `in_flight` is the same value while the question is out, else
    # null: unique, so that the same question never leaves twice at once, whichever case it comes from.
    fingerprint: Mapped[bytes | None] = mapped_column(_INDEX, index=True, info=PSEUDONYMOUS)
    in_flight: Mapped[bytes | None] = mapped_column(_INDEX, unique=True, info=PSEUDONYMOUS)


class Attempt(Table):
    """Recorded before the request leaves. `result` null means: sent, and its fate not known."""

    __tablename__ = "attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    verification_id: Mapped[UUID] = mapped_column(
        ForeignKey("verifications.id"), index=True, info=PSEUDONYMOUS
    )
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    trace_number: Mapped[str] = mapped_column(String(50), info=PSEUDONYMOUS)  # TRN02
    control_number: Mapped[int] = mapped_column(Integer, unique=True, info=PSEUDONYMOUS)  # ISA13
    adapter: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    result: Mapped[str | None] = mapped_column(String(20), info=PUBLIC)
    trouble: Mapped[str | None] = mapped_column(String(24), info=PUBLIC)
    http_status: Mapped[int | None] = mapped_column(Integer, info=PUBLIC)
    billed: Mapped[bool] = mapped_column(Boolean, default=False, info=PUBLIC)
    # Raw X12, until forgotten. Loaded only when asked for by name.
    request: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED, deferred=True)
    response: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED, deferred=True)


class BenefitFact(Table):
    """One EB of the answer that counts. Amounts are decimals as text, because SQLite would make them
    floats."""

    __tablename__ = "benefits"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    verification_id: Mapped[UUID] = mapped_column(
        ForeignKey("verifications.id"), index=True, info=PSEUDONYMOUS
    )
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempts.id"), info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    position: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    information: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    coverage_level: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    service_types: Mapped[list[str]] = mapped_column(JSON, info=PUBLIC)
    period: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    network: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    authorization: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    scope: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    amount: Mapped[str | None] = mapped_column(String(24), info=PSEUDONYMOUS)
    percent: Mapped[str | None] = mapped_column(String(24), info=PSEUDONYMOUS)
    quantity_qualifier: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    quantity: Mapped[str | None] = mapped_column(String(24), info=PSEUDONYMOUS)
    # Plan name, messages, dates, named entities: the payer's own words, as JSON.
    details: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED, deferred=True)


class ControlNumbers(Table):
    """The last interchange control number used; taken with one UPDATE, so two senders never share one."""

    __tablename__ = "control_numbers"

    sender: Mapped[str] = mapped_column(String(15), primary_key=True, info=PUBLIC)
    last: Mapped[int] = mapped_column(Integer, info=PUBLIC)
