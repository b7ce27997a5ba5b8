"""Which questions a verification asks, in which order, and what becomes of what nobody could answer."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from services.insurance.phone.tasks import PhoneReason
from services.insurance.rules.statements import Purpose
from services.insurance.rules.states import ForcedReason, QuestionState, State
from services.insurance.simulator.main import build
from services.insurance.simulator.settings import SimulatorSettings
from services.insurance.tables import Attempt, PhoneTask, Verification
from services.insurance.verification import ask_again
from shared.contracts.insurance import CoverageConfirmed, CoverageCorrectionNeeded
from shared.contracts.intake import ConsentItem
from shared.sealing import box
from tests.conftest import MakeDatabase, eventually
from tests.contract.insurance.local_server import serving
from tests.integration.insurance.world import Door, Insurance

Open = Callable[..., Awaitable[Insurance]]
LEOPOLD = {
    "payer": "Summit View",
    "member_id": "SVH400500600",
    "first_name": "Leopold",
    "last_name": "Marchetti",
    "birth_date": "1981-07-07",
}
# Of a plan that says nothing of behavioural care, at a payer that takes one service type at a time.
RUTH = {
    "payer": "Blue Cedar",
    "member_id": "UFM400500600",
    "first_name": "Ruth",
    "last_name": "Abernathy",
    "birth_date": "1971-02-17",
}


@pytest.fixture
def door() -> Door:
    return Door(sud_benefits=True)


@pytest.fixture
async def open_insurance(make_database: MakeDatabase, door: Door) -> AsyncGenerator[Open]:
    async with AsyncExitStack() as stack:
        door_url = await stack.enter_async_context(serving(door.app()))
        payer = await stack.enter_async_context(serving(build(SimulatorSettings())))

        async def make(**changes: Any) -> Insurance:
            opened = await Insurance.opened(await make_database("insurance"), door_url, payer, **changes)
            stack.push_async_callback(opened.close)
            opened.start()
            return opened

        yield make


async def test_the_plan_is_asked_as_a_whole_before_addiction_care_is_named(
    open_insurance: Open, door: Door
) -> None:
    insurance = await open_insurance()
    asked = await insurance.request()
    plan, behavioural = await _finished(insurance, asked.verification_id, 2)
    assert (plan.purpose, plan.service_types) == (Purpose.PLAN, ["30"])
    assert behavioural.purpose == Purpose.BEHAVIOURAL
    assert door.purposes == ["eligibility", "behavioural_benefits"]
    first, second = [await _eq(insurance, a) for a in await insurance.attempts(asked.verification_id)]
    assert first == ["EQ*30"]
    assert set(second[0].removeprefix("EQ*").split("^")) == {"AI", "MH", "CI", "CJ", "A7", "A8"}
    said = await insurance.said(asked.case_id)
    assert [type(fact) for fact in said].count(CoverageConfirmed) == 1


async def test_without_that_consent_addiction_care_is_named_to_nobody_and_phoned_for(
    open_insurance: Open, door: Door
) -> None:
    door.sud_benefits = False
    insurance = await open_insurance()
    asked = await insurance.request()
    _, behavioural = await _finished(insurance, asked.verification_id, 2)
    assert (behavioural.state, behavioural.reason) == (QuestionState.DROPPED, "no_consent")
    (attempt,) = await insurance.attempts(asked.verification_id)
    assert await _eq(insurance, attempt) == ["EQ*30"]
    assert await insurance.state(asked.verification_id) == State.VERIFIED_ACTIVE
    task = await _task(insurance, asked.verification_id)
    assert task.reason == PhoneReason.LEVELS_UNKNOWN


async def test_a_payer_that_takes_one_type_at_a_time_is_asked_one_at_a_time(
    open_insurance: Open, door: Door
) -> None:
    door.identifiers = RUTH
    insurance = await open_insurance()
    asked = await insurance.request()
    await _finished(insurance, asked.verification_id, 2)
    asked_for = [await _eq(insurance, a) for a in await insurance.attempts(asked.verification_id)]
    assert asked_for == [["EQ*30"], ["EQ*AI"]]  # what mental health care costs the plan has told already


async def test_carved_out_care_is_asked_of_its_administrator(open_insurance: Open, door: Door) -> None:
    door.identifiers = LEOPOLD
    insurance = await open_insurance()
    asked = await insurance.request()
    plan, carved = await _finished(insurance, asked.verification_id, 2)
    assert (plan.payer_code, carved.payer_code) == ("summit-view", "calm-harbor-behavioral")
    assert (carved.purpose, carved.state) == (Purpose.CARVE_OUT, QuestionState.ANSWERED)


async def test_an_answer_of_the_last_day_is_used_again_and_not_paid_for_twice(open_insurance: Open) -> None:
    insurance = await open_insurance()
    first, second = await insurance.request(), None
    await _finished(insurance, first.verification_id, 2)
    second = await insurance.request()
    plan, behavioural = await _finished(insurance, second.verification_id, 2)
    assert await insurance.attempts(second.verification_id) == []
    assert plan.answered_by is not None
    assert behavioural.state == QuestionState.ANSWERED
    assert await insurance.state(second.verification_id) == State.VERIFIED_ACTIVE
    old, new = [await _verification(insurance, v.verification_id) for v in (first, second)]
    assert new.answered_at == old.answered_at  # it is as old as it is


async def test_staff_can_have_it_asked_anew_with_a_reason(open_insurance: Open) -> None:
    insurance = await open_insurance()
    first = await insurance.request()
    await _finished(insurance, first.verification_id, 2)
    async with insurance.database.transaction() as session:
        again = await ask_again(session, first.verification_id, forced=ForcedReason.CARD_CHANGED)
    await _finished(insurance, again, 2)
    assert len(await insurance.attempts(again)) == 2


async def test_a_name_the_payer_writes_otherwise_is_found_by_a_safe_variation(
    open_insurance: Open, door: Door
) -> None:
    door.identifiers["last_name"] = "Okafor Jr"
    insurance = await open_insurance()
    asked = await insurance.request()

    async def confirmed() -> bool:
        return await insurance.state(asked.verification_id) == State.VERIFIED_ACTIVE

    await eventually(confirmed)
    said = [type(fact) for fact in await insurance.said(asked.case_id)]
    # Staff are told at once what to look at; the variations go on beside them.
    assert said[1:] == [CoverageCorrectionNeeded, CoverageConfirmed]
    tried = [a for a in await insurance.attempts(asked.verification_id) if a.trace_number.startswith("TC")]
    traces = [a.trace_number for a in tried if a.question_id == asked.verification_id]
    assert len(traces) == len(set(traces)) <= 4


async def test_a_person_nobody_finds_is_tried_at_most_four_times(open_insurance: Open, door: Door) -> None:
    door.identifiers |= {"member_id": "XYZ-000 999-01", "last_name": "Nobody-Atall III"}
    insurance = await open_insurance()
    asked = await insurance.request()
    (question,) = await _finished(insurance, asked.verification_id, 1)
    assert question.state == QuestionState.REFUSED
    assert 1 < len(await insurance.attempts(asked.verification_id)) <= 4
    said = [type(fact) for fact in await insurance.said(asked.case_id)]
    assert said.count(CoverageCorrectionNeeded) == 1


async def test_taking_back_the_consent_to_name_addiction_care_leaves_the_plan_alone(
    open_insurance: Open, door: Door
) -> None:
    insurance = await open_insurance()
    asked = await insurance.request()
    await _finished(insurance, asked.verification_id, 2)
    await insurance.revoke(asked.case_id, ConsentItem.SUD_BENEFITS)
    assert await insurance.state(asked.verification_id) == State.VERIFIED_ACTIVE


async def test_a_dependant_is_asked_about_under_the_policy_holders_card(
    open_insurance: Open, door: Door
) -> None:
    door.identifiers = {
        "payer": "Unity First",
        "member_id": "UFM400500700",
        "first_name": "Tomi",
        "last_name": "Oyelaran",
        "birth_date": "2007-08-14",
        "holder": {
            "first_name": "Daniel",
            "last_name": "Oyelaran",
            "birth_date": "1983-05-21",
            "relationship": "child",
        },
    }
    insurance = await open_insurance()
    asked = await insurance.request()
    await _finished(insurance, asked.verification_id, 2)
    assert await insurance.state(asked.verification_id) == State.VERIFIED_ACTIVE
    first = (await insurance.attempts(asked.verification_id))[0]
    sent = await _segments(insurance, first)
    assert [s for s in sent if s.startswith("NM1*IL")] == ["NM1*IL*1*OYELARAN*DANIEL****MI*UFM400500700"]
    assert [s for s in sent if s.startswith("NM1*03")] == ["NM1*03*1*OYELARAN*TOMI"]
    assert "INS*N*19" in sent


async def test_somebody_who_comes_tomorrow_is_phoned_for_while_the_payer_is_out(
    open_insurance: Open, door: Door
) -> None:
    door.identifiers |= {"member_id": "TCAAA42", "admission_on": door.tomorrow()}
    insurance = await open_insurance(retry_scale=0.0002)
    asked = await insurance.request()

    async def opened() -> bool:
        return await _task_or_none(insurance, asked.verification_id) is not None

    await eventually(opened)
    task = await _task(insurance, asked.verification_id)
    assert task.reason in (PhoneReason.ADMISSION_NEAR, PhoneReason.MANUAL_REVIEW)


async def _finished(insurance: Insurance, verification_id: UUID, questions: int) -> list[Any]:
    async def done() -> list[Any]:
        found = await insurance.questions(verification_id)
        open_ones = (QuestionState.WAITING, QuestionState.ASKING, QuestionState.UNAVAILABLE)
        ended = all(q.state not in open_ones for q in found)
        return found if ended and len(found) >= questions else []

    found: list[Any] = await eventually(done)
    assert len(found) == questions
    return found


async def _verification(insurance: Insurance, verification_id: UUID) -> Verification:
    async with insurance.database.reading() as session:
        return await session.get_one(Verification, verification_id)


async def _task_or_none(insurance: Insurance, verification_id: UUID) -> PhoneTask | None:
    async with insurance.database.reading() as session:
        query = select(PhoneTask).where(PhoneTask.verification_id == verification_id)
        task: PhoneTask | None = await session.scalar(query)
        return task


async def _task(insurance: Insurance, verification_id: UUID) -> PhoneTask:
    task = await _task_or_none(insurance, verification_id)
    assert task is not None
    return task


async def _segments(insurance: Insurance, attempt: Attempt) -> list[str]:
    async with insurance.database.transaction() as session:
        kept = await session.get_one(Attempt, attempt.id, options=[undefer(Attempt.request)])
        assert kept.request is not None
        opened = await box(session, kept.case_id)
        return opened.open("attempts.request", kept.id, kept.request).split("~")


async def _eq(insurance: Insurance, attempt: Attempt) -> list[str]:
    return [s for s in await _segments(insurance, attempt) if s.startswith("EQ")]
