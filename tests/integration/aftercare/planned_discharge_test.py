"""A discharge that is planned: a shortlist early, the client's own picks, a last look, and then the week."""

from datetime import UTC, datetime, timedelta

import httpx2
from sqlalchemy import update

from services.aftercare.plans.freezing import FREEZE_WEEK
from services.aftercare.tables import EnrolmentState, Meeting, PlanState, Purpose
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType

from .conftest import Aftercare, SetClock
from .rebalancing_test import spares
from .telling import cancelled, dates, left, planned, the_plan, written

MONDAY = datetime(2026, 10, 19, 18, tzinfo=UTC)
FRIDAY = datetime(2026, 10, 23, 18, tzinfo=UTC)  # 11:00 in Los Angeles


async def test_a_planned_discharge_makes_a_shortlist_and_puts_nothing_on_a_calendar(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    case_id, consent = new_id(), new_id()
    fact = planned(case_id, new_id(), FRIDAY, consent=consent)
    await aftercare.hear(fact, fact.model_copy(update={"event_id": new_id()}))
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, case_id)
    assert (plan.state, plan.left_at, plan.discharged_at) == (PlanState.OFFERED, None, FRIDAY)
    shortlist = await aftercare.enrolments(case_id)
    assert {one.state for one in shortlist} == {EnrolmentState.SUGGESTED}
    assert 3 <= len(shortlist) <= 5
    assert all(one.first_occurrence_at > FRIDAY for one in shortlist)
    assert (await aftercare.said(case_id))[:2] == ["plan_drafted", "meetings_suggested"]
    assert await dates(aftercare, case_id) == []


async def test_what_was_picked_before_leaving_is_on_the_calendar_with_the_discharge(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    case_id, stay_id, consent = new_id(), new_id(), new_id()
    await aftercare.hear(planned(case_id, stay_id, FRIDAY, consent=consent))
    await aftercare.run_jobs()
    first, second, *_ = await aftercare.enrolments(case_id)
    for one in (first, second, first):
        answer = await web.post(f"/api/v1/cases/{case_id}/plan/enrolments/{one.id}/accept")
        assert answer.json()["state"] == "accepted"
    assert (await the_plan(aftercare, case_id)).state is PlanState.OFFERED

    set_clock(FRIDAY)
    await aftercare.hear(left(case_id, stay_id, at=FRIDAY, consent=consent))
    plan = await the_plan(aftercare, case_id)
    assert (plan.state, plan.left_at) == (PlanState.ACTIVE, FRIDAY)
    await aftercare.run_jobs()
    states = {one.id: one.state for one in await aftercare.enrolments(case_id)}
    assert states[first.id] is states[second.id] is EnrolmentState.ACTIVE
    assert list(states.values()).count(EnrolmentState.ACTIVE) == 2
    assert (await written(aftercare, case_id))[Purpose.WELCOME] == 1
    assert {one.enrolment_id for one in await dates(aftercare, case_id)} == {first.id, second.id}
    # What is missing in the week is proposed, and a fall-back is kept beside it from the start.
    assert list(states.values()).count(EnrolmentState.SUGGESTED) == 1
    (spare,) = await spares(aftercare, case_id)
    assert spare.meeting_id not in {first.meeting_id, second.meeting_id}


async def test_on_the_evening_before_a_pick_that_is_no_longer_listed_falls(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    case_id = new_id()
    await aftercare.hear(planned(case_id, new_id(), FRIDAY))
    await aftercare.run_jobs()
    picked, *_ = await aftercare.enrolments(case_id)
    await web.post(f"/api/v1/cases/{case_id}/plan/enrolments/{picked.id}/accept")
    async with aftercare.database.transaction() as session:
        gone = update(Meeting).where(Meeting.id == picked.meeting_id)
        await session.execute(gone.values(withdrawn_on=MONDAY.date()))
    set_clock(FRIDAY - timedelta(hours=17, minutes=5))  # 17:55 the evening before
    await aftercare.run_jobs()
    assert picked.id in {
        one.id for one in await aftercare.enrolments(case_id) if one.state is EnrolmentState.ACCEPTED
    }
    set_clock(FRIDAY - timedelta(hours=17) + timedelta(seconds=1))
    await aftercare.run_jobs()
    states = {one.id: one.state for one in await aftercare.enrolments(case_id)}
    assert states[picked.id] is EnrolmentState.ENDED
    assert EnrolmentState.SUGGESTED in states.values()


async def test_a_planned_time_told_again_moves_the_plan(aftercare: Aftercare, set_clock: SetClock) -> None:
    set_clock(MONDAY)
    case_id, stay_id = new_id(), new_id()
    await aftercare.hear(planned(case_id, stay_id, FRIDAY))
    await aftercare.run_jobs()
    later = FRIDAY + timedelta(days=7)
    set_clock(MONDAY + timedelta(hours=1))
    await aftercare.hear(planned(case_id, stay_id, later))
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, case_id)
    assert plan.discharged_at == later
    open_ones = [one for one in await aftercare.enrolments(case_id) if one.state is EnrolmentState.SUGGESTED]
    assert all(one.first_occurrence_at > later for one in open_ones)
    # The evening before the old time is an evening like any other.
    set_clock(FRIDAY - timedelta(hours=16))
    version = plan.version
    await aftercare.run_jobs(FREEZE_WEEK)
    assert (await the_plan(aftercare, case_id)).version == version


async def test_a_plan_for_the_discharge_heard_after_it_changes_nothing(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    case_id, stay_id, consent = new_id(), new_id(), new_id()
    late = planned(case_id, stay_id, FRIDAY, consent=consent)
    set_clock(FRIDAY)
    fact = left(case_id, stay_id, DischargeType.HOME, at=FRIDAY, consent=consent)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    said = await aftercare.said(case_id)
    await aftercare.hear(late)
    await aftercare.run_jobs()
    assert await aftercare.said(case_id) == said
    assert (await the_plan(aftercare, case_id)).left_at == FRIDAY


async def test_a_planned_discharge_that_is_cancelled_withdraws_the_shortlist(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = planned(new_id(), new_id(), FRIDAY)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    set_clock(MONDAY + timedelta(hours=1))
    await aftercare.hear(cancelled(fact))
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.held) == (PlanState.DRAFT, True)
    assert {one.state for one in await aftercare.enrolments(fact.case_id)} == {EnrolmentState.ENDED}
    assert (await web.get("/api/v1/roster")).json()["plans"] == []
