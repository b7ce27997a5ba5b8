"""The job that sends one message. Network calls stand between transactions, never inside one.

(a) what may leave, by plan, stops, wishes and hours; (b) intake's door, which is the consent check and the
address; (c) recorded as leaving, all of (a) asked once more; (d) out by one channel; (e) what became of it.

Killed before (c) is committed, nothing has left and the job runs again. Killed between (c) and (e), the
message may have left. It is handed over again only where twice is harmless: to a channel that knows the
message by its key, a calendar entry (same UID, SEQUENCE and Message-ID), a page to staff. Anything else ends
FAILED, "uncertain", for a person to see: at most once, rather than a client written to twice.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.messages import quiet_hours
from services.aftercare.messages.addresses import index_of
from services.aftercare.messages.channels.outcome import Fate, Outcome
from services.aftercare.messages.channels.tray import Tray
from services.aftercare.messages.composing import Reader, compose, page
from services.aftercare.messages.contact_checks import have_contact_checked, note_bad_address
from services.aftercare.messages.gates import (
    MOST_TRIES,
    TWICE_IS_HARMLESS,
    pause_after,
    ways,
    worth_waiting,
)
from services.aftercare.messages.holding import hold_now
from services.aftercare.messages.keeping import keep_in_tray
from services.aftercare.messages.outgoing import ENDING, FAILED_BY, NOT_DELIVERED
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.reaching import NotReachable
from services.aftercare.messages.stops import is_address_stopped, stopped_channels
from services.aftercare.messages.whereto import Found, ask_intake, whose_turn
from services.aftercare.messages.writing import Letter
from services.aftercare.plans.preferences import Preferences, preferences_of
from services.aftercare.tables import Message, MessageState, Plan
from services.aftercare.workplace import Workplace
from shared import audit, clock
from shared.contracts.aftercare import MessageChannel
from shared.fault_points import fault_point
from shared.identity import Caller, Role
from shared.jobs import GIVE_UP_AFTER, Job, Later, LeaseLost, finish
from shared.messaging.consumer import is_transient
from shared.sealing import KeyShredded

log = logging.getLogger(__name__)

_SERVICE = Caller(None, "aftercare", Role.SERVICE)
_OPEN = (MessageState.WAITING, MessageState.SENDING)
_RECORD_AGAIN = (0.1, 0.5, 2.0)  # seconds


@dataclass(frozen=True)
class _Due:
    """What may leave by which channels, in the order to try. `wait`: not before so long from now."""

    message_id: UUID
    case_id: UUID
    purpose: Purpose
    channels: tuple[MessageChannel, ...] = ()
    wanted: Preferences | None = None
    turn: int = 0
    wait: timedelta = timedelta()


@dataclass(frozen=True)
class _Leaving:
    to: Found
    letter: Letter = field(repr=False)


async def send_message(place: Workplace, job: Job) -> None:
    """The work of both kinds of sending; the job's subject is the message.

    A fault of ours, the last time it is tried, ends as FAILED where staff see it: a message that waits for a
    job that was given up would be lost in silence.
    """
    try:
        await _send(place, job)
    except (Later, LeaseLost):
        raise
    except Exception as error:
        if job.attempts < GIVE_UP_AFTER or is_transient(error):
            raise
        log.error("a message could not be written", exc_info=error, extra={"job": job.kind})
        async with place.database.transaction() as session:
            message = await _locked(session, job.subject_id)
            if message is not None and message.state in _OPEN:
                leaving = message.state is MessageState.SENDING
                await _fail(session, job, message, "uncertain" if leaving else "broken")
            else:
                await finish(session, job)


async def _send(place: Workplace, job: Job) -> None:
    due = await _look(place, job)
    if due is None:
        return
    if due.wait > timedelta():
        raise Later(due.wait, "quiet_hours")
    fault_point("sending.begun")
    found = (
        whose_turn(place, due.turn)
        if due.wanted is None
        else await ask_intake(place, due.case_id, due.channels)
    )
    leaving = await _record_leaving(place, job, due, found)
    if leaving is None:
        return
    fault_point("sending.recorded")
    outcome = await place.channels[leaving.to.channel].send(leaving.to.address, leaving.letter)
    fault_point("sending.handed_over")
    await _settle_surely(place, job, leaving, outcome)
    fault_point("sending.settled")


async def _look(place: Workplace, job: Job) -> _Due | None:
    """What is due; None when there is nothing to send any more, which is then recorded."""
    async with place.database.transaction() as session:
        message = await _locked(session, job.subject_id)
        if message is None or message.state not in _OPEN:
            await finish(session, job)
            return None
        if message.state is MessageState.SENDING and not _may_repeat(place, message):
            await _fail(session, job, message, "uncertain")
            return None
        if reason := await hold_now(session, message):
            await _hold(session, job, message, reason)
            return None
        if message.purpose is Purpose.PAGE_STAFF:
            turn = int(message.details.get("turn", "0"))
            return _Due(message.id, message.case_id, message.purpose, turn=turn)
        return await _look_at_wishes(place, job, session, message)


async def _look_at_wishes(place: Workplace, job: Job, session: AsyncSession, message: Message) -> _Due | None:
    await audit.record(session, _SERVICE, "message.write", message.case_id, ("preferences",))
    try:
        wanted = await preferences_of(session, message.case_id, place.settings.centre_zone)
    except KeyShredded:
        await _hold(session, job, message, "forgotten")
        return None
    failed_by = message.details.get(FAILED_BY, "").split()
    channels, reason = ways(
        message.purpose,
        wanted.channels,
        wanted.invitations_by_email,
        place.channels,
        await stopped_channels(session, message.case_id),
        failed_by,
    )
    if message.state is MessageState.SENDING:  # what may be out already goes no second way
        channels = [one for one in channels if one is message.channel]
    if not channels and failed_by:
        await _fail(session, job, message, message.reason or reason)
        return None
    if not channels:
        await _hold(session, job, message, reason)
        return None
    now = clock.now()
    hours = quiet_hours.Hours.ANY if ENDING in message.details else quiet_hours.hours_of(message.purpose)
    allowed = quiet_hours.allowed_at(now, wanted.zone, hours)
    if not worth_waiting(allowed, message.useless_after):
        await _hold(session, job, message, "quiet_hours")
        return None
    return _Due(message.id, message.case_id, message.purpose, tuple(channels), wanted, wait=allowed - now)


async def _record_leaving(
    place: Workplace, job: Job, due: _Due, found: Found | NotReachable
) -> _Leaving | None:
    """Write down that it leaves now, unless something has happened since it was looked at."""
    async with place.database.transaction() as session:
        message = await _locked(session, due.message_id)
        if message is None or message.state not in _OPEN:
            await finish(session, job)
            return None
        plan = await session.get_one(Plan, message.plan_id)
        if isinstance(found, NotReachable):
            if found.look:
                await have_contact_checked(session, plan, due.channels[0])
            await _hold(session, job, message, found.reason)
            return None
        reason = await hold_now(session, message)
        if due.wanted is not None and not reason:
            message.address_index = index_of(session, found.channel, found.address)
            if found.channel in await stopped_channels(session, message.case_id) or await is_address_stopped(
                session, found.channel, message.address_index
            ):
                reason = "stopped"
        if reason:
            await _hold(session, job, message, reason)
            return None
        message.state, message.channel, message.reason = MessageState.SENDING, found.channel, None
        message.tries += 1
        if due.wanted is None:
            return _Leaving(found, page(message, place.settings))
        reader = Reader(plan, _in_language(due.wanted, found.language), found.channel, found.address)
        return _Leaving(found, await compose(session, message, reader, place.settings))


async def _settle_surely(place: Workplace, job: Job, leaving: _Leaving, outcome: Outcome) -> None:
    """What became of a message is not forgotten because the database was busy for a moment."""
    for pause in _RECORD_AGAIN:
        try:
            return await _settle(place, job, leaving, outcome)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning(
                "a message's fate could not be recorded at once", extra={"code": type(error).__name__}
            )
            await asyncio.sleep(pause)
    return await _settle(place, job, leaving, outcome)


async def _settle(place: Workplace, job: Job, leaving: _Leaving, outcome: Outcome) -> None:
    pause = None
    async with place.database.transaction() as session:
        message = await _locked(session, job.subject_id)
        assert message is not None  # rows are never deleted
        if outcome.fate is Fate.TAKEN:
            message.state, message.sent_at = MessageState.SENT, clock.now()
            if NOT_DELIVERED in message.details:  # the gateway was quicker than we
                message.state, message.reason = MessageState.FAILED, NOT_DELIVERED
            if isinstance(place.channels[leaving.to.channel], Tray):
                await keep_in_tray(session, message, leaving.letter)
            await finish(session, job)
            return
        if outcome.bad_address and message.purpose is not Purpose.PAGE_STAFF:
            pause = timedelta()
            await _give_up_channel(session, message, leaving.to.channel)
        elif outcome.fate is Fate.LATER or (outcome.fate is Fate.UNCERTAIN and _may_repeat(place, message)):
            pause = outcome.retry_after or pause_after(message.tries, message.purpose)
            if message.tries >= MOST_TRIES or not worth_waiting(clock.now() + pause, message.useless_after):
                pause = None
        if pause is None:
            code = "uncertain" if outcome.fate is Fate.UNCERTAIN else outcome.code
            await _fail(session, job, message, code)
        else:
            message.state, message.reason = MessageState.WAITING, outcome.code
    if pause is not None:
        raise Later(pause, outcome.code)


async def _give_up_channel(session: AsyncSession, message: Message, channel: MessageChannel) -> None:
    """This address takes nothing: the message goes by the next channel, if there is one."""
    failed_by = {*message.details.get(FAILED_BY, "").split(), channel.value}
    message.details = {**message.details, FAILED_BY: " ".join(sorted(failed_by))}
    await session.flush()
    await note_bad_address(session, await session.get_one(Plan, message.plan_id), channel)


def _may_repeat(place: Workplace, message: Message) -> bool:
    channel = place.channels.get(message.channel) if message.channel else None
    return message.purpose in TWICE_IS_HARMLESS or (channel is not None and channel.repeatable)


def _in_language(wanted: Preferences, on_file: str) -> Preferences:
    """What the client chose here; while nobody has asked, the language of the first request."""
    if "written_in" in wanted.model_fields_set or on_file not in ("en", "es"):
        return wanted
    return wanted.model_copy(update={"written_in": on_file})


async def _hold(session: AsyncSession, job: Job, message: Message, reason: str) -> None:
    message.state, message.reason = MessageState.HELD_BACK, reason
    await finish(session, job)


async def _fail(session: AsyncSession, job: Job, message: Message, reason: str) -> None:
    message.state, message.reason = MessageState.FAILED, reason
    if message.purpose is Purpose.PAGE_STAFF:
        log.critical("a page to staff did not leave", extra={"code": reason})
    else:
        log.error("a message did not leave; staff see it", extra={"code": reason})
    await finish(session, job)


async def _locked(session: AsyncSession, message_id: UUID) -> Message | None:
    """The message, its plan locked before it, as wherever something is held back: a pause waits for us or
    we for it."""
    plan_id = await session.scalar(select(Message.plan_id).where(Message.id == message_id))
    if plan_id is None:
        return None
    await session.get_one(Plan, plan_id, with_for_update=True)
    return await session.get(Message, message_id, with_for_update=True)
