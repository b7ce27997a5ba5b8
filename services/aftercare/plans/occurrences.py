"""The single dates of a plan: a few days ahead, each with its own identity, state and timers.

The series is the meeting's own rhythm. A date is a row, named by the enrolment and by what the series said
first (`original_start`), so that it stays the same date when it is moved. The caller has locked the plan.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.invitations import issue
from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.normal_form import Modality, from_plain
from services.aftercare.meetings.recurrence import occurrences
from services.aftercare.plans.states import COMING, ON_CALENDAR, enrolment_to, may_occurrence
from services.aftercare.plans.timers import Timer, set_timers
from services.aftercare.plans.timetable import instants_of
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Occurrence, Plan, PlanState
from shared import clock
from shared.contracts.aftercare import (
    InvitationMethod,
    OccurrenceChange,
    OccurrenceChanged,
    OccurrenceState,
)
from shared.contracts.fact import new_id
from shared.messaging.outbox import say

HORIZON = timedelta(days=9)
# How far back dates are made up for that a service at rest did not see.
_LOOK_BACK = timedelta(days=60)
_ASKED_FOR = timedelta(days=3)  # longer than any question about a date is open


async def plan_dates(session: AsyncSession, plan: Plan, now: datetime) -> None:
    """Make the dates of the next nine days, with their timers; take away those the series no longer has.

    Doing it twice changes nothing. Dates that are over by now, because nothing ran for days, are kept as
    unknown, and nobody is asked about them.
    """
    if plan.state is not PlanState.ACTIVE:
        return
    await _let_be(session, plan, now)
    query = select(Enrolment).where(Enrolment.plan_id == plan.id, Enrolment.state.in_(ON_CALENDAR))
    for enrolment in await session.scalars(query.order_by(Enrolment.id)):
        await plan_enrolment_dates(session, enrolment, now)


async def _let_be(session: AsyncSession, plan: Plan, now: datetime) -> None:
    """A date whose last timer rang while the plan rested, or never rang, is asked about no more."""
    over = Occurrence.plan_id == plan.id, Occurrence.ends_at < now - _ASKED_FOR, Occurrence.state.in_(COMING)
    await session.execute(update(Occurrence).where(*over).values(state=OccurrenceState.UNKNOWN))


async def plan_enrolment_dates(session: AsyncSession, enrolment: Enrolment, now: datetime) -> None:
    row = await session.get_one(Meeting, enrolment.meeting_id)
    meeting = from_plain(row.listing)
    known = {one.original_start: one for one in await _known(session, enrolment, now)}
    _move_first(enrolment, meeting, now)
    since = _since(enrolment, known, now)
    starts = _series(meeting, since, now + HORIZON)
    gone = [
        one.id
        for start, one in known.items()
        if min(start, one.starts_at) > now and one.state in COMING and start not in starts
    ]
    await _forget(session, gone)
    # A past date counts only if the listing already said then what it says now.
    off = _days_off(meeting, known)
    missing = [
        start
        for start in starts
        if start not in known
        and (start > now or start.date() > row.unchanged_since)
        and _day(meeting, start) not in off
    ]
    made = [_date(enrolment, meeting, start, now) for start in missing]
    session.add_all(made)
    for occurrence in made:
        await _set_timers(session, occurrence, meeting, now)


async def forget_coming(session: AsyncSession, enrolment: Enrolment, now: datetime) -> None:
    """Its meetings are off the calendar: the dates ahead are no longer dates of the client.

    One that was moved from a day that is over is off; forgotten, it would be back on that day.
    """
    coming = select(Occurrence).where(
        Occurrence.enrolment_id == enrolment.id, Occurrence.starts_at > now, Occurrence.state.in_(COMING)
    )
    forgotten = []
    for one in await session.scalars(coming):
        if one.original_start > now:
            forgotten.append(one.id)
        else:
            one.state = OccurrenceState.CANCELLED
    await _forget(session, forgotten)


async def call_off(session: AsyncSession, plan: Plan, occurrence: Occurrence) -> bool:
    """This one date does not happen; the series goes on. False when it is no longer ahead."""
    if occurrence.state is OccurrenceState.CANCELLED:
        return True
    if not _is_ahead(occurrence) or not may_occurrence(occurrence.state, OccurrenceState.CANCELLED):
        return False
    occurrence.state = OccurrenceState.CANCELLED
    await _tell(session, plan, occurrence, InvitationMethod.CANCEL, OccurrenceChange.CANCELLED)
    return True


async def move(session: AsyncSession, plan: Plan, occurrence: Occurrence, starts_at: datetime) -> bool:
    """This one date is at another time, and stays the same date. False when it cannot be moved any more."""
    if occurrence.starts_at == starts_at and occurrence.state in COMING:
        return True
    if not _is_ahead(occurrence) or occurrence.state not in COMING or starts_at <= clock.now():
        return False
    length = occurrence.ends_at - occurrence.starts_at
    occurrence.starts_at, occurrence.ends_at = starts_at, starts_at + length
    occurrence.state, occurrence.reminded_at = OccurrenceState.PLANNED, None
    occurrence.doubtful = False  # another day may be a holiday, or none; the next look says
    enrolment = await _tell(session, plan, occurrence, InvitationMethod.REQUEST, OccurrenceChange.MOVED)
    meeting = from_plain((await session.get_one(Meeting, enrolment.meeting_id)).listing)
    await _set_timers(session, occurrence, meeting, clock.now())
    return True


async def set_confirmed(session: AsyncSession, plan: Plan, enrolment: Enrolment, confirmed: bool) -> None:
    """Is the listing to be believed? Doubtful dates stay on the calendar, marked; nothing is cancelled."""
    if enrolment.state not in ON_CALENDAR:
        return
    to = EnrolmentState.ACTIVE if confirmed else EnrolmentState.SUSPENDED
    enrolment.state = enrolment_to(enrolment.state, to)
    was, becomes = OccurrenceState.UNCONFIRMED, OccurrenceState.PLANNED
    affected: tuple[OccurrenceState, ...] = (was,)
    change = OccurrenceChange.CONFIRMED
    if not confirmed:
        affected, becomes = (OccurrenceState.PLANNED, OccurrenceState.REMINDED), OccurrenceState.UNCONFIRMED
        change = OccurrenceChange.UNCONFIRMED
    query = select(Occurrence).where(
        Occurrence.enrolment_id == enrolment.id,
        Occurrence.starts_at > clock.now(),
        Occurrence.state.in_(affected),
    )
    dates = list(await session.scalars(query.order_by(Occurrence.starts_at)))
    for occurrence in dates:
        occurrence.state = becomes
        say(session, _changed(plan, occurrence, change))
    if dates:
        # For those who subscribe; a doubt is no reason for an e-mail.
        enrolment.sequence += 1
        await issue(session, plan, enrolment, InvitationMethod.PUBLISH)


async def dates_of(
    session: AsyncSession, plan: Plan, since: datetime, until: datetime
) -> Sequence[Occurrence]:
    """The plan's dates that start in [since, until), earliest first; called-off ones too."""
    query = select(Occurrence).where(
        Occurrence.plan_id == plan.id, Occurrence.starts_at >= since, Occurrence.starts_at < until
    )
    return (await session.scalars(query.order_by(Occurrence.starts_at, Occurrence.id))).all()


