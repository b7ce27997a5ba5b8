"""From a consented question to a recorded answer: real database, real clearinghouse, real HTTP."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import undefer

from services.insurance.rules.states import State
from services.insurance.simulator.main import build
from services.insurance.simulator.settings import SimulatorSettings
from services.insurance.tables import Attempt, BenefitFact, Verification
from shared import clock
from shared.contracts.insurance import (
    CorrectableField,
    CoverageConfirmed,
    CoverageCorrectionNeeded,
    CoverageDeclined,
    CoverageUnclear,
    DeclinedReason,
    PayerUnavailable,
    UnavailableReason,
    UnclearReason,
    VerificationStarted,
)
from shared.contracts.intake import ConsentItem
from shared.sealing import box
from tests.conftest import MakeDatabase, eventually
from tests.contract.insurance.local_server import serving
from tests.integration.insurance.world import Door, HeldPayer, Insurance

Open = Callable[..., Awaitable[Insurance]]


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def clearinghouse() -> AsyncGenerator[str]:
    async with serving(build(SimulatorSettings(simulator_slow_seconds=0.6))) as url:
        yield url


@pytest.fixture
async def open_insurance(make_database: MakeDatabase, door: Door, clearinghouse: str) -> AsyncGenerator[Open]:
    """`await open_insurance(payer=url, **terms)`; its jobs run until the test ends."""
    async with AsyncExitStack() as stack:
        door_url = await stack.enter_async_context(serving(door.app()))

        async def make(payer: str = clearinghouse, **changes: Any) -> Insurance:
            insurance = await Insurance.opened(await make_database("insurance"), door_url, payer, **changes)
            stack.push_async_callback(insurance.close)
            insurance.start()
            return insurance

        yield make


async def reaches(insurance: Insurance, verification_id: Any, state: State) -> None:
    async def there() -> bool:
        return await insurance.state(verification_id) == state

    await eventually(there)


async def test_a_consented_question_becomes_a_confirmed_coverage(open_insurance: Open, door: Door) -> None:
    insurance = await open_insurance()
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.VERIFIED_ACTIVE)

    started, confirmed = await insurance.said(asked.case_id)
    assert isinstance(started, VerificationStarted)
    assert isinstance(confirmed, CoverageConfirmed)
    assert (started.case_seq, confirmed.case_seq) == (1, 2)
    assert confirmed.fresh_until > clock.now() + timedelta(hours=23)
    assert door.asked[0] == str(asked.verification_id)
    assert door.purposes[0] == "eligibility"
    (attempt,) = await insurance.attempts(asked.verification_id)
    assert (attempt.result, attempt.billed) == ("answered", True)
    async with insurance.database.transaction() as session:
        facts = (await session.scalars(select(BenefitFact))).all()
        assert {f.information for f in facts} >= {"1", "C", "G", "A", "B"}
        kept = await session.get_one(Attempt, attempt.id, options=[undefer(Attempt.response)])
        opened = await box(session, asked.case_id)
        assert kept.response is not None
        assert "SIMULATED" in opened.open("attempts.response", attempt.id, kept.response)


async def test_no_personal_value_lies_open_in_the_database(open_insurance: Open) -> None:
    insurance = await open_insurance()
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    tables = ("verifications", "attempts", "benefits", "outbox", "jobs", "control_numbers", "inbox")
    async with insurance.database.reading() as session:
        everything = [repr((await session.execute(text(f"select * from {t}"))).all()) for t in tables]
    for canary in ("okafor", "marisol", "nsh100200300", "1988-04-12", "19880412", "choice ppo"):
        assert not any(canary in shown.lower() for shown in everything)


async def test_a_request_that_comes_twice_is_one_question(open_insurance: Open) -> None:
    insurance = await open_insurance()
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    await insurance.hear(asked, asked.model_copy(update={"event_id": asked.case_id}))
    assert len(await insurance.attempts(asked.verification_id)) == 1
    assert len(await insurance.said(asked.case_id)) == 2


async def test_without_consent_nobody_is_asked(open_insurance: Open, door: Door) -> None:
    door.status = 403
    insurance = await open_insurance()
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.CLOSED)
    declined = (await insurance.said(asked.case_id))[-1]
    assert isinstance(declined, CoverageDeclined)
    assert declined.reason is DeclinedReason.CONSENT_WITHDRAWN
    assert await insurance.attempts(asked.verification_id) == []


async def test_an_unreachable_intake_is_asked_again(open_insurance: Open, door: Door) -> None:
    door.status = 503
    insurance = await open_insurance()
    asked = await insurance.request()
    await eventually(lambda: _put_back(insurance, "intake_unreachable"))
    assert len(await insurance.said(asked.case_id)) == 1
    door.status = 200
    await reaches(insurance, asked.verification_id, State.VERIFIED_ACTIVE)


async def test_after_an_outage_the_same_question_leaves_in_a_new_interchange(
    open_insurance: Open, clearinghouse: str
) -> None:
    insurance = await open_insurance()
    async with httpx2.AsyncClient(base_url=clearinghouse) as client:
        await client.post("/faults", json={"outage_seconds": 3600})
        asked = await insurance.request()
        await reaches(insurance, asked.verification_id, State.PAYER_UNAVAILABLE)
        await client.post("/faults", json={"outage_seconds": 0})
    await reaches(insurance, asked.verification_id, State.VERIFIED_ACTIVE)
    attempts = await insurance.attempts(asked.verification_id)
    assert attempts[0].result == "unavailable"
    assert attempts[-1].result == "answered"
    assert len({a.trace_number for a in attempts}) == 1
    assert len({a.control_number for a in attempts}) == len(attempts)


async def test_a_payer_that_never_can_ends_with_a_person(open_insurance: Open, door: Door) -> None:
    door.identifiers["member_id"] = "TCAAA42"
    insurance = await open_insurance(retry_scale=0.000001)
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.MANUAL_REVIEW)
    said = await insurance.said(asked.case_id)
    assert any(isinstance(fact, PayerUnavailable) for fact in said)
    assert isinstance(said[-1], CoverageUnclear)
    assert said[-1].reason is UnclearReason.TRIED_TOO_OFTEN


async def test_a_late_answer_is_a_time_out_and_never_no_coverage(open_insurance: Open, door: Door) -> None:
    door.identifiers["member_id"] = "TCSLOW61"
    insurance = await open_insurance(deadline=timedelta(seconds=0.1), retry_scale=1.0)
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.PAYER_UNAVAILABLE)
    told = (await insurance.said(asked.case_id))[-1]
    assert isinstance(told, PayerUnavailable)
    assert told.reason is UnavailableReason.TIMED_OUT
    assert told.next_attempt_at > clock.now() + timedelta(seconds=60)


async def test_a_consent_taken_back_while_waiting_stops_the_question(
    open_insurance: Open, door: Door
) -> None:
    door.status = 503
    insurance = await open_insurance(retry_scale=1.0)
    asked = await insurance.request()
    await eventually(lambda: _put_back(insurance, "intake_unreachable"))
    await insurance.revoke(asked.case_id, ConsentItem.TEXTS)
    assert await insurance.state(asked.verification_id) == State.REQUESTED
    await insurance.revoke(asked.case_id)
    assert await insurance.state(asked.verification_id) == State.CLOSED
    await insurance.revoke(asked.case_id)
    assert sum(isinstance(fact, CoverageDeclined) for fact in await insurance.said(asked.case_id)) == 1


async def test_an_answer_that_comes_after_consent_was_taken_back_is_thrown_away(open_insurance: Open) -> None:
    payer = HeldPayer(b"anything")
    async with serving(payer.app()) as url:
        insurance = await open_insurance(payer=url)
        asked = await insurance.request()
        await eventually(lambda: _later(payer.inquiries))
        # This commits while the payer is being waited for: no transaction is held open across the network.
        await insurance.revoke(asked.case_id)
        payer.go.set()
        (attempt,) = await eventually(lambda: _answered(insurance, asked.verification_id))
    assert attempt.result == "answered"
    assert await insurance.state(asked.verification_id) == State.CLOSED
    async with insurance.database.transaction() as session:
        kept = await session.get_one(Attempt, attempt.id, options=[undefer(Attempt.response)])
        assert kept.response is None


@pytest.mark.parametrize("reply", [b"<html>We are down</html>", b"", b"ISA*00*"])
async def test_an_answer_that_is_no_x12_goes_to_a_person(open_insurance: Open, reply: bytes) -> None:
    payer = HeldPayer(reply)
    payer.go.set()
    async with serving(payer.app()) as url:
        insurance = await open_insurance(payer=url)
        asked = await insurance.request()
        await reaches(insurance, asked.verification_id, State.MANUAL_REVIEW)
    told = (await insurance.said(asked.case_id))[-1]
    assert isinstance(told, CoverageUnclear)
    assert told.reason is UnclearReason.NOT_READABLE


async def test_a_crash_after_sending_asks_once_more_but_not_too_soon(
    open_insurance: Open, clearinghouse: str
) -> None:
    payer = HeldPayer()
    async with serving(payer.app()) as url:
        insurance = await open_insurance(payer=url, resend_after=timedelta(seconds=90))
        asked = await insurance.request()
        await eventually(lambda: _later(payer.inquiries))
        await insurance.kill()
        payer.go.set()
    (lost,) = await insurance.attempts(asked.verification_id)
    assert lost.result is None
    survivor = await open_insurance(payer=clearinghouse, resend_after=timedelta(seconds=90))
    try:
        clock.shift(timedelta(seconds=20))  # the dead process's lease has run out; 90 s have not passed
        await eventually(lambda: _put_back(survivor, "fate_unknown"))
        assert len(await survivor.attempts(asked.verification_id)) == 1
        clock.shift(timedelta(seconds=200))
        await reaches(survivor, asked.verification_id, State.VERIFIED_ACTIVE)
    finally:
        clock.shift(timedelta())
    first, second = await survivor.attempts(asked.verification_id)
    assert (first.result, second.result) == ("unknown", "answered")
    assert first.trace_number == second.trace_number
    assert first.control_number != second.control_number


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"member_id": ""}, {CorrectableField.MEMBER_ID}),
        ({"birth_date": None, "last_name": ""}, {CorrectableField.BIRTH_DATE, CorrectableField.NAME}),
        ({"last_name": "Oka*for"}, {CorrectableField.NAME}),
        ({"birth_date": "2999-01-01"}, {CorrectableField.BIRTH_DATE}),
    ],
)
async def test_what_is_plainly_wrong_never_leaves_the_house(
    open_insurance: Open, door: Door, given: dict[str, Any], fields: set[CorrectableField]
) -> None:
    door.identifiers |= given
    insurance = await open_insurance()
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.NEEDS_CORRECTION)
    told = (await insurance.said(asked.case_id))[-1]
    assert isinstance(told, CoverageCorrectionNeeded)
    assert set(told.fields) == fields
    assert await insurance.attempts(asked.verification_id) == []


async def test_an_unknown_plan_goes_to_a_person(open_insurance: Open, door: Door) -> None:
    door.identifiers["payer"] = "Some plan nobody knows"
    insurance = await open_insurance()
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.MANUAL_REVIEW)


async def test_the_third_correction_of_a_case_goes_to_a_person(open_insurance: Open, door: Door) -> None:
    door.identifiers["member_id"] = "TCAAA72"
    insurance = await open_insurance()
    first = await insurance.request()
    await reaches(insurance, first.verification_id, State.NEEDS_CORRECTION)
    second = await insurance.request(first.case_id)
    await reaches(insurance, second.verification_id, State.NEEDS_CORRECTION)
    third = await insurance.request(first.case_id)
    await reaches(insurance, third.verification_id, State.MANUAL_REVIEW)


async def test_the_same_question_of_two_cases_is_never_out_twice_at_once(open_insurance: Open) -> None:
    payer = HeldPayer(b"")
    async with serving(payer.app()) as url:
        insurance = await open_insurance(payer=url, resend_after=timedelta(seconds=0.05))
        one = await insurance.request()
        await eventually(lambda: _later(payer.inquiries))
        other = await insurance.request()
        await eventually(lambda: _put_back(insurance, "same_question_in_flight"))
        assert len(payer.inquiries) == 1
        payer.go.set()
        await reaches(insurance, one.verification_id, State.MANUAL_REVIEW)
        await reaches(insurance, other.verification_id, State.MANUAL_REVIEW)


async def test_a_newer_question_of_the_same_case_supersedes_a_waiting_one(
    open_insurance: Open, door: Door
) -> None:
    door.status = 503
    insurance = await open_insurance(retry_scale=1.0)
    old = await insurance.request()
    await eventually(lambda: _put_back(insurance, "intake_unreachable"))
    door.status = 200
    fresh = await insurance.request(old.case_id)
    await reaches(insurance, fresh.verification_id, State.VERIFIED_ACTIVE)
    async with insurance.database.reading() as session:
        closed = await session.get_one(Verification, old.verification_id)
    assert (closed.state, closed.reason) == (State.CLOSED, "superseded")


async def test_raw_x12_is_forgotten_after_its_time_and_the_benefits_stay(open_insurance: Open) -> None:
    insurance = await open_insurance()
    asked = await insurance.request()
    await reaches(insurance, asked.verification_id, State.VERIFIED_ACTIVE)

    async def raw_kept() -> bool:
        async with insurance.database.reading() as session:
            return await session.scalar(select(Attempt.request)) is not None

    assert await raw_kept()
    try:
        clock.shift(timedelta(days=91))

        async def forgotten() -> bool:
            return not await raw_kept()

        await eventually(forgotten)
    finally:
        clock.shift(timedelta())
    async with insurance.database.reading() as session:
        assert await session.scalar(select(BenefitFact.id).limit(1)) is not None


async def _later(found: list[str]) -> list[str]:
    return found


async def _answered(insurance: Insurance, verification_id: Any) -> list[Attempt]:
    return [a for a in await insurance.attempts(verification_id) if a.result]


async def _put_back(insurance: Insurance, code: str) -> bool:
    async with insurance.database.reading() as session:
        codes = await session.scalars(text("select last_code from jobs"))
        return code in set(codes)
