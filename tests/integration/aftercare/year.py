"""A client's year on a compressed clock: the clock goes to the next due job, the jobs of that moment run in
order, and so on.

Nothing is skipped and nobody waits: every job runs at the very time it is due. The service's own runner
claims and settles them; only its waiting is left out, so that the same year is the same story every time.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from services.aftercare.main import WORK
from services.aftercare.workplace import Workplace
from shared import clock
from shared.database import Database
from shared.job_runner import JobRunner
from shared.jobs import jobs

from .conftest import Aftercare, SetClock


@dataclass
class Year:
    """`await year_of(aftercare, set_clock).until(moment)`."""

    database: Database
    runner: JobRunner
    set_clock: SetClock

    async def until(self, moment: datetime) -> None:
        """Go from due job to due job; at the end it is `moment`, and nothing is due."""
        await self.runner.run_due()
        while (due := await self.next_due()) is not None and due <= moment:
            await self._at(max(due, clock.now()))
        await self._at(moment)

    async def next_due(self) -> datetime | None:
        """When the next open job is due, whatever its kind."""
        open_jobs = select(func.min(jobs.c.due_at)).where(
            jobs.c.done_at.is_(None), jobs.c.gave_up_at.is_(None), jobs.c.kind.in_(WORK)
        )
        async with self.database.reading() as session:
            return await session.scalar(open_jobs)

    async def _at(self, moment: datetime) -> None:
        self.set_clock(moment)
        await self.runner.run_due()


def year_of(aftercare: Aftercare, set_clock: SetClock) -> Year:
    place = Workplace(aftercare.database, aftercare.settings, aftercare.door.peer())
    kinds = {kind: partial(work, place) for kind, work in WORK.items()}
    return Year(aftercare.database, JobRunner(aftercare.database, kinds), set_clock)


def unhurried(database: Database) -> Database:
    """The same database without a wait for the disk at every commit: a power cut is not in this story."""
    word = "pragma synchronous = off" if database.is_sqlite else "set synchronous_commit = off"

    @event.listens_for(database.engine.sync_engine, "connect")
    def connected(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(word)
        cursor.close()

    return database