async def _known(session: AsyncSession, enrolment: Enrolment, now: datetime) -> Sequence[Occurrence]:
    query = select(Occurrence).where(
        Occurrence.enrolment_id == enrolment.id, Occurrence.original_start > now - _LOOK_BACK
    )
    return (await session.scalars(query)).all()


def _move_first(enrolment: Enrolment, meeting: NormalMeeting, now: datetime) -> None:
    """The listing moved before the client went for the first time: they begin with its next date."""
    first = enrolment.first_occurrence_at.astimezone(UTC)
    if first > now and first not in _series(meeting, now, first):
        coming = _series(meeting, now, now + HORIZON)
        enrolment.first_occurrence_at = coming[0] if coming else first


def _since(enrolment: Enrolment, known: dict[datetime, Occurrence], now: datetime) -> datetime:
    """Dates after this instant are looked at: what went before was made already, or was not the client's.

    A date is never made up from before the meeting was put on the calendar (again).
    """
    assert enrolment.active_at is not None
    begun = max(enrolment.active_at, enrolment.first_occurrence_at - timedelta(seconds=1))
    return max([begun, now - _LOOK_BACK, *(start for start in known if start <= now)])


def _days_off(meeting: NormalMeeting, known: dict[datetime, Occurrence]) -> set[date]:
    """Days the group was said not to meet on: they stay off when the series moves to another hour."""
    off = (start for start, one in known.items() if one.state is OccurrenceState.CANCELLED)
    return {_day(meeting, start) for start in off}


