"""The client's yes or no to a meeting. An enrolment is a place in the client's own week.

The caller has locked the plan: plan, enrolments, dates and meeting are always locked in this order.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.invitations import issue
from services.aftercare.follow_up.follow_ups import sign_of_life
from services.aftercare.meetings.normal_form import Meeting as Listed
from services.aftercare.meetings.recurrence import next_occurrences
from services.aftercare.meetings.seats import may_take_seat, seat_freed, wait_for_seat
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.doubts import listing_is_sure
from services.aftercare.plans.introductions import end_introduction
from services.aftercare.plans.listings import listing_of
from services.aftercare.plans.occurrences import forget_coming, plan_enrolment_dates, set_confirmed
from services.aftercare.plans.states import ON_CALENDAR, OPEN, enrolment_to, plan_to
from services.aftercare.plans.timers import begin_looking_ahead
from services.aftercare.tables import OVER, Enrolment, EnrolmentState, Meeting, Plan, PlanState, Purpose
from shared import clock
from shared.contracts.aftercare import (
    EnrolmentEnded,
    EnrolmentReplaced,
    InvitationMethod,
    MeetingEnrolled,
    PlanActivated,
    ReplacementReason,
)
from shared.messaging.outbox import say


async def activate(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> None:
    """Put the meeting on the client's calendar, with its next dates. The first one makes the plan active."""
    now = clock.now()
    enrolment.state = enrolment_to(enrolment.state, EnrolmentState.ACTIVE)
    if plan.state in (PlanState.DRAFT, PlanState.OFFERED):
        await begin(session, plan)
    if enrolment.active_at is not None:
        enrolment.sequence += 1  # it was there before: the calendar must take this as the newer version
    enrolment.active_at, enrolment.ended_at = now, None
    enrolment.held_until = enrolment.waiting_since = enrolment.instead_of = None
    enrolment.fall_back = False
    say(
        session,
        MeetingEnrolled(
            case_id=plan.case_id,
            plan_id=plan.id,
            enrolment_id=enrolment.id,
            meeting_id=enrolment.meeting_id,
            mode=enrolment.mode,
            first_occurrence_at=enrolment.first_occurrence_at,
        ),
    )
    await issue(session, plan, enrolment, InvitationMethod.REQUEST)
    if plan.state is PlanState.ACTIVE:  # one that is silent gets its dates when it goes on
        await plan_enrolment_dates(session, enrolment, now)
    await set_confirmed(session, plan, enrolment, await listing_is_sure(session, enrolment))


async def begin(session: AsyncSession, plan: Plan) -> None:
    """The first meeting is on the calendar: the plan runs, and the client is told."""
    plan.state = plan_to(plan.state, PlanState.ACTIVE)
    plan.activated_at = plan.activated_at or clock.now()
    say(session, PlanActivated(case_id=plan.case_id, plan_id=plan.id))
    await begin_looking_ahead(session, plan)
    # Once for this leaving: a discharge that was cancelled and came true later is another one.
    left = plan.left_at or plan.discharged_at
    await write_to(session, plan, Purpose.WELCOME, key=f"welcome:{plan.id}:{left.isoformat()}")


