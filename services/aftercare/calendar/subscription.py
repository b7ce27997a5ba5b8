"""The private address a calendar application subscribes to: unguessable, and taken back when asked."""

import secrets

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.entries import entries_of
from services.aftercare.calendar.series import calendar_of
from services.aftercare.messages.addresses import bare
from services.aftercare.plans.opening import TOKEN
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.settings import Settings
from services.aftercare.tables import Plan
from shared import audit
from shared.identity import Caller, Role
from shared.sealing import KeyShredded, box, keyring

_SUBSCRIBER = Caller(None, "calendar link", Role.SERVICE)


def page_address(settings: Settings) -> str:
    """The client's own pages, without a secret: what a calendar entry may name."""
    return f"{settings.aftercare_url.rstrip('/')}/my"


async def file_for(session: AsyncSession, token: str, settings: Settings) -> bytes | None:
    """The calendar file a token opens; None for one that opens nothing, or no more.

    A closed plan's too: a device subscribed to it must hear that the entries ended.
    """
    index = keyring(session).blind_index(TOKEN, token)
    plan = await session.scalar(select(Plan).where(Plan.token_index == index))
    if plan is None:
        return None
    await audit.record(session, _SUBSCRIBER, "calendar.read", plan.case_id)
    try:
        await box(session, plan.case_id)  # also where no wishes are on file that could not be opened
        wanted = await preferences_of(session, plan.case_id, settings.centre_zone)
    except KeyShredded:
        return None
    entries = await entries_of(session, plan, wanted)
    return calendar_of(entries, page_address(settings), bare(settings.mail_from))


async def address_of(session: AsyncSession, plan: Plan, settings: Settings) -> str:
    """The address to subscribe to. The caller has written the audit row."""
    token = (await box(session, plan.case_id)).open(TOKEN, plan.id, plan.token)
    return f"{settings.aftercare_url.rstrip('/')}/calendar/{token}.ics"


async def revoke_address(session: AsyncSession, plan: Plan) -> None:
    """Give the calendar a new address: the old one opens nothing from now on."""
    token = new_token()
    plan.token_index = keyring(session).blind_index(TOKEN, token)
    plan.token = (await box(session, plan.case_id)).seal(TOKEN, plan.id, token)


def new_token() -> str:
    """128 bits; hex, so that no letters in it can spell anything."""
    return secrets.token_hex(16)
