"""A client's year on a compressed clock: the clock goes to the next due job, the job runs, and so on.

Nothing is skipped and nobody waits: every job runs at the very time it is due.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import func, select

from services.aftercare.main import WORK
from services.aftercare.workplace import Workplace
from shared import clock
from shared.jobs import JobRunner, jobs
from tests.conftest import eventually

from .conftest import Aftercare, SetClock

_LONG_ENOUGH = 30.0  # seconds of real time for the jobs of one instant


@dataclass
class Year:
    """`async with year_of(aftercare, set_clock) as year: await year.until(moment)`."""

    aftercare: Aftercare
    set_clock: SetClock
    steps: int = 0

    async def until(self, moment: datetime) -> None:
        """Go from due job to due job; at the end it is `moment`, and nothing is due."""
        await self._rest()
        while (due := await self.next_due()) is not None and due <= moment:
            await self._at(max(due, clock.now()))
        await self._at(moment)

    async def next_due(self) -> datetime | None:
        """When the next open job is due, whatever its kind."""
        open_jobs = select(func.min(jobs.c.due_at)).where(
            jobs.c.done_at.is_(None), jobs.c.gave_up_at.is_(None), jobs.c.kind.in_(WORK)
        )
        async with self.aftercare.database.reading() as session:
            return await session.scalar(open_jobs)

    async def _at(self, moment: datetime) -> None:
        self.set_clock(moment)
        self.steps += 1
        self.aftercare.database.jobs_waiting.set()
        await self._rest()

    async def _rest(self) -> None:
        async def idle() -> bool:
            return await self.aftercare.due_jobs(*WORK) == 0

        await eventually(idle, within=_LONG_ENOUGH)


@asynccontextmanager
async def year_of(aftercare: Aftercare, set_clock: SetClock) -> AsyncGenerator[Year]:
    """The service's jobs run for as long as the block lasts."""
    place = Workplace(aftercare.database, aftercare.settings, aftercare.door.peer())
    kinds = {kind: partial(work, place) for kind, work in WORK.items()}
    runner = asyncio.create_task(JobRunner(aftercare.database, kinds).run())
    try:
        yield Year(aftercare, set_clock)
    finally:
        runner.cancel()
        with suppress(asyncio.CancelledError):
            await runner
