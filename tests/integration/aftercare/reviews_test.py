"""Looking back at weeks 13, 26, 39 and 52, and what makes somebody's first weeks risky."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from sqlalchemy import select

from services.aftercare.tables import FollowUp, PlanState, Tier
from shared.contracts.aftercare import FollowUpKind
from shared.contracts.intake import DischargeType
from shared.identity import Role

from .conftest import Aftercare, SetClock, bearer, discharged
from .telling import corrected, the_plan

FRIDAY = datetime(2026, 10, 23, 18, tzinfo=UTC)


async def test_a_review_is_a_persons_task_in_its_week_and_steps_nothing_down_by_itself(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(FRIDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings", "look_ahead")
    set_clock(FRIDAY + timedelta(weeks=13, hours=1))
    await aftercare.import_list()
    await aftercare.run_jobs("review_plan")
    async with aftercare.database.reading() as session:
        query = select(FollowUp).where(FollowUp.kind == FollowUpKind.REVIEW)
        (task,) = await session.scalars(query)
    assert task.key == "review_13"
    path = f"/api/v1/cases/{fact.case_id}/plan"
    shown = (await web.get(path)).json()
    assert (shown["target"], shown["proposed_target"], shown["may_complete"]) == (3, 2, False)
    agreed = await web.post(f"{path}/review", json={"target": 2})
    assert agreed.json()["target"] == 2
    assert (await web.get(f"/api/v1/cases/{fact.case_id}/preferences")).json()["target"] == 2
    assert (await web.post(f"{path}/review", json={"complete": True})).status_code == 409


async def test_after_a_year_the_plan_is_completed_by_a_person_only(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(FRIDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    set_clock(FRIDAY + timedelta(weeks=60))
    await aftercare.run_jobs("review_plan")
    assert (await the_plan(aftercare, fact.case_id)).state is PlanState.ACTIVE
    path = f"/api/v1/cases/{fact.case_id}/plan"
    done = await web.post(f"{path}/review", json={"complete": True})
    assert done.json()["state"] == "completed"
    assert (await web.post(f"{path}/review", json={"target": 1})).status_code == 409


async def test_risks_are_sealed_and_decide_the_tier(
    aftercare: Aftercare, web: httpx2.AsyncClient, keys_dir: Path
) -> None:
    fact = discharged()
    await aftercare.hear(fact)
    path = f"/api/v1/cases/{fact.case_id}/plan/risks"
    assert (await web.get(path)).json()["tier"] == "standard"
    put = await web.put(path, json={"opioids": True, "support_person": False})
    assert put.json()["tier"] == "intensive"
    plan = await the_plan(aftercare, fact.case_id)
    assert plan.tier is Tier.INTENSIVE
    assert plan.risks is not None
    assert b"opioids" not in plan.risks
    assert (await web.put(path, json={"opioids": False})).json()["tier"] == "standard"
    await aftercare.hear(corrected(fact, DischargeType.AGAINST_ADVICE))
    assert (await web.get(path)).json()["tier"] == "intensive"
    web.headers.update(bearer(keys_dir, Role.ALUMNI))
    assert (await web.get(path)).status_code == 403


async def test_a_higher_tier_has_the_first_call_sooner(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(FRIDAY)
    fact = discharged()
    await aftercare.hear(fact)

    async def due_by() -> datetime:
        query = select(FollowUp.due_by).where(FollowUp.kind == FollowUpKind.FIRST_CALL)
        async with aftercare.database.reading() as session:
            return (await session.scalars(query)).one()

    relaxed = await due_by()
    await web.put(f"/api/v1/cases/{fact.case_id}/plan/risks", json={"overdose_last_year": True})
    assert relaxed - await due_by() >= timedelta(hours=24)
