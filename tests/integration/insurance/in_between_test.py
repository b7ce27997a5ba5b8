"""What happens in between: midnight, an outage, a changed mind, a discharge, a colleague's call."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.insurance import expiry
from services.insurance.payer_gate import Pace
from services.insurance.phone.answers import CallRecord, PlanAnswer
from services.insurance.phone.calls import VerificationClosed, record_call
from services.insurance.phone.tasks import PhoneReason, task_for_changing
from services.insurance.rules.states import QuestionState, State
from services.insurance.simulator.main import build
from services.insurance.simulator.settings import SimulatorSettings
from services.insurance.tables import Attempt, PhoneTask, Verification
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.insurance import CoverageDeclined, CoverageUnclear
from shared.contracts.intake import ClientAdmitted, ClientDischarged, ConsentItem, DischargeType
from tests.conftest import MakeDatabase, eventually
from tests.contract.insurance.local_server import serving
from tests.integration.insurance.expiry_test import PRIYA, it_is
from tests.integration.insurance.world import MARISOL, Door, Insurance, Line

Open = Callable[..., Awaitable[Insurance]]


@pytest.fixture(autouse=True)
async def the_clock_is_put_right() -> AsyncGenerator[None]:
    yield
    clock.shift(timedelta())


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def line() -> AsyncGenerator[Line]:
    async with serving(build(SimulatorSettings())) as url:
        yield Line(url)


@pytest.fixture
async def open_insurance(make_database: MakeDatabase, door: Door, line: Line) -> AsyncGenerator[Open]:
    async with AsyncExitStack() as stack:
        door_url = await stack.enter_async_context(serving(door.app()))
        line_url = await stack.enter_async_context(serving(line.app()))

        async def make(**changes: Any) -> Insurance:
            opened = await Insurance.opened(await make_database("insurance"), door_url, line_url, **changes)
            stack.push_async_callback(opened.close)
            opened.start()
            return opened

        yield make


async def test_a_centre_that_changes_its_sender_id_goes_on_asking(open_insurance: Open) -> None:
    before = await open_insurance()
    first = await before.request()
    await _in_state(before, first.verification_id, State.VERIFIED_ACTIVE)
    await before.kill()
    after = await open_insurance(sender="NEWNAME")
    other = await after.request(new_id())
    await _in_state(after, other.verification_id, State.VERIFIED_ACTIVE)


async def test_a_question_that_waits_over_midnight_is_about_the_new_day(
    open_insurance: Open, door: Door, line: Line
) -> None:
    it_is(2027, 3, 31, 23)
    line.cut = True
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.PAYER_UNAVAILABLE)
    it_is(2027, 4, 1, 5)
    line.cut = False
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    assert "DTP*291*D8*20270331" in line.inquiries[0]
    assert "DTP*291*D8*20270401" in line.inquiries[-1]
    assert set(door.days.values()) == {"2027-03-31"} | ({"2027-04-01"} if len(door.days) > 1 else set())


async def test_who_comes_tomorrow_is_phoned_for_although_the_payer_is_left_in_peace(
    open_insurance: Open, door: Door, line: Line
) -> None:
    line.cut = True
    insurance = await open_insurance(retry_scale=0.0005, pace=Pace(6000, 100, timedelta(seconds=5), 0.0005))
    for number in range(6):  # enough for the breaker
        case_id = new_id()
        door.people[case_id] = {"member_id": f"TCSIM{number}"}
        await insurance.request(case_id)
    soon = new_id()
    door.people[soon] = {"member_id": "TCSIM99", "admission_on": door.tomorrow()}
    asked = await insurance.request(soon)

    async def opened() -> bool:
        task = await _task(insurance, asked.verification_id)
        return task is not None and task.reason == PhoneReason.ADMISSION_NEAR

    await eventually(opened)


async def test_a_call_made_after_the_consent_was_taken_back_counts_for_nothing(
    open_insurance: Open, door: Door
) -> None:
    door.identifiers["member_id"] = "TCPEND05"
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.MANUAL_REVIEW)
    task = await _task(insurance, asked.verification_id)
    assert task is not None
    await insurance.revoke(asked.case_id, ConsentItem.INSURER)
    with pytest.raises(VerificationClosed):
        await _called(insurance, task.id)
    assert await insurance.state(asked.verification_id) == State.CLOSED
    assert isinstance((await insurance.said(asked.case_id))[-1], CoverageDeclined)


async def test_an_old_call_is_an_old_answer(open_insurance: Open, door: Door) -> None:
    door.identifiers["member_id"] = "TCPEND05"
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.MANUAL_REVIEW)
    task = await _task(insurance, asked.verification_id)
    assert task is not None
    await _called(insurance, task.id, ago=timedelta(days=25))
    await _in_state(insurance, asked.verification_id, State.EXPIRED)


async def test_a_payer_that_names_a_day_twice_is_left_to_a_person(open_insurance: Open, door: Door) -> None:
    door.identifiers["member_id"] = "TCAAA42LCFY"  # "the payer will answer by itself within a day"
    insurance = await open_insurance(retry_scale=0.000001)
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.MANUAL_REVIEW)
    assert len(await insurance.attempts(asked.verification_id)) == 2


async def test_a_client_in_care_whose_plan_ended_is_still_looked_at_next_month(
    open_insurance: Open, door: Door
) -> None:
    it_is(2027, 3, 15)
    door.identifiers = PRIYA
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.VERIFIED_INACTIVE)
    await insurance.hear(ClientAdmitted(case_id=asked.case_id, stay_id=new_id(), admitted_at=clock.now()))
    door.identifiers = dict(MARISOL)
    it_is(2027, 4, 5)

    async def asked_anew() -> bool:
        return len(await _verifications(insurance, asked.case_id)) == 2

    await eventually(asked_anew)


async def test_after_discharge_an_answer_is_as_old_as_it_is(open_insurance: Open) -> None:
    it_is(2027, 3, 5)
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    ids = {"case_id": asked.case_id, "stay_id": new_id()}
    await insurance.hear(ClientAdmitted(**ids, admitted_at=clock.now()))
    it_is(2027, 3, 8)
    left = ClientDischarged(**ids, discharged_at=clock.now(), type=DischargeType.COMPLETED)
    await insurance.hear(left)
    await _in_state(insurance, asked.verification_id, State.EXPIRED)


async def test_a_discharge_heard_before_its_admission_ends_it_all_the_same(open_insurance: Open) -> None:
    insurance = await open_insurance()
    case_id = new_id()
    async with insurance.database.transaction() as session:
        await expiry.left(session, case_id, clock.now())
        await expiry.admitted(session, case_id, clock.now() - timedelta(days=3))
        known = await session.get_one(expiry.ClientInCare, case_id)
        assert known.left_at is not None


async def test_a_variation_that_meets_an_outage_is_tried_again_as_it_was(
    open_insurance: Open, door: Door, line: Line
) -> None:
    door.identifiers["last_name"] = "Okafor Jr"
    insurance = await open_insurance(resend_after=timedelta(seconds=1))
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.NEEDS_CORRECTION)
    line.cut = True

    async def met_the_outage() -> bool:
        return len(line.inquiries) >= 2

    await eventually(met_the_outage)
    line.cut = False
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    wordings = [next(s for s in i.split("~") if s.startswith("NM1*IL")) for i in line.inquiries]
    assert wordings.count(wordings[0]) == 1  # what the payer refused is not sent again


async def test_the_third_correction_tries_no_variation_and_is_told_once(
    open_insurance: Open, door: Door
) -> None:
    door.identifiers |= {"last_name": "Nobody-Atall III", "member_id": "XYZ-000 999-01"}
    insurance = await open_insurance()
    case_id = new_id()
    for _ in range(2):
        asked = await insurance.request(case_id)
        await _ended(insurance, asked.verification_id)
    third = await insurance.request(case_id)
    await _in_state(insurance, third.verification_id, State.MANUAL_REVIEW)
    await _ended(insurance, third.verification_id)
    assert len(await insurance.attempts(third.verification_id)) == 1
    said = [type(fact) for fact in await insurance.said(case_id)]
    assert said.count(CoverageUnclear) == 1


async def test_an_older_question_is_not_repeated_beside_a_newer_one(open_insurance: Open, line: Line) -> None:
    line.cut = True
    insurance = await open_insurance(resend_after=timedelta(seconds=1))
    old = await insurance.request()
    await _in_state(insurance, old.verification_id, State.PAYER_UNAVAILABLE)
    fresh = await insurance.request(old.case_id)
    line.cut = False
    await _in_state(insurance, fresh.verification_id, State.VERIFIED_ACTIVE)
    assert await insurance.state(old.verification_id) == State.CLOSED


async def test_the_agreed_rate_holds_for_those_who_kept_a_place_and_those_who_come(
    open_insurance: Open, door: Door
) -> None:
    insurance = await open_insurance(pace=Pace(6, 100, timedelta(seconds=5), 0.05))
    await insurance.kill()
    cases = [new_id() for _ in range(9)]
    for number, case_id in enumerate(cases):
        door.people[case_id] = {"member_id": f"TCSIM{number}"}
    waiting = [await insurance.request(case_id) for case_id in cases[:6]]
    insurance.start()
    waiting += [await insurance.request(case_id) for case_id in cases[6:]]
    for one in waiting:
        await _in_state(insurance, one.verification_id, State.VERIFIED_ACTIVE)
    async with insurance.database.reading() as session:
        sent = sorted(await session.scalars(select(Attempt.started_at)))
    minute = timedelta(minutes=1) * 0.05
    assert all(sum(last - minute < at <= last for at in sent) <= 6 for last in sent)


async def _called(insurance: Insurance, task_id: UUID, ago: timedelta = timedelta(minutes=10)) -> None:
    began = clock.now() - ago
    call = CallRecord(new_id(), "(555) 010-0121", "Dana", "R1", began, began + timedelta(minutes=5))
    async with insurance.database.transaction() as session:
        task = await task_for_changing(session, task_id)
        answer = PlanAnswer(active=True)
        await record_call(session, task, new_id(), call, (), answer, insurance.terms, second_check=False)


async def _task(insurance: Insurance, verification_id: UUID) -> PhoneTask | None:
    async with insurance.database.reading() as session:
        query = select(PhoneTask).where(PhoneTask.verification_id == verification_id)
        task: PhoneTask | None = await session.scalar(query)
        return task


async def _verifications(insurance: Insurance, case_id: UUID) -> list[Verification]:
    async with insurance.database.reading() as session:
        return list(await session.scalars(select(Verification).where(Verification.case_id == case_id)))


async def _in_state(insurance: Insurance, verification_id: UUID, state: State) -> None:
    async def there() -> bool:
        return await insurance.state(verification_id) == state

    await eventually(there)


async def _ended(insurance: Insurance, verification_id: UUID) -> None:
    async def there() -> bool:
        ended = (QuestionState.REFUSED, QuestionState.UNCLEAR, QuestionState.ANSWERED)
        found = await insurance.questions(verification_id)
        return bool(found) and all(question.state in ended for question in found)

    await eventually(there)
