"""What is to be written to somebody: a row and a job, in the transaction that makes it necessary.

Nothing is written or asked here. The job (sending.py) does that when the time has come, by what is true then.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.messages.purposes import Purpose
from services.aftercare.tables import Message, MessageState, Plan
from shared import clock
from shared.contracts.fact import new_id
from shared.jobs import schedule
from shared.upsert import insert_or_ignore

SEND_MESSAGE = "send_message"
SEND_PAGE = "send_page"  # the same work; main.py gives it a runner that nothing else is waiting for
# Names in a message's details that this room writes itself.
ENDING = "ending"  # of an INVITATION: it takes a series off the calendar
INSTEAD = "instead"  # of a CHANGED: not the same meeting elsewhere, but another one in its place
FAILED_BY = "failed_by"  # channels whose address was refused
NOT_DELIVERED = "not_delivered"  # the gateway told us so afterwards


async def write_to(
    session: AsyncSession,
    plan: Plan,
    purpose: Purpose,
    *,
    key: str,
    about: UUID | None = None,
    due_at: datetime | None = None,
    useless_after: datetime | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Queue one message; the same key twice is one. `details`: codes and ISO instants, never a name.

    `useless_after`: later than this it would only confuse (a reminder once the meeting has begun).
    """
    now = clock.now()
    row = {
        "id": new_id(),
        "key": key,
        "case_id": plan.case_id,
        "plan_id": plan.id,
        "purpose": purpose,
        "about": about,
        "details": dict(details or {}),
        "state": MessageState.WAITING,
        "useless_after": useless_after,
        "tries": 0,
        "created_at": now,
    }
    if await insert_or_ignore(session, cast(Table, Message.__table__), [row], ["key"]):
        kind = SEND_PAGE if purpose is Purpose.PAGE_STAFF else SEND_MESSAGE
        await schedule(session, kind, cast(UUID, row["id"]), due_at=due_at)


async def hold_back(
    session: AsyncSession, case_id: UUID, reason: str, *, purposes: Collection[Purpose] | None = None
) -> None:
    """What still waits is never sent. What is leaving this moment cannot be called back.

    Without `purposes`: all that would be written to the client, but not what takes a series off the
    calendar, and never what calls staff.
    """
    query = select(Message).where(Message.case_id == case_id, Message.state == MessageState.WAITING)
    if purposes is not None:
        query = query.where(Message.purpose.in_(purposes))
    for message in await session.scalars(query.order_by(Message.id).with_for_update()):
        spared = message.purpose is Purpose.PAGE_STAFF or ENDING in message.details
        if purposes is not None or not spared:
            message.state, message.reason = MessageState.HELD_BACK, reason


async def page_staff(session: AsyncSession, concern_id: UUID, plan: Plan, turn: int) -> None:
    """Call whoever is next on the on-call list: neutral words, no name. Each turn once."""
    await write_to(
        session,
        plan,
        Purpose.PAGE_STAFF,
        key=f"page:{concern_id}:{turn}",
        about=concern_id,
        details={"turn": str(turn)},
    )
