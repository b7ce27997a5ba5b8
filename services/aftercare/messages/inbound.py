"""Somebody wrote back, or a text was not delivered: what follows, in the request that told us.

A STOP is in force when the gateway gets its answer. The reply leaves in the same request too; when it cannot,
the gateway is told to come again. What was written is looked at and not kept: staff call, they do not read.
"""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.concerns import raise_concern
from services.aftercare.follow_up.follow_ups import ask_person, sign_of_life
from services.aftercare.follow_up.paging import watch_again
from services.aftercare.messages.addresses import index_of, normal
from services.aftercare.messages.contact_checks import note_bad_address
from services.aftercare.messages.outgoing import NOT_DELIVERED
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.replies import Meaning, Wish, meaning_of
from services.aftercare.messages.stops import (
    is_address_stopped,
    resume_address,
    resume_channel,
    stop_address,
    stop_writing,
    stopped_since,
)
from services.aftercare.messages.writing import Letter, Said, write
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.settings import Settings
from services.aftercare.tables import Message, MessageState, Plan, PlanState
from shared import audit, clock
from shared.contracts.aftercare import FollowUpKind, MessageChannel
from shared.contracts.fact import new_id
from shared.identity import Caller, Role
from shared.sealing import KeyShredded

log = logging.getLogger(__name__)

TEXT = MessageChannel.TEXT
_GATEWAY = Caller(None, "text gateway", Role.SERVICE)
_CALL_WITHIN = timedelta(days=1)
_CONFIRM_WITHIN = timedelta(minutes=10)  # a STOP told again so soon may not have been confirmed
_REPLIES = {
    Wish.DANGER: Purpose.CRISIS,
    Wish.STOP: Purpose.STOPPED,
    Wish.START: Purpose.RESUMED,
    Wish.HELP: Purpose.HELP,
    Wish.OTHER: Purpose.ANSWERED,
}


@dataclass(frozen=True)
class Reply:
    """What goes back to `number`. `message_id`: the row that records it, when we know who wrote.

    `call_staff`: danger, and nobody's plan to raise a concern on.
    """

    number: str = field(repr=False)
    letter: Letter | None = field(repr=False)
    message_id: UUID | None = None
    call_staff: bool = False


async def hear(session: AsyncSession, settings: Settings, event_id: str, sender: str, words: str) -> Reply:
    """Do what the words ask. Raises AddressUnusable. The same event twice has the effect of one."""
    number = normal(TEXT, sender)
    index = index_of(session, TEXT, number)
    plans = await _plans_at(session, index)
    meaning = meaning_of(words)
    wanted = await _act(session, index, plans, meaning, event_id)
    stranger = meaning.wish is Wish.DANGER and not plans
    if not wanted:
        return Reply(number, None, call_staff=stranger)
    purpose = _REPLIES[meaning.wish]
    if not plans:
        return Reply(number, _to_a_stranger(settings, event_id, purpose, meaning), call_staff=stranger)
    row = await _reply_row(session, plans[0], event_id, purpose, index)
    if row.state is MessageState.SENT:
        return Reply(number, None)
    language = await _language(session, plans[0], settings)
    said = Said(zone=settings.centre_zone, language=language, phone=settings.centre_phone)
    return Reply(number, write(row.id, purpose, said), row.id)


async def replied(session: AsyncSession, message_id: UUID, *, taken: bool) -> None:
    """The reply left, or the gateway refused it for good."""
    message = await session.get_one(Message, message_id, with_for_update=True)
    message.state = MessageState.SENT if taken else MessageState.FAILED
    message.sent_at, message.reason = (clock.now(), None) if taken else (None, "text_refused")


async def not_delivered(session: AsyncSession, message_id: UUID) -> None:
    """The gateway found out later that a text never arrived. Told before we recorded that it left, too."""
    plan_id = await session.scalar(select(Message.plan_id).where(Message.id == message_id))
    if plan_id is None:
        return
    plan = await session.get_one(Plan, plan_id, with_for_update=True)
    message = await session.get_one(Message, message_id, with_for_update=True)
    if message.state not in (MessageState.SENT, MessageState.SENDING):
        return
    message.details = {**message.details, NOT_DELIVERED: "yes"}
    if message.state is MessageState.SENT:
        message.state, message.reason = MessageState.FAILED, NOT_DELIVERED
    if message.purpose is Purpose.PAGE_STAFF:
        log.critical("a page to staff was not delivered")
        await watch_again(session, message)
        return
    await session.flush()
    await note_bad_address(session, plan, TEXT)


