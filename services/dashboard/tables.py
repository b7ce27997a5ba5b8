"""What the dashboard keeps: staff accounts and their sessions, and a read model of ids, codes and times.

No row here holds a word about a client. Everything in `timeline_entries` and `case_figures` was said as a
fact, so both can be dropped and built again from the senders' outboxes.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Integer, LargeBinary, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.contracts.fact import new_id
from shared.database import PSEUDONYMOUS, PUBLIC, UtcDateTime, service_metadata

Codes = JSON().with_variant(JSONB(), "postgresql")


class Table(DeclarativeBase):
    metadata = service_metadata()


class Staff(Table):
    """Somebody who works here. `sign_in_name` is lower case; `shown_as` is what colleagues read."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    sign_in_name: Mapped[str] = mapped_column(String(64), unique=True, info=PSEUDONYMOUS)
    shown_as: Mapped[str] = mapped_column(String(80), info=PSEUDONYMOUS)
    role: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    password_hash: Mapped[str] = mapped_column(String(255), info=PSEUDONYMOUS)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)


class Session(Table):
    """One browser signed in. Only the SHA-256 of its id is kept: a stolen database opens no session."""

    __tablename__ = "sessions"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True, info=PSEUDONYMOUS)
    # "Sign out" ends every session of a person, so they are looked up by person.
    staff_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)


class SignInFailure(Table):
    """Wrong passwords in a row for one sign-in name, known or not, so that both are slowed alike.

    The name is hashed: people type passwords into the name field.
    """

    __tablename__ = "sign_in_failures"

    name_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True, info=PSEUDONYMOUS)
    failures: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    last_failed_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)


class TimelineEntry(Table):
    """One fact as the timeline shows it: who said what of which case, and the codes in it."""

    __tablename__ = "timeline_entries"

    # "Has this service said anything new?" is asked every few seconds by every open page.
    __table_args__ = (Index(None, "producer", "at"),)

    # A producer counts its facts of a case without gaps: the count is the identity, so the same fact told
    # twice under two event ids is still one entry, and the key reads a case's history in order.
    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    producer: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    case_seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, info=PUBLIC)
    event_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    kind: Mapped[str] = mapped_column(String(40), info=PUBLIC)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)
    codes: Mapped[dict[str, Any]] = mapped_column(Codes, info=PSEUDONYMOUS)


class CaseFigures(Table):
    """The times of one case that the numbers are made of; the fold of its timeline (metrics.py)."""

    __tablename__ = "case_figures"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    channel: Mapped[str | None] = mapped_column(String(20), info=PUBLIC)
    priority: Mapped[str | None] = mapped_column(String(4), info=PUBLIC)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, info=PUBLIC)
    respond_by: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    first_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    contacts: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    verification_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    coverage: Mapped[str | None] = mapped_column(String(20), info=PUBLIC)
    coverage_answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    admitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    discharged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    discharge_type: Mapped[str | None] = mapped_column(String(20), info=PUBLIC)
    enrolled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    first_meeting_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)


class Pulse(Table):
    """One row: when the projector last said it was alive, and its own state (counts and ages only).

    The projector has no port to ask; without this a timeline that stands still would look like a quiet night.
    """

    __tablename__ = "pulses"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, info=PUBLIC)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)
    state: Mapped[dict[str, Any]] = mapped_column(Codes, info=PUBLIC)
