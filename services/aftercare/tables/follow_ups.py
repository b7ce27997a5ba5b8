"""Attendance, calls that are due, check-ins, concerns, clinical visits."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index, Integer, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.aftercare.tables.declaring import Table, code
from shared.columns import PSEUDONYMOUS, PUBLIC, SEALED, UtcDateTime
from shared.contracts.aftercare import (
    Attended,
    ConcernCause,
    FollowUpKind,
    FollowUpOutcome,
    FollowUpState,
    Instrument,
)
from shared.contracts.fact import new_id
from shared.contracts.intake import ContactChannel


class Attendance(Table):
    """What is known of one date. A better grade of evidence replaces a weaker one, never the reverse."""

    __tablename__ = "attendances"

    occurrence_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    outcome: Mapped[Attended] = mapped_column(code(Attended), info=PSEUDONYMOUS)
    # 0 none, 1 self, 2 client's document, 3 facilitator with consent, 4 instant proof or in-house sheet.
    evidence: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)
    helpfulness: Mapped[int | None] = mapped_column(Integer, info=PSEUDONYMOUS)
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)  # null: the client, or time
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class FollowUp(Table):
    """Something a person has to do for a client: a call of the schedule, or what the ladder asks for.

    `key` names it within its plan ("day_7", "rung_2:<occurrence>"), so that it is made once.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (UniqueConstraint("plan_id", "key"), Index(None, "state", "due_by"))

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    key: Mapped[str] = mapped_column(String(80), info=PSEUDONYMOUS)
    kind: Mapped[FollowUpKind] = mapped_column(code(FollowUpKind), info=PSEUDONYMOUS)
    state: Mapped[FollowUpState] = mapped_column(code(FollowUpState), info=PSEUDONYMOUS)
    due_from: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    due_by: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    attempts: Mapped[int] = mapped_column(Integer, default=0, info=PSEUDONYMOUS)
    outcome: Mapped[FollowUpOutcome | None] = mapped_column(code(FollowUpOutcome), info=PSEUDONYMOUS)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    version: Mapped[int] = mapped_column(Integer, default=1, info=PSEUDONYMOUS)


class Attempt(Table):
    """One try to reach the client for a follow-up."""

    __tablename__ = "attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    follow_up_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    channel: Mapped[ContactChannel] = mapped_column(code(ContactChannel), info=PSEUDONYMOUS)
    outcome: Mapped[FollowUpOutcome] = mapped_column(code(FollowUpOutcome), info=PSEUDONYMOUS)
    staff_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)  # logged in error
    note: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)


class CheckIn(Table):
    """One questionnaire that is due or was answered. Items and scores tell of a person's health: sealed."""

    __tablename__ = "check_ins"
    __table_args__ = (UniqueConstraint("plan_id", "instrument", "due_on"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    instrument: Mapped[Instrument] = mapped_column(code(Instrument), info=PSEUDONYMOUS)
    due_on: Mapped[date] = mapped_column(Date, info=PSEUDONYMOUS)
    open_until: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)  # null: the client
    items: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    scores: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)


class Concern(Table):
    """Something that cannot wait. Level 3 pages a person until somebody acknowledges it."""

    __tablename__ = "concerns"
    __table_args__ = (UniqueConstraint("plan_id", "key"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    key: Mapped[str] = mapped_column(String(80), info=PSEUDONYMOUS)  # what raised it, once
    level: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)
    cause: Mapped[ConcernCause] = mapped_column(code(ConcernCause), info=PSEUDONYMOUS)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    due_by: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    pages: Mapped[int] = mapped_column(Integer, default=0, info=PUBLIC)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    note: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)


class ClinicalVisit(Table):
    """A completed clinical visit for substance use, as FUI counts them. Mutual help is never one."""

    __tablename__ = "clinical_visits"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)  # recorded in error
