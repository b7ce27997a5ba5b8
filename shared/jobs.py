"""Due work: claimed with a lease, retried with growing pauses, found again after a crash, given up loudly."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Index, Integer, String, Table, Uuid, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, PUBLIC, UtcDateTime, plumbing
from shared.contracts.fact import new_id
from shared.database import Database
from shared.messaging.consumer import is_transient
from shared.telemetry import current_traceparent, tracing
from shared.upsert import insert_or_ignore

log = logging.getLogger(__name__)

jobs = Table(
    "jobs",
    plumbing,
    Column("id", Uuid, primary_key=True, info=PSEUDONYMOUS),
    Column("kind", String(40), nullable=False, info=PUBLIC),
    Column("subject_id", Uuid, nullable=False, info=PSEUDONYMOUS),  # the row this work is about
    Column("key", String(120), nullable=False, unique=True, info=PSEUDONYMOUS),
    Column("due_at", UtcDateTime, nullable=False, info=PSEUDONYMOUS),
    Column("attempts", Integer, nullable=False, info=PUBLIC),
    Column("leased_until", UtcDateTime, info=PSEUDONYMOUS),
    Column("lease", Uuid, info=PSEUDONYMOUS),  # which claim holds it: a late finisher is told apart
    Column("done_at", UtcDateTime, info=PSEUDONYMOUS),
    Column("gave_up_at", UtcDateTime, info=PSEUDONYMOUS),
    Column("last_code", String(60), info=PUBLIC),
    Column("traceparent", String(55), info=PUBLIC),
)
_open = and_(jobs.c.done_at.is_(None), jobs.c.gave_up_at.is_(None))
# The runner asks for open jobs only; finished ones stay out of its index.
Index("ix_jobs_open", jobs.c.due_at, postgresql_where=_open, sqlite_where=_open)

LEASE = timedelta(seconds=15)  # renewed while the work runs; after a crash the job is free this much later
AT_ONCE = 16  # jobs running at the same time in one process
POLL = 1.0  # seconds between two looks when nothing woke the runner
BACKOFF = (1, 5, 30, 120, 300)  # seconds after the first, second, … failure; the last repeats
GIVE_UP_AFTER = 12


@dataclass(frozen=True)
class Job:
    """One claimed piece of work. `attempts` counts this run."""

    id: UUID
    kind: str
    subject_id: UUID
    key: str
    attempts: int
    lease: UUID
    traceparent: str | None = None


Work = Callable[[Job], Awaitable[None]]


class Later(Exception):
    """Not a failure: run the job again after `delay`. `code` says why, for the Flow page."""

    def __init__(self, delay: timedelta, code: str) -> None:
        super().__init__(code)
        self.delay = delay
        self.code = code


class LeaseLost(Exception):
    """Somebody else has claimed this job meanwhile: whatever this run wants to record must not be kept."""


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
    """Several jobs about the same row at once: when each is due, by its key."""
    rows = [
        {
            "id": new_id(),
            "kind": kind,
            "subject_id": subject_id,
            "key": key,
            "due_at": due_at,
            "attempts": 0,
            "traceparent": current_traceparent(),
        }
        for key, due_at in due.items()
    ]
    await insert_or_ignore(session, jobs, rows, ["key"])
    session.info["jobs"].append(kind)


def _held_by(job: Job) -> ColumnElement[bool]:
    """The job's row, as long as this very claim holds it."""
    return and_(jobs.c.id == job.id, jobs.c.lease == job.lease)


async def finish(session: AsyncSession, job: Job) -> None:
    """Mark the job done in the transaction that records its result; raises `LeaseLost` if it is not ours."""
    done = (
        update(jobs)
        .where(_held_by(job), jobs.c.done_at.is_(None))
        .values(done_at=clock.now(), leased_until=None)
        .returning(jobs.c.id)
    )
    if (await session.execute(done)).first() is None:
        raise LeaseLost(job.kind)


async def hasten(session: AsyncSession, kind: str, subject_ids: Iterable[UUID]) -> None:
    """Have the open jobs of `kind` about these rows run at once: what they waited for has happened."""
    mine = and_(jobs.c.kind == kind, jobs.c.subject_id.in_(list(subject_ids)))
    await session.execute(
        update(jobs).where(_open, mine, jobs.c.due_at > clock.now()).values(due_at=clock.now())
    )
    session.info["jobs"].append(kind)


