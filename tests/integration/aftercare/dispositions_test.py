"""How a stay ended decides what may follow by itself; and what follows when it turns out otherwise."""

from datetime import UTC, datetime, timedelta

import pytest

from services.aftercare.tables import EnrolmentState, MessageState, PlanState, Purpose, Tier
from shared.contracts.intake import DischargeType

from .conftest import Aftercare, SetClock, discharged
from .telling import corrected, dates, messages, the_plan, written

MONDAY = datetime(2026, 10, 26, 18, tzinfo=UTC)


async def test_a_death_sends_nothing(aftercare: Aftercare) -> None:
    fact = discharged(kind=DischargeType.DECEASED)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    assert await messages(aftercare, fact.case_id) == []
    assert await aftercare.said(fact.case_id) == ["plan_ended"]


async def test_a_death_after_enrolment_sends_nothing_more_not_even_a_cancellation(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    set_clock(MONDAY + timedelta(minutes=3))
    await aftercare.hear(corrected(fact, DischargeType.DECEASED))
    set_clock(MONDAY + timedelta(days=12))
    await aftercare.run_jobs()
    assert {one.state for one in await messages(aftercare, fact.case_id)} == {MessageState.HELD_BACK}
    assert (await the_plan(aftercare, fact.case_id)).state is PlanState.CLOSED
    assert await dates(aftercare, fact.case_id) == []


async def test_a_death_told_by_mistake_opens_the_plan_again(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged(kind=DischargeType.DECEASED)
    await aftercare.hear(fact)
    set_clock(MONDAY + timedelta(hours=1))
    await aftercare.hear(corrected(fact, DischargeType.HOME))
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.ended_at) == (PlanState.ACTIVE, None)
    assert len(await aftercare.enrolments(fact.case_id)) == 3


async def test_the_correction_of_a_death_that_arrives_before_it_wins(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    death = discharged(kind=DischargeType.DECEASED)
    set_clock(MONDAY + timedelta(hours=1))
    await aftercare.hear(corrected(death, DischargeType.HOME), death)
    await aftercare.run_jobs()
    assert (await the_plan(aftercare, death.case_id)).state is PlanState.ACTIVE


async def test_a_correction_to_transferred_takes_everything_off_the_calendar(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    set_clock(MONDAY + timedelta(hours=2))
    await aftercare.hear(corrected(fact, DischargeType.TRANSFERRED))
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.held) == (PlanState.DRAFT, True)
    assert {one.state for one in await aftercare.enrolments(fact.case_id)} == {EnrolmentState.ENDED}
    assert (await aftercare.said(fact.case_id))[-1] == "plan_withdrawn"
    cancels = [one for one in await messages(aftercare, fact.case_id) if "ending" in one.details]
    assert len(cancels) == 3
    await aftercare.run_jobs()
    assert (await the_plan(aftercare, fact.case_id)).state is PlanState.DRAFT


@pytest.mark.parametrize(
    ("kind", "tier"),
    [
        (DischargeType.AGAINST_ADVICE, Tier.INTENSIVE),
        (DischargeType.ADMINISTRATIVE, Tier.STANDARD),
        (DischargeType.HOME, Tier.STANDARD),
    ],
)
async def test_who_left_otherwise_is_enrolled_all_the_same(
    aftercare: Aftercare, kind: DischargeType, tier: Tier
) -> None:
    fact = discharged(kind=kind)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.tier) == (PlanState.ACTIVE, tier)
    assert (await written(aftercare, fact.case_id))[Purpose.WELCOME] == 1


async def test_an_unknown_discharge_writes_no_welcome(aftercare: Aftercare) -> None:
    fact = discharged(kind=DischargeType.UNKNOWN)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, fact.case_id)
    assert plan.state is PlanState.OFFERED
    assert Purpose.WELCOME not in await written(aftercare, fact.case_id)
