"""Due work is done: claimed with a lease, tried again, found after a crash, given up loudly."""

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import and_, or_, select, update

from shared import clock
from shared.contracts.fact import new_id
from shared.database import Database
from shared.fault_points import fault_point
from shared.jobs import GIVE_UP_AFTER, Job, Later, LeaseLost, Work, finish, held_by, is_open, jobs
from shared.messaging.consumer import is_transient
from shared.telemetry import tracing

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)  # renewed while the work runs; after a crash the job is free this much later
AT_ONCE = 16  # jobs running at the same time in one process
POLL = 1.0  # seconds between two looks when nothing woke the runner
BACKOFF = (1, 5, 30, 120, 300)  # seconds after the first, second, … failure; the last repeats


class JobRunner:
    """Runs the jobs of one service. Several processes may: a claim is one statement."""

    def __init__(self, database: Database, kinds: Mapping[str, Work]) -> None:
        self._database = database
        self._kinds = kinds
        self._running: set[asyncio.Task[None]] = set()
        self._woken = database.job_sleeper()

    async def run(self) -> None:
        """Claim and run due jobs until cancelled; then the running ones stop and their leases lapse."""
        try:
            while True:
                self._woken.clear()
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

    async def run_due(self) -> int:
        """Run what is due now, and what that makes due at once, one after the other; returns how many."""
        ran = 0
        while claimed := await self._claim(AT_ONCE):
            for job in claimed:
                await self._run_one(job)
            ran += len(claimed)
        return ran

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # The outcome could not be written; the lease lapses and the job comes again.
            log.warning("a job's outcome was not kept", exc_info=error)
        self._woken.set()  # there may be more than could run at once

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _claim(self, most: int) -> list[Job]:
        """Take up to `most` due jobs that nobody holds. A look first: an idle service must not write."""
        at = clock.now()
        free = and_(
            is_open,
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
                fault_point(f"{job.kind}.begun")
                await self._kinds[job.kind](job)
                fault_point(f"{job.kind}.done")
            if not job.finished:
                async with self._database.transaction() as session:
                    await finish(session, job)
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
                update(jobs).where(held_by(job)).values(gave_up_at=clock.now(), last_code=code)
            )

    async def _put_back(self, job: Job, delay: timedelta, code: str, *, counted: bool) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                update(jobs)
                .where(held_by(job))
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
                        update(jobs).where(held_by(job)).values(leased_until=clock.now() + LEASE)
                    )
            except Exception as error:
                log.warning("a lease could not be renewed", extra={"code": type(error).__name__})
