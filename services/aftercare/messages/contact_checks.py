"""An address that does not work is a person's task: look at what is on file, with the client."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.messages.outgoing import FAILED_BY
from services.aftercare.messages.purposes import Purpose
from services.aftercare.tables import Message, MessageState, Plan
from shared import clock
from shared.contracts.aftercare import FollowUpKind, MessageChannel

_WITHIN = timedelta(days=3)
_IN_A_ROW = 2
_LOOKED_AT = 20  # messages of the client, the latest first


async def have_contact_checked(session: AsyncSession, plan: Plan, channel: MessageChannel) -> None:
    """Once a month for each channel: the task stays open until somebody has done it."""
    now = clock.now()
    await ask_person(
        session,
        plan,
        FollowUpKind.CHECK_CONTACT,
        key=f"check_contact:{channel.value}:{now:%Y-%m}",
        due_from=now,
        due_by=now + _WITHIN,
    )


async def note_bad_address(session: AsyncSession, plan: Plan, channel: MessageChannel) -> None:
    """A second refusal in a row is not a passing trouble."""
    query = (
        select(Message)
        .where(Message.case_id == plan.case_id, Message.purpose != Purpose.PAGE_STAFF)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(_LOOKED_AT)
    )
    in_a_row = 0
    for message in await session.scalars(query):
        failed = channel.value in message.details.get(FAILED_BY, "").split()
        if failed or (message.channel is channel and message.state is MessageState.FAILED):
            in_a_row += 1
        elif message.channel is channel and message.state is MessageState.SENT:
            break
    if in_a_row >= _IN_A_ROW:
        await have_contact_checked(session, plan, channel)
