"""The facts aftercare says: the plan, its meetings and their dates, follow-up, and the client's own work.

Ids, codes and times only. What was answered, how somebody feels and what a meeting is called stay with
aftercare.
"""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fact import Fact


class EnrolmentMode(StrEnum):
    """`self_attend` tells nobody outside; `introduced` needs a consent naming the recipient."""

    SELF_ATTEND = "self_attend"
    INTRODUCED = "introduced"


class PauseReason(StrEnum):
    """Why a plan rests. It keeps its meetings and goes on where it was."""

    READMITTED = "readmitted"
    CUSTODY = "custody"
    CLIENT_WISH = "client_wish"


class PlanEndReason(StrEnum):
    DECEASED = "deceased"
    ENDED_BY_CLIENT = "ended_by_client"
    COMPLETED = "completed"
    SUPERSEDED = "superseded"  # the client was readmitted, and the later stay's plan took its place


class InvitationMethod(StrEnum):
    """RFC 5546 METHOD."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class ReplacementReason(StrEnum):
    """Why one meeting took the place of another."""

    WITHDRAWN = "withdrawn"
    MOVED = "moved"
    NOT_FITTING = "not_fitting"  # the client's own times or wishes changed
    CLIENT_WISH = "client_wish"


class ListingChange(StrEnum):
    """What became of a listed meeting that somebody goes to."""

    CHANGED = "changed"  # time, zone, place or way in
    INACTIVE = "inactive"
    UNCONFIRMED = "unconfirmed"
    SEEN_AGAIN = "seen_again"
    WITHDRAWN = "withdrawn"
    SUSPECT = "suspect"


class OccurrenceState(StrEnum):
    """One date. UNCONFIRMED: its listing was missing lately; nothing is cancelled, a fall-back is offered."""

    PLANNED = "planned"
    REMINDED = "reminded"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"
    NOT_HELD = "not_held"
    ATTENDED = "attended"
    PARTLY = "partly"
    MISSED = "missed"
    EXCUSED = "excused"
    UNKNOWN = "unknown"


class OccurrenceChange(StrEnum):
    MOVED = "moved"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


class Attended(StrEnum):
    """What is known of one date. No answer is UNKNOWN, never MISSED."""

    ATTENDED = "attended"
    PARTLY = "partly"
    MISSED = "missed"
    EXCUSED = "excused"
    NOT_HELD = "not_held"
    UNKNOWN = "unknown"


class FollowUpKind(StrEnum):
    """What a person does: a call of the schedule, something the plan needs, or a rung of the ladder."""

    FIRST_CALL = "first_call"  # within 24 h or 72 h of leaving
    CALL = "call"  # day 7, 14, 30, 60, 90, 180, 270, 365
    REVIEW = "review"  # weeks 13, 26, 39, 52
    NO_MEETING = "no_meeting"  # nothing fits: look for one together
    LATE_START = "late_start"  # the first meeting is more than 48 h after leaving
    ASK_CLIENT = "ask_client"  # meetings are suggested, nobody has said yes
    SAY_HOW_IT_ENDED = "say_how_it_ended"
    SAME_DAY_CALL = "same_day_call"
    REMATCH = "rematch"
    PEER_CALL = "peer_call"
    COUNSELLOR = "counsellor"
    SUPPORT_PERSON = "support_person"
    LIGHT_TOUCH = "light_touch"
    USE_REPORTED = "use_reported"
    CHECK_CONTACT = "check_contact"  # what we have is not theirs, or does not work


class FollowUpOutcome(StrEnum):
    REACHED = "reached"
    LEFT_WORD = "left_word"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    WRONG_CONTACT = "wrong_contact"
    DONE = "done"  # of a task that is no call


class FollowUpState(StrEnum):
    SCHEDULED = "scheduled"
    OPEN = "open"
    ATTEMPTED = "attempted"
    OVERDUE = "overdue"
    DONE = "done"
    CANCELLED = "cancelled"


class Instrument(StrEnum):
    """WEEKLY is our five questions; the others are imported by their item numbers."""

    WEEKLY = "weekly"
    BAM = "bam"
    PHQ9 = "phq9"


class ConcernCause(StrEnum):
    USE = "use"
    URGE = "urge"
    LOW_MOOD = "low_mood"
    NO_SUPPORT = "no_support"
    PHQ_ITEM_9 = "phq_item_9"
    SELF_HARM = "self_harm"
    OVERDOSE = "overdose"
    ASKED_FOR_HELP = "asked_for_help"
    STAFF = "staff"


class MessageChannel(StrEnum):
    EMAIL = "email"
    TEXT = "text"


class PointStage(StrEnum):
    """A point of the 4-Point Program is come back to: "keeping" is followed by "new" in the next cycle."""

    NEW = "new"
    LEARNING = "learning"
    PRACTISING = "practising"
    KEEPING = "keeping"


class Tool(StrEnum):
    """The tools by their handbook codes (aftercare.md 1.5)."""

    SOC = "soc"
    HOV = "hov"
    CBA = "cba"
    CPW = "cpw"
    GOL = "gol"
    URG = "urg"
    DEADS = "deads"
    DISARM = "disarm"
    ANT = "ant"
    REH = "reh"
    ABC = "abc"
    USA = "usa"
    LBP = "lbp"
    VACI = "vaci"


class PlanDrafted(Fact):
    """A discharge, or one that is planned, opened a plan. Nothing is on the client's calendar yet."""

    subject: ClassVar[str] = "events.aftercare.plan_drafted.v1"
    plan_id: UUID


