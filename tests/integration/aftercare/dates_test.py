"""The single dates of a plan: made a few days ahead, moved, called off, doubted; never lost or doubled."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.plans.occurrences import plan_dates, set_confirmed
from services.aftercare.plans.opening import locked
from services.aftercare.plans.timers import LOOK_AHEAD
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Message, Purpose
from shared.contracts.aftercare import OccurrenceState
from shared.contracts.intake import ClientDischarged
from shared.jobs import jobs
from shared.messaging.outbox import outbox

from .conftest import LIST, ZONE, Aftercare, SetClock, discharged
from .telling import dates, the_plan

LA = ZoneInfo(ZONE)
THURSDAY = datetime(2027, 3, 11, 12, tzinfo=LA)  # the clocks go forward in the night to Sunday
DAY = timedelta(days=1)


async def enrolled(aftercare: Aftercare, set_clock: SetClock) -> ClientDischarged:
    """Left this minute, with three meetings of a list seen today."""
    set_clock(THURSDAY)
    await aftercare.import_list()
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    return fact


async def look(aftercare: Aftercare, case_id: UUID, now: datetime) -> None:
    plan = await the_plan(aftercare, case_id)
    async with aftercare.database.transaction() as session:
        found = await locked(session, plan.id)
        assert found is not None
        await plan_dates(session, found, now)


async def invitations(aftercare: Aftercare, enrolment_id: UUID) -> list[tuple[int, str, str]]:
    """(sequence, method, "series" or "date") of each version that went out as a fact, in order."""
    found = []
    query = select(outbox.c.body).where(outbox.c.subject == "events.aftercare.invitation_issued.v1")
    async with aftercare.database.reading() as session:
        for body in await session.scalars(query.order_by(outbox.c.id)):
            told = json.loads(body)
            if told["enrolment_id"] == str(enrolment_id):
                which = "date" if told["recurrence_id"] else "series"
                found.append((told["sequence"], told["method"], which))
    return found


async def test_dates_are_made_nine_days_ahead_and_looking_again_changes_nothing(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await enrolled(aftercare, set_clock)
    made = await dates(aftercare, fact.case_id)
    assert made
    assert all(THURSDAY < one.starts_at <= THURSDAY + 9 * DAY + timedelta(minutes=1) for one in made)
    assert all(one.starts_at == one.original_start for one in made)
    for _ in range(3):
        await look(aftercare, fact.case_id, THURSDAY + timedelta(minutes=1))
    assert [one.id for one in await dates(aftercare, fact.case_id)] == [one.id for one in made]


async def test_the_wall_clock_holds_over_the_night_the_clocks_go_forward(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await enrolled(aftercare, set_clock)
    for day in range(1, 12):
        set_clock(THURSDAY + day * DAY)
        await aftercare.run_jobs(LOOK_AHEAD)
    by_meeting: dict[UUID, list[datetime]] = defaultdict(list)
    for one in await dates(aftercare, fact.case_id):
        by_meeting[one.enrolment_id].append(one.starts_at.astimezone(LA))
    for starts in by_meeting.values():
        assert len(starts) == len(set(starts)) >= 2
        assert len({(start.weekday(), start.time()) for start in starts}) == 1


async def test_at_half_past_two_on_14_march_2027_nothing_is_lost_or_doubled(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await enrolled(aftercare, set_clock)
    before = {one.id for one in await dates(aftercare, fact.case_id)}
    # 02:30 does not exist that night: it is 03:30, 10:30 in UTC.
    set_clock(datetime.combine(date(2027, 3, 14), time(2, 30), LA).astimezone(UTC))
    await aftercare.run_jobs(LOOK_AHEAD)
    await aftercare.run_jobs(LOOK_AHEAD)
    after = await dates(aftercare, fact.case_id)
    assert before <= {one.id for one in after}
    assert len({(one.enrolment_id, one.original_start) for one in after}) == len(after)
    query = select(jobs.c.due_at).where(jobs.c.kind == LOOK_AHEAD, jobs.c.done_at.is_(None))
    async with aftercare.database.reading() as session:
        (due,) = await session.scalars(query)
    # This was the look of the 14th, whenever it came; the next is the one of the 15th.
    assert due.astimezone(LA) == datetime(2027, 3, 15, 4, tzinfo=LA)


async def test_a_service_that_was_at_rest_for_days_writes_to_nobody_about_what_is_over(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await enrolled(aftercare, set_clock)
    known = {one.id for one in await dates(aftercare, fact.case_id)}
    back = THURSDAY + 25 * DAY
    set_clock(back)
    await aftercare.run_jobs(LOOK_AHEAD)
    made = [one for one in await dates(aftercare, fact.case_id) if one.id not in known]
    over = [one for one in made if one.ends_at < back]
    assert len(over) >= 6
    assert {one.state for one in over} == {OccurrenceState.UNKNOWN}
    async with aftercare.database.reading() as session:
        about = set(await session.scalars(select(Message.about)))
        timed = set(await session.scalars(select(jobs.c.subject_id).where(jobs.c.kind == "date_timer")))
    assert not {one.id for one in over} & (about | timed)
    assert (await aftercare.said(fact.case_id)).count("attendance_recorded") == 0


async def test_one_date_is_called_off_and_then_the_series_moves(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await enrolled(aftercare, set_clock)
    first, *_ = await dates(aftercare, fact.case_id)
    path = f"/api/v1/cases/{fact.case_id}/plan/dates/{first.id}"
    for _ in range(2):
        answer = await web.post(f"{path}/call-off")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert (await aftercare.said(fact.case_id)).count("occurrence_changed") == 1

    # The list says another hour from now on; the message about the one date is still on its way.
    async with aftercare.database.transaction() as session:
        enrolment = await session.get_one(Enrolment, first.enrolment_id)
        slug = await _slug(aftercare, enrolment)
    await aftercare.import_list(_an_hour_later(slug))
    await aftercare.run_jobs("listing_change")
    versions = await invitations(aftercare, first.enrolment_id)
    assert versions[:2] == [(0, "REQUEST", "series"), (1, "CANCEL", "date")]
    assert versions[2][:2] == (2, "REQUEST")
    mine = [one for one in await dates(aftercare, fact.case_id) if one.enrolment_id == first.enrolment_id]
    called_off = [one for one in mine if one.state is OccurrenceState.CANCELLED]
    assert [one.id for one in called_off] == [first.id]
    planned = [one for one in mine if one.state is OccurrenceState.PLANNED]
    assert planned
    moved = {one.starts_at.astimezone(LA).time() for one in planned}
    assert first.starts_at.astimezone(LA).time() not in moved
    queued = select(Message).where(Message.purpose == Purpose.INVITATION, Message.about == enrolment.id)
    async with aftercare.database.reading() as session:
        keys = [one.key for one in await session.scalars(queued.order_by(Message.id))]
    # Each version has a message of its own, whenever it arrives: SEQUENCE tells which is the later.
    assert [int(key.split(":")[2]) for key in keys] == [0, 1, 2]


async def _slug(aftercare: Aftercare, enrolment: Enrolment) -> str:
    async with aftercare.database.reading() as session:
        return (await session.get_one(Meeting, enrolment.meeting_id)).source_id


def _an_hour_later(slug: str) -> bytes:
    rows = json.loads(LIST)
    for one in rows:
        if one["slug"] == slug:
            hour, minute = one["time"].split(":")[:2]
            one["time"] = f"{int(hour) + 1:02}:{minute}"
            one.pop("end_time", None)
    return json.dumps(rows).encode()


async def test_a_moved_date_stays_the_same_date_and_rings_at_its_new_time(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await enrolled(aftercare, set_clock)
    first, *_ = await dates(aftercare, fact.case_id)
    to = first.starts_at + timedelta(hours=3)
    path = f"/api/v1/cases/{fact.case_id}/plan/dates/{first.id}/move"
    for _ in range(2):
        answer = await web.post(path, json={"starts_at": to.isoformat()})
        assert answer.status_code == 200
    again, *_ = [one for one in await dates(aftercare, fact.case_id) if one.id == first.id]
    assert (again.original_start, again.starts_at) == (first.original_start, to)
    assert again.ends_at - again.starts_at == first.ends_at - first.starts_at
    await look(aftercare, fact.case_id, THURSDAY + timedelta(minutes=1))
    same = [one for one in await dates(aftercare, fact.case_id) if one.enrolment_id == first.enrolment_id]
    assert len({one.original_start for one in same}) == len(same)
    assert (1, "REQUEST", "date") in await invitations(aftercare, first.enrolment_id)
    past = await web.post(path, json={"starts_at": (THURSDAY - DAY).isoformat()})
    assert past.status_code == 409


@pytest.mark.parametrize("times", [1, 2])
async def test_a_doubtful_listing_marks_its_dates_and_cancels_none(
    aftercare: Aftercare, set_clock: SetClock, times: int
) -> None:
    fact = await enrolled(aftercare, set_clock)
    plan = await the_plan(aftercare, fact.case_id)
    doubted, *_ = await aftercare.enrolments(fact.case_id)

    async def states(confirmed: bool) -> set[OccurrenceState]:
        for _ in range(times):
            async with aftercare.database.transaction() as session:
                found = await locked(session, plan.id)
                assert found is not None
                enrolment = await session.get_one(Enrolment, doubted.id)
                await set_confirmed(session, found, enrolment, confirmed)
        mine = [one for one in await dates(aftercare, fact.case_id) if one.enrolment_id == doubted.id]
        return {one.state for one in mine}

    assert await states(False) == {OccurrenceState.UNCONFIRMED}
    assert EnrolmentState.SUSPENDED in {one.state for one in await aftercare.enrolments(fact.case_id)}
    assert await states(True) == {OccurrenceState.PLANNED}
    assert {one.state for one in await aftercare.enrolments(fact.case_id)} == {EnrolmentState.ACTIVE}
