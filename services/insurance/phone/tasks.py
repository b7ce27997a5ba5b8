"""Plans that have to be phoned: one task a verification, opened by the rules, taken by one person. Inside
`transaction()` only; what a call brings is in calls.py.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.tables import PhoneTask, Verification, of
from shared import clock
from shared.contracts.fact import new_id
from shared.database import insert_or_ignore


class PhoneReason(StrEnum):
    """Why somebody has to phone the plan (insurance.md 8.2, 5 and 7; 8.3)."""

    MANUAL_REVIEW = "manual_review"
    LEVELS_UNKNOWN = "levels_unknown"
    CARVE_OUT = "carve_out"
    PAYER_UNAVAILABLE = "payer_unavailable"
    ADMISSION_NEAR = "admission_near"


class TaskState(StrEnum):
    """`to_check`: a call is recorded, and a second person has to confirm it before it counts."""

    OPEN = "open"
    TO_CHECK = "to_check"
    DONE = "done"


class TaskNotFound(Exception):
    """No phone task has this id."""


class TaskTaken(Exception):
    """Somebody else is phoning this plan already."""

    def __init__(self, owner_id: UUID) -> None:
        super().__init__("taken")
        self.owner_id = owner_id


class TaskDone(Exception):
    """The task is not open any more: there is nothing to take."""


async def open_task(
    session: AsyncSession, verification: Verification, reason: PhoneReason, due_at: datetime
) -> UUID:
    """Have the plan phoned by `due_at` (aware, UTC); returns the task's id. Coming twice is one task.

    Of two reasons the more urgent stands, with its due time. A task that is done opens again only for a
    reason it was not done for.
    """
    task_id = new_id()
    row = {
        "id": task_id,
        "verification_id": verification.id,
        "case_id": verification.case_id,
        "reason": reason.value,
        "state": TaskState.OPEN.value,
        "opened_at": clock.now(),
        "due_at": due_at,
    }
    if await insert_or_ignore(session, of(PhoneTask), [row], ["verification_id"]):
        return task_id
    query = select(PhoneTask).where(PhoneTask.verification_id == verification.id).with_for_update()
    task = (await session.scalars(query)).one()
    if task.state == TaskState.DONE:
        if task.reason == reason:
            return task.id
        task.state, task.opened_at, task.closed_at = TaskState.OPEN, clock.now(), None
        task.owner_id = None
        task.reason, task.due_at = reason, due_at
    elif due_at < task.due_at:
        task.reason, task.due_at = reason, due_at
    return task.id


async def close_task(session: AsyncSession, verification_id: UUID) -> None:
    """Nobody has to phone any more: the payer answered after all, or the question was withdrawn."""
    query = select(PhoneTask).where(PhoneTask.verification_id == verification_id).with_for_update()
    task = await session.scalar(query)
    if task is not None and task.state != TaskState.DONE:
        finish_task(task)


async def case_of_task(session: AsyncSession, task_id: UUID) -> UUID:
    """Whom the task is about, without locking anything: the audit row comes first. Raises TaskNotFound."""
    case_id = await session.scalar(select(PhoneTask.case_id).where(PhoneTask.id == task_id))
    if case_id is None:
        raise TaskNotFound
    return case_id


async def task_for_changing(session: AsyncSession, task_id: UUID) -> PhoneTask:
    """The task, locked until commit, and its verification before it as everywhere. Raises TaskNotFound."""
    about = select(PhoneTask.verification_id).where(PhoneTask.id == task_id)
    await session.scalar(select(Verification.id).where(Verification.id.in_(about)).with_for_update())
    task = await session.get(PhoneTask, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise TaskNotFound
    return task


def claim(task: PhoneTask, staff_id: UUID) -> None:
    """`staff_id` phones this plan. Raises TaskTaken, TaskDone. Claiming one's own again changes nothing."""
    if task.state == TaskState.DONE:
        raise TaskDone
    if task.owner_id not in (None, staff_id):
        raise TaskTaken(task.owner_id)
    task.owner_id = staff_id


def release(task: PhoneTask, staff_id: UUID) -> None:
    """Give the task back to the queue. Raises TaskTaken when it is somebody else's."""
    if task.owner_id not in (None, staff_id):
        raise TaskTaken(task.owner_id)
    task.owner_id = None


def finish_task(task: PhoneTask) -> None:
    """Off the queue."""
    task.state, task.closed_at = TaskState.DONE, clock.now()
