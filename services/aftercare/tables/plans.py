"""Plans, the meetings in them, their single dates, and what each client wants (sealed)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Date, Index, Integer, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.aftercare.matching.wishes import Pathway
from services.aftercare.plans.states import OVER as OVER
from services.aftercare.plans.states import EnrolmentState as EnrolmentState
from services.aftercare.plans.states import PlanState as PlanState
from services.aftercare.plans.states import Tier as Tier
from services.aftercare.tables.declaring import Table, code
from shared.columns import PSEUDONYMOUS, SEALED, UtcDateTime
from shared.contracts.aftercare import EnrolmentMode, OccurrenceState, PauseReason
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType


class Plan(Table):
    """The aftercare of one stay. `version` counts changes, so that a slow computation notices it is stale."""

    __tablename__ = "plans"
    # The same discharge told twice finds its plan here.
    __table_args__ = (UniqueConstraint("case_id", "stay_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    stay_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    # Of a discharge that is only planned: the planned time, and `disposition` UNKNOWN.
    discharged_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    disposition: Mapped[DischargeType] = mapped_column(code(DischargeType), info=PSEUDONYMOUS)
    # Null while the client is still in the house: planned, or the discharge was cancelled (A13).
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # No discharge in sight, transferred, or back in the house: nothing is looked for.
    held: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0", info=PSEUDONYMOUS)
    state: Mapped[PlanState] = mapped_column(code(PlanState), index=True, info=PSEUDONYMOUS)
    tier: Mapped[Tier] = mapped_column(
        code(Tier), default=Tier.STANDARD, server_default=Tier.STANDARD.value, info=PSEUDONYMOUS
    )
    pathway: Mapped[Pathway] = mapped_column(code(Pathway), info=PSEUDONYMOUS)
    target: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)
    review_on: Mapped[date] = mapped_column(Date, info=PSEUDONYMOUS)
    consent_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    consent_revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    pause_reason: Mapped[PauseReason | None] = mapped_column(code(PauseReason), info=PSEUDONYMOUS)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # The last sign of life: a meeting attended, an answer given, a call that reached them.
    last_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    last_attended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # Since when days without a meeting count: leaving, or when a plan that rested or was silent went on.
    counted_since: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # Missed or unknown dates in a row, and the rung of the no-show ladder that led to (0: none).
    missed_in_a_row: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=PSEUDONYMOUS)
    rung: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=PSEUDONYMOUS)
    # The address a calendar application subscribes to: found by keyed hash, shown again only by opening
    # the seal, replaced when the client takes it back.
    token_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=PSEUDONYMOUS)
    token: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    # Why the other meetings do not fit. Distances would draw a circle round a home, hence sealed.
    report: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    # What decides the tier: opioids, a recent overdose, housing, support, earlier relapse.
    risks: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    version: Mapped[int] = mapped_column(Integer, default=1, info=PSEUDONYMOUS)


class Preferences(Table):
    """What a client wants: windows, places, languages, audiences. One sealed JSON document a case."""

    __tablename__ = "preferences"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    document: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class KeptApart(Table):
    """Two clients who must not meet; the smaller id first. Who asked for it and why is not kept here."""

    __tablename__ = "kept_apart"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    other_case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True, info=PSEUDONYMOUS)
    since: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class Enrolment(Table):
    """A meeting in a plan. Its id is the calendar entry's UID for good, `sequence` counts its versions."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("plan_id", "meeting_id"),  # however often the job runs, a plan holds a meeting once
        # The courtesy cap counts who goes to each meeting, for every choice, from the index alone.
        Index(None, "meeting_id", "state", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    meeting_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    state: Mapped[EnrolmentState] = mapped_column(code(EnrolmentState), info=PSEUDONYMOUS)
    mode: Mapped[EnrolmentMode] = mapped_column(code(EnrolmentMode), info=PSEUDONYMOUS)
    modality: Mapped[str] = mapped_column(String(12), info=PSEUDONYMOUS)
    score: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)
    reasons: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    # Kept beside the set for a week without it; not counted, and on no calendar.
    fall_back: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0", info=PSEUDONYMOUS)
    sequence: Mapped[int] = mapped_column(Integer, default=0, info=PSEUDONYMOUS)
    first_occurrence_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    suggested_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # A swap proposed for the client's yes: the enrolment this one would take the place of.
    instead_of: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    # In the queue for a group of the house since then; a free seat is kept until `held_until`.
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    active_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # Off the calendar since then. Of an ACTIVE one only while its plan rests.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class Introduction(Table):
    """Somebody at a meeting is told that the client is coming: a disclosure with a consent naming them.

    The recipient's name lies with the consent, in intake; here is only that it was told, and until when.
    """

    __tablename__ = "introductions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    enrolment_id: Mapped[UUID] = mapped_column(Uuid, unique=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    consent_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class Occurrence(Table):
    """One date of an enrolment. `original_start` is what the series says, so that a move keeps identity."""

    __tablename__ = "occurrences"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "original_start"),
        Index(None, "plan_id", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    enrolment_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    original_start: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    state: Mapped[OccurrenceState] = mapped_column(code(OccurrenceState), info=PSEUDONYMOUS)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # A day on which groups often do not meet (a federal holiday): ask whether it is held.
    doubtful: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0", info=PSEUDONYMOUS)
