"""What the demonstration's tray keeps of a message, sealed under its case."""

import json

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.messages.channels.tray import kept
from services.aftercare.messages.writing import Letter
from services.aftercare.tables import Message
from shared.sealing import KeyShredded, box

_PLACE = "messages.tray"


async def keep_in_tray(session: AsyncSession, message: Message, letter: Letter) -> None:
    """Of a client whose key was destroyed meanwhile, nothing is kept."""
    try:
        sealed = await box(session, message.case_id)
    except KeyShredded:
        return
    shown = kept(message.channel.value if message.channel else "", letter)
    message.tray = sealed.seal(_PLACE, message.id, json.dumps(shown))


async def tray_of(session: AsyncSession, message: Message) -> dict[str, str] | None:
    """The caller has written the audit row. Raises KeyShredded."""
    if message.tray is None:
        return None
    opened = (await box(session, message.case_id)).open(_PLACE, message.id, message.tray)
    return dict(json.loads(opened))
