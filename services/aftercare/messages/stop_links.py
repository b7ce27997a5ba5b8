"""The address in an e-mail that ends all e-mail (RFC 8058), made from the message's own id and a keyed hash:
nothing is stored for it, and it opens nothing but the stop."""

import hmac
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.messages.purposes import Purpose
from services.aftercare.settings import Settings
from services.aftercare.tables import Message
from shared.sealing import keyring

_PLACE = "messages.stop_link"
_ID, _MARK = 32, 32  # hex digits


def stop_link(session: AsyncSession, message_id: UUID, settings: Settings) -> str:
    return f"{settings.aftercare_url.rstrip('/')}/stop/{message_id.hex}{_mark(session, message_id)}"


async def message_of(session: AsyncSession, token: str) -> Message | None:
    """The message whose reader wants no more; None for an address that was never ours."""
    if len(token) != _ID + _MARK or not token.isascii():
        return None
    try:
        message_id = UUID(hex=token[:_ID])
    except ValueError:
        return None
    if not hmac.compare_digest(token[_ID:], _mark(session, message_id)):
        return None
    message = await session.get(Message, message_id)
    return message if message and message.purpose is not Purpose.PAGE_STAFF else None


def _mark(session: AsyncSession, message_id: UUID) -> str:
    return keyring(session).blind_index(_PLACE, message_id.hex).hex()[:_MARK]
