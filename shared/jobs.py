"""Work that is due: a row written with the change that makes it necessary. `shared.job_runner` does it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Index, Integer, String, Table, Uuid, and_, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, PUBLIC, UtcDateTime, plumbing
from shared.contracts.fact import new_id
from shared.fault_points import fault_point
from shared.telemetry import current_traceparent
from shared.upsert import insert_for

_LONGEST_KEY = 120

jobs = Table(
    "jobs",
    plumbing,
    Column("id", Uuid, primary_key=True, info=PSEUDONYMOUS),
    Column("kind", String(40), nullable=False, info=PUBLIC),
    Column("subject_id", Uuid, nullable=False, info=PSEUDONYMOUS),  # the row this work is about
    Column("key", String(_LONGEST_KEY), nullable=False, unique=True, info=PSEUDONYMOUS),
    Column("due_at", UtcDateTime, nullable=False, info=PSEUDONYMOUS),
    Column("attempts", Integer, nullable=False, info=PUBLIC),
    Column("leased_until", UtcDateTime, info=PSEUDONYMOUS),
    Column("lease", Uuid, info=PSEUDONYMOUS),  # which claim holds it: a late finisher is told apart
    Column("done_at", UtcDateTime, info=PSEUDONYMOUS),
    Column("gave_up_at", UtcDateTime, info=PSEUDONYMOUS),
    Column("last_code", String(60), info=PUBLIC),
    Column("traceparent", String(55), info=PUBLIC),
)
is_open = and_(jobs.c.done_at.is_(None), jobs.c.gave_up_at.is_(None))
# The runner asks for open jobs only; finished ones stay out of its index.
Index("ix_jobs_open", jobs.c.due_at, postgresql_where=is_open, sqlite_where=is_open)

GIVE_UP_AFTER = 12  # runs that failed


@dataclass
class Job:
    """One claimed piece of work. `attempts` counts this run."""

    id: UUID
    kind: str
    subject_id: UUID
    key: str
    attempts: int
    lease: UUID
    traceparent: str | None = None
    finished: bool = False  # the work itself has said so, in the transaction that recorded its result


Work = Callable[[Job], Awaitable[None]]


class Later(Exception):
    """Not a failure: run the job again after `delay`. `code` says why, for the Flow page."""

    def __init__(self, delay: timedelta, code: str) -> None:
        super().__init__(code)
        self.delay = delay
        self.code = code


class LeaseLost(Exception):
    """Somebody else has claimed this job meanwhile: whatever this run wants to record must not be kept."""


class KeyTooLong(Exception):
    """A job's key carries ids and codes; this one carries something else."""


@dataclass(frozen=True)
class _Hastened:
    kind: str
    subject_ids: list[UUID]


async def schedule(
    session: AsyncSession,
    kind: str,
    subject_id: UUID,
    *,
    due_at: datetime | None = None,
    key: str | None = None,
) -> None:
    """Plan work, in the transaction that makes it necessary. The same key twice is one job."""
    await schedule_all(session, kind, subject_id, {key or f"{kind}:{subject_id}": due_at or clock.now()})


async def schedule_all(
    session: AsyncSession, kind: str, subject_id: UUID, due: Mapping[str, datetime]
) -> None:
    """Several jobs about the same row at once: when each is due, by its key.

    The rows are written at the end of the transaction (`write`): within it nobody sees them.
    """
    for key, due_at in due.items():
        if len(key) > _LONGEST_KEY:
            raise KeyTooLong(kind)
        session.info["jobs"].append(
            {
                "id": new_id(),
                "kind": kind,
                "subject_id": subject_id,
                "key": key,
                "due_at": due_at,
                "attempts": 0,
                "traceparent": current_traceparent(),
            }
        )


async def hasten(session: AsyncSession, kind: str, subject_ids: Iterable[UUID]) -> None:
    """Have the open jobs of `kind` about these rows run at once: what they waited for has happened.

    Those planned before in this transaction too.
    """
    session.info["jobs"].append(_Hastened(kind, list(subject_ids)))


async def write(session: AsyncSession) -> None:
    """Do to the table what was asked for in this transaction, in that order. Called by `transaction()`."""
    asked: list[dict[str, Any] | _Hastened] = session.info["jobs"]
    rows: list[dict[str, Any]] = []
    for one in asked:
        if isinstance(one, _Hastened):
            await _insert(session, rows)
            rows = []
            await _bring_forward(session, one)
        else:
            rows.append(one)
    await _insert(session, rows)


async def _insert(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """In the order of their keys: two transactions that plan the same work must not wait in a circle."""
    if rows:
        statement = insert_for(session, jobs).on_conflict_do_nothing(index_elements=["key"])
        await session.execute(statement, sorted(rows, key=itemgetter("key")))


async def _bring_forward(session: AsyncSession, hastened: _Hastened) -> None:
    now = clock.now()
    mine = and_(jobs.c.kind == hastened.kind, jobs.c.subject_id.in_(hastened.subject_ids))
    await session.execute(update(jobs).where(is_open, mine, jobs.c.due_at > now).values(due_at=now))


def held_by(job: Job) -> ColumnElement[bool]:
    """The job's row, as long as this very claim holds it."""
    return and_(jobs.c.id == job.id, jobs.c.lease == job.lease)


async def finish(session: AsyncSession, job: Job) -> None:
    """Mark the job done in the transaction that records its result; raises `LeaseLost` if it is not ours.

    Should that transaction not be kept, the job is not done, and runs again when its lease has lapsed.
    """
    done = (
        update(jobs)
        .where(held_by(job), jobs.c.done_at.is_(None))
        .values(done_at=clock.now(), leased_until=None)
        .returning(jobs.c.id)
    )
    if (await session.execute(done)).first() is None:
        raise LeaseLost(job.kind)
    job.finished = True
    fault_point(f"{job.kind}.finishing")
