"""A job that dies at its first statement, then at its second, and so on until it comes through."""

from collections.abc import Awaitable, Callable

from sqlalchemy import event, update

from shared.contracts.fact import new_id
from shared.jobs import Job, jobs

from .conftest import Aftercare


class _Crash(Exception):
    """The process died on this statement."""


async def claimed(aftercare: Aftercare, kind: str) -> Job:
    """Take the one job of this kind as the runner would, also one that is done."""
    lease = new_id()
    take = update(jobs).where(jobs.c.kind == kind).values(lease=lease, attempts=1, done_at=None)
    async with aftercare.database.transaction() as session:
        (row,) = (await session.execute(take.returning(jobs))).all()
    return Job(row.id, row.kind, row.subject_id, row.key, 1, lease)


async def crash_at_every_statement(
    aftercare: Aftercare,
    kind: str,
    work: Callable[[Job], Awaitable[None]],
    after_each: Callable[[], Awaitable[None]],
) -> int:
    """How often it died. `after_each` looks at what a crash left; at last the job runs through, and once more
    after that, as if it had died after its commit."""
    countdown = 0

    def crash(*_: object) -> None:
        nonlocal countdown
        countdown -= 1
        if countdown == 0:
            raise _Crash

    engine = aftercare.database.engine.sync_engine
    crashes = 0
    while True:
        job = await claimed(aftercare, kind)
        countdown = crashes + 1
        event.listen(engine, "before_cursor_execute", crash)
        try:
            await work(job)
            break
        except _Crash:
            crashes += 1
        finally:
            event.remove(engine, "before_cursor_execute", crash)
        await after_each()
    await work(await claimed(aftercare, kind))
    return crashes
