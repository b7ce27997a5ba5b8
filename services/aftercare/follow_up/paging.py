"""Calling people about a level 3 concern: at once, then every 15 minutes the next one, until one has it.

Each turn is a job of its own. The next is set before this one does anything, so that a turn which cannot be
done breaks no chain; a process that dies between two turns loses none and repeats none. Beside each turn
somebody watches whether the page left: if not, the next is called at once.
"""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.concerns import PAGE_CONCERN, call_key, call_kind, page_key
from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.messages.opening import on_call
from services.aftercare.messages.outgoing import page_staff
from services.aftercare.plans.opening import locked
from services.aftercare.settings import Settings
from services.aftercare.tables import Concern, Message, MessageState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import MessageChannel
from shared.fault_points import fault_point
from shared.jobs import Job, Later, finish, hasten, schedule

log = logging.getLogger(__name__)

WATCH_PAGE = "watch_page"
EVERY = timedelta(minutes=15)
_LOOK_EVERY = timedelta(seconds=15)
_LEAVES_WITHIN = timedelta(minutes=1)


def people_on_call(settings: Settings) -> int:
    """How many could be paged, by a channel there is. 0: a concern would reach nobody but the work list."""
    there_is = {
        MessageChannel.EMAIL: settings.tray or bool(settings.smtp_host),
        MessageChannel.TEXT: settings.tray or bool(settings.text_url),
    }
    return sum(there_is[channel] for channel, _ in on_call(settings))


def somebody_is_on_call(settings: Settings) -> bool:
    """Is there anybody a page could reach?"""
    return people_on_call(settings) > 0


async def page_concern(place: Workplace, job: Job) -> None:
    """The job of one turn. Without anybody on call it is loud instead: a log, and a task due now."""
    turn = _turn(job)
    if not await _set_next(place, job, turn):
        return
    fault_point("page_concern.next_set")
    async with place.database.transaction() as session:
        concern = await session.get_one(Concern, job.subject_id)
        plan = await locked(session, concern.plan_id)
        await session.refresh(concern, with_for_update=True)
        if plan is not None and concern.acknowledged_at is None:
            if somebody_is_on_call(place.settings):
                await page_staff(session, concern.id, plan, turn)
                await schedule(session, WATCH_PAGE, concern.id, key=f"{WATCH_PAGE}:{concern.id}:{turn}")
            else:
                log.error("nobody is on call for a concern", extra={"code": "nobody_on_call"})
            await ask_person(
                session,
                plan,
                call_kind(concern),
                key=call_key(concern),
                due_from=concern.opened_at,
                due_by=concern.due_by,
            )
            concern.pages = max(concern.pages, turn + 1)
        await finish(session, job)


async def watch_page(place: Workplace, job: Job) -> None:
    """The job beside one turn: a page that does not leave at once, or does not arrive, calls the next.

    Unless nobody of a whole round could be written to: a page every few seconds would help nobody.
    """
    turn = _turn(job)
    async with place.database.transaction() as session:
        concern = await session.get_one(Concern, job.subject_id)
        page = await _page(session, concern.id, turn)
        sent = page is None or page.state is MessageState.SENT
        if concern.acknowledged_at is None and not sent and page is not None:
            if not _is_stuck(page):
                raise Later(_LOOK_EVERY, "page_leaving")
            people = people_on_call(place.settings)
            of_any_use = (turn + 1) % max(people, 1) != 0 or await _reached(session, concern, turn, people)
            if of_any_use and concern.pages == turn + 1:
                await hasten(session, PAGE_CONCERN, [concern.id])
        await finish(session, job)


async def watch_again(session: AsyncSession, page: Message) -> None:
    """The page left, and was reported undelivered afterwards. Told twice is once."""
    assert page.about is not None
    key = f"{WATCH_PAGE}:{page.about}:undelivered:{page.details['turn']}"
    await schedule(session, WATCH_PAGE, page.about, key=key)


async def _reached(session: AsyncSession, concern: Concern, turn: int, people: int) -> bool:
    """Was any other page of the last round delivered, as far as we know?"""
    round_before = [f"page:{concern.id}:{n}" for n in range(turn - people + 1, turn)]
    query = select(Message.id).where(Message.key.in_(round_before), Message.state == MessageState.SENT)
    return (await session.scalars(query.limit(1))).first() is not None


async def _set_next(place: Workplace, job: Job, turn: int) -> bool:
    """False when somebody has it: the calling ends here."""
    async with place.database.transaction() as session:
        concern = await session.get(Concern, job.subject_id)
        if concern is None or concern.acknowledged_at is not None:
            await finish(session, job)
            return False
        key = page_key(concern.id, turn + 1)
        await schedule(session, job.kind, concern.id, due_at=clock.now() + EVERY, key=key)
    return True


async def _page(session: AsyncSession, concern_id: UUID, turn: int) -> Message | None:
    return await session.scalar(select(Message).where(Message.key == f"page:{concern_id}:{turn}"))


def _is_stuck(page: Message) -> bool:
    """It failed, was tried and not taken, or has had its time."""
    failed = page.state in (MessageState.FAILED, MessageState.HELD_BACK)
    return failed or page.reason is not None or clock.now() - page.created_at >= _LEAVES_WITHIN


def _turn(job: Job) -> int:
    return int(job.key.rsplit(":", 1)[1])
