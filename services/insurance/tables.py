"""What insurance stores. A verification is one look at a case's coverage; it asks one to three questions (the
plan, behavioural care, a carve-out administrator); an attempt is one time a question left the house.

Names, birth dates and member ids are in no column of their own: they pass through from intake's door into the
sealed request and nowhere else.
"""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy
from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.columns import PSEUDONYMOUS, PUBLIC, SEALED, UtcDateTime
from shared.database import service_metadata

_INDEX = LargeBinary(32)  # HMAC-SHA256


class Table(DeclarativeBase):
    metadata = service_metadata()


class Verification(Table):
    """`id` is intake's verification_id, or one of our own when we ask by ourselves."""

    __tablename__ = "verifications"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    consent_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    # Why it was asked (verification.Cause), and staff's reason to ask although a recent answer is at hand.
    cause: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    forced: Mapped[str | None] = mapped_column(String(20), info=PUBLIC)
    state: Mapped[str] = mapped_column(String(24), info=PUBLIC)
    # A code of shared/contracts/insurance.py, and for needs_correction the fields to look at.
    reason: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)
    fields: Mapped[list[str]] = mapped_column(JSON, default=list, info=PUBLIC)
    payer_code: Mapped[str | None] = mapped_column(String(40), info=PSEUDONYMOUS)
    # Keyed hash of who is insured where: what was said of one membership holds for no other.
    membership_index: Mapped[bytes | None] = mapped_column(_INDEX, info=PSEUDONYMOUS)
    service_date: Mapped[date | None] = mapped_column(Date, info=PSEUDONYMOUS)
    # What the benefits are wanted for, as intake knew when it was asked.
    levels_of_care: Mapped[list[str]] = mapped_column(JSON, default=list, info=PSEUDONYMOUS)
    admission_on: Mapped[date | None] = mapped_column(Date, info=PSEUDONYMOUS)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    fresh_until: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class Question(Table):
    """One question to one payer, known to intake's door by its id; the plan's has the verification's own."""

    __tablename__ = "questions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    verification_id: Mapped[UUID] = mapped_column(
        ForeignKey("verifications.id"), index=True, info=PSEUDONYMOUS
    )
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    purpose: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    payer_code: Mapped[str | None] = mapped_column(String(40), info=PSEUDONYMOUS)
    service_types: Mapped[list[str]] = mapped_column(JSON, default=list, info=PUBLIC)
    # 0 as written on the card; 1 to 3 the safe variations after "not found" (variations.py).
    variation: Mapped[int] = mapped_column(Integer, default=0, info=PUBLIC)
    state: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    reason: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)
    failures: Mapped[int] = mapped_column(Integer, default=0, info=PUBLIC)
    # How often the payer itself named a day to ask again (AAA04 W, X, Y); the second time a person phones.
    named_waits: Mapped[int] = mapped_column(Integer, default=0, info=PUBLIC)
    first_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # The next attempt has its place in the payer's agreed rate already.
    has_slot: Mapped[bool] = mapped_column(Boolean, default=False, info=PUBLIC)
    # What was asked of whom, as a keyed hash. `in_flight` is the same value while the question is out, else
    # null: unique, so that the same question never leaves twice at once, whichever case it comes from.
    fingerprint: Mapped[bytes | None] = mapped_column(_INDEX, index=True, info=PSEUDONYMOUS)
    in_flight: Mapped[bytes | None] = mapped_column(_INDEX, unique=True, info=PSEUDONYMOUS)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # The attempt whose response is the answer: of another question when a recent answer was used again.
    answered_by: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    # What the answer says of the person as a whole (dates, group and plan numbers), as JSON.
    particulars: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED, deferred=True)


class Attempt(Table):
    """Recorded before the request leaves. `result` null means: sent, and its fate not known."""

    __tablename__ = "attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), index=True, info=PSEUDONYMOUS)
    verification_id: Mapped[UUID] = mapped_column(
        ForeignKey("verifications.id"), index=True, info=PSEUDONYMOUS
    )
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    payer_code: Mapped[str | None] = mapped_column(String(40), info=PSEUDONYMOUS)
    trace_number: Mapped[str] = mapped_column(String(50), info=PSEUDONYMOUS)  # TRN02
    control_number: Mapped[int] = mapped_column(Integer, unique=True, info=PSEUDONYMOUS)  # ISA13
    adapter: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    result: Mapped[str | None] = mapped_column(String(20), info=PUBLIC)
    trouble: Mapped[str | None] = mapped_column(String(24), info=PUBLIC)
    http_status: Mapped[int | None] = mapped_column(Integer, info=PUBLIC)
    billed: Mapped[bool] = mapped_column(Boolean, default=False, info=PUBLIC)
    # Where the clearinghouse keeps an answer that was not ready; whoever holds it can read the answer.
    handle: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED, deferred=True)
    # Raw X12, until forgotten. Loaded only when asked for by name.
    request: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED, deferred=True)
    response: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED, deferred=True)

    # How many went to a payer lately, and what the health board shows.
    __table_args__ = (Index(None, "payer_code", "started_at"),)


class BenefitFact(Table):
    """One EB of an answer that counts. Amounts are decimals as text: SQLite would make them floats."""

    __tablename__ = "benefits"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    verification_id: Mapped[UUID] = mapped_column(
        ForeignKey("verifications.id"), index=True, info=PSEUDONYMOUS
    )
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), info=PSEUDONYMOUS)
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


