"""Somebody whose contact was lost says yes to a meeting: that is a sign of life, and the plan goes on."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import select, update

from services.aftercare.plans.opening import locked
from services.aftercare.plans.pausing import lose_contact
from services.aftercare.tables import EnrolmentState, Meeting, Message, PlanState, Purpose
from shared import clock
from shared.contracts.aftercare import OccurrenceState
from shared.contracts.intake import ClientDischarged

from .conftest import Aftercare, SetClock, discharged
from .own_browser import come_in
from .telling import dates, the_plan

MONDAY = datetime(2027, 2, 1, 20, tzinfo=UTC)  # noon in Los Angeles
MONTH = timedelta(days=31)


async def silent(aftercare: Aftercare, set_clock: SetClock) -> ClientDischarged:
    """A month ago meetings were suggested, and nothing was heard since."""
    set_clock(MONDAY)
    await aftercare.import_list()
    fact = discharged(consent=False)
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings", "set_calls")
    set_clock(MONDAY + MONTH)
    await aftercare.import_list()
    plan = await the_plan(aftercare, fact.case_id)
    async with aftercare.database.transaction() as session:
        found = await locked(session, plan.id)
        assert found is not None
        assert await lose_contact(session, found)
    return fact


@pytest.mark.parametrize("by", ["on the client's page", "on the telephone with staff"])
async def test_a_yes_of_somebody_silent_puts_the_dates_on_the_calendar(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock, by: str
) -> None:
    fact = await silent(aftercare, set_clock)
    offered, *_ = await aftercare.enrolments(fact.case_id)
    if by == "on the client's page":
        await come_in(aftercare, web, fact.case_id)
        answer = await web.post(f"/my/meetings/{offered.id}/answer", data={"said": "yes"})
        assert answer.headers["location"] == "/my?note=yes"
    else:
        answer = await web.post(f"/api/v1/cases/{fact.case_id}/plan/enrolments/{offered.id}/accept")
        assert answer.json()["state"] == "active"
    await aftercare.run_jobs("regain_contact")
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.activated_at is not None) == (PlanState.ACTIVE, True)
    made = await dates(aftercare, fact.case_id)
    assert {(one.enrolment_id, one.state) for one in made} == {(offered.id, OccurrenceState.PLANNED)}


async def test_a_first_yes_that_ends_a_silence_is_answered_with_the_word_that_the_week_is_ready(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await silent(aftercare, set_clock)
    offered, *_ = await aftercare.enrolments(fact.case_id)
    await web.post(f"/api/v1/cases/{fact.case_id}/plan/enrolments/{offered.id}/accept")
    await aftercare.run_jobs("regain_contact")
    async with aftercare.database.reading() as session:
        written = select(Message.id).where(Message.purpose == Purpose.WELCOME)
        assert len((await session.scalars(written)).all()) == 1


async def test_a_yes_of_somebody_silent_to_a_meeting_in_doubt_is_on_the_calendar_as_unconfirmed(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await silent(aftercare, set_clock)
    offered, *_ = await aftercare.enrolments(fact.case_id)
    async with aftercare.database.transaction() as session:
        doubted = update(Meeting).where(Meeting.id == offered.meeting_id)
        await session.execute(doubted.values(suspect_since=clock.now().date()))
    await web.post(f"/api/v1/cases/{fact.case_id}/plan/enrolments/{offered.id}/accept")
    await aftercare.run_jobs("regain_contact")
    assert {one.state for one in await dates(aftercare, fact.case_id)} == {OccurrenceState.UNCONFIRMED}


async def test_a_no_is_a_sign_of_life_too(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await silent(aftercare, set_clock)
    offered, *_ = await aftercare.enrolments(fact.case_id)
    await web.post(f"/api/v1/cases/{fact.case_id}/plan/enrolments/{offered.id}/decline")
    await aftercare.run_jobs("regain_contact")
    assert (await the_plan(aftercare, fact.case_id)).state is PlanState.OFFERED
    declined, *_ = await aftercare.enrolments(fact.case_id)
    assert declined.state is EnrolmentState.DECLINED


async def test_a_yes_told_to_staff_is_a_sign_of_life_also_when_the_meeting_closed_meanwhile(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    fact = await silent(aftercare, set_clock)
    offered, *_ = await aftercare.enrolments(fact.case_id)
    async with aftercare.database.transaction() as session:
        closed = update(Meeting).where(Meeting.id == offered.meeting_id)
        await session.execute(closed.values(withdrawn_on=clock.now().date()))
    answer = await web.post(f"/api/v1/cases/{fact.case_id}/plan/enrolments/{offered.id}/accept")
    assert answer.json()["code"] == "not_open"
    await aftercare.run_jobs("regain_contact")
    assert (await the_plan(aftercare, fact.case_id)).state is PlanState.OFFERED
