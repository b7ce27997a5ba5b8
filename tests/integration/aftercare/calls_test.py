"""The calls of the year: set, due, tried, done, late, and taken back."""

from datetime import timedelta

import pytest

from services.aftercare.follow_up.attempts import complete, log_attempt, reopen, withdraw_attempt
from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.follow_up.schedule import begin_follow_up, end_follow_up
from services.aftercare.follow_up.work_list import work_list
from services.aftercare.plans.ending import end_plan
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import Attempt, FollowUp, Plan
from shared.contracts.aftercare import (
    Attended,
    FollowUpKind,
    FollowUpOutcome,
    FollowUpState,
    PlanEndReason,
)
from shared.contracts.fact import new_id
from shared.contracts.intake import ContactChannel, DischargeType
from shared.database import Database

from .conftest import Aftercare, SetClock
from .follow_up_case import LEFT, Client

REACHED, NO_ANSWER, WRONG = (
    FollowUpOutcome.REACHED,
    FollowUpOutcome.NO_ANSWER,
    FollowUpOutcome.WRONG_CONTACT,
)


@pytest.fixture
async def client(aftercare: Aftercare, set_clock: SetClock) -> Client:
    client = Client(aftercare, set_clock)
    await client.leaves()
    return client


async def call(
    client: Client, kind: FollowUpKind, outcome: FollowUpOutcome, *, note: str = ""
) -> Attempt | None:
    task = (await client.tasks(kind))[0]
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        row = await session.get_one(FollowUp, task.id)
        assert plan is not None
        return await log_attempt(
            session, plan, row, ContactChannel.CALL, outcome, staff_id=new_id(), note=note
        )


async def begin(database: Database, client: Client, plan_end: bool = False) -> Plan:
    async with database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        await (end_follow_up if plan_end else begin_follow_up)(session, plan)
    return plan


async def test_leaving_sets_the_first_call_and_the_eight_of_the_year(client: Client) -> None:
    keys = [one.key for one in await client.tasks(FollowUpKind.FIRST_CALL, FollowUpKind.CALL)]
    assert keys == ["first_call", *(f"day_{day}" for day in (7, 14, 30, 60, 90, 180, 270, 365))]


