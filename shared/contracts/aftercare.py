"""The facts aftercare says: the plan, the meetings chosen, the invitations issued."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fact import Fact


class EnrolmentMode(StrEnum):
    """`self_attend` tells nobody outside; `introduced` needs a consent naming the recipient."""

    SELF_ATTEND = "self_attend"
    INTRODUCED = "introduced"


class PlanEndReason(StrEnum):
    DECEASED = "deceased"
    ENDED_BY_CLIENT = "ended_by_client"
    COMPLETED = "completed"


class InvitationMethod(StrEnum):
    """RFC 5546 METHOD."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class PlanDrafted(Fact):
    """A discharge opened a plan. Nothing is on the client's calendar yet."""

    subject: ClassVar[str] = "events.aftercare.plan_drafted.v1"
    plan_id: UUID


class PlanActivated(Fact):
    subject: ClassVar[str] = "events.aftercare.plan_activated.v1"
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


class EnrolmentEnded(Fact):
    subject: ClassVar[str] = "events.aftercare.enrolment_ended.v1"
    plan_id: UUID
    enrolment_id: UUID


class InvitationIssued(Fact):
    """The calendar entry of an enrolment exists (RFC 5545 UID = enrolment id, SEQUENCE)."""

    subject: ClassVar[str] = "events.aftercare.invitation_issued.v1"
    enrolment_id: UUID
    sequence: int
    method: InvitationMethod


SAID: tuple[type[Fact], ...] = (
    PlanDrafted,
    PlanActivated,
    PlanEnded,
    MeetingsSuggested,
    MeetingEnrolled,
    EnrolmentEnded,
    InvitationIssued,
)
