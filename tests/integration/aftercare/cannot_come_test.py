""" "I cannot come this time": said before a date, asked once, never counted as a miss."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from services.aftercare.tables import Occurrence
from shared.contracts.aftercare import Attended, OccurrenceState
from shared.contracts.fact import new_id

from .client_pages_test import attendance, client, dates, text_of
from .conftest import Aftercare, SetClock

NOON = datetime(2027, 2, 1, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _monday(set_clock: SetClock) -> None:
    set_clock(NOON)


async def state(aftercare: Aftercare, date: Occurrence) -> OccurrenceState:
    async with aftercare.database.reading() as session:
        return (await session.get_one(Occurrence, date.id)).state


async def test_a_date_ahead_can_be_excused_and_is_no_miss(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await client(aftercare, web)
    (first, *_) = await dates(aftercare, case_id)
    path = f"/my/dates/{first.id}/cannot"
    assert path in (await web.get("/my")).text
    asked = await web.get(path)
    assert asked.status_code == 200
    assert await state(aftercare, first) is OccurrenceState.PLANNED
    for _ in range(2):
        answer = await web.post(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/my?note=excused")
    assert await state(aftercare, first) is OccurrenceState.EXCUSED
    known = await attendance(aftercare, first.id)
    assert known is not None
    assert (known.outcome, known.evidence) == (Attended.EXCUSED, 1)
    assert (await aftercare.said(case_id)).count("attendance_recorded") == 1
    (plan,) = await aftercare.plans(case_id)
    assert plan.missed_in_a_row == 0
    page = await web.get("/my?note=excused")
    assert path not in page.text
    assert "You told us you cannot come" in text_of(page)
    # Whoever comes after all says so as always.
    set_clock(first.ends_at + timedelta(minutes=5))
    await web.post(f"/my/dates/{first.id}", data={"outcome": "attended"})
    assert await state(aftercare, first) is OccurrenceState.ATTENDED


async def test_it_is_said_in_spanish_too(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await client(aftercare, web)
    (first, *_) = await dates(aftercare, case_id)
    await web.post("/my/language", data={"language": "es"})
    assert "Esta vez no puedo ir" in text_of(await web.get("/my"))
    assert "no puede ir" in text_of(await web.get(f"/my/dates/{first.id}/cannot"))


async def test_a_date_that_began_or_is_somebody_elses_cannot_be_excused(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    theirs = await client(aftercare, web)
    (other, *_) = await dates(aftercare, theirs)
    case_id = await client(aftercare, web)
    (first, *_) = await dates(aftercare, case_id)
    for date_id in (other.id, new_id()):
        assert (await web.post(f"/my/dates/{date_id}/cannot")).status_code == 404
        assert (await web.get(f"/my/dates/{date_id}/cannot")).status_code == 404
    set_clock(first.starts_at)
    assert (await web.post(f"/my/dates/{first.id}/cannot")).status_code == 404
    assert await state(aftercare, first) in (OccurrenceState.PLANNED, OccurrenceState.REMINDED)
    assert await state(aftercare, other) is OccurrenceState.PLANNED


async def test_no_reminder_of_a_date_the_client_cannot_come_to(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    from sqlalchemy import select

    from services.aftercare.tables import Message, Purpose

    case_id = await client(aftercare, web)
    (first, *_) = await dates(aftercare, case_id)
    await web.post(f"/my/dates/{first.id}/cannot")
    set_clock(first.starts_at - timedelta(minutes=10))
    await aftercare.run_jobs()
    set_clock(first.ends_at + timedelta(hours=2))
    await aftercare.run_jobs()
    query = select(Message.purpose).where(Message.about == first.id)
    async with aftercare.database.reading() as session:
        told = set(await session.scalars(query))
    assert not told & {
        Purpose.REMINDER_HOUR,
        Purpose.REMINDER_JOIN,
        Purpose.HOW_WAS_IT,
        Purpose.MISSED_YOU,
    }
