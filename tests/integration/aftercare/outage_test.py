"""The service was at rest for some days: what nobody was asked about is held against nobody."""

from datetime import UTC, datetime, timedelta

from services.aftercare.follow_up.streak import streak_of
from services.aftercare.plans.opening import latest_plan
from shared.contracts.aftercare import OccurrenceState

from .conftest import Aftercare, SetClock, discharged
from .telling import dates, the_plan

MONDAY = datetime(2027, 2, 1, 18, tzinfo=UTC)  # 10:00 in Los Angeles
DAY = timedelta(days=1)


async def test_dates_that_went_by_in_an_outage_are_no_row_of_misses(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    await aftercare.import_list()
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    back = MONDAY + 20 * DAY  # some of these dates were made before, the others are made up now
    set_clock(back)
    await aftercare.run_jobs()
    over = [one for one in await dates(aftercare, fact.case_id) if one.ends_at < back - 2 * DAY]
    assert len(over) > 6
    assert {(one.state, one.asked_at) for one in over} == {(OccurrenceState.UNKNOWN, None)}
    plan = await the_plan(aftercare, fact.case_id)
    assert plan.missed_in_a_row == 0
    async with aftercare.database.transaction() as session:
        found = await latest_plan(session, fact.case_id)
        assert found is not None
        assert await streak_of(session, found) == (0, 0)
