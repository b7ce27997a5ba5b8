"""What is written about one date: before it, after it, once each, and nothing where it would be wrong."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
import pytest

from services.aftercare.follow_up.attendance import record_attendance
from services.aftercare.plans.occurrences import set_confirmed
from services.aftercare.plans.opening import locked
from services.aftercare.plans.preferences import Preferences, keep_preferences
from services.aftercare.tables import Enrolment, Message, Occurrence, Purpose
from shared.contracts.aftercare import Attended, OccurrenceState

from .conftest import ZONE, Aftercare, SetClock, discharged
from .telling import dates, messages, the_plan
from .year import Year, year_of

LA = ZoneInfo(ZONE)
FRIDAY = datetime(2026, 10, 23, 18, tzinfo=UTC)  # 11:00 in Los Angeles
OF_A_DATE = (
    Purpose.REMINDER_DAY,
    Purpose.REMINDER_HOUR,
    Purpose.REMINDER_JOIN,
    Purpose.UNCONFIRMED,
    Purpose.IS_IT_HELD,
    Purpose.HOW_WAS_IT,
    Purpose.HOW_WAS_IT_AGAIN,
)


async def enrolled(
    aftercare: Aftercare, set_clock: SetClock, now: datetime = FRIDAY, wanted: Preferences | None = None
) -> UUID:
    set_clock(now)
    await aftercare.import_list()
    fact = discharged()
    if wanted is not None:
        async with aftercare.database.transaction() as session:
            await keep_preferences(session, fact.case_id, wanted)
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    return fact.case_id


async def later_date(aftercare: Aftercare, case_id: UUID, after: timedelta) -> Occurrence:
    """The first date that begins so long from now that every reminder is still ahead."""
    return next(one for one in await dates(aftercare, case_id) if one.starts_at > FRIDAY + after)


async def about(aftercare: Aftercare, occurrence: Occurrence) -> Sequence[Message]:
    found = await messages(aftercare, occurrence.case_id)
    return [one for one in found if one.about == occurrence.id and one.purpose in OF_A_DATE]


async def state_of(aftercare: Aftercare, occurrence: Occurrence) -> OccurrenceState:
    return next(one.state for one in await dates(aftercare, occurrence.case_id) if one.id == occurrence.id)


async def test_a_date_is_reminded_of_asked_about_twice_and_then_left_as_unknown(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    case_id = await enrolled(aftercare, set_clock)
    one = await later_date(aftercare, case_id, timedelta(hours=30))
    year = year_of(aftercare, set_clock)
    await year.until(one.starts_at - timedelta(minutes=5))
    assert await state_of(aftercare, one) is OccurrenceState.REMINDED
    purposes = [message.purpose for message in await about(aftercare, one)]
    assert purposes == [Purpose.REMINDER_DAY, Purpose.REMINDER_HOUR, Purpose.REMINDER_JOIN]
    await year.until(one.ends_at + timedelta(hours=37))
    purposes = [message.purpose for message in await about(aftercare, one)]
    assert purposes[3:] == [Purpose.HOW_WAS_IT, Purpose.HOW_WAS_IT_AGAIN]
    # No reply is not a miss.
    assert await state_of(aftercare, one) is OccurrenceState.UNKNOWN
    assert (await the_plan(aftercare, case_id)).last_attended_at is None


async def test_who_answered_is_not_asked_again(aftercare: Aftercare, set_clock: SetClock) -> None:
    case_id = await enrolled(aftercare, set_clock)
    one = await later_date(aftercare, case_id, timedelta(hours=30))
    year = year_of(aftercare, set_clock)
    await year.until(one.ends_at + timedelta(minutes=70))
    async with aftercare.database.transaction() as session:
        plan = await locked(session, one.plan_id)
        assert plan is not None
        occurrence = await session.get_one(Occurrence, one.id)
        assert await record_attendance(session, plan, occurrence, Attended.ATTENDED, evidence=1)
    await year.until(one.ends_at + timedelta(hours=40))
    assert Purpose.HOW_WAS_IT_AGAIN not in {message.purpose for message in await about(aftercare, one)}
    assert await state_of(aftercare, one) is OccurrenceState.ATTENDED


async def test_an_unconfirmed_date_says_so_once_and_names_another_time(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    case_id = await enrolled(aftercare, set_clock)
    one = await later_date(aftercare, case_id, timedelta(hours=30))
    async with aftercare.database.transaction() as session:
        plan = await locked(session, one.plan_id)
        assert plan is not None
        await set_confirmed(session, plan, await session.get_one(Enrolment, one.enrolment_id), False)
    year = year_of(aftercare, set_clock)
    await year.until(one.starts_at - timedelta(minutes=5))
    (said,) = await about(aftercare, one)
    assert said.purpose is Purpose.UNCONFIRMED
    assert datetime.fromisoformat(said.details["fall_back_at"]) > FRIDAY


async def test_a_moved_date_rings_at_its_new_time_only(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await enrolled(aftercare, set_clock)
    one = await later_date(aftercare, case_id, timedelta(hours=30))
    to = one.starts_at + timedelta(hours=2)
    path = f"/api/v1/cases/{case_id}/plan/dates/{one.id}/move"
    assert (await web.post(path, json={"starts_at": to.isoformat()})).status_code == 200
    year = year_of(aftercare, set_clock)
    await year.until(one.starts_at - timedelta(hours=23))
    assert await about(aftercare, one) == []
    await year.until(to - timedelta(hours=23))
    (said,) = await about(aftercare, one)
    assert said.details["starts_at"] == to.isoformat()


async def test_a_date_that_is_off_is_asked_about_by_nobody(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await enrolled(aftercare, set_clock)
    one = await later_date(aftercare, case_id, timedelta(hours=30))
    await web.post(f"/api/v1/cases/{case_id}/plan/dates/{one.id}/call-off")
    year = year_of(aftercare, set_clock)
    await year.until(one.ends_at + timedelta(hours=40))
    assert await about(aftercare, one) == []
    assert await state_of(aftercare, one) is OccurrenceState.CANCELLED


async def test_before_a_federal_holiday_the_client_is_asked_to_make_sure(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    """Columbus Day 2026 is Monday 12 October."""
    case_id = await enrolled(aftercare, set_clock, datetime(2026, 10, 6, 18, tzinfo=UTC), every_day())
    year = year_of(aftercare, set_clock)
    await year.until(datetime(2026, 10, 12, 12, tzinfo=UTC))
    on_the_day = [
        one
        for one in await dates(aftercare, case_id)
        if one.starts_at.astimezone(LA).date().isoformat() == "2026-10-12"
    ]
    assert on_the_day
    for one in on_the_day:
        asked = [message for message in await about(aftercare, one) if message.purpose is Purpose.IS_IT_HELD]
        assert len(asked) == 1
        assert asked[0].created_at.astimezone(LA).date().isoformat() == "2026-10-10"
        assert one.doubtful
        assert one.state is not OccurrenceState.CANCELLED
    doubtful = {one.id for one in await dates(aftercare, case_id) if one.doubtful}
    assert doubtful == {one.id for one in on_the_day}


def every_day() -> Preferences:
    return Preferences(zone=ZONE, target=7)


@pytest.mark.parametrize("needed", [True, False])
async def test_proof_is_asked_for_only_where_it_is_needed(
    aftercare: Aftercare, set_clock: SetClock, needed: bool
) -> None:
    wanted = Preferences(zone=ZONE, verification_needed=needed)
    case_id = await enrolled(aftercare, set_clock, wanted=wanted)
    one = await later_date(aftercare, case_id, timedelta(hours=1))
    year = year_of(aftercare, set_clock)
    await _answered(aftercare, year, one)
    await year.until(one.ends_at + timedelta(days=6))
    mine = {message.purpose for message in await messages(aftercare, case_id) if message.about == one.id}
    assert ({Purpose.PROOF_DUE, Purpose.PROOF_LAST_CALL} <= mine) is needed
    assert (await aftercare.said(case_id)).count("verification_due") >= needed


async def _answered(aftercare: Aftercare, year: Year, one: Occurrence) -> None:
    await year.until(one.ends_at + timedelta(minutes=90))
    async with aftercare.database.transaction() as session:
        plan = await locked(session, one.plan_id)
        assert plan is not None
        occurrence = await session.get_one(Occurrence, one.id)
        await record_attendance(session, plan, occurrence, Attended.ATTENDED, evidence=1)