class JobRunner:
    """Runs the jobs of one service. Several processes may: a claim is one statement."""

    def __init__(self, database: Database, kinds: Mapping[str, Work]) -> None:
        self._database = database
        self._kinds = kinds
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Claim and run due jobs until cancelled; then the running ones stop and their leases lapse."""
        try:
            while True:
                self._database.jobs_waiting.clear()
                try:
                    claimed = await self._claim(AT_ONCE - len(self._running))
                except Exception as error:
                    if not is_transient(error):
                        raise
                    log.warning("jobs could not be claimed", extra={"code": type(error).__name__})
                    claimed = []
                for job in claimed:
                    task = asyncio.create_task(self._run_one(job))
                    self._running.add(task)
                    task.add_done_callback(self._ended)
                await self._wait()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # The outcome could not be written; the lease lapses and the job comes again.
            log.warning("a job's outcome was not kept", exc_info=error)
        self._database.jobs_waiting.set()  # there may be more than could run at once

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL):
                await self._database.jobs_waiting.wait()
        except TimeoutError:
            pass

    async def _claim(self, most: int) -> list[Job]:
        """Take up to `most` due jobs that nobody holds. A look first: an idle service must not write."""
        at = clock.now()
        free = and_(
            _open,
            jobs.c.due_at <= at,
            jobs.c.kind.in_(self._kinds),
            or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < at),
        )
        due = select(jobs.c.id).where(free).order_by(jobs.c.due_at).limit(most)
        if most <= 0:
            return []
        async with self._database.reading() as session:
            if (await session.execute(due.limit(1))).first() is None:
                return []
        async with self._database.transaction() as session:
            chosen = due.with_for_update(skip_locked=True).scalar_subquery()
            lease = new_id()
            claim = (
                update(jobs)
                .where(jobs.c.id.in_(chosen))
                .values(leased_until=at + LEASE, lease=lease, attempts=jobs.c.attempts + 1)
                .returning(
                    jobs.c.id, jobs.c.kind, jobs.c.subject_id, jobs.c.key, jobs.c.attempts, jobs.c.traceparent
                )
            )
            rows = (await session.execute(claim)).all()
        return [Job(r.id, r.kind, r.subject_id, r.key, r.attempts, lease, r.traceparent) for r in rows]

    async def _run_one(self, job: Job) -> None:
        renewing = asyncio.create_task(self._renew(job))
        try:
            if job.attempts > GIVE_UP_AFTER:  # every earlier run ended with the process
                await self._give_up(job, "process_died")
                return
            with tracing(job.traceparent):
                await self._kinds[job.kind](job)
            await self._finish_if_open(job)
        except Later as later:
            await self._put_back(job, later.delay, later.code, counted=False)
        except asyncio.CancelledError:
            # Stopped on purpose: that is no failed attempt, and the next process need not wait for the lease.
            await asyncio.shield(self._put_back(job, timedelta(), "stopped", counted=False))
            raise
        except LeaseLost:
            log.info("a job was taken over meanwhile", extra={"job": job.kind})
        except Exception as error:
            await self._failed(job, error)
        finally:
            renewing.cancel()

    async def _finish_if_open(self, job: Job) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                update(jobs)
                .where(_held_by(job), jobs.c.done_at.is_(None))
                .values(done_at=clock.now(), leased_until=None)
            )

    async def _failed(self, job: Job, error: Exception) -> None:
        code = type(error).__name__
        log.warning("a job failed", exc_info=error, extra={"job": job.kind, "code": code})
        if job.attempts >= GIVE_UP_AFTER:
            await self._give_up(job, code)
            return
        pause = BACKOFF[min(job.attempts, len(BACKOFF)) - 1] * random.uniform(0.8, 1.2)
        await self._put_back(job, timedelta(seconds=pause), code, counted=True)

    async def _give_up(self, job: Job, code: str) -> None:
        log.error("a job was given up; a person must look", extra={"job": job.kind, "code": code})
        async with self._database.transaction() as session:
            await session.execute(
                update(jobs).where(_held_by(job)).values(gave_up_at=clock.now(), last_code=code)
            )

    async def _put_back(self, job: Job, delay: timedelta, code: str, *, counted: bool) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                update(jobs)
                .where(_held_by(job))
                .values(
                    due_at=clock.now() + delay,
                    leased_until=None,
                    last_code=code,
                    attempts=job.attempts if counted else job.attempts - 1,
                )
            )

    async def _renew(self, job: Job) -> None:
        """Keep the lease while the work runs. If it cannot be kept, the work finds out when it finishes."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            try:
                async with self._database.transaction() as session:
                    await session.execute(
                        update(jobs).where(_held_by(job)).values(leased_until=clock.now() + LEASE)
                    )
            except Exception as error:
                log.warning("a lease could not be renewed", extra={"code": type(error).__name__})
