"""One client's months on a compressed clock: every job runs when it is due, and nothing is left behind."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from services.aftercare.tables import PlanState
from shared.jobs import jobs

from .conftest import Aftercare, SetClock, discharged
from .telling import dates, the_plan
from .year import year_of

FRIDAY = datetime(2026, 10, 23, 18, tzinfo=UTC)


async def test_three_weeks_pass_over_the_end_of_summer_time(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(FRIDAY)
    await aftercare.import_list()
    fact = discharged()
    await aftercare.hear(fact)
    year = year_of(aftercare, set_clock)
    for week in range(1, 4):
        await year.until(FRIDAY + timedelta(weeks=week))
        await aftercare.import_list()  # the list is seen every week
    over = [one for one in await dates(aftercare, fact.case_id) if one.ends_at < FRIDAY + timedelta(weeks=3)]
    assert 8 <= len(over) <= 10
    assert (await the_plan(aftercare, fact.case_id)).state is PlanState.ACTIVE
    async with aftercare.database.reading() as session:
        assert await session.scalar(select(func.count()).where(jobs.c.gave_up_at.is_not(None))) == 0