class PhoneTask(Table):
    """A plan to be phoned: at most one a verification. `questions` are codes of what is still unknown."""

    __tablename__ = "phone_tasks"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    verification_id: Mapped[UUID] = mapped_column(
        ForeignKey("verifications.id"), unique=True, info=PSEUDONYMOUS
    )
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    reason: Mapped[str] = mapped_column(String(40), info=PUBLIC)
    state: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)

    __table_args__ = (Index(None, "state", "due_at"),)


class PhoneCall(Table):
    """One finished call. Whom staff spoke to, the reference number and the answers are `details`, as JSON."""

    __tablename__ = "phone_calls"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("phone_tasks.id"), index=True, info=PSEUDONYMOUS)
    verification_id: Mapped[UUID] = mapped_column(
        ForeignKey("verifications.id"), index=True, info=PSEUDONYMOUS
    )
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    staff_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # From when the call counts: at once, or when the second person agreed. `checked_by` alone: disagreed.
    checked_by: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    details: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED, deferred=True)


class Estimate(Table):
    """What a stay may cost, as it was told. Never changed afterwards but for what was really paid."""

    __tablename__ = "estimates"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    # Null: a Good Faith Estimate for somebody who pays without a plan.
    verification_id: Mapped[UUID | None] = mapped_column(ForeignKey("verifications.id"), info=PSEUDONYMOUS)
    payer_code: Mapped[str | None] = mapped_column(String(40), info=PSEUDONYMOUS)
    ruleset: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    prepared_by: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    low: Mapped[str] = mapped_column(String(24), info=PSEUDONYMOUS)
    likely: Mapped[str] = mapped_column(String(24), info=PSEUDONYMOUS)
    high: Mapped[str] = mapped_column(String(24), info=PSEUDONYMOUS)
    # The client's share as billed in the end, for the accuracy shown to staff.
    actual: Mapped[str | None] = mapped_column(String(24), info=PSEUDONYMOUS)
    actual_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    inputs: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED, deferred=True)
    result: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED, deferred=True)


class Change(Table):
    """What a verification says otherwise than the one before. Staff see it until somebody has taken note."""

    __tablename__ = "changes"

    # One comparison a verification: comparing again after a crash finds it done.
    verification_id: Mapped[UUID] = mapped_column(
        ForeignKey("verifications.id"), primary_key=True, info=PSEUDONYMOUS
    )
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    previous_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"), info=PSEUDONYMOUS)
    differences: Mapped[list[str]] = mapped_column(JSON, info=PUBLIC)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    noted_by: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    details: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED, deferred=True)


class ClientInCare(Table):
    """Whose coverage is looked at every month: from admission to discharge."""

    __tablename__ = "clients_in_care"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    admitted_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class PayerRow(Table):
    """One payer of the directory. `ids`: adapter -> [{"id", "from", "until", "enrolment"}]."""

    __tablename__ = "payers"

    code: Mapped[str] = mapped_column(String(40), primary_key=True, info=PUBLIC)
    version: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    name: Mapped[str] = mapped_column(String(80), info=PUBLIC)
    aliases: Mapped[list[str]] = mapped_column(JSON, info=PUBLIC)
    phone: Mapped[str] = mapped_column(String(24), info=PUBLIC)
    behavioural_phone: Mapped[str] = mapped_column(String(24), info=PUBLIC)
    ids: Mapped[dict[str, Any]] = mapped_column(JSON, info=PUBLIC)
    carve_out_to: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)
    # May several service types stand in one question (insurance.md 4)?
    multi_stc: Mapped[bool] = mapped_column(Boolean, info=PUBLIC)
    medicaid: Mapped[bool] = mapped_column(Boolean, info=PUBLIC)
    # Where this payer's cost sharing differs (cost_sharing.py), and the filing limit in days.
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, info=PUBLIC)
    invented: Mapped[bool] = mapped_column(Boolean, info=PUBLIC)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)

    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy declares it as an instance attribute
        "version_id_col": version
    }


class PayerHealth(Table):
    """How a payer answers through one adapter: the breaker, the agreed rate, the health board."""

    __tablename__ = "payer_health"

    adapter: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    payer_code: Mapped[str] = mapped_column(String(40), primary_key=True, info=PUBLIC)
    # Instants of the latest failures (ISO 8601), the newest last: five within ten minutes open the breaker.
    recent_failures: Mapped[list[str]] = mapped_column(JSON, default=list, info=PUBLIC)
    open_since: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    probe_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    next_slot_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)


class Rate(Table):
    """What a unit of care is allowed by a plan, or charged: then `payer_code` is empty, for everybody."""

    __tablename__ = "rates"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PUBLIC)
    payer_code: Mapped[str] = mapped_column(String(40), info=PUBLIC)
    network: Mapped[str] = mapped_column(String(8), info=PUBLIC)  # in, out, charge, self_pay
    level_of_care: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    amount: Mapped[str] = mapped_column(String(24), info=PUBLIC)
    unit: Mapped[str] = mapped_column(String(8), info=PUBLIC)  # day, visit
    billing_code: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    valid_from: Mapped[date] = mapped_column(Date, info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(Date, info=PUBLIC)

    __table_args__ = (Index(None, "payer_code", "level_of_care"),)


class ControlNumbers(Table):
    """The last interchange control number used; taken with one UPDATE, so two processes never share one."""

    __tablename__ = "control_numbers"

    sender: Mapped[str] = mapped_column(String(15), primary_key=True, info=PUBLIC)
    last: Mapped[int] = mapped_column(Integer, info=PUBLIC)


def of(table: type[Table]) -> sqlalchemy.Table:
    """The Core table behind a class, for statements the ORM has no word for."""
    return cast(sqlalchemy.Table, table.__table__)
