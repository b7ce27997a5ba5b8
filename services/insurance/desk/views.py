"""A verification as the API shows it, and what hangs on it."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.desk import shown
from services.insurance.findings import Findings
from services.insurance.phone.tasks import TaskState
from services.insurance.rules.states import PENDING, QuestionState, State
from services.insurance.tables import Change, PhoneTask
from services.insurance.words.client_summary import Situation, client_summary
from services.insurance.words.plain_words import TitledPart
from shared.contracts.insurance import CorrectableField


def verification_view(
    one: Findings, zone: ZoneInfo, task: PhoneTask | None, change: Change | None
) -> dict[str, Any]:
    row = one.verification
    parts = client_summary(situation(one, zone, task), zone=zone)
    return {
        "verification_id": row.id,
        "case_id": row.case_id,
        "state": row.state,
        "cause": row.cause,
        "forced": row.forced,
        "requested_at": row.requested_at,
        "answered_at": row.answered_at,
        "next_attempt_at": _next_attempt(one),
        "fresh_until": row.fresh_until,
        "reason": row.reason,
        "fields": row.fields,
        "payer": row.payer_code,
        "service_date": row.service_date,
        "admission_on": row.admission_on,
        "levels_of_care": row.levels_of_care,
        "summary": _paragraph(parts),
        "summary_parts": shown.parts(parts),
        "shares": [shown.share(each) for each in one.shares],
        "levels": [shown.level(each) for each in one.levels] if _says_something(one) else [],
        "benefits": [shown.benefit(each) for each in one.statements],
        "questions": [shown.question(each) for each in one.questions],
        "phone_task": task_view(task) if task else None,
        "change": change_view(change) if change else None,
    }


def _says_something(one: Findings) -> bool:
    """Ten times "unknown" is no news while nobody has answered."""
    return bool(one.statements or one.human)


def situation(one: Findings, zone: ZoneInfo, task: PhoneTask | None) -> Situation:
    row = one.verification
    waits = task is not None and task.state != TaskState.DONE
    return Situation(
        state=State(row.state),
        reason=row.reason,
        fields=[CorrectableField(field) for field in row.fields],
        next_attempt_at=_next_attempt(one),
        wanted=one.wanted if row.levels_of_care else (),
        network=one.payer.network if one.payer else None,
        levels=one.levels,
        shares=one.shares,
        ask_by=task.due_at.astimezone(zone).date() if task is not None and waits else None,
    )


def _paragraph(parts: tuple[TitledPart, ...]) -> str:
    """The sentences without their headings, as one paragraph."""
    return " ".join(line for part in parts for line in part.lines)


def _next_attempt(one: Findings) -> datetime | None:
    """When a question that waits because the payer does not answer goes out again."""
    waiting = [
        question.next_attempt_at
        for question in one.questions
        if question.state in PENDING - {QuestionState.ASKING} and question.next_attempt_at is not None
    ]
    return min(waiting, default=None) if one.verification.state == State.PAYER_UNAVAILABLE else None


async def tasks_of(session: AsyncSession, case_id: UUID) -> dict[UUID, PhoneTask]:
    found = await session.scalars(select(PhoneTask).where(PhoneTask.case_id == case_id))
    return {task.verification_id: task for task in found}


async def changes_of(session: AsyncSession, case_id: UUID) -> dict[UUID, Change]:
    found = await session.scalars(select(Change).where(Change.case_id == case_id))
    return {change.verification_id: change for change in found}


def task_view(task: PhoneTask) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "state": task.state,
        "reason": task.reason,
        "due_at": task.due_at,
        "owner_id": task.owner_id,
    }


def change_view(change: Change) -> dict[str, Any]:
    return {
        "verification_id": change.verification_id,
        "previous_id": change.previous_id,
        "differences": change.differences,
        "found_at": change.found_at,
        "noted_by": change.noted_by,
        "noted_at": change.noted_at,
    }
