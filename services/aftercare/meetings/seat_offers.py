"""A free seat is offered to whoever's turn it is, and kept for a day; then it goes to the next.

Somebody who lets an offer pass stays on the list but is not asked again by itself: no reply is not a no, and
a message every day is nagging. A yes takes any seat that is free then; asking anew joins the queue's end.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.matching.report import REASONS
from services.aftercare.meetings.normal_form import from_plain
from services.aftercare.meetings.recurrence import next_occurrences
from services.aftercare.meetings.seats import (
    COMES,
    OFFER_SEATS,
    locked_group,
    locked_queue,
    room_in,
    wait_for_seat,
)
from services.aftercare.meetings.waiting import HOLD, Waiting, in_turn
from services.aftercare.messages.outgoing import write_to
from services.aftercare.messages.purposes import Purpose
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan, PlanState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import EnrolmentMode, FollowUpKind
from shared.contracts.fact import new_id
from shared.jobs import Job, finish, schedule
from shared.sealing import box
from shared.upsert import insert_or_ignore

# A plan that rests is passed over and keeps its place; one that is over has left the queue.
_ASKED = (PlanState.DRAFT, PlanState.OFFERED, PlanState.ACTIVE, PlanState.LOST_CONTACT)


async def offer_seats(place: Workplace, job: Job) -> None:
    """The job: a seat became free, or a day is over. Run twice it finds the seat kept and offers nothing."""
    async with place.database.transaction() as session:
        plans = await locked_queue(session, job.subject_id)
        group = await locked_group(session, job.subject_id)
        if group is not None and group.withdrawn_on is None:
            free = max(0, (await room_in(session, group)).free)
            ready = [row for row in await _waiting(session, group) if _may_be_asked(plans.get(row[1].id))]
            for enrolment, plan in _by_turn(ready)[:free]:
                await _offer(session, plan, enrolment)
        await finish(session, job)


async def ask_for_seat(session: AsyncSession, plan: Plan, group: Meeting) -> Enrolment:
    """The client wants to come, or to be told when there is a seat. Keeps a place in the queue they have."""
    enrolment = await _enrolment(session, plan, group)
    if enrolment.state not in COMES:
        await wait_for_seat(session, enrolment)
    return enrolment


async def in_line(session: AsyncSession, group: Meeting, *, consented_only: bool = False) -> list[Enrolment]:
    """Everybody who waits, for a screen: with a seat kept for them, in turn, and who let an offer pass."""
    rows = await _waiting(session, group)
    shown = [(one, plan) for one, plan in rows if plan.consent_id or not consented_only]
    kept = sorted((one for one, _ in shown if one.held_until), key=lambda one: one.held_until or clock.now())
    open_offers = [one for one in kept if one.held_until and one.held_until > clock.now()]
    let_pass = [one for one in kept if one not in open_offers]
    return [*open_offers, *(one for one, _ in _by_turn(shown)), *let_pass]


def _may_be_asked(plan: Plan | None) -> bool:
    return plan is not None and plan.state in _ASKED and plan.consent_revoked_at is None


def _by_turn(rows: Iterable[tuple[Enrolment, Plan]]) -> list[tuple[Enrolment, Plan]]:
    """Those who were offered nothing yet."""
    by_id = {one.id: (one, plan) for one, plan in rows if one.held_until is None}
    waiting = (
        Waiting(one.id, plan.tier, plan.left_at, one.waiting_since or one.suggested_at)
        for one, plan in by_id.values()
    )
    return [by_id[one.enrolment_id] for one in in_turn(waiting, clock.now())]


async def _waiting(session: AsyncSession, group: Meeting) -> list[tuple[Enrolment, Plan]]:
    query = (
        select(Enrolment, Plan)
        .join(Plan, Plan.id == Enrolment.plan_id)
        .where(Enrolment.meeting_id == group.id, Enrolment.state == EnrolmentState.WAITING)
    )
    return [(one, plan) for one, plan in await session.execute(query)]


async def _offer(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> None:
    """Keep the seat and say so: by message, and by a person, since a day is short for an unread message."""
    until = clock.now() + HOLD
    enrolment.held_until = until
    key = f"seat:{enrolment.id}:{until:%Y%m%dT%H%M%S}"
    await schedule(session, OFFER_SEATS, enrolment.meeting_id, due_at=until, key=f"{OFFER_SEATS}:{key}")
    await write_to(
        session,
        plan,
        Purpose.SEAT_FREE,
        key=key,
        about=enrolment.id,
        useless_after=until,
        details={"answer_by": until.isoformat()},
    )
    await ask_person(session, plan, FollowUpKind.ASK_CLIENT, key=key, due_from=clock.now(), due_by=until)


async def _enrolment(session: AsyncSession, plan: Plan, group: Meeting) -> Enrolment:
    """The plan's row for this group; made once, whatever it becomes."""
    row_id = new_id()
    listing = from_plain(group.listing)
    row = {
        "id": row_id,
        "plan_id": plan.id,
        "case_id": plan.case_id,
        "meeting_id": group.id,
        "state": EnrolmentState.SUGGESTED,
        "mode": EnrolmentMode.SELF_ATTEND,
        "modality": min(listing.modalities),
        "score": 0,  # asked for, not found by the matcher
        "reasons": (await box(session, plan.case_id)).seal(REASONS, row_id, json.dumps({})),
        "fall_back": False,
        "sequence": 0,
        "first_occurrence_at": _first(group),
        "suggested_at": clock.now(),
    }
    await insert_or_ignore(session, cast(Table, Enrolment.__table__), [row], ["plan_id", "meeting_id"])
    mine = select(Enrolment).where(Enrolment.plan_id == plan.id, Enrolment.meeting_id == group.id)
    return (await session.scalars(mine.with_for_update())).one()


def _first(group: Meeting) -> datetime:
    rule = from_plain(group.listing).recurrence
    return next(iter(next_occurrences(rule, clock.now(), 1)), clock.now()) if rule else clock.now()