async def test_who_left_against_advice_is_called_within_a_day(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    client = Client(aftercare, set_clock)
    await client.leaves(DischargeType.AGAINST_ADVICE)
    first = await client.task(FollowUpKind.FIRST_CALL)
    left_at = (await client.plan()).left_at
    assert left_at is not None
    assert (first.state, first.due_by) == (FollowUpState.OPEN, left_at + timedelta(hours=24))


async def test_a_call_is_due_when_its_time_comes_and_late_when_it_is_over_each_said_once(
    client: Client,
) -> None:
    await client.at(1)
    assert (await client.task(FollowUpKind.FIRST_CALL)).state is FollowUpState.SCHEDULED
    await client.at(2.1)
    assert (await client.task(FollowUpKind.FIRST_CALL)).state is FollowUpState.OPEN
    await client.at(3.1)
    await client.at(3.2)
    late = await client.task(FollowUpKind.FIRST_CALL)
    assert late.state is FollowUpState.OVERDUE
    said = await client.aftercare.said(client.case_id)
    assert (said.count("follow_up_due"), said.count("follow_up_overdue")) == (1, 1)


async def test_no_answer_keeps_the_call_on_the_list_and_reaching_them_ends_it(client: Client) -> None:
    await client.at(2.1)
    await call(client, FollowUpKind.FIRST_CALL, NO_ANSWER)
    tried = await client.task(FollowUpKind.FIRST_CALL)
    assert (tried.state, tried.attempts) == (FollowUpState.ATTEMPTED, 1)
    assert (await client.plan()).last_contact_at is None
    await call(client, FollowUpKind.FIRST_CALL, REACHED, note="All well")
    done = await client.task(FollowUpKind.FIRST_CALL)
    assert (done.state, done.outcome) == (FollowUpState.DONE, REACHED)
    assert (await client.plan()).last_contact_at is not None
    await client.at(3.1)
    assert "follow_up_overdue" not in await client.aftercare.said(client.case_id)
    assert await call(client, FollowUpKind.FIRST_CALL, REACHED) is None


async def test_a_late_call_that_is_tried_stays_late(client: Client) -> None:
    await client.at(3.1)
    await call(client, FollowUpKind.FIRST_CALL, NO_ANSWER)
    assert (await client.task(FollowUpKind.FIRST_CALL)).state is FollowUpState.OVERDUE


async def test_a_wrong_number_is_a_task_of_its_own(client: Client) -> None:
    await client.at(2.1)
    await call(client, FollowUpKind.FIRST_CALL, WRONG)
    assert (await client.task(FollowUpKind.CHECK_CONTACT)).state is FollowUpState.OPEN
    assert (await client.task(FollowUpKind.FIRST_CALL)).state is FollowUpState.ATTEMPTED


async def test_a_call_logged_for_the_wrong_person_is_taken_back_with_all_it_did(client: Client) -> None:
    await client.at(2.1)
    attempt = await call(client, FollowUpKind.FIRST_CALL, REACHED)
    assert attempt is not None
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        row = await session.get_one(FollowUp, attempt.follow_up_id)
        logged = await session.get_one(Attempt, attempt.id)
        assert plan is not None
        assert await withdraw_attempt(session, plan, row, logged)
        assert not await withdraw_attempt(session, plan, row, logged)
    task = await client.task(FollowUpKind.FIRST_CALL)
    assert (task.state, task.attempts, task.outcome) == (FollowUpState.OPEN, 0, None)
    assert (await client.plan()).last_contact_at is None
    await client.at(3.1)
    assert (await client.task(FollowUpKind.FIRST_CALL)).state is FollowUpState.OVERDUE


async def test_a_call_taken_back_does_not_forget_the_meetings_the_client_was_seen_at(
    client: Client,
) -> None:
    seen = await client.date_with(1, Attended.ATTENDED, evidence=4)
    await client.at(2.1)
    attempt = await call(client, FollowUpKind.FIRST_CALL, REACHED)
    assert attempt is not None
    await take_back(client, attempt)
    assert (await client.plan()).last_contact_at == seen.starts_at


async def test_a_wrong_number_that_was_logged_in_error_leaves_no_task_behind(client: Client) -> None:
    await client.at(2.1)
    attempt = await call(client, FollowUpKind.FIRST_CALL, WRONG)
    assert attempt is not None
    await take_back(client, attempt)
    assert (await client.task(FollowUpKind.CHECK_CONTACT)).state is FollowUpState.CANCELLED


async def take_back(client: Client, attempt: Attempt) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        row = await session.get_one(FollowUp, attempt.follow_up_id)
        assert plan is not None
        assert await withdraw_attempt(session, plan, row, await session.get_one(Attempt, attempt.id))


async def test_a_call_is_done_by_calling_and_by_no_tick(client: Client) -> None:
    await client.at(2.1)
    first = await client.task(FollowUpKind.FIRST_CALL)
    async with client.aftercare.database.transaction() as session:
        assert not await complete(session, await session.get_one(FollowUp, first.id))
    assert (await client.task(FollowUpKind.FIRST_CALL)).state is FollowUpState.OPEN


async def test_a_call_whose_job_was_given_up_is_on_the_list_when_its_time_has_come(client: Client) -> None:
    client.set_clock(LEFT + timedelta(days=3, hours=1))  # none of its jobs has run
    async with client.aftercare.database.reading() as session:
        (first, *_) = await work_list(session, consented_only=False, coming=False)
    assert (first.key, first.state) == ("first_call", FollowUpState.SCHEDULED)


async def test_nobody_is_asked_to_call_the_dead(client: Client) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await end_plan(session, plan, PlanEndReason.DECEASED)
        await ask_person(session, plan, FollowUpKind.SAME_DAY_CALL, key="late", due_from=LEFT, due_by=LEFT)
    assert await client.tasks(FollowUpKind.SAME_DAY_CALL) == []


async def test_a_task_that_is_no_call_is_done_and_undone(client: Client) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        for _ in range(2):  # asked for twice, it is one task
            await ask_person(
                session,
                plan,
                FollowUpKind.REMATCH,
                key="once",
                due_from=LEFT,
                due_by=LEFT + timedelta(days=1),
            )
    task = await client.task(FollowUpKind.REMATCH)
    async with client.aftercare.database.transaction() as session:
        row = await session.get_one(FollowUp, task.id)
        assert await complete(session, row)
        assert not await complete(session, row)
        assert await reopen(session, row)
    assert (await client.task(FollowUpKind.REMATCH)).state is FollowUpState.OPEN


async def test_beginning_again_keeps_what_is_done_and_brings_back_what_was_cancelled(client: Client) -> None:
    await client.at(2.1)
    await call(client, FollowUpKind.FIRST_CALL, REACHED)
    await begin(client.aftercare.database, client, plan_end=True)
    cancelled = await client.tasks(FollowUpKind.CALL)
    assert {one.state for one in cancelled} == {FollowUpState.CANCELLED}
    await client.at(20)
    await begin(client.aftercare.database, client)
    await client.aftercare.run_jobs("set_calls")
    states = {one.key: one.state for one in await client.tasks()}
    assert states["first_call"] is FollowUpState.DONE
    assert states["day_7"] is FollowUpState.CANCELLED  # its time is over
    assert states["day_30"] is FollowUpState.SCHEDULED
    await client.at(27.5)
    assert {one.key: one.state for one in await client.tasks()}["day_30"] is FollowUpState.OPEN


async def test_a_later_leaving_is_called_for_anew(client: Client) -> None:
    await client.at(2.1)
    await call(client, FollowUpKind.FIRST_CALL, REACHED)
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        await end_follow_up(session, plan)  # the discharge was cancelled
        plan.left_at = LEFT + timedelta(days=10)
    await client.at(10.1)
    await begin(client.aftercare.database, client)
    first = await client.task(FollowUpKind.FIRST_CALL)
    assert (first.state, first.due_by) == (FollowUpState.SCHEDULED, LEFT + timedelta(days=13))
