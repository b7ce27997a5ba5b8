"""Work that is due gets done: once, later, again after a crash, and never silently given up."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from shared import clock
from shared.contracts.fact import new_id
from shared.database import Database
from shared.job_runner import JobRunner
from shared.jobs import (
    GIVE_UP_AFTER,
    Job,
    KeyTooLong,
    Later,
    LeaseLost,
    Work,
    finish,
    hasten,
    jobs,
    schedule,
)
from tests.conftest import eventually
from tests.integration.messaging.conftest import OpenService, open_service

__all__ = ["open_service"]


@asynccontextmanager
async def _runner(database: Database, **kinds: Work) -> AsyncGenerator[None]:
    task = asyncio.create_task(JobRunner(database, kinds).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _plan(database: Database, kind: str = "call", **options: object) -> UUID:
    subject = new_id()
    async with database.transaction() as session:
        await schedule(session, kind, subject, **options)  # type: ignore[arg-type]
    return subject


async def _all_done(database: Database) -> bool:
    async with database.reading() as session:
        return (await session.execute(select(jobs.c.id).where(jobs.c.done_at.is_(None)))).first() is None


async def test_planned_work_is_done_once_even_when_planned_twice_and_run_by_two_processes(
    open_service: OpenService,
) -> None:
    database, replica = await open_service("insurance"), await open_service("insurance")
    ran: list[UUID] = []

    async def call(job: Job) -> None:
        ran.append(job.subject_id)

    subjects = {await _plan(database) for _ in range(30)}
    async with database.transaction() as session:
        for subject in subjects:
            await schedule(session, "call", subject)
    async with _runner(database, call=call), _runner(replica, call=call):
        await eventually(lambda: _all_done(database))
    assert sorted(ran) == sorted(subjects)


async def test_work_planned_for_later_is_not_done_early(open_service: OpenService) -> None:
    database = await open_service("insurance")
    ran: list[UUID] = []

    async def call(job: Job) -> None:
        ran.append(job.subject_id)

    later = await _plan(database, due_at=clock.now() + timedelta(hours=1))
    now = await _plan(database)
    async with _runner(database, call=call):

        async def has_run() -> bool:
            return bool(ran)

        await eventually(has_run)
        assert ran == [now]
        async with database.transaction() as session:
            await session.execute(update(jobs).where(jobs.c.subject_id == later).values(due_at=clock.now()))
        await eventually(lambda: _all_done(database))
    assert ran == [now, later]


async def test_work_that_fails_is_tried_again_and_work_that_waits_is_not_counted_as_failed(
    open_service: OpenService,
) -> None:
    database = await open_service("insurance")
    attempts: list[int] = []

    async def call(job: Job) -> None:
        attempts.append(job.attempts)
        if len(attempts) <= 2:
            raise Later(timedelta(milliseconds=1), "payer_busy")
        if len(attempts) == 3:
            raise ConnectionError

    await _plan(database)
    async with _runner(database, call=call):
        await eventually(lambda: _all_done(database))
    assert attempts == [1, 1, 1, 2]


async def test_work_that_keeps_failing_is_given_up_visibly(open_service: OpenService) -> None:
    database = await open_service("insurance")

    async def call(job: Job) -> None:
        raise ConnectionError

    await _plan(database)
    async with database.transaction() as session:
        await session.execute(update(jobs).values(attempts=GIVE_UP_AFTER - 1))

    async def given_up() -> bool:
        async with database.reading() as session:
            return (await session.scalar(select(jobs.c.gave_up_at))) is not None

    async with _runner(database, call=call):
        await eventually(given_up)


async def test_work_of_a_process_that_died_is_taken_over_when_its_lease_lapses_and_cannot_finish_late(
    open_service: OpenService,
) -> None:
    database = await open_service("insurance")
    seen: list[Job] = []
    begun = asyncio.Event()

    async def never_ends(job: Job) -> None:
        seen.append(job)
        begun.set()
        await asyncio.Event().wait()

    async def call(job: Job) -> None:
        seen.append(job)
        async with database.transaction() as session:
            await finish(session, job)

    await _plan(database)
    async with _runner(database, call=never_ends):
        await begun.wait()
        async with database.transaction() as session:
            await session.execute(update(jobs).values(leased_until=clock.now() - timedelta(seconds=1)))
        assert await JobRunner(database, {"call": call}).run_due() == 1
    assert await _all_done(database)
    assert [job.attempts for job in seen] == [1, 2]
    with pytest.raises(LeaseLost):
        async with database.transaction() as session:
            await finish(session, seen[0])


async def test_work_of_a_process_that_is_stopped_is_free_at_once_and_not_counted(
    open_service: OpenService,
) -> None:
    database = await open_service("insurance")
    started = asyncio.Event()
    attempts: list[int] = []

    async def hang(job: Job) -> None:
        started.set()
        await asyncio.Event().wait()

    async def call(job: Job) -> None:
        attempts.append(job.attempts)

    await _plan(database)
    async with _runner(database, call=hang):
        await started.wait()
    async with _runner(database, call=call):
        await eventually(lambda: _all_done(database))
    assert attempts == [1]


async def test_work_that_kills_its_process_every_time_is_given_up(open_service: OpenService) -> None:
    database = await open_service("insurance")
    ran: list[Job] = []

    async def call(job: Job) -> None:
        ran.append(job)

    await _plan(database)
    async with database.transaction() as session:
        await session.execute(update(jobs).values(attempts=GIVE_UP_AFTER))

    async def given_up() -> bool:
        async with database.reading() as session:
            return (await session.scalar(select(jobs.c.last_code))) == "process_died"

    async with _runner(database, call=call):
        await eventually(given_up)
    assert ran == []


async def test_work_whose_result_was_not_kept_is_not_done_and_runs_again_when_its_lease_lapses(
    open_service: OpenService,
) -> None:
    database = await open_service("insurance")
    kept = False

    async def call(job: Job) -> None:
        with suppress(ValueError):
            async with database.transaction() as session:
                await finish(session, job)
                if not kept:
                    raise ValueError

    runner = JobRunner(database, {"call": call})
    await _plan(database)
    assert await runner.run_due() == 1
    assert not await _all_done(database)
    assert await runner.run_due() == 0, "the lease still holds"
    async with database.transaction() as session:
        await session.execute(update(jobs).values(leased_until=clock.now() - timedelta(seconds=1)))
    kept = True
    assert await runner.run_due() == 1
    assert await _all_done(database)


async def test_what_is_due_runs_at_once_with_what_it_makes_due_and_nothing_else(
    open_service: OpenService,
) -> None:
    database = await open_service("insurance")
    ran: list[str] = []

    async def call(job: Job) -> None:
        ran.append(job.kind)
        async with database.transaction() as session:
            await schedule(session, "write", job.subject_id)
            await schedule(
                session, "call", job.subject_id, key="tomorrow", due_at=clock.now() + timedelta(days=1)
            )

    async def write(job: Job) -> None:
        ran.append(job.kind)

    await _plan(database)
    assert await JobRunner(database, {"call": call, "write": write}).run_due() == 2
    assert ran == ["call", "write"]


async def test_work_planned_and_hastened_in_the_same_transaction_runs_at_once_and_what_is_planned_after_waits(
    open_service: OpenService,
) -> None:
    database = await open_service("insurance")
    subject, later = new_id(), clock.now() + timedelta(hours=1)
    async with database.transaction() as session:
        await schedule(session, "call", subject, key="before", due_at=later)
        await hasten(session, "call", [subject])
        await schedule(session, "call", subject, key="after", due_at=later)
    async with database.reading() as session:
        due = {row.key: row.due_at for row in await session.execute(select(jobs))}
    assert due["before"] <= clock.now() < due["after"]


async def test_work_planned_in_what_was_rolled_back_is_never_done(open_service: OpenService) -> None:
    database = await open_service("insurance")
    with pytest.raises(ConnectionError):
        async with database.transaction() as session:
            await schedule(session, "call", new_id())
            raise ConnectionError
    with pytest.raises(KeyTooLong):
        async with database.transaction() as session:
            await schedule(session, "call", new_id(), key="k" * 121)
    async with database.reading() as session:
        assert (await session.execute(select(jobs))).all() == []


async def test_two_who_plan_the_same_work_in_another_order_do_not_wait_in_a_circle(
    open_service: OpenService,
) -> None:
    database, replica = await open_service("insurance"), await open_service("insurance")
    keys = [f"key {number}" for number in range(40)]

    async def plan(where: Database, order: list[str]) -> None:
        async with where.transaction() as session:
            for key in order:
                await schedule(session, "call", UUID(int=0), key=key)

    await asyncio.gather(
        *(plan(database, keys) for _ in range(8)), *(plan(replica, keys[::-1]) for _ in range(8))
    )
    async with database.reading() as session:
        assert sorted(await session.scalars(select(jobs.c.key))) == sorted(keys)
