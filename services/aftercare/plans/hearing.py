"""What intake tells of a stay, kept as the last word on it; then the case's plans are settled."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.consent import give_consent, note_consent
from services.aftercare.plans.settling import settle
from services.aftercare.tables import Stay
from shared.contracts.intake import (
    ClientAdmitted,
    ClientDischarged,
    ConsentItem,
    DischargeCancelled,
    DischargePlanned,
)
from shared.upsert import insert_or_ignore


async def hear_admitted(session: AsyncSession, fact: ClientAdmitted) -> None:
    """Somebody with a plan is back in the house: it rests. A first admission is only remembered.

    Told twice of one stay with two times, the newest counts, in whatever order they come.
    """
    stays, stay = await _stays(session, fact.case_id, fact.stay_id)
    stay.admitted_at = max(stay.admitted_at or fact.admitted_at, fact.admitted_at)
    await settle(session, stays)


async def hear_planned(session: AsyncSession, fact: DischargePlanned) -> None:
    """Told again with another time, the last counts."""
    stays, stay = await _stays(session, fact.case_id, fact.stay_id)
    if _is_news(stay, fact.occurred_at):
        stay.planned_for = fact.planned_for
        await _settle_with_consent(session, stays, fact)


async def hear_discharged(session: AsyncSession, fact: ClientDischarged) -> None:
    """The same stay told again: another type or time is staff's correction, the same is a repeat."""
    stays, stay = await _stays(session, fact.case_id, fact.stay_id)
    if _is_news(stay, fact.occurred_at):
        stay.left_at, stay.type = fact.discharged_at, fact.type
        await _settle_with_consent(session, stays, fact)


async def hear_cancelled(session: AsyncSession, fact: DischargeCancelled) -> None:
    """HL7 A13. Kept even when the discharge it takes back was not heard yet."""
    stays, stay = await _stays(session, fact.case_id, fact.stay_id)
    if _is_news(stay, fact.occurred_at):
        stay.left_at = stay.planned_for = stay.type = None
        await settle(session, stays)


def _is_news(stay: Stay, occurred_at: datetime) -> bool:
    """An older word than the last one changes nothing; of two at one instant the one heard later counts."""
    if stay.told_at is not None and occurred_at < stay.told_at:
        return False
    stay.told_at = occurred_at
    return True


async def _settle_with_consent(
    session: AsyncSession, stays: list[Stay], fact: DischargePlanned | ClientDischarged
) -> None:
    """The fact may carry the consent; without one it says nothing about it."""
    consent_id = fact.aftercare_consent_id
    last = consent_id is not None and await note_consent(
        session, fact.case_id, ConsentItem.AFTERCARE, consent_id, fact.occurred_at
    )
    await settle(session, stays)
    if last and consent_id is not None:
        await give_consent(session, fact.case_id, consent_id)


async def _stays(session: AsyncSession, case_id: UUID, stay_id: UUID) -> tuple[list[Stay], Stay]:
    """All stays of the case, locked, and the one that is told of."""
    table = cast(Table, Stay.__table__)
    await insert_or_ignore(session, table, [{"id": stay_id, "case_id": case_id}], ["id"])
    stays = await stays_of(session, case_id)
    return stays, next(stay for stay in stays if stay.id == stay_id)


async def stays_of(session: AsyncSession, case_id: UUID) -> list[Stay]:
    """All stays of the case that were told of, locked."""
    query = select(Stay).where(Stay.case_id == case_id).order_by(Stay.id).with_for_update()
    return list(await session.scalars(query))
