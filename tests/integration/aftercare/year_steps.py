"""The year step by step: the clock goes to the next due job, and the jobs of that moment run in order.

The service's own runner claims and settles them; only its waiting is left out, so that a year takes a minute
and the same year is the same story every time.
"""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from services.aftercare.main import WORK
from services.aftercare.workplace import Workplace
from shared.database import Database
from shared.jobs import AT_ONCE, JobRunner

from .conftest import Aftercare, SetClock
from .year import Year


class StepRunner(JobRunner):
    """Never waits: runs what is due now, and what that makes due at once."""

    async def run_due(self) -> None:
        while claimed := await self._claim(AT_ONCE):
            for job in claimed:
                await self._run_one(job)


@dataclass
class SteppedYear(Year):
    """`await year.until(moment)` as in Year."""

    runner: StepRunner | None = None

    async def _rest(self) -> None:
        assert self.runner is not None
        await self.runner.run_due()


def stepped_year(aftercare: Aftercare, set_clock: SetClock) -> SteppedYear:
    place = Workplace(aftercare.database, aftercare.settings, aftercare.door.peer())
    kinds = {kind: partial(work, place) for kind, work in WORK.items()}
    return SteppedYear(aftercare, set_clock, runner=StepRunner(aftercare.database, kinds))


def unhurried(database: Database) -> Database:
    """The same database without a wait for the disk at every commit: a power cut is not in this story."""
    word = "pragma synchronous = off" if database.is_sqlite else "set synchronous_commit = off"

    @event.listens_for(database.engine.sync_engine, "connect")
    def connected(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(word)
        cursor.close()

    return database
