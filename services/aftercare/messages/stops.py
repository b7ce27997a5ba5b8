"""Who asked not to be written to: a client, or whoever has an address. Asked before every message."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.messages.outgoing import hold_back
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import Message, Stop
from shared import clock
from shared.contracts.aftercare import MessageChannel, MessagesStopped
from shared.messaging.outbox import say

STOPPED = "stopped"


async def stop_writing(session: AsyncSession, case_id: UUID, channel: MessageChannel | None) -> None:
    """Write to this client no more by `channel`, or at all (None). Asked twice is asked once.

    What waits may still go by the other channel; when there is none left it is held back at once.
    """
    await latest_plan(session, case_id, lock=True)  # two requests at once, one after the other
    if channel in await stopped_channels(session, case_id):
        return
    session.add(Stop(case_id=case_id, channel=channel, since=clock.now()))
    say(session, MessagesStopped(case_id=case_id, channel=channel))
    await session.flush()
    if set(MessageChannel) <= await stopped_channels(session, case_id):
        await hold_back(session, case_id, STOPPED)


async def resume_writing(session: AsyncSession, case_id: UUID) -> None:
    """The client wants to be written to again. The consents, in intake, decide whether that may be."""
    await session.execute(_lift().where(Stop.case_id == case_id))
    await _resume_mailboxes(session, case_id)


async def take_back_by_email(session: AsyncSession, case_id: UUID) -> None:
    """The undo on the page an e-mail leads to: what that page can stop, e-mail or everything. Texts that the
    client stopped elsewhere stay stopped."""
    own = or_(Stop.channel == MessageChannel.EMAIL, Stop.channel.is_(None))
    await session.execute(_lift().where(Stop.case_id == case_id, own))
    await _resume_mailboxes(session, case_id)


async def stop_address(session: AsyncSession, channel: MessageChannel, index: bytes) -> None:
    """Whoever has this address wants nothing there, whether or not we know who it is."""
    if not await is_address_stopped(session, channel, index):
        session.add(Stop(address_index=index, channel=channel, since=clock.now()))
        await session.flush()


async def resume_address(session: AsyncSession, channel: MessageChannel, index: bytes) -> None:
    await session.execute(_lift().where(Stop.address_index == index, Stop.channel == channel))


async def resume_channel(session: AsyncSession, case_id: UUID, channel: MessageChannel) -> None:
    """A START on one channel takes back the STOP for this one; a stop of everything stays for the others."""
    everywhere = None in await stopped_channels(session, case_id)
    mine = or_(Stop.channel == channel, Stop.channel.is_(None))
    await session.execute(_lift().where(Stop.case_id == case_id, mine))
    if channel is MessageChannel.EMAIL:
        await _resume_mailboxes(session, case_id)
    if everywhere:
        for other in MessageChannel:
            if other is not channel:
                session.add(Stop(case_id=case_id, channel=other, since=clock.now()))


async def _resume_mailboxes(session: AsyncSession, case_id: UUID) -> None:
    """A stop by the link in an e-mail holds for the mailbox too, and no START could take that one back. A
    telephone's STOP is left alone: that is between its owner and the network."""
    email = MessageChannel.EMAIL
    theirs = select(Message.address_index).where(
        Message.case_id == case_id, Message.channel == email, Message.address_index.is_not(None)
    )
    await session.execute(_lift().where(Stop.channel == email, Stop.address_index.in_(theirs)))


async def stopped_channels(session: AsyncSession, case_id: UUID) -> set[MessageChannel | None]:
    """The channels the client stopped, each of them after a stop of everything; None is that one."""
    query = select(Stop.channel).where(Stop.case_id == case_id, Stop.lifted_at.is_(None))
    found = set(await session.scalars(query))
    return found | set(MessageChannel) if None in found else found


async def is_address_stopped(session: AsyncSession, channel: MessageChannel, index: bytes) -> bool:
    return await stopped_since(session, channel, index) is not None


async def stopped_since(session: AsyncSession, channel: MessageChannel, index: bytes) -> datetime | None:
    query = select(Stop.since).where(
        Stop.address_index == index, Stop.channel == channel, Stop.lifted_at.is_(None)
    )
    return await session.scalar(query.order_by(Stop.since).limit(1))


def _lift() -> Update:
    return update(Stop).where(Stop.lifted_at.is_(None)).values(lifted_at=clock.now())
