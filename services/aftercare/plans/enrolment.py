"""The client's yes or no to a meeting. An enrolment is a place in the client's own week."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.recurrence import next_occurrences
from services.aftercare.plans.listings import listing_of
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan, PlanState
from shared import clock
from shared.contracts.aftercare import (
    EnrolmentEnded,
    InvitationIssued,
    InvitationMethod,
    MeetingEnrolled,
    PlanActivated,
)
from shared.identity import Caller, Role
from shared.messaging.outbox import say

_SERVICE = Caller(None, "aftercare", Role.SERVICE)
_AGAIN = timedelta(seconds=1)


def activate(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> None:
    """Put the meeting on the client's calendar. The first one makes the plan active."""
    case_id = plan.case_id
    if plan.state is not PlanState.ACTIVE:
        plan.state = PlanState.ACTIVE
        say(session, PlanActivated(case_id=case_id, plan_id=plan.id))
    if enrolment.active_at is not None:
        enrolment.sequence += 1  # it was there before: the calendar must take this as the newer version
    enrolment.state, enrolment.active_at, enrolment.ended_at = EnrolmentState.ACTIVE, clock.now(), None
    say(
        session,
        MeetingEnrolled(
            case_id=case_id,
            plan_id=plan.id,
            enrolment_id=enrolment.id,
            meeting_id=enrolment.meeting_id,
            mode=enrolment.mode,
            first_occurrence_at=enrolment.first_occurrence_at,
        ),
        _invitation(case_id, enrolment, InvitationMethod.PUBLISH),
    )


async def accept(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> bool:
    """The client's yes; False when there is no open suggestion to say yes to. Saying it twice is one yes."""
    if enrolment.state is EnrolmentState.ACTIVE:
        return True
    if enrolment.state is not EnrolmentState.SUGGESTED or plan.state is PlanState.CLOSED:
        return False
    listed = listing_of(await session.get_one(Meeting, enrolment.meeting_id)).meeting
    starts = next_occurrences(listed.recurrence, clock.now(), 1) if listed.recurrence else []
    if not starts or not listed.offerable:
        return False  # the listing closed or lost its time since it was suggested
    enrolment.first_occurrence_at = max(enrolment.first_occurrence_at, starts[0])
    activate(session, plan, enrolment)
    plan.version += 1
    return True


def decline(enrolment: Enrolment) -> bool:
    """The client's no to a suggestion; False when it is not open. Saying it twice is one no."""
    if enrolment.state is EnrolmentState.SUGGESTED:
        enrolment.state = EnrolmentState.DECLINED
    return enrolment.state is EnrolmentState.DECLINED


async def end_enrolments(session: AsyncSession, plan: Plan) -> None:
    """End what is on the calendar, with the cancellation, and withdraw what was only suggested."""
    for enrolment in await enrolments_of(session, plan):
        if enrolment.state is EnrolmentState.ACTIVE:
            enrolment.sequence += 1
            enrolment.ended_at = clock.now()
            ended = EnrolmentEnded(case_id=plan.case_id, plan_id=plan.id, enrolment_id=enrolment.id)
            say(session, ended, _invitation(plan.case_id, enrolment, InvitationMethod.CANCEL))
        if enrolment.state in (EnrolmentState.ACTIVE, EnrolmentState.SUGGESTED):
            enrolment.state = EnrolmentState.ENDED


async def reissue(session: AsyncSession, meeting_ids: Iterable[UUID]) -> None:
    """A listing changed: everybody who goes there gets a newer version of the calendar entry."""
    going = select(Enrolment).where(
        Enrolment.meeting_id.in_(meeting_ids), Enrolment.state == EnrolmentState.ACTIVE
    )
    for enrolment in await session.scalars(going.order_by(Enrolment.id).with_for_update()):
        enrolment.sequence += 1
        say(session, _invitation(enrolment.case_id, enrolment, InvitationMethod.PUBLISH))


async def enrolments_of(session: AsyncSession, plan: Plan) -> list[Enrolment]:
    query = select(Enrolment).where(Enrolment.plan_id == plan.id).order_by(Enrolment.id)
    return list(await session.scalars(query))


def _invitation(case_id: UUID, enrolment: Enrolment, method: InvitationMethod) -> InvitationIssued:
    return InvitationIssued(
        case_id=case_id, enrolment_id=enrolment.id, sequence=enrolment.sequence, method=method
    )