class PlanActivated(Fact):
    """The first meeting is on the calendar, or a plan that rested goes on."""

    subject: ClassVar[str] = "events.aftercare.plan_activated.v1"
    plan_id: UUID


class PlanPaused(Fact):
    """Nothing is sent and nothing counted until it goes on."""

    subject: ClassVar[str] = "events.aftercare.plan_paused.v1"
    plan_id: UUID
    reason: PauseReason


class PlanWithdrawn(Fact):
    """The discharge was cancelled: all is off the calendar, the plan is a draft again."""

    subject: ClassVar[str] = "events.aftercare.plan_withdrawn.v1"
    plan_id: UUID


class ContactLost(Fact):
    """Thirty days without a sign of life; the light touch goes on, and any sign makes the plan active."""

    subject: ClassVar[str] = "events.aftercare.contact_lost.v1"
    plan_id: UUID


class PlanEnded(Fact):
    subject: ClassVar[str] = "events.aftercare.plan_ended.v1"
    plan_id: UUID
    reason: PlanEndReason


class MeetingsSuggested(Fact):
    """The matcher ran. `found` 0 means a person has to look for a meeting."""

    subject: ClassVar[str] = "events.aftercare.meetings_suggested.v1"
    plan_id: UUID
    found: int


class MeetingEnrolled(Fact):
    subject: ClassVar[str] = "events.aftercare.meeting_enrolled.v1"
    plan_id: UUID
    enrolment_id: UUID
    meeting_id: UUID
    mode: EnrolmentMode
    first_occurrence_at: AwareDatetime


class EnrolmentReplaced(Fact):
    """One meeting took the place of another in the plan."""

    subject: ClassVar[str] = "events.aftercare.enrolment_replaced.v1"
    plan_id: UUID
    enrolment_id: UUID
    replaced_by: UUID
    reason: ReplacementReason


class EnrolmentEnded(Fact):
    subject: ClassVar[str] = "events.aftercare.enrolment_ended.v1"
    plan_id: UUID
    enrolment_id: UUID


class InvitationIssued(Fact):
    """A version of the calendar entry exists (RFC 5545 UID = enrolment id, SEQUENCE).

    `recurrence_id` set: it is about that one date only.
    """

    subject: ClassVar[str] = "events.aftercare.invitation_issued.v1"
    enrolment_id: UUID
    sequence: int
    method: InvitationMethod
    recurrence_id: AwareDatetime | None = None


