"""Completed clinical visits for substance use, as FUI counts them; mutual help is never one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import ClinicalVisit
from shared import clock
from shared.contracts.fact import new_id


async def record_visit(
    session: AsyncSession, case_id: UUID, at: datetime, *, by: UUID | None, visit_id: UUID | None = None
) -> ClinicalVisit:
    """One visit that took place at `at`. The same `visit_id`, or the same instant, is the same visit."""
    visit_id = visit_id or new_id()
    same = (ClinicalVisit.id == visit_id) | (ClinicalVisit.at == at)
    query = select(ClinicalVisit).where(ClinicalVisit.case_id == case_id, same)
    known = (await session.scalars(query.with_for_update().order_by(ClinicalVisit.id).limit(1))).first()
    if known is not None:
        known.withdrawn_at = None  # recorded again: it did take place
        return known
    visit = ClinicalVisit(id=visit_id, case_id=case_id, at=at, recorded_by=by, recorded_at=clock.now())
    session.add(visit)
    return visit


def withdraw_visit(visit: ClinicalVisit) -> bool:
    """It was recorded in error: kept, and counted nowhere. False the second time."""
    if visit.withdrawn_at is not None:
        return False
    visit.withdrawn_at = clock.now()
    return True


async def visits_of(session: AsyncSession, case_id: UUID) -> list[ClinicalVisit]:
    """All that were recorded, those withdrawn too, the latest first."""
    query = select(ClinicalVisit).where(ClinicalVisit.case_id == case_id)
    return list(await session.scalars(query.order_by(ClinicalVisit.at.desc(), ClinicalVisit.id)))
