"""One-time links to the client's pages, for messages: a random token of which only the keyed hash is kept."""

import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.settings import Settings
from services.aftercare.tables import PageLink, Plan
from shared import clock
from shared.sealing import keyring

GOOD_FOR = timedelta(days=14)
_PLACE = "page_links.token"
# Short for a text message, nothing that is mistaken for its neighbour, no vowels that could spell a word.
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
_LENGTH = 27  # 27 letters of 27: 128 bits


async def make_link(session: AsyncSession, plan: Plan, settings: Settings) -> str:
    """A new link to the plan's pages, good once and for a fortnight. Committed with this transaction."""
    token = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    now = clock.now()
    session.add(
        PageLink(
            plan_id=plan.id,
            case_id=plan.case_id,
            token_index=keyring(session).blind_index(_PLACE, token),
            made_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    return f"{settings.aftercare_url.rstrip('/')}/my/enter/{token}"


async def find_link(session: AsyncSession, token: str) -> PageLink | None:
    """The link a token belongs to, used or expired ones too: their holder may be sent a new one."""
    index = keyring(session).blind_index(_PLACE, token)
    return await session.scalar(select(PageLink).where(PageLink.token_index == index))
