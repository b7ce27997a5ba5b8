"""Whether a message still has a reason to leave, by what is on file at this moment."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.invitations import RECURRENCE_ID
from services.aftercare.messages.gates import held_by_date, held_by_plan, worth_waiting
from services.aftercare.messages.outgoing import ENDING
from services.aftercare.messages.purposes import Purpose
from services.aftercare.tables import (
    CheckIn,
    Concern,
    Enrolment,
    EnrolmentState,
    Message,
    MessageState,
    Occurrence,
    Plan,
)
from shared import clock

_SEQUENCE = "sequence"


async def hold_now(session: AsyncSession, message: Message) -> str | None:
    """Why it must not leave any more, or None."""
    if message.purpose is Purpose.PAGE_STAFF:
        concern = await session.get(Concern, message.about)
        return "acknowledged" if concern and (concern.acknowledged_at or concern.resolved_at) else None
    plan = await session.get_one(Plan, message.plan_id)
    ending = ENDING in message.details
    if reason := held_by_plan(plan.state.value, message.purpose, ending=ending):
        return reason
    if not worth_waiting(clock.now(), message.useless_after):
        return "too_late"
    if message.purpose is Purpose.INVITATION:
        return await _held_by_newer(session, message)
    if message.purpose is Purpose.CHECK_IN and message.about:
        check_in = await session.get(CheckIn, message.about)
        return "answered" if check_in and check_in.answered_at else None
    if message.purpose is Purpose.PROPOSAL:
        return await _held_by_answers(session, plan)
    if message.about is None:
        return None
    occurrence = await session.get(Occurrence, message.about)
    return held_by_date(message.purpose, occurrence.state if occurrence else None)


async def _held_by_answers(session: AsyncSession, plan: Plan) -> str | None:
    """A proposal told the next morning may have been found on the client's page in the evening."""
    waiting = select(Enrolment.id).where(
        Enrolment.plan_id == plan.id,
        Enrolment.state == EnrolmentState.SUGGESTED,
        Enrolment.fall_back.is_(False),
    )
    return None if (await session.scalars(waiting.limit(1))).first() else "answered"


async def _held_by_newer(session: AsyncSession, message: Message) -> str | None:
    """A later version of the whole series says all that this one would; an end is told only to a calendar
    that was told of the beginning."""
    query = select(Message).where(
        Message.purpose == Purpose.INVITATION, Message.about == message.about, Message.id != message.id
    )
    others: Sequence[Message] = (await session.scalars(query)).all()
    of_series = [one for one in others if RECURRENCE_ID not in one.details]
    alive = (MessageState.WAITING, MessageState.SENDING, MessageState.SENT)
    if any(one.state in alive and _sequence(one) > _sequence(message) for one in of_series):
        return "superseded"
    told = any(one.state in (MessageState.SENT, MessageState.SENDING) for one in of_series)
    if (ENDING in message.details or RECURRENCE_ID in message.details) and not told:
        return "never_invited"
    return None


def _sequence(message: Message) -> int:
    return int(message.details.get(_SEQUENCE, "0"))
