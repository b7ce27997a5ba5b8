"""A plan that rests keeps its meetings; a readmission, custody and the client's own wish."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from services.aftercare.plans.opening import locked
from services.aftercare.plans.pausing import lose_contact, regain_contact
from services.aftercare.tables import EnrolmentState, PlanState
from shared.contracts.aftercare import OccurrenceState, PauseReason
from shared.contracts.fact import new_id

from .conftest import Aftercare, SetClock, discharged
from .telling import admitted, dates, left, messages, revoked, the_plan

MONDAY = datetime(2026, 10, 26, 18, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_a_paused_plan_is_off_the_calendar_and_goes_on_with_the_same_meetings(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    plan_path = f"/api/v1/cases/{fact.case_id}/plan"
    set_clock(MONDAY + DAY / 4)
    for _ in range(2):  # told twice is once
        answer = await web.post(f"{plan_path}/pause", json={"reason": "custody"})
        assert (answer.status_code, answer.json()["state"]) == (200, "paused")
    assert (await aftercare.said(fact.case_id)).count("plan_paused") == 1
    enrolments = await aftercare.enrolments(fact.case_id)
    assert {(one.state, one.sequence) for one in enrolments} == {(EnrolmentState.ACTIVE, 1)}
    assert await dates(aftercare, fact.case_id) == []

    # Three weeks pass: nothing is asked, nobody is reminded.
    set_clock(MONDAY + 21 * DAY)
    before = len(await messages(aftercare, fact.case_id))
    await aftercare.run_jobs()
    assert len(await messages(aftercare, fact.case_id)) == before
    assert await dates(aftercare, fact.case_id) == []

    answer = await web.post(f"{plan_path}/resume")
    assert answer.json()["state"] == "active"
    enrolments = await aftercare.enrolments(fact.case_id)
    assert {(one.state, one.sequence, one.ended_at) for one in enrolments} == {
        (EnrolmentState.ACTIVE, 2, None)
    }
    ahead = await dates(aftercare, fact.case_id)
    assert {one.state for one in ahead} == {OccurrenceState.PLANNED}
    assert min(one.starts_at for one in ahead) > MONDAY + 21 * DAY


async def test_a_readmission_pauses_and_the_next_discharge_opens_a_plan_of_its_own(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    set_clock(MONDAY + 9 * DAY)
    back = admitted(fact.case_id)
    await aftercare.hear(back, back.model_copy(update={"event_id": new_id()}))
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.pause_reason) == (PlanState.PAUSED, PauseReason.READMITTED)
    assert (await web.post(f"/api/v1/cases/{fact.case_id}/plan/resume")).status_code == 409

    set_clock(MONDAY + 30 * DAY)
    await aftercare.hear(left(fact.case_id, back.stay_id, consent=fact.aftercare_consent_id))
    await aftercare.run_jobs()
    old, new = await aftercare.plans(fact.case_id)
    assert (old.state, new.state) == (PlanState.SUPERSEDED, PlanState.ACTIVE)
    going = [one for one in await aftercare.enrolments(fact.case_id) if one.state is EnrolmentState.ACTIVE]
    assert {one.plan_id for one in going} == {new.id}
    assert len(going) == 3
    (row,) = (await web.get("/api/v1/roster")).json()["plans"]
    assert row["plan_id"] == str(new.id)


@pytest.mark.parametrize("readmission_first", [True, False])
async def test_a_readmission_heard_before_the_discharge_it_follows_ends_the_same(
    aftercare: Aftercare, set_clock: SetClock, readmission_first: bool
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    set_clock(MONDAY + DAY)
    back = admitted(fact.case_id)
    await aftercare.hear(*([back, fact] if readmission_first else [fact, back]))
    await aftercare.run_jobs()
    # Heard of only when somebody is back already, a discharge needs no plan at all.
    plans = await aftercare.plans(fact.case_id)
    assert [plan.state for plan in plans] == ([] if readmission_first else [PlanState.PAUSED])
    assert await dates(aftercare, fact.case_id) == []


@pytest.mark.parametrize("newest_first", [True, False])
async def test_of_two_times_told_of_one_admission_the_newest_counts_in_whatever_order(
    aftercare: Aftercare, set_clock: SetClock, newest_first: bool
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    set_clock(MONDAY + DAY)
    newest = admitted(fact.case_id)
    older = newest.model_copy(update={"event_id": new_id(), "admitted_at": MONDAY - DAY})
    await aftercare.hear(*([newest, older] if newest_first else [older, newest]))
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.pause_reason) == (PlanState.PAUSED, PauseReason.READMITTED)


async def test_the_first_admission_of_all_opens_nothing(aftercare: Aftercare) -> None:
    fact = admitted(new_id())
    await aftercare.hear(fact)
    assert await aftercare.plans(fact.case_id) == []
    assert await aftercare.said(fact.case_id) == []


async def test_the_client_ends_the_plan_and_nothing_follows_any_more(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    plan_path = f"/api/v1/cases/{fact.case_id}/plan"
    assert (await web.post(f"{plan_path}/end")).json()["state"] == "ended_by_client"
    assert (await web.post(f"{plan_path}/end")).status_code == 409
    said = await aftercare.said(fact.case_id)
    assert said.count("plan_ended") == 1
    cancels = [one for one in await messages(aftercare, fact.case_id) if "ending" in one.details]
    assert len(cancels) == 3
    set_clock(MONDAY + 3 * DAY)
    before = len(await messages(aftercare, fact.case_id))
    await aftercare.run_jobs()
    assert len(await messages(aftercare, fact.case_id)) == before
    assert (await web.get("/api/v1/roster")).json()["plans"] == []


async def test_a_sign_of_life_makes_a_plan_go_on_whose_contact_was_lost(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, fact.case_id)
    set_clock(MONDAY + 30 * DAY)
    for _ in range(2):
        async with aftercare.database.transaction() as session:
            found = await locked(session, plan.id)
            assert found is not None
            assert await lose_contact(session, found)
    assert (await aftercare.said(fact.case_id)).count("contact_lost") == 1
    assert {one.state for one in await aftercare.enrolments(fact.case_id)} == {EnrolmentState.ACTIVE}
    set_clock(MONDAY + 60 * DAY)
    async with aftercare.database.transaction() as session:
        found = await locked(session, plan.id)
        assert found is not None
        assert await regain_contact(session, found)
    assert (await the_plan(aftercare, fact.case_id)).state is PlanState.ACTIVE
    # What lay between was not watched, and is not made up afterwards.
    made = [one for one in await dates(aftercare, fact.case_id) if one.starts_at > MONDAY + 30 * DAY]
    assert min(one.starts_at for one in made) > MONDAY + 60 * DAY


async def test_a_consent_withdrawn_while_the_plan_rests_leaves_nothing_to_go_on_with(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    await web.post(f"/api/v1/cases/{fact.case_id}/plan/pause", json={"reason": "client_wish"})
    set_clock(MONDAY + DAY)
    await aftercare.hear(revoked(fact.case_id))
    assert (await web.post(f"/api/v1/cases/{fact.case_id}/plan/resume")).json()["state"] == "offered"
    assert {one.state for one in await aftercare.enrolments(fact.case_id)} == {EnrolmentState.ENDED}
