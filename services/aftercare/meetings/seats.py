"""Seats in groups of the house. Public meetings have none; of those only the courtesy cap is counted.

Every question about a seat is answered under the lock of the group's row, in the transaction that acts on the
answer: two clients who say yes to the last seat at once are two transactions, one after the other.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import OVER, Enrolment, EnrolmentState, Meeting, Plan
from shared import clock
from shared.contracts.fact import new_id
from shared.jobs import schedule

HOUSE = "house"  # the source of the groups the house runs itself
OFFER_SEATS = "offer_seats"

_WAITING = Enrolment.state == EnrolmentState.WAITING
# Who has a seat: it is theirs from their yes on, before they have left the house.
COMES = (EnrolmentState.ACCEPTED, EnrolmentState.ACTIVE, EnrolmentState.SUSPENDED)
_COMES = Enrolment.state.in_(COMES)


@dataclass(frozen=True)
class Room:
    """`free`: neither taken nor kept for somebody; negative when seats were taken away. `queue`: how many
    wait and were offered nothing yet."""

    free: int
    queue: int


def is_held() -> ColumnElement[bool]:
    """A seat is kept for this enrolment right now."""
    return and_(_WAITING, Enrolment.held_until > clock.now())


async def locked_group(session: AsyncSession, meeting_id: UUID) -> Meeting | None:
    """The group, its row locked until commit; None for a public meeting or none at all."""
    query = select(Meeting).where(Meeting.id == meeting_id, Meeting.source == HOUSE)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def locked_queue(session: AsyncSession, group_id: UUID) -> dict[UUID, Plan]:
    """The plans of those who wait, by id. Lock them before the group: everybody locks plans first.

    Who joins the queue in between is not among them; joining asks for an offer of its own.
    """
    waiting = select(Enrolment.plan_id).where(Enrolment.meeting_id == group_id, _WAITING)
    query = select(Plan).where(Plan.id.in_(waiting), Plan.state.not_in(OVER)).order_by(Plan.id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return {plan.id: plan for plan in await session.scalars(query)}


async def room_in(session: AsyncSession, group: Meeting, *, beside: UUID | None = None) -> Room:
    """Count under the lock. `beside`: this enrolment is not counted, whatever it has or waits for."""
    counted = case((or_(_COMES, is_held()), 1), else_=0)
    queued = case((and_(_WAITING, Enrolment.held_until.is_(None)), 1), else_=0)
    query = select(func.sum(counted), func.sum(queued)).where(Enrolment.meeting_id == group.id)
    if beside is not None:
        query = query.where(Enrolment.id != beside)
    taken, queue = (await session.execute(query)).one()
    return Room((group.seats or 0) - (taken or 0), queue or 0)


async def may_take_seat(session: AsyncSession, enrolment: Enrolment) -> bool:
    """May this client come to this meeting? Ask before the enrolment is made ACCEPTED or ACTIVE.

    To a public meeting always. To a group of the house with a seat of theirs or kept for them, or when there
    are more free seats than people who wait for an offer: nobody overtakes the queue.
    """
    if await _is_public(session, enrolment.meeting_id):
        return True
    group = await locked_group(session, enrolment.meeting_id)
    if group is None:
        return True
    if group.withdrawn_on is not None:
        return False
    room = await room_in(session, group, beside=enrolment.id)
    theirs = select(Enrolment.id).where(Enrolment.id == enrolment.id, or_(_COMES, is_held()))
    if await session.scalar(theirs):
        return room.free > 0
    return room.free > room.queue


async def wait_for_seat(session: AsyncSession, enrolment: Enrolment) -> None:
    """Join the queue at its end, and have a free seat offered at once if there is one.

    Who waits already, or has an offer, keeps their place; who let an offer pass joins anew.
    """
    now = clock.now()
    if enrolment.state is EnrolmentState.WAITING and (
        enrolment.held_until is None or enrolment.held_until > now
    ):
        return
    enrolment.state = EnrolmentState.WAITING
    enrolment.waiting_since, enrolment.held_until, enrolment.ended_at = now, None, None
    await seat_freed(session, enrolment.meeting_id)


async def seat_freed(session: AsyncSession, meeting_id: UUID) -> None:
    """Somebody leaves a group or its queue: the next one is offered the seat. Public meetings have none."""
    if not await _is_public(session, meeting_id):
        # Each time a job of its own: a key that was used before would never run again.
        await schedule(session, OFFER_SEATS, meeting_id, key=f"{OFFER_SEATS}:{new_id()}")


async def _is_public(session: AsyncSession, meeting_id: UUID) -> bool:
    """What a meeting is never changes: of one that the session holds nothing is asked."""
    meeting = await session.get(Meeting, meeting_id)
    return meeting is None or meeting.source != HOUSE


async def full_groups(session: AsyncSession) -> frozenset[UUID]:
    """The groups without a seat for somebody new. No lock is taken: `may_take_seat` has the last word."""
    in_line = and_(_WAITING, or_(Enrolment.held_until.is_(None), Enrolment.held_until > clock.now()))
    taken = case((or_(_COMES, in_line), 1), else_=0)
    query = (
        select(Meeting.id)
        .outerjoin(Enrolment, Enrolment.meeting_id == Meeting.id)
        .where(Meeting.source == HOUSE)
        .group_by(Meeting.id)
        .having(func.coalesce(func.sum(taken), 0) >= Meeting.seats)
    )
    return frozenset(await session.scalars(query))
