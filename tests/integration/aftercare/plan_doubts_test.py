"""What must not follow: doors that may be closed, silence taken for a sign of life, a no said anew."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
from sqlalchemy import update

from services.aftercare.plans.enrolment import accept, replace
from services.aftercare.plans.occurrences import plan_dates
from services.aftercare.plans.opening import locked
from services.aftercare.plans.pausing import lose_contact
from services.aftercare.plans.timers import DATE_TIMER
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, PlanState, Purpose
from shared import clock
from shared.contracts.aftercare import OccurrenceState, PauseReason, ReplacementReason
from shared.contracts.fact import new_id
from shared.contracts.intake import ClientDischarged

from .conftest import LIST, ZONE, Aftercare, SetClock, discharged
from .telling import admitted, dates, gave, messages, revoked, the_plan

MONDAY = datetime(2026, 10, 26, 18, tzinfo=UTC)
DAY = timedelta(days=1)
LA = ZoneInfo(ZONE)


async def _enrolled(aftercare: Aftercare, set_clock: SetClock, *, consent: bool = True) -> ClientDischarged:
    set_clock(MONDAY)
    fact = discharged(consent=consent)
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    return fact


async def _doubt(aftercare: Aftercare, meeting_id: UUID) -> None:
    async with aftercare.database.transaction() as session:
        doubted = update(Meeting).where(Meeting.id == meeting_id)
        await session.execute(doubted.values(suspect_since=clock.now().date()))


async def test_somebody_readmitted_while_the_plan_rests_is_not_made_to_go_on_by_a_word(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock)
    plan_path = f"/api/v1/cases/{fact.case_id}/plan"
    await web.post(f"{plan_path}/pause", json={"reason": "client_wish"})
    set_clock(MONDAY + DAY)
    await aftercare.hear(admitted(fact.case_id))
    assert (await the_plan(aftercare, fact.case_id)).pause_reason is PauseReason.READMITTED
    assert (await web.post(f"{plan_path}/resume")).status_code == 409
    assert await dates(aftercare, fact.case_id) == []


async def test_a_plan_that_goes_on_doubts_what_became_doubtful_while_it_rested(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock)
    doubted, *_ = await aftercare.enrolments(fact.case_id)
    plan_path = f"/api/v1/cases/{fact.case_id}/plan"
    await web.post(f"{plan_path}/pause", json={"reason": "custody"})
    await _doubt(aftercare, doubted.meeting_id)
    set_clock(MONDAY + DAY)
    assert (await web.post(f"{plan_path}/resume")).json()["state"] == "active"
    mine = [one for one in await dates(aftercare, fact.case_id) if one.enrolment_id == doubted.id]
    assert {one.state for one in mine} == {OccurrenceState.UNCONFIRMED}


async def test_a_yes_to_a_meeting_in_doubt_sends_nobody_there_as_if_it_were_sure(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock, consent=False)
    offered, *_ = await aftercare.enrolments(fact.case_id)
    await _doubt(aftercare, offered.meeting_id)
    async with aftercare.database.transaction() as session:
        plan = await locked(session, offered.plan_id)
        assert plan is not None
        assert await accept(session, plan, await session.get_one(Enrolment, offered.id))
    assert {one.state for one in await dates(aftercare, fact.case_id)} == {OccurrenceState.UNCONFIRMED}


async def test_a_meeting_that_moved_since_it_was_offered_begins_on_a_date_it_has(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock, consent=False)
    offered, *_ = await aftercare.enrolments(fact.case_id)
    async with aftercare.database.transaction() as session:
        slug = (await session.get_one(Meeting, offered.meeting_id)).source_id
    await aftercare.import_list(_an_hour_later(slug))
    async with aftercare.database.transaction() as session:
        plan = await locked(session, offered.plan_id)
        assert plan is not None
        assert await accept(session, plan, await session.get_one(Enrolment, offered.id))
    (now,) = [one for one in await aftercare.enrolments(fact.case_id) if one.id == offered.id]
    first, *_ = [one for one in await dates(aftercare, fact.case_id) if one.enrolment_id == offered.id]
    assert now.first_occurrence_at == first.starts_at


async def test_a_meeting_replaced_by_itself_is_no_sign_of_life(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock)
    old, new, *_ = await aftercare.enrolments(fact.case_id)
    set_clock(MONDAY + 30 * DAY)
    async with aftercare.database.transaction() as session:
        plan = await locked(session, old.plan_id)
        assert plan is not None
        await lose_contact(session, plan)
        leaves, enters = [await session.get_one(Enrolment, one.id) for one in (old, new)]
        enters.state = EnrolmentState.SUGGESTED
        await replace(session, plan, leaves, enters, ReplacementReason.WITHDRAWN)
    assert (await the_plan(aftercare, fact.case_id)).state is PlanState.LOST_CONTACT


async def test_a_day_called_off_stays_off_when_the_series_moves_to_another_hour(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock)
    first, *_ = await dates(aftercare, fact.case_id)
    await web.post(f"/api/v1/cases/{fact.case_id}/plan/dates/{first.id}/call-off")
    async with aftercare.database.transaction() as session:
        meeting_id = (await session.get_one(Enrolment, first.enrolment_id)).meeting_id
        slug = (await session.get_one(Meeting, meeting_id)).source_id
    await aftercare.import_list(_an_hour_later(slug))
    await aftercare.run_jobs("listing_change")
    day = first.starts_at.astimezone(LA).date()
    same_day = [
        one
        for one in await dates(aftercare, fact.case_id)
        if one.enrolment_id == first.enrolment_id and one.starts_at.astimezone(LA).date() == day
    ]
    assert [(one.id, one.state) for one in same_day] == [(first.id, OccurrenceState.CANCELLED)]


async def test_the_same_no_heard_again_after_the_clients_own_yes_ends_nothing(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock)
    no = revoked(fact.case_id)
    await aftercare.hear(no)
    set_clock(MONDAY + DAY)
    await aftercare.hear(gave(fact.case_id))
    await aftercare.run_jobs("choose_meetings", "rebalance")
    before = [(one.id, one.state) for one in await aftercare.enrolments(fact.case_id)]
    assert EnrolmentState.ACTIVE in {state for _, state in before}
    await aftercare.hear(no.model_copy(update={"event_id": new_id()}))
    assert [(one.id, one.state) for one in await aftercare.enrolments(fact.case_id)] == before


async def test_a_reminder_that_rings_after_the_meeting_began_reminds_of_nothing(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock)
    first, *_ = await dates(aftercare, fact.case_id)
    set_clock(first.starts_at + timedelta(minutes=10))
    await aftercare.run_jobs(DATE_TIMER)
    (again,) = [one for one in await dates(aftercare, fact.case_id) if one.id == first.id]
    assert (again.state, again.reminded_at) == (OccurrenceState.PLANNED, None)
    told = [one.purpose for one in await messages(aftercare, fact.case_id) if one.about == first.id]
    assert Purpose.REMINDER_HOUR not in told


async def test_a_date_whose_questions_fell_into_a_rest_is_let_be_afterwards(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock)
    first, *_ = await dates(aftercare, fact.case_id)
    set_clock(first.starts_at + timedelta(minutes=10))
    await web.post(f"/api/v1/cases/{fact.case_id}/plan/pause", json={"reason": "custody"})
    set_clock(first.starts_at + 6 * DAY)
    await aftercare.run_jobs(DATE_TIMER)
    await web.post(f"/api/v1/cases/{fact.case_id}/plan/resume")
    (again,) = [one for one in await dates(aftercare, fact.case_id) if one.id == first.id]
    assert again.state is OccurrenceState.UNKNOWN


async def test_a_listing_that_lost_its_time_leaves_no_date_ahead(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    fact = await _enrolled(aftercare, set_clock)
    first, *_ = await dates(aftercare, fact.case_id)
    async with aftercare.database.transaction() as session:
        plan = await locked(session, first.plan_id)
        assert plan is not None
        meeting_id = (await session.get_one(Enrolment, first.enrolment_id)).meeting_id
        row = await session.get_one(Meeting, meeting_id)
        row.listing = {**row.listing, "recurrence": None}
        await plan_dates(session, plan, clock.now())
    assert first.enrolment_id not in {one.enrolment_id for one in await dates(aftercare, fact.case_id)}


def _an_hour_later(slug: str) -> bytes:
    rows = json.loads(LIST)
    for one in rows:
        if one["slug"] == slug:
            hour, minute = one["time"].split(":")[:2]
            one["time"] = f"{int(hour) + 1:02}:{minute}"
            one.pop("end_time", None)
    return json.dumps(rows).encode()
