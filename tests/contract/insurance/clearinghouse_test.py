"""Our 270 over real HTTP to the built-in clearinghouse and its 271 back, for every member it knows."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest

from services.insurance import x12
from services.insurance.eligibility import (
    Active,
    AskAgain,
    Correct,
    Decision,
    Inactive,
    Unclear,
    decide,
)
from services.insurance.payers.adapter import AttemptResult, ResultKind, Trouble
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.same_person import Asked
from services.insurance.simulator.main import build
from services.insurance.simulator.members import MEMBERS
from services.insurance.simulator.settings import SimulatorSettings
from services.insurance.x12.inquiry_writing import Envelope, Facility, Inquiry, Member, written_inquiry
from shared.contracts.insurance import CorrectableField, UnavailableReason, UnclearReason
from tests.contract.insurance.local_server import serving

DAY = date(2026, 3, 15)
ENVELOPE = Envelope("HARBOURBRIDGE", "THROUGHCARESIM", 42, 42, "T", datetime(2026, 3, 15, 12, 0, tzinfo=UTC))
MARISOL = Member("Marisol", "Okafor", date(1988, 4, 12), "NSH100200300")
SOON = timedelta(seconds=5)


@pytest.fixture
async def url() -> AsyncGenerator[str]:
    async with serving(build(SimulatorSettings(simulator_slow_seconds=0.5))) as address:
        yield address


@pytest.fixture
async def clearinghouse(url: str) -> AsyncGenerator[EdiHttp]:
    adapter = EdiHttp(url)
    yield adapter
    await adapter.close()


def inquiry(member: Member, payer_id: str = "NSTAR01") -> Inquiry:
    facility = Facility("Harbour Bridge Recovery", "1234567893", "1990000001")
    return Inquiry("Any Plan", payer_id, facility, member, DAY, trace="TC0001", reference="REF1")


async def ask(clearinghouse: EdiHttp, member: Member, payer_id: str = "NSTAR01") -> Decision:
    result = await clearinghouse.send(written_inquiry(inquiry(member, payer_id), ENVELOPE), SOON)
    assert result.kind is ResultKind.ANSWERED
    reading = x12.read(result.raw)
    assert reading.warnings == ()
    assert all(response.warnings == () for response in reading.responses)
    asked = Asked(
        member.first_name, member.last_name, member.birth_date, member.member_id, DAY, trace="TC0001"
    )
    return decide(reading, asked)


async def test_an_active_member_is_active_and_stamped_as_simulated(clearinghouse: EdiHttp) -> None:
    decision = await ask(clearinghouse, MARISOL)
    assert isinstance(decision, Active)
    assert any("SIMULATED" in benefit.messages for benefit in decision.answer.benefits)


@pytest.mark.parametrize("number", ["TCSIM1", "TCSIM000123", "TCSIM99999999"])
async def test_any_demo_member_is_active_under_any_name(clearinghouse: EdiHttp, number: str) -> None:
    anybody = Member("Zoë", "O'Hara-Lind", date(1999, 12, 31), number)
    assert isinstance(await ask(clearinghouse, anybody), Active)


@pytest.mark.parametrize("member", [m for m in MEMBERS if m.first_name], ids=lambda m: m.member_id)
async def test_every_named_member_is_known_by_name_and_birth_date(
    clearinghouse: EdiHttp, member: object
) -> None:
    seeded = next(m for m in MEMBERS if m is member)
    assert seeded.birth_date is not None
    known = Member(seeded.first_name, seeded.last_name, seeded.birth_date, seeded.member_id)
    assert isinstance(await ask(clearinghouse, known), Active | Inactive)
    assert await ask(clearinghouse, replace(known, birth_date=date(1960, 1, 1))) == Correct(
        (CorrectableField.BIRTH_DATE,)
    )
    assert await ask(clearinghouse, replace(known, last_name="Nobody")) == Correct((CorrectableField.NAME,))


async def test_a_terminated_member_is_inactive(clearinghouse: EdiHttp) -> None:
    decision = await ask(clearinghouse, Member("Priya", "Delacroix", date(1994, 7, 29), "SVH300400500"))
    assert isinstance(decision, Inactive)


async def test_a_dependant_asked_for_with_the_cards_number_is_found(clearinghouse: EdiHttp) -> None:
    decision = await ask(clearinghouse, Member("Jonah", "Abernathy", date(2002, 9, 5), "UFM400500600"))
    assert isinstance(decision, Active)
    assert decision.answer.dependant is not None


async def test_a_dependant_asked_for_on_his_own_level_is_found(clearinghouse: EdiHttp) -> None:
    ruth = Member("Ruth", "Abernathy", date(1971, 2, 17), "UFM400500600")
    jonah = Member("Jonah", "Abernathy", date(2002, 9, 5))
    text = written_inquiry(replace(inquiry(ruth), dependant=jonah), ENVELOPE)
    reading = x12.read((await clearinghouse.send(text, SOON)).raw)
    asked = Asked("Jonah", "Abernathy", date(2002, 9, 5), "UFM400500600", DAY, "TC0001")
    assert isinstance(decide(reading, asked), Active)


@pytest.mark.parametrize(
    ("member_id", "expected"),
    [
        ("TCAAA72", Correct((CorrectableField.MEMBER_ID,))),
        ("TCAAA42", AskAgain(UnavailableReason.CANNOT_RESPOND)),
        ("XYZ1", Correct((CorrectableField.MEMBER_ID, CorrectableField.NAME, CorrectableField.BIRTH_DATE))),
    ],
)
async def test_a_refusing_member_is_refused(
    clearinghouse: EdiHttp, member_id: str, expected: Decision
) -> None:
    assert await ask(clearinghouse, replace(MARISOL, member_id=member_id)) == expected


async def test_a_pending_member_goes_to_a_person(clearinghouse: EdiHttp) -> None:
    decision = await ask(clearinghouse, replace(MARISOL, member_id="TCPEND05"))
    assert isinstance(decision, Unclear)
    assert decision.reason is UnclearReason.STATUS_PENDING


async def test_a_payer_the_clearinghouse_does_not_know_is_refused(clearinghouse: EdiHttp) -> None:
    assert await ask(clearinghouse, MARISOL, "OTHER1") == Correct((CorrectableField.PAYER,))


async def send(clearinghouse: EdiHttp, text: str, deadline: timedelta = SOON) -> AttemptResult:
    return await clearinghouse.send(text, deadline)


async def test_an_answer_later_than_the_deadline_is_unavailable(clearinghouse: EdiHttp) -> None:
    text = written_inquiry(inquiry(replace(MARISOL, member_id="TCSLOW61")), ENVELOPE)
    result = await send(clearinghouse, text, timedelta(seconds=0.1))
    assert (result.kind, result.trouble) == (ResultKind.UNAVAILABLE, Trouble.TIMED_OUT)
    assert not result.billed


async def test_live_data_is_refused_with_a_ta1(clearinghouse: EdiHttp) -> None:
    text = written_inquiry(inquiry(MARISOL), replace(ENVELOPE, usage="P"))
    result = await send(clearinghouse, text)
    assert result.kind is ResultKind.ENVELOPE_REJECTED
    assert x12.read(result.raw).acknowledgements[0].codes == ("020",)


async def test_a_wrong_segment_count_is_refused_with_a_999(clearinghouse: EdiHttp) -> None:
    text = written_inquiry(inquiry(MARISOL), ENVELOPE).replace("SE*13*", "SE*14*")
    result = await send(clearinghouse, text)
    assert result.kind is ResultKind.ENVELOPE_REJECTED
    assert x12.read(result.raw).acknowledgements[0].kind == "999"


async def test_what_is_no_x12_is_our_own_mistake(clearinghouse: EdiHttp) -> None:
    assert (await send(clearinghouse, "hello")).kind is ResultKind.MISCONFIGURED


async def test_an_outage_lasts_until_it_is_ended(clearinghouse: EdiHttp, url: str) -> None:
    text = written_inquiry(inquiry(MARISOL), ENVELOPE)
    async with httpx2.AsyncClient(base_url=url) as client:
        await client.post("/faults", json={"outage_seconds": 3600})
        assert (await send(clearinghouse, text)).trouble is Trouble.SERVER_ERROR
        await client.post("/faults", json={"outage_seconds": 0})
        assert (await send(clearinghouse, text)).kind is ResultKind.ANSWERED


async def test_nobody_there_is_unavailable() -> None:
    adapter = EdiHttp("http://127.0.0.1:1")
    result = await send(adapter, "x")
    assert (result.kind, result.trouble) == (ResultKind.UNAVAILABLE, Trouble.TRANSPORT_FAILED)
    await adapter.close()