def _day(meeting: NormalMeeting, start: datetime) -> date:
    """Where the group meets."""
    zone = meeting.recurrence.tz if meeting.recurrence else None
    return start.astimezone(ZoneInfo(zone or "UTC")).date()


def _series(meeting: NormalMeeting, since: datetime, until: datetime) -> list[datetime]:
    if meeting.recurrence is None:
        return []
    # In UTC: two moments of different zones inside a clock change are never equal in Python (PEP 495).
    starts = (start.astimezone(UTC) for start in occurrences(meeting.recurrence, since))
    return list(takewhile(lambda start: start <= until, starts))


def _date(enrolment: Enrolment, meeting: NormalMeeting, start: datetime, now: datetime) -> Occurrence:
    ends_at = start + timedelta(minutes=meeting.duration)
    doubtful = enrolment.state is EnrolmentState.SUSPENDED
    state = OccurrenceState.UNCONFIRMED if doubtful else OccurrenceState.PLANNED
    return Occurrence(
        id=new_id(),
        plan_id=enrolment.plan_id,
        enrolment_id=enrolment.id,
        case_id=enrolment.case_id,
        original_start=start,
        starts_at=start,
        ends_at=ends_at,
        state=state if ends_at > now else OccurrenceState.UNKNOWN,
        doubtful=False,
    )


async def _set_timers(
    session: AsyncSession, occurrence: Occurrence, meeting: NormalMeeting, now: datetime
) -> None:
    """Those before it and the first question after it; that one sets the rest, on the client's clock."""
    if occurrence.state is OccurrenceState.UNKNOWN:
        return
    due = instants_of(occurrence.starts_at, occurrence.ends_at, "UTC")
    timers = {Timer.DAY_BEFORE: due.day_before, Timer.HOUR_BEFORE: due.hour_before, Timer.ASK: due.ask}
    if Modality.ONLINE in meeting.modalities:
        timers[Timer.AT_THE_DOOR] = due.at_the_door
    await set_timers(session, occurrence, timers, now)


async def _forget(session: AsyncSession, ids: list[UUID]) -> None:
    if ids:
        await session.execute(delete(Occurrence).where(Occurrence.id.in_(ids)))


def _is_ahead(occurrence: Occurrence) -> bool:
    return occurrence.starts_at > clock.now()


async def _tell(
    session: AsyncSession,
    plan: Plan,
    occurrence: Occurrence,
    method: InvitationMethod,
    change: OccurrenceChange,
) -> Enrolment:
    """A newer version of this one date (RFC 5545 RECURRENCE-ID): SEQUENCE rises for the whole entry."""
    enrolment = await session.get_one(Enrolment, occurrence.enrolment_id)
    enrolment.sequence += 1
    say(session, _changed(plan, occurrence, change))
    await issue(session, plan, enrolment, method, occurrence=occurrence)
    return enrolment


def _changed(plan: Plan, occurrence: Occurrence, change: OccurrenceChange) -> OccurrenceChanged:
    return OccurrenceChanged(
        case_id=plan.case_id,
        plan_id=plan.id,
        enrolment_id=occurrence.enrolment_id,
        occurrence_id=occurrence.id,
        change=change,
        starts_at=occurrence.starts_at,
    )