async def _act(
    session: AsyncSession, index: bytes, plans: list[Plan], meaning: Meaning, event_id: str
) -> bool:
    """What the words are to change; whether a reply is called for."""
    now = clock.now()
    stopped = await is_address_stopped(session, TEXT, index)
    match meaning.wish:
        case Wish.DANGER:
            assert meaning.cause is not None
            for plan in plans:
                await raise_concern(session, plan, 3, meaning.cause, key=f"text:{event_id}")
            return True
        case Wish.STOP:
            since = await stopped_since(session, TEXT, index)
            await stop_address(session, TEXT, index)
            for plan in plans:
                await stop_writing(session, plan.case_id, TEXT)
            return since is None or now - since < _CONFIRM_WITHIN  # one confirmation, not one each time
        case Wish.START:
            await resume_address(session, TEXT, index)
            for plan in plans:
                await resume_channel(session, plan.case_id, TEXT)
            return True
        case Wish.HELP:
            return not stopped
        case Wish.OTHER:
            for plan in plans:
                await _have_called(session, plan, now)
            return bool(plans) and not stopped and await _first_today(session, index, event_id, now)


async def _have_called(session: AsyncSession, plan: Plan, now: datetime) -> None:
    await sign_of_life(session, plan)
    await ask_person(
        session,
        plan,
        FollowUpKind.SAME_DAY_CALL,
        key=f"wrote_back:{now:%Y-%m-%d}",
        due_from=now,
        due_by=now + _CALL_WITHIN,
    )


async def _plans_at(session: AsyncSession, index: bytes) -> list[Plan]:
    """The plans of everybody written to at this number, the latest written to first; not of the dead.

    A number may be shared: a STOP holds for all of them, and so does a cry for help.
    """
    query = select(Message.case_id).where(Message.address_index == index).order_by(Message.id.desc())
    cases = dict.fromkeys(await session.scalars(query))
    # Locked in one order everywhere; answered in the order of who was written to last.
    found = {case_id: await latest_plan(session, case_id, lock=True) for case_id in sorted(cases)}
    plans = [found[case_id] for case_id in cases]
    return [plan for plan in plans if plan and plan.state is not PlanState.CLOSED]


async def _reply_row(
    session: AsyncSession, plan: Plan, event_id: str, purpose: Purpose, index: bytes
) -> Message:
    """The row of this event's reply, made once."""
    key = f"reply:{event_id}"
    row = await session.scalar(select(Message).where(Message.key == key).with_for_update())
    if row is None:
        row = Message(
            id=new_id(),
            key=key,
            case_id=plan.case_id,
            plan_id=plan.id,
            purpose=purpose,
            details={},
            channel=TEXT,
            state=MessageState.SENDING,
            address_index=index,
            tries=1,
            created_at=clock.now(),
        )
        session.add(row)
        await session.flush()
    return row


async def _first_today(session: AsyncSession, index: bytes, event_id: str, now: datetime) -> bool:
    """Two machines that answer each other stop after one round a day."""
    query = select(Message.id).where(
        Message.address_index == index,
        Message.purpose == Purpose.ANSWERED,
        Message.created_at > now - timedelta(days=1),
        Message.key != f"reply:{event_id}",
    )
    return await session.scalar(query.limit(1)) is None


async def _language(session: AsyncSession, plan: Plan, settings: Settings) -> str:
    await audit.record(session, _GATEWAY, "message.write", plan.case_id, ("preferences",))
    try:
        return (await preferences_of(session, plan.case_id, settings.centre_zone)).written_in
    except KeyShredded:
        return "en"


def _to_a_stranger(settings: Settings, event_id: str, purpose: Purpose, meaning: Meaning) -> Letter:
    """Nobody we know. The id follows from the event: told again, the gateway knows it is the same reply."""
    letter_id = uuid5(NAMESPACE_URL, f"reply:{event_id}")
    # Words of danger do not tell the language surely: then in both.
    languages = ("en", "es") if meaning.wish is Wish.DANGER else (meaning.language,)
    letters = [
        write(
            letter_id,
            purpose,
            Said(zone=settings.centre_zone, language=language, phone=settings.centre_phone),
        )
        for language in languages
    ]
    return replace(letters[0], short=" ".join(letter.short for letter in letters))


def call_for_a_stranger(event_id: str) -> Letter:
    """To staff: somebody in danger whom no plan knows. Only the gateway knows the number."""
    words = (
        "Somebody in danger texted us from a number no plan knows. Look at the text gateway's inbox and "
        "reach them."
    )
    return Letter(uuid5(NAMESPACE_URL, f"page:{event_id}"), "en", "Somebody needs you now", words, words)
