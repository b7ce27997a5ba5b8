"""The staff's JSON API of the groups the house runs itself: when, where, how many, and who waits."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.meeting_views import Keeper, Reader, meeting_in_plain
from services.aftercare.meetings.group_form import Group
from services.aftercare.meetings.house_groups import change_group, close_group, create_group
from services.aftercare.meetings.seat_offers import ask_for_seat, in_line
from services.aftercare.meetings.seats import HOUSE, locked_group, room_in
from services.aftercare.plans.kept_apart import meetings_of_kept_apart
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import OVER, Meeting
from shared import audit
from shared.contracts.fact import new_id
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["groups of the house"])

# Who speaks with discharged clients and may ask on their behalf.
Arranger = Annotated[Caller, Depends(allowed(Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR))]


class GroupMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No group", "There is no such group of the house.")


class GroupClosed(Problem):
    def __init__(self) -> None:
        super().__init__(409, "group_closed", "Group closed", "This group does not meet any more.")


class NotForThisClient(Problem):
    def __init__(self) -> None:
        super().__init__(409, "not_offered", "Not offered", "This group cannot be offered to this client.")


class PlanNotOpen(Problem):
    def __init__(self) -> None:
        detail = "Without an aftercare plan that is under way there is nothing to put a seat into."
        super().__init__(409, "plan_not_open", "No open plan", detail)


@router.post("/groups", status_code=201)
async def open_group(request: Request, group: Group, caller: Keeper) -> dict[str, Any]:
    """Write down a group of the house; from now on the matcher offers it."""
    group_id = new_id()
    listing = group.listing(group_id, settings_of(request).centre_zone)
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "group.create", None)
        return await _in_plain(session, await create_group(session, group_id, listing, group.seats))


@router.get("/groups")
async def groups(request: Request, _caller: Reader) -> dict[str, Any]:
    """The groups that meet, with their seats."""
    query = select(Meeting).where(Meeting.source == HOUSE, Meeting.withdrawn_on.is_(None))
    async with store_of(request).reading() as session:
        rows = (await session.scalars(query.order_by(Meeting.name, Meeting.id))).all()
        return {"groups": [await _in_plain(session, row) for row in rows]}


@router.put("/groups/{group_id}")
async def alter_group(request: Request, group_id: UUID, group: Group, caller: Keeper) -> dict[str, Any]:
    """New time, place or seats. Whoever comes is told; fewer seats take nobody's away."""
    listing = group.listing(group_id, settings_of(request).centre_zone)
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "group.change", None)
        changed = await change_group(session, group_id, listing, group.seats)
        if changed is None:
            raise GroupMissing
        return await _in_plain(session, changed)


@router.post("/groups/{group_id}/close")
async def end_group(request: Request, group_id: UUID, caller: Keeper) -> dict[str, Any]:
    """It does not meet any more. Who comes is helped to another meeting; the queue dissolves."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "group.close", None)
        closed = await close_group(session, group_id)
        if closed is None:
            raise GroupMissing
        return await _in_plain(session, closed)


@router.get("/groups/{group_id}/queue")
async def queue(request: Request, group_id: UUID, caller: Reader) -> dict[str, Any]:
    """Who waits for a seat, in the order of their turns; `held_until`: a seat is, or was, kept for them."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "group.queue", None)
        group = await _group(session, group_id)
        waiting = await in_line(session, group, consented_only=caller.role is Role.ALUMNI)
        return {
            **await _in_plain(session, group),
            "waiting": [
                {
                    "case_id": one.case_id,
                    "enrolment_id": one.id,
                    "waiting_since": one.waiting_since,
                    "held_until": one.held_until,
                }
                for one in waiting
            ],
        }


@router.post("/groups/{group_id}/seats/{case_id}")
async def request_seat(request: Request, group_id: UUID, case_id: UUID, caller: Arranger) -> dict[str, Any]:
    """The client wants to come. A free seat is offered at once and kept for a day, else they wait."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "group.ask", case_id)
        plan = await latest_plan(session, case_id, lock=True)
        if plan is None or plan.state in OVER or plan.consent_revoked_at:
            raise PlanNotOpen
        if caller.role is Role.ALUMNI and plan.consent_id is None:
            raise PlanNotOpen
        group = await locked_group(session, group_id)
        if group is None:
            raise GroupMissing
        if group.withdrawn_on is not None:
            raise GroupClosed
        if group_id in await meetings_of_kept_apart(session, case_id):
            raise NotForThisClient  # and no word of why, or of whom
        enrolment = await ask_for_seat(session, plan, group)
        return {"enrolment_id": enrolment.id, "state": enrolment.state, "held_until": enrolment.held_until}


async def _group(session: AsyncSession, group_id: UUID) -> Meeting:
    query = select(Meeting).where(Meeting.id == group_id, Meeting.source == HOUSE)
    if (group := await session.scalar(query)) is None:
        raise GroupMissing
    return group


async def _in_plain(session: AsyncSession, group: Meeting) -> dict[str, Any]:
    await session.flush()
    room = await room_in(session, group)
    seats = {"seats": group.seats, "free": max(0, room.free), "waiting_count": room.queue}
    return meeting_in_plain(group) | seats
