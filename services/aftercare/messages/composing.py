"""From a message's row to the letter: what it says, read in the transaction in which it leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.drawing import first_from
from services.aftercare.calendar.entries import entry_of
from services.aftercare.calendar.invitations import METHOD, RECURRENCE_ID
from services.aftercare.calendar.series import Parties, invitation_of, method_of
from services.aftercare.calendar.subscription import page_address
from services.aftercare.messages.addresses import bare
from services.aftercare.messages.links import make_link
from services.aftercare.messages.outgoing import ENDING, INSTEAD
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.stop_links import stop_link
from services.aftercare.messages.texts.language import Kind
from services.aftercare.messages.writing import Attached, Letter, Said, write
from services.aftercare.plans.preferences import Preferences
from services.aftercare.settings import Settings
from services.aftercare.tables import Enrolment, Meeting, Message, MessageState, Occurrence, Plan
from shared import clock
from shared.contracts.aftercare import InvitationMethod, MessageChannel

_NOBODY = "nobody@example.invalid"  # organiser in the demonstration's tray, where no mail leaves (RFC 2606)


@dataclass(frozen=True)
class Reader:
    """Whom a letter is for: their plan, wishes (language already settled) and the address it goes to."""

    plan: Plan
    wanted: Preferences
    channel: MessageChannel
    address: str


async def compose(session: AsyncSession, message: Message, reader: Reader, settings: Settings) -> Letter:
    """The letter, with a new link to the client's pages. Its words exist only in what is returned."""
    occurrence = await _occurrence(session, message)
    email = reader.channel is MessageChannel.EMAIL
    said = Said(
        zone=reader.wanted.zone,
        language=reader.wanted.written_in,
        when=occurrence.starts_at if occurrence else _instant(message.details, "starts_at"),
        answer_by=_instant(message.details, "answer_by"),
        next_chance=_instant(message.details, "next_at"),
        fall_back=_instant(message.details, "fall_back_at"),
        what=await _name(session, occurrence) if reader.wanted.full_names else "",
        link=await make_link(session, reader.plan, settings),
        stop=stop_link(session, message.id, settings) if email else "",
        phone=settings.centre_phone,
        instead=INSTEAD in message.details,
        first=not email and await _is_first_text(session, message),
    )
    attached = None
    if message.purpose is Purpose.INVITATION:
        said, attached = await _invitation(session, message, reader, settings, said)
    return write(message.id, message.purpose, said, attached)


def page(message: Message, settings: Settings) -> Letter:
    """For staff on call: that somebody needs them and where to look, nothing about whom."""
    desk = settings.dashboard_url.rstrip("/")
    said = Said(zone=settings.centre_zone, language="en", desk=desk)
    return write(message.id, Purpose.PAGE_STAFF, said)


async def _invitation(
    session: AsyncSession, message: Message, reader: Reader, settings: Settings, said: Said
) -> tuple[Said, Attached]:
    enrolment = await session.get_one(Enrolment, message.about)
    original = _instant(message.details, RECURRENCE_ID)
    method = InvitationMethod(message.details[METHOD])
    entry = await entry_of(session, reader.plan, enrolment, reader.wanted)
    if ENDING in message.details and entry.ended_at is None:
        entry = replace(entry, ended_at=message.created_at)
    if original is None:
        method = method_of(entry, method)  # the list may have changed since it was queued
    parties = Parties(bare(settings.mail_from) or _NOBODY, reader.address)
    content = invitation_of(entry, method, parties, page_address(settings), clock.now(), original)
    one = next((date for date in entry.dates if date.original_start == original), None)
    if original is not None:
        kind = Kind.DATE_OFF if method is InvitationMethod.CANCEL else Kind.DATE
    else:
        ends = ENDING in message.details or method is InvitationMethod.CANCEL
        kind = Kind.SERIES_ENDS if ends else Kind.SERIES
    when = one.starts_at if one else first_from(entry, clock.now())
    return replace(said, invitation=kind, when=when), Attached(method, content)


async def _occurrence(session: AsyncSession, message: Message) -> Occurrence | None:
    return await session.get(Occurrence, message.about) if message.about else None


async def _name(session: AsyncSession, occurrence: Occurrence | None) -> str:
    """The meeting's own name, for a client who ticked that it may be shown."""
    if occurrence is None:
        return ""
    query = (
        select(Meeting)
        .join(Enrolment, Enrolment.meeting_id == Meeting.id)
        .where(Enrolment.id == occurrence.enrolment_id)
    )
    meeting = await session.scalar(query)
    return str(meeting.listing["name"]) if meeting else ""


async def _is_first_text(session: AsyncSession, message: Message) -> bool:
    earlier = select(Message.id).where(
        Message.case_id == message.case_id,
        Message.channel == MessageChannel.TEXT,
        Message.purpose != Purpose.PAGE_STAFF,
        Message.state == MessageState.SENT,
    )
    return await session.scalar(earlier.limit(1)) is None


def _instant(details: Mapping[str, str], name: str) -> datetime | None:
    return datetime.fromisoformat(details[name]) if name in details else None
