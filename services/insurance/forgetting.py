"""Raw X12 is kept, sealed, as long as a dispute with a payer may need it, and then forgotten.

One job for all, once a day: a job for every attempt would stand in the queue for months and hide what waits.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.tables import Attempt
from shared import clock
from shared.database import Database
from shared.jobs import Job, Later, schedule

FORGET_RAW = "forget_raw"
DAILY = timedelta(days=1)
ALL_ATTEMPTS = UUID(int=0)  # the job is about no single row


async def keep_forgetting(session: AsyncSession) -> None:
    """See to it that the daily job exists; called whenever there is something that will have to be
    forgotten."""
    await schedule(session, FORGET_RAW, ALL_ATTEMPTS, due_at=clock.now() + DAILY, key=FORGET_RAW)


@dataclass(frozen=True)
class ForgetRaw:
    """The work of kind `forget_raw`."""

    database: Database
    keep_for: timedelta

    async def __call__(self, _job: Job) -> None:
        async with self.database.transaction() as session:
            await session.execute(
                update(Attempt)
                .where(Attempt.started_at < clock.now() - self.keep_for, Attempt.request.is_not(None))
                .values(request=None, response=None, handle=None)
            )
        raise Later(DAILY, "daily")
