"""What aftercare keeps: listed meetings, imports, plans, enrolments, and each client's wishes (sealed)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, Enum, Integer, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.aftercare.meetings.normal_form import ListingState, Programme
from services.aftercare.wishes import Pathway
from shared.contracts.aftercare import EnrolmentMode
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType
from shared.database import PSEUDONYMOUS, PUBLIC, SEALED, UtcDateTime, service_metadata

Document = JSON().with_variant(JSONB(), "postgresql")


class PlanState(StrEnum):
    """DRAFT: nothing offered yet. OFFERED: meetings suggested, no yes. CLOSED: over before it began."""

    DRAFT = "draft"
    OFFERED = "offered"
    ACTIVE = "active"
    CLOSED = "closed"


class EnrolmentState(StrEnum):
    """A place in the client's own plan; nothing here is a registration with anybody.

    A yes makes a suggestion ACTIVE at once. ENDED covers withdrawn suggestions too.
    """

    SUGGESTED = "suggested"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


class Verdict(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"


def code(kind: type[StrEnum]) -> Enum:
    """An enum kept as its value in a plain string column, so that adding a member needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda e: [m.value for m in e],
    )


class Table(DeclarativeBase):
    metadata = service_metadata()


class Meeting(Table):
    """One listed meeting; `listing` is its normal form, `unchanged_since` moves with the content hash."""

    __tablename__ = "meetings"
    # The list's own key makes a second import of the same row the same meeting.
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PUBLIC)
    source: Mapped[str] = mapped_column(String(60), info=PUBLIC)
    source_id: Mapped[str] = mapped_column(String(255), info=PUBLIC)
    programme: Mapped[Programme] = mapped_column(code(Programme), info=PUBLIC)
    name: Mapped[str] = mapped_column(String(255), info=PUBLIC)
    state: Mapped[ListingState] = mapped_column(code(ListingState), info=PUBLIC)
    listing: Mapped[dict[str, Any]] = mapped_column(Document, info=PUBLIC)
    content_hash: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    first_seen: Mapped[date] = mapped_column(Date, info=PUBLIC)
    last_seen: Mapped[date] = mapped_column(Date, info=PUBLIC)
    unchanged_since: Mapped[date] = mapped_column(Date, info=PUBLIC)


class Import(Table):
    """One snapshot of a list: counts and verdict, never the file. Refused ones do not count as a sighting."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PUBLIC)
    source: Mapped[str] = mapped_column(String(60), index=True, info=PUBLIC)
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)
    sha256: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    verdict: Mapped[Verdict] = mapped_column(code(Verdict), info=PUBLIC)
    reason: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)
    source_rows: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    rows: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    accepted: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    rejected: Mapped[list[dict[str, Any]]] = mapped_column(Document, info=PUBLIC)
    by_appointment: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    inactive: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    unzoned: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    added: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    changed: Mapped[int] = mapped_column(Integer, info=PUBLIC)


class Plan(Table):
    """The aftercare of one stay. `version` counts changes, so that a slow computation notices it is stale."""

    __tablename__ = "plans"
    # The same discharge told twice finds its plan here.
    __table_args__ = (UniqueConstraint("case_id", "stay_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    stay_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    discharged_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    disposition: Mapped[DischargeType] = mapped_column(code(DischargeType), info=PSEUDONYMOUS)
    state: Mapped[PlanState] = mapped_column(code(PlanState), index=True, info=PSEUDONYMOUS)
    pathway: Mapped[Pathway] = mapped_column(code(Pathway), info=PSEUDONYMOUS)
    target: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)
    review_on: Mapped[date] = mapped_column(Date, info=PSEUDONYMOUS)
    consent_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    consent_revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # The link to the client's own pages: found by keyed hash, shown again only by opening the seal.
    token_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=PSEUDONYMOUS)
    token: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    # Why the other meetings do not fit. Distances would draw a circle round a home, hence sealed.
    report: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    version: Mapped[int] = mapped_column(Integer, default=1, info=PSEUDONYMOUS)


class Preferences(Table):
    """What a client wants: windows, places, languages, audiences. One sealed JSON document a case."""

    __tablename__ = "preferences"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    document: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class Enrolment(Table):
    """A meeting in a plan. Its id is the calendar entry's UID for good, `sequence` counts its versions."""

    __tablename__ = "enrolments"
    # However often the job runs, a plan holds a meeting once.
    __table_args__ = (UniqueConstraint("plan_id", "meeting_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    # The courtesy cap counts who already goes to a meeting.
    meeting_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    state: Mapped[EnrolmentState] = mapped_column(code(EnrolmentState), info=PSEUDONYMOUS)
    mode: Mapped[EnrolmentMode] = mapped_column(code(EnrolmentMode), info=PSEUDONYMOUS)
    modality: Mapped[str] = mapped_column(String(12), info=PSEUDONYMOUS)
    score: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)
    reasons: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    sequence: Mapped[int] = mapped_column(Integer, default=0, info=PSEUDONYMOUS)
    first_occurrence_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    suggested_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    active_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