class ListingChanged(Fact):
    """A list said something new about a meeting this client goes to."""

    subject: ClassVar[str] = "events.aftercare.listing_changed.v1"
    plan_id: UUID
    enrolment_id: UUID
    change: ListingChange


class OccurrenceChanged(Fact):
    """One date became different from what the series says."""

    subject: ClassVar[str] = "events.aftercare.occurrence_changed.v1"
    plan_id: UUID
    enrolment_id: UUID
    occurrence_id: UUID
    change: OccurrenceChange
    starts_at: AwareDatetime


class AttendanceRecorded(Fact):
    """`evidence`: 0 none, 1 self, 2 client's document, 3 facilitator with consent, 4 instant proof."""

    subject: ClassVar[str] = "events.aftercare.attendance_recorded.v1"
    plan_id: UUID
    occurrence_id: UUID
    outcome: Attended
    evidence: int


class VerificationDue(Fact):
    """The client needs proof of attendance and can still get it free of charge until `due_by`."""

    subject: ClassVar[str] = "events.aftercare.verification_due.v1"
    plan_id: UUID
    occurrence_id: UUID
    due_by: AwareDatetime


class FollowUpDue(Fact):
    """Somebody has to do this from now on."""

    subject: ClassVar[str] = "events.aftercare.follow_up_due.v1"
    plan_id: UUID
    follow_up_id: UUID
    kind: FollowUpKind
    due_by: AwareDatetime


class FollowUpCompleted(Fact):
    subject: ClassVar[str] = "events.aftercare.follow_up_completed.v1"
    plan_id: UUID
    follow_up_id: UUID
    outcome: FollowUpOutcome


class FollowUpOverdue(Fact):
    subject: ClassVar[str] = "events.aftercare.follow_up_overdue.v1"
    plan_id: UUID
    follow_up_id: UUID
    kind: FollowUpKind


class CheckInScored(Fact):
    """The client answered a questionnaire, or staff entered one. The scores stay with aftercare."""

    subject: ClassVar[str] = "events.aftercare.check_in_scored.v1"
    plan_id: UUID
    check_in_id: UUID
    instrument: Instrument


class ConcernRaised(Fact):
    """`level` 3 pages a person until somebody acknowledges; `due_by` is when that must have happened."""

    subject: ClassVar[str] = "events.aftercare.concern_raised.v1"
    plan_id: UUID
    concern_id: UUID
    level: int
    due_by: AwareDatetime


class ConcernAcknowledged(Fact):
    subject: ClassVar[str] = "events.aftercare.concern_acknowledged.v1"
    plan_id: UUID
    concern_id: UUID
    staff_id: UUID


class ConcernResolved(Fact):
    subject: ClassVar[str] = "events.aftercare.concern_resolved.v1"
    plan_id: UUID
    concern_id: UUID
    staff_id: UUID


class MessagesStopped(Fact):
    """The client asked not to be written to; `channel` null means nowhere."""

    subject: ClassVar[str] = "events.aftercare.messages_stopped.v1"
    channel: MessageChannel | None = None


class PointProgressed(Fact):
    subject: ClassVar[str] = "events.aftercare.point_progressed.v1"
    plan_id: UUID
    point: int
    stage: PointStage
    cycle: int


class WorksheetCompleted(Fact):
    subject: ClassVar[str] = "events.aftercare.worksheet_completed.v1"
    plan_id: UUID
    worksheet_id: UUID
    tool: Tool


SAID: tuple[type[Fact], ...] = (
    PlanDrafted,
    PlanActivated,
    PlanPaused,
    PlanWithdrawn,
    ContactLost,
    PlanEnded,
    MeetingsSuggested,
    MeetingEnrolled,
    EnrolmentReplaced,
    EnrolmentEnded,
    InvitationIssued,
    ListingChanged,
    OccurrenceChanged,
    AttendanceRecorded,
    VerificationDue,
    FollowUpDue,
    FollowUpCompleted,
    FollowUpOverdue,
    CheckInScored,
    ConcernRaised,
    ConcernAcknowledged,
    ConcernResolved,
    MessagesStopped,
    PointProgressed,
    WorksheetCompleted,
)