async def accept(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> bool:
    """The client's yes; False when there is no open suggestion to say yes to. Saying it twice is one yes.

    In the house still: picked, and on the calendar from the discharge on. A full group: a place in its queue.
    A plan whose client was silent goes on, also when this meeting closed meanwhile. After a no to aftercare
    nothing is arranged until intake has heard a yes again.
    """
    if enrolment.state in ON_CALENDAR:
        return True
    resting = plan.state in OVER or plan.state is PlanState.PAUSED or plan.consent_revoked_at is not None
    if enrolment.state not in OPEN or resting:
        return False
    await sign_of_life(session, plan)
    return await _go(session, plan, enrolment)


async def _go(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> bool:
    row = await session.get_one(Meeting, enrolment.meeting_id)
    listed = listing_of(row).meeting
    starts = next_occurrences(listed.recurrence, clock.now(), 1) if listed.recurrence else []
    if not starts or not listed.offerable or row.withdrawn_on or not _is_open_to(enrolment, listed):
        return False  # the listing closed or lost its time since it was suggested
    plan.version += 1
    if not await may_take_seat(session, enrolment):
        await wait_for_seat(session, enrolment)
        return True
    if plan.left_at is None:
        enrolment.state = enrolment_to(enrolment.state, EnrolmentState.ACCEPTED)
        enrolment.fall_back = False
        return True
    if not _is_date(listed, enrolment.first_occurrence_at):  # over, or the listing moved since
        enrolment.first_occurrence_at = starts[0]
    old = await session.get(Enrolment, enrolment.instead_of) if enrolment.instead_of else None
    if old is not None and old.state in ON_CALENDAR:
        await replace(session, plan, old, enrolment, ReplacementReason.CLIENT_WISH)
    else:
        await activate(session, plan, enrolment)
    return True


def _is_open_to(enrolment: Enrolment, listed: Listed) -> bool:
    """A room may close while the meeting goes on online. Who waits for a seat wants the group, wherever."""
    return enrolment.state is EnrolmentState.WAITING or enrolment.modality in listed.modalities


def _is_date(listed: Listed, moment: datetime) -> bool:
    """Is this a date ahead by what the listing says now?"""
    if listed.recurrence is None or moment <= clock.now():
        return False
    return moment in next_occurrences(listed.recurrence, moment - timedelta(seconds=1), 1, "UTC")


async def begin_picked(session: AsyncSession, plan: Plan) -> bool:
    """The client has left: what they picked before goes on the calendar, if it is still there.

    False when they picked nothing.
    """
    picked = [one for one in await enrolments_of(session, plan) if one.state is EnrolmentState.ACCEPTED]
    for enrolment in picked:
        if not await _go(session, plan, enrolment):
            await end_enrolment(session, plan, enrolment)
    return bool(picked)


async def decline(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> bool:
    """The client's no to a suggestion; False when it is not open. Saying it twice is one no."""
    if enrolment.state in OPEN:
        await _let_go(session, enrolment, EnrolmentState.DECLINED)
        await sign_of_life(session, plan)
        plan.version += 1
    return enrolment.state is EnrolmentState.DECLINED


async def replace(
    session: AsyncSession, plan: Plan, old: Enrolment, new: Enrolment, reason: ReplacementReason
) -> None:
    """`new` takes the place of `old`, which leaves the calendar and keeps its past there."""
    await _off_the_calendar(session, old, EnrolmentState.REPLACED)
    say(
        session,
        EnrolmentReplaced(
            case_id=plan.case_id,
            plan_id=plan.id,
            enrolment_id=old.id,
            replaced_by=new.id,
            reason=reason,
        ),
    )
    await issue(session, plan, old, InvitationMethod.CANCEL)
    await activate(session, plan, new)


async def end_enrolments(session: AsyncSession, plan: Plan, *, tell: bool = True) -> None:
    """End what is on the calendar, with the cancellation, and withdraw what was only suggested.

    Without `tell` nothing is written to anybody; a subscribed calendar still loses the dates.
    """
    for enrolment in await enrolments_of(session, plan):
        await end_enrolment(session, plan, enrolment, tell=tell)


async def end_enrolment(
    session: AsyncSession, plan: Plan, enrolment: Enrolment, *, tell: bool = True
) -> None:
    if enrolment.state in ON_CALENDAR:
        resting = enrolment.ended_at is not None  # taken off the calendar before, when the plan was paused
        await _off_the_calendar(session, enrolment, EnrolmentState.ENDED)
        say(session, EnrolmentEnded(case_id=plan.case_id, plan_id=plan.id, enrolment_id=enrolment.id))
        cancel = tell and not resting
        await issue(session, plan, enrolment, InvitationMethod.CANCEL if cancel else InvitationMethod.PUBLISH)
    elif enrolment.state in OPEN:
        await _let_go(session, enrolment, EnrolmentState.ENDED)


async def _let_go(session: AsyncSession, enrolment: Enrolment, to: EnrolmentState) -> None:
    """Of a meeting that is on no calendar yet; a seat kept or queued for is free again."""
    had_seat = enrolment.state is not EnrolmentState.SUGGESTED
    enrolment.state, enrolment.held_until = enrolment_to(enrolment.state, to), None
    if had_seat:
        await session.flush()  # seats are counted in the database
        await seat_freed(session, enrolment.meeting_id)


async def suspend(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> None:
    """The listing is suspect: its dates stay on the calendar as unconfirmed."""
    await set_confirmed(session, plan, enrolment, False)


async def resume_listing(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> None:
    await set_confirmed(session, plan, enrolment, True)


async def _off_the_calendar(session: AsyncSession, enrolment: Enrolment, to: EnrolmentState) -> None:
    now = clock.now()
    enrolment.state = enrolment_to(enrolment.state, to)
    enrolment.sequence += 1
    enrolment.ended_at = enrolment.ended_at or now
    await forget_coming(session, enrolment, now)
    await end_introduction(session, enrolment)
    await session.flush()  # seats are counted in the database
    await seat_freed(session, enrolment.meeting_id)


async def enrolments_of(session: AsyncSession, plan: Plan) -> list[Enrolment]:
    query = select(Enrolment).where(Enrolment.plan_id == plan.id).order_by(Enrolment.id)
    return list(await session.scalars(query))


async def enrolment_of(session: AsyncSession, plan: Plan, enrolment_id: UUID) -> Enrolment | None:
    """The plan's enrolment of this id, or None: ids of other plans open nothing."""
    enrolment = await session.get(Enrolment, enrolment_id)
    return enrolment if enrolment is not None and enrolment.plan_id == plan.id else None
