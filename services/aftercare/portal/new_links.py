"""A new link for somebody who has none that opens: to the address the centre writes to, never elsewhere.

Whether we know an address must not show. So a request writes the same job whatever the address is, and the
job, later, looks whether a message of ours went there. The address itself is kept nowhere: only its keyed
hash, as with every message.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.messages.addresses import index_of, normal
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import Message, Plan, PlanState, Purpose
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import MessageChannel
from shared.jobs import Job, finish, schedule

FIND_CLIENT = "find_client"
_SLOT = timedelta(minutes=10)  # one link in that time, however often the button is pressed
_A_DAY = 6  # links one client is sent in 24 hours
_SHARED_BY = 3  # people written to at one address: a couple, a household
_GONE = (PlanState.CLOSED, PlanState.SUPERSEDED)


async def ask_by_address(session: AsyncSession, typed: str) -> None:
    """Raises AddressUnusable, for what can be neither an e-mail address nor a telephone number."""
    channel = MessageChannel.EMAIL if "@" in typed else MessageChannel.TEXT
    index = index_of(session, channel, normal(channel, typed))
    key = f"{FIND_CLIENT}:{index.hex()}:{_slot(clock.now())}"
    await schedule(session, FIND_CLIENT, UUID(bytes=index[:16]), key=key)


async def find_client(place: Workplace, job: Job) -> None:
    """The job: whoever we wrote to at this address is sent a new link, to what is on file for them now."""
    index = bytes.fromhex(job.key.split(":")[1])
    async with place.database.transaction() as session:
        query = select(Message.case_id).where(
            Message.address_index == index, Message.purpose != Purpose.PAGE_STAFF
        )
        newest = query.group_by(Message.case_id).order_by(func.max(Message.created_at).desc())
        for case_id in list(await session.scalars(newest.limit(_SHARED_BY))):
            await send_link(session, case_id)
        await finish(session, job)


async def send_link(session: AsyncSession, case_id: UUID) -> None:
    """Queue a fresh link. More than a few a day are nobody's wish but a nuisance somebody makes."""
    plan = await latest_plan(session, case_id, lock=True)
    if plan is None or plan.state in _GONE or await _sent_lately(session, plan) >= _A_DAY:
        return
    key = f"new_link:{plan.id}:{_slot(clock.now())}"
    await write_to(session, plan, Purpose.NEW_LINK, key=key)


async def _sent_lately(session: AsyncSession, plan: Plan) -> int:
    query = select(func.count()).where(
        Message.case_id == plan.case_id,
        Message.purpose == Purpose.NEW_LINK,
        Message.created_at > clock.now() - timedelta(days=1),
    )
    return await session.scalar(query) or 0


def _slot(now: datetime) -> int:
    return int(now.timestamp() // _SLOT.total_seconds())
