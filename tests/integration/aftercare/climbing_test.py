"""Who is called when somebody does not come, and that it ends at a person."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from services.aftercare.follow_up.attempts import log_attempt
from services.aftercare.follow_up.follow_ups import sign_of_life
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.pausing import pause, resume
from services.aftercare.tables import FollowUp, Plan, PlanState, Purpose, Tier
from shared.contracts.aftercare import (
    Attended,
    FollowUpKind,
    FollowUpOutcome,
    FollowUpState,
    Instrument,
    PauseReason,
)
from shared.contracts.intake import ContactChannel

from .conftest import Aftercare, SetClock
from .follow_up_case import LEFT, Client

MISSED, UNKNOWN = Attended.MISSED, Attended.UNKNOWN


@pytest.fixture
async def client(aftercare: Aftercare, set_clock: SetClock) -> Client:
    client = Client(aftercare, set_clock)
    await client.leaves()
    return client


async def test_one_missed_date_brings_a_warm_word_and_no_task(client: Client) -> None:
    await client.date_with(1, MISSED)
    assert len(await client.written(Purpose.MISSED_YOU)) == 1
    assert await client.tasks(FollowUpKind.PEER_CALL, FollowUpKind.SAME_DAY_CALL) == []


async def test_the_intensive_tier_is_called_the_same_day_instead(client: Client) -> None:
    async with client.aftercare.database.transaction() as session:
        await session.execute(update(Plan).values(tier=Tier.INTENSIVE))
    await client.date_with(1, MISSED)
    call = await client.task(FollowUpKind.SAME_DAY_CALL)
    assert (call.due_by - call.due_from).total_seconds() <= 24 * 3600
    assert await client.written(Purpose.MISSED_YOU) == []


async def test_who_is_closely_followed_is_called_the_same_day_also_when_an_earlier_date_is_unknown(
    client: Client,
) -> None:
    async with client.aftercare.database.transaction() as session:
        await session.execute(update(Plan).values(tier=Tier.INTENSIVE))
    await client.date_with(4, UNKNOWN, evidence=0)  # a Friday
    assert await client.tasks(FollowUpKind.SAME_DAY_CALL) == []
    await client.date_with(5, MISSED)
    call = await client.task(FollowUpKind.SAME_DAY_CALL)
    assert call.due_by - call.due_from <= timedelta(hours=24)
    assert len(await client.tasks(FollowUpKind.PEER_CALL)) == 1  # on the next working day as well
    await client.date_with(6, MISSED)
    assert len(await client.tasks(FollowUpKind.SAME_DAY_CALL)) == 1


async def test_two_dates_without_an_answer_bring_a_call_and_a_look_for_another_meeting(
    client: Client,
) -> None:
    await client.date_with(1, UNKNOWN, evidence=0)
    await client.date_with(2, UNKNOWN, evidence=0)
    assert await client.tasks(FollowUpKind.PEER_CALL)
    assert await client.tasks(FollowUpKind.REMATCH)


async def test_a_third_one_brings_the_counsellor_and_the_bam_once(client: Client) -> None:
    for day in (1, 2, 3, 4):
        await client.date_with(day, MISSED)
    assert len(await client.tasks(FollowUpKind.COUNSELLOR)) == 1
    assert len(await client.tasks(FollowUpKind.PEER_CALL)) == 1
    assert [one.instrument for one in await client.check_ins()].count(Instrument.BAM) == 1


async def test_silence_climbs_by_days_alone_and_each_rung_acts_once(client: Client) -> None:
    await client.day_by_day(1, 16)
    assert len(await client.tasks(FollowUpKind.PEER_CALL)) == 1
    assert len(await client.tasks(FollowUpKind.COUNSELLOR)) == 1
    assert (await client.plan()).state is PlanState.ACTIVE


async def test_thirty_days_of_silence_lose_contact_and_any_sign_of_life_finds_it_again(
    client: Client,
) -> None:
    await client.day_by_day(1, 31)
    assert (await client.plan()).state is PlanState.LOST_CONTACT
    assert len(await client.tasks(FollowUpKind.LIGHT_TOUCH)) == 1
    assert len(await client.written(Purpose.DOOR_OPEN)) == 1
    assert "contact_lost" in await client.aftercare.said(client.case_id)

    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        await sign_of_life(session, plan)
    await client.aftercare.run_jobs("regain_contact")
    plan = await client.plan()
    assert (plan.state, plan.rung) == (PlanState.ACTIVE, 0)
    await client.day_by_day(32, 36)
    assert (await client.plan()).state is PlanState.ACTIVE


async def test_the_door_stays_open_monthly_and_then_quarterly(client: Client) -> None:
    await client.day_by_day(1, 31)
    for day in (45, 60, 61, 75, 90, 120, 150, 180, 200, 270, 300, 365, 371):
        await client.at(day)
    touched = [(one.due_from - LEFT).days for one in await client.tasks(FollowUpKind.LIGHT_TOUCH)]
    assert touched == [30, 60, 90, 180, 270, 365]
    assert (await client.plan()).state is PlanState.LOST_CONTACT


async def test_after_three_tries_by_two_ways_somebody_checks_whether_a_support_person_may_be_asked(
    client: Client,
) -> None:
    await client.day_by_day(1, 14)
    tries = ((15.1, ContactChannel.CALL), (17.3, ContactChannel.TEXT), (20.0, ContactChannel.CALL))
    for day, channel in tries:
        await client.at(day)
        async with client.aftercare.database.transaction() as session:
            plan = await latest_plan(session, client.case_id, lock=True)
            peer = await client.task(FollowUpKind.PEER_CALL)
            task = await session.get_one(FollowUp, peer.id)
            assert plan is not None
            assert await log_attempt(session, plan, task, channel, FollowUpOutcome.NO_ANSWER, staff_id=None)
    await client.day_by_day(21, 22)
    asked = await client.task(FollowUpKind.SUPPORT_PERSON)
    assert asked.state is FollowUpState.OPEN


async def test_looking_twice_on_one_day_is_looking_once(client: Client) -> None:
    await client.day_by_day(1, 8)
    before = len(await client.tasks()), len(await client.check_ins())
    await client.at(8.3)
    assert (len(await client.tasks()), len(await client.check_ins())) == before


async def test_a_pause_takes_the_calls_off_the_list_and_nothing_climbs_meanwhile(client: Client) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await pause(session, plan, PauseReason.CUSTODY)
    await client.day_by_day(1, 40)
    assert {one.state for one in await client.tasks()} == {FollowUpState.CANCELLED}
    assert await client.tasks(FollowUpKind.PEER_CALL, FollowUpKind.COUNSELLOR) == []

    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await resume(session, plan)
    await client.aftercare.run_jobs("set_calls")
    coming = {one.key for one in await client.tasks() if one.state is not FollowUpState.CANCELLED}
    assert coming == {"day_60", "day_90", "day_180", "day_270", "day_365"}
    await client.day_by_day(41, 44)
    assert (await client.plan()).rung == 0  # counted from when it went on
