"""Answers grow old: staff are told, clients in care are looked at every month, a changed plan is noticed."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.insurance.rules.states import Cause, State
from services.insurance.simulator.main import build
from services.insurance.simulator.settings import SimulatorSettings
from services.insurance.tables import Change, Verification
from shared import clock
from shared.contracts.fact import Fact, new_id
from shared.contracts.insurance import (
    CoverageChanged,
    CoverageConfirmed,
    CoverageExpired,
    Difference,
    ExpiryReason,
)
from shared.contracts.intake import ClientAdmitted, ClientDischarged, DischargeType
from tests.conftest import MakeDatabase, eventually
from tests.contract.insurance.local_server import serving
from tests.integration.insurance.world import ZONE, Door, Insurance

Open = Callable[..., Awaitable[Insurance]]
PRIYA = {  # of a plan that has ended
    "payer": "Summit View",
    "member_id": "SVH300400500",
    "first_name": "Priya",
    "last_name": "Delacroix",
    "birth_date": "1994-07-29",
}


@pytest.fixture(autouse=True)
async def the_clock_is_put_right() -> AsyncGenerator[None]:
    yield
    clock.shift(timedelta())


@pytest.fixture
def door() -> Door:
    return Door()


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


def it_is(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """Set the clock to that hour at the centre."""
    wanted = datetime(year, month, day, hour, tzinfo=ZONE)
    clock.shift(wanted - (clock.now() - clock_offset()))
    return wanted


def clock_offset() -> timedelta:
    return clock.now() - datetime.now(ZONE)


async def test_after_a_day_an_answer_is_not_to_be_admitted_on(open_insurance: Open) -> None:
    it_is(2027, 3, 15)
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    it_is(2027, 3, 16, 13)
    await _in_state(insurance, asked.verification_id, State.EXPIRED)
    expired = (await insurance.said(asked.case_id))[-1]
    assert isinstance(expired, CoverageExpired)
    assert expired.reason is ExpiryReason.AGED
    assert len(await _verifications(insurance, asked.case_id)) == 1  # nobody waits for it: nobody is asked


async def test_somebody_who_is_expected_is_looked_at_once_more_that_morning(
    open_insurance: Open, door: Door
) -> None:
    it_is(2027, 3, 15)
    door.identifiers["admission_on"] = "2027-03-20"
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    it_is(2027, 3, 16, 13)
    await _in_state(insurance, asked.verification_id, State.EXPIRED)
    assert len(await _verifications(insurance, asked.case_id)) == 1
    it_is(2027, 3, 20, 7)
    _, again = await _several(insurance, asked.case_id, 2)
    assert again.cause == Cause.BEFORE_ADMISSION
    await _in_state(insurance, again.id, State.VERIFIED_ACTIVE)


async def test_a_client_in_care_is_looked_at_every_month_until_discharge(open_insurance: Open) -> None:
    it_is(2027, 3, 15)
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    await insurance.hear(_admitted(asked.case_id))

    async def holds_longer() -> bool:
        (only,) = await _verifications(insurance, asked.case_id)
        return only.fresh_until is not None and only.fresh_until > clock.now() + timedelta(days=10)

    await eventually(holds_longer)
    it_is(2027, 3, 20)  # the day after tomorrow of any other answer
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    it_is(2027, 4, 4)
    _, april = await _several(insurance, asked.case_id, 2)
    assert april.cause == Cause.MONTHLY
    await _in_state(insurance, april.id, State.VERIFIED_ACTIVE)
    left = ClientDischarged(
        case_id=asked.case_id, stay_id=new_id(), discharged_at=clock.now(), type=DischargeType.COMPLETED
    )
    await insurance.hear(left)
    it_is(2027, 5, 6)
    await _in_state(insurance, april.id, State.EXPIRED)
    assert len(await _verifications(insurance, asked.case_id)) == 2


async def test_a_new_plan_year_is_a_new_question(open_insurance: Open) -> None:
    it_is(2027, 12, 10)
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    await insurance.hear(_admitted(asked.case_id))
    it_is(2028, 1, 4)
    _, january = await _several(insurance, asked.case_id, 2)
    assert january.cause in (Cause.PLAN_YEAR, Cause.MONTHLY)
    await _in_state(insurance, january.id, State.VERIFIED_ACTIVE)


async def test_a_plan_that_ended_meanwhile_is_told_once(open_insurance: Open, door: Door) -> None:
    it_is(2027, 3, 15)
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    await insurance.hear(_admitted(asked.case_id))
    door.identifiers = PRIYA
    it_is(2027, 4, 5)
    _, april = await _several(insurance, asked.case_id, 2)
    await _in_state(insurance, april.id, State.VERIFIED_INACTIVE)
    changed = [f for f in await insurance.said(asked.case_id) if isinstance(f, CoverageChanged)]
    assert len(changed) == 1
    assert Difference.STATUS in changed[0].differences
    assert (changed[0].verification_id, changed[0].previous_id) == (april.id, asked.verification_id)
    async with insurance.database.reading() as session:
        kept = await session.scalar(select(Change))
        assert kept is not None
        assert Difference.STATUS in kept.differences


async def test_the_same_answer_again_is_no_change(open_insurance: Open) -> None:
    it_is(2027, 3, 15)
    insurance = await open_insurance()
    asked = await insurance.request()
    await _in_state(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    await insurance.hear(_admitted(asked.case_id))
    it_is(2027, 4, 5)
    _, april = await _several(insurance, asked.case_id, 2)
    await _in_state(insurance, april.id, State.VERIFIED_ACTIVE)
    kinds = [type(f) for f in await insurance.said(asked.case_id)]
    assert kinds.count(CoverageConfirmed) == 2
    assert CoverageChanged not in kinds


def _admitted(case_id: UUID) -> Fact:
    return ClientAdmitted(case_id=case_id, stay_id=new_id(), admitted_at=clock.now())


async def _verifications(insurance: Insurance, case_id: UUID) -> list[Verification]:
    query = select(Verification).where(Verification.case_id == case_id).order_by(Verification.requested_at)
    async with insurance.database.reading() as session:
        return list(await session.scalars(query))


async def _several(insurance: Insurance, case_id: UUID, count: int) -> list[Verification]:
    async def there() -> list[Verification]:
        found = await _verifications(insurance, case_id)
        return found if len(found) == count else []

    found: list[Verification] = await eventually(there)
    return found


async def _in_state(insurance: Insurance, verification_id: UUID, state: State) -> None:
    async def there() -> bool:
        return await insurance.state(verification_id) == state

    await eventually(there)
