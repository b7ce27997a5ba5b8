"""Somebody at a meeting is told that the client is coming (mode `introduced`): 42 CFR 2.31 names them.

Who it is lies with the consent, in intake; so does the record of the disclosure. Here is only that it was
told, and until when. When the consent ends, so does the introduction; the client still goes there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.states import ON_CALENDAR
from services.aftercare.tables import Enrolment, Introduction, Plan, PlanState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import EnrolmentMode
from shared.contracts.fact import new_id
from shared.jobs import Job, finish, schedule
from shared.upsert import insert_or_ignore

END_INTRODUCTION = "end_introduction"


@dataclass(frozen=True)
class Introduced:
    """Shown once to whoever asked, and kept nowhere: the recipient, and the notice to send along (2.32)."""

    recipient: str
    notice: str
    expires_at: datetime | None


async def open_introduction(
    session: AsyncSession, plan: Plan, enrolment: Enrolment, consent_id: UUID
) -> Introduction | None:
    """The row that makes a repeat the same request to intake; None when the client does not go there."""
    if plan.state is not PlanState.ACTIVE or enrolment.state not in ON_CALENDAR:
        return None
    row = {"id": new_id(), "enrolment_id": enrolment.id, "case_id": plan.case_id, "consent_id": consent_id}
    await insert_or_ignore(session, cast(Table, Introduction.__table__), [row], ["enrolment_id"])
    introduction = await _of(session, enrolment)
    assert introduction is not None
    if introduction.consent_id != consent_id or introduction.ended_at is not None:
        # Another consent, another person; or told before, and over: a request of its own.
        await session.delete(introduction)
        await session.flush()
        introduction = Introduction(**row)
        session.add(introduction)
        enrolment.mode = EnrolmentMode.SELF_ATTEND
    return introduction


async def note_told(session: AsyncSession, introduction_id: UUID, told: Introduced) -> bool:
    """Intake has named the recipient. False when the consent was withdrawn meanwhile: tell nobody."""
    introduction = await _locked(session, introduction_id)
    if introduction is None or introduction.ended_at is not None:
        return False
    enrolment = await session.get_one(Enrolment, introduction.enrolment_id)
    introduction.told_at = introduction.told_at or clock.now()
    enrolment.mode = EnrolmentMode.INTRODUCED
    if told.expires_at is not None:
        key = f"{END_INTRODUCTION}:{introduction.id}:{told.expires_at.isoformat()}"
        await schedule(session, END_INTRODUCTION, introduction.id, due_at=told.expires_at, key=key)
    return True


async def end_by_consent(session: AsyncSession, case_id: UUID, consent_id: UUID) -> None:
    """The consent was withdrawn: whatever it allowed ends now. The meetings stay (aftercare.md 8.4)."""
    await _lock_plans(session, case_id)
    query = select(Introduction).where(
        Introduction.case_id == case_id,
        Introduction.consent_id == consent_id,
        Introduction.ended_at.is_(None),
    )
    for introduction in await session.scalars(query.order_by(Introduction.id).with_for_update()):
        await _end(session, introduction)


async def end_introduction(session: AsyncSession, enrolment: Enrolment) -> None:
    """The client no longer goes there: nobody there is told anything more."""
    introduction = await _of(session, enrolment)
    if introduction is not None and introduction.ended_at is None:
        await _end(session, introduction)


async def expire(place: Workplace, job: Job) -> None:
    """The job: the consent has reached its date or condition."""
    async with place.database.transaction() as session:
        introduction = await _locked(session, job.subject_id)
        if introduction is not None and introduction.ended_at is None:
            await _end(session, introduction)
        await finish(session, job)


async def _locked(session: AsyncSession, introduction_id: UUID) -> Introduction | None:
    case_id = await session.scalar(select(Introduction.case_id).where(Introduction.id == introduction_id))
    if case_id is not None:
        await _lock_plans(session, case_id)
    return await session.get(Introduction, introduction_id, with_for_update=True)


async def _lock_plans(session: AsyncSession, case_id: UUID) -> None:
    """Before any row of theirs: whoever takes a meeting off a calendar holds the plan and comes here."""
    plans = select(Plan.id).where(Plan.case_id == case_id).order_by(Plan.id)
    await session.execute(plans.with_for_update())


async def _of(session: AsyncSession, enrolment: Enrolment) -> Introduction | None:
    query = select(Introduction).where(Introduction.enrolment_id == enrolment.id).with_for_update()
    return await session.scalar(query)


async def _end(session: AsyncSession, introduction: Introduction) -> None:
    introduction.ended_at = clock.now()
    enrolment = await session.get_one(Enrolment, introduction.enrolment_id)
    enrolment.mode = EnrolmentMode.SELF_ATTEND
