"""A list says something new about meetings that clients go to (aftercare.md 6.5, 8.4).

The snapshot only notes whom it concerns. What follows happens enrolment by enrolment under the plan's lock:
the versions of a calendar entry must come one after the other, whoever makes them.
"""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.invitations import issue
from services.aftercare.meetings.normal_form import ListingState
from services.aftercare.meetings.recurrence import next_occurrences
from services.aftercare.meetings.sighting import UNCONFIRMED_AT, ListingChanges
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.listings import listing_of
from services.aftercare.plans.occurrences import plan_dates, set_confirmed
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.plans.states import COMING, ON_CALENDAR
from services.aftercare.tables import (
    OVER,
    Enrolment,
    EnrolmentState,
    Meeting,
    Occurrence,
    Plan,
    PlanState,
    Purpose,
)
from shared import clock
from shared.contracts.aftercare import (
    InvitationMethod,
    ListingChange,
    ListingChanged,
    ReplacementReason,
)
from shared.contracts.fact import new_id
from shared.database import Database
from shared.jobs import Job, finish, schedule
from shared.messaging.outbox import say

LISTING_CHANGE = "listing_change"
_BATCH = 500
_CONCERNED = (EnrolmentState.SUGGESTED, EnrolmentState.ACCEPTED, *ON_CALENDAR)
# Being seen again is no reason to look for anything else.
_WORTH_A_LOOK = {
    ListingChange.CHANGED: ReplacementReason.MOVED,
    ListingChange.INACTIVE: ReplacementReason.WITHDRAWN,
    ListingChange.WITHDRAWN: ReplacementReason.WITHDRAWN,
    ListingChange.SUSPECT: ReplacementReason.WITHDRAWN,
    ListingChange.UNCONFIRMED: ReplacementReason.WITHDRAWN,
}


async def listings_changed(session: AsyncSession, changes: ListingChanges) -> None:
    """Note, in the snapshot's transaction, each enrolment that has to follow."""
    happened: dict[UUID, list[ListingChange]] = defaultdict(list)
    # In this order: a meeting that came back with another time changed first and was seen again then.
    for change, ids in (
        (ListingChange.CHANGED, changes.changed),
        (ListingChange.INACTIVE, changes.inactive),
        (ListingChange.WITHDRAWN, changes.withdrawn),
        (ListingChange.SUSPECT, changes.suspect),
        (ListingChange.UNCONFIRMED, changes.unconfirmed),
        (ListingChange.SEEN_AGAIN, changes.seen_again),
    ):
        for meeting_id in ids:
            happened[meeting_id].append(change)
    touched = list(happened)
    this_time = new_id().hex[-12:]
    for start in range(0, len(touched), _BATCH):
        concerned = select(Enrolment.id, Enrolment.meeting_id).where(
            Enrolment.meeting_id.in_(touched[start : start + _BATCH]), Enrolment.state.in_(_CONCERNED)
        )
        for enrolment_id, meeting_id in await session.execute(concerned.order_by(Enrolment.id)):
            what = "+".join(happened[meeting_id])
            key = f"{LISTING_CHANGE}:{enrolment_id}:{this_time}:{what}"
            await schedule(session, LISTING_CHANGE, enrolment_id, key=key)


async def follow_listing(database: Database, job: Job) -> None:
    """The job: what one enrolment makes of the news, by what is true of the listing now."""
    async with database.transaction() as session:
        plan_id = await session.scalar(select(Enrolment.plan_id).where(Enrolment.id == job.subject_id))
        plan = await session.scalar(select(Plan).where(Plan.id == plan_id).with_for_update())
        if plan is not None and plan.state not in OVER:
            enrolment = await session.get_one(Enrolment, job.subject_id)
            meeting = await session.get_one(Meeting, enrolment.meeting_id)
            for change in job.key.rsplit(":", 1)[1].split("+"):
                await _follow(session, plan, enrolment, meeting, ListingChange(change))
        await finish(session, job)


async def _follow(
    session: AsyncSession, plan: Plan, enrolment: Enrolment, meeting: Meeting, change: ListingChange
) -> None:
    if enrolment.state not in _CONCERNED:
        return
    if enrolment.state is not EnrolmentState.SUGGESTED:
        fact = ListingChanged(case_id=plan.case_id, plan_id=plan.id, enrolment_id=enrolment.id, change=change)
        say(session, fact)
    if enrolment.state in ON_CALENDAR and plan.state is not PlanState.PAUSED:
        if change is ListingChange.CHANGED:
            await _tell_change(session, plan, enrolment, meeting)
        else:
            # Nothing is cancelled: a doubtful date says so, and the reminder offers the fall-back.
            await set_confirmed(session, plan, enrolment, _is_sure(meeting))
    if why := _WORTH_A_LOOK.get(change):
        await ask_rebalance(session, plan, why)


def _is_sure(meeting: Meeting) -> bool:
    is_listed = meeting.state is ListingState.ACTIVE and meeting.withdrawn_on is None
    return is_listed and meeting.unseen < UNCONFIRMED_AT and meeting.suspect_since is None


async def _tell_change(session: AsyncSession, plan: Plan, enrolment: Enrolment, meeting: Meeting) -> None:
    """A newer version of the calendar entry, and a word about it."""
    now = clock.now()
    was = await _next_date(session, enrolment, now)
    rule = listing_of(meeting).meeting.recurrence
    coming = next_occurrences(rule, now, 1) if rule else []
    enrolment.sequence += 1
    await plan_dates(session, plan, now)
    await issue(session, plan, enrolment, InvitationMethod.REQUEST)
    details = {"starts_at": coming[0].isoformat()} if coming else {}
    if was and coming and was != coming[0]:
        details["was"] = was.isoformat()
    key = f"changed:{enrolment.id}:{enrolment.sequence}"
    await write_to(session, plan, Purpose.CHANGED, key=key, about=enrolment.id, details=details)


async def _next_date(session: AsyncSession, enrolment: Enrolment, now: datetime) -> datetime | None:
    """The next date as it was planned by the old listing."""
    planned = select(Occurrence.starts_at).where(
        Occurrence.enrolment_id == enrolment.id, Occurrence.starts_at > now, Occurrence.state.in_(COMING)
    )
    return await session.scalar(planned.order_by(Occurrence.starts_at).limit(1))
