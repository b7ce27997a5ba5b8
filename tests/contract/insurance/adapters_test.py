"""The contract every way to a payer keeps: the same scenes, the same outcomes, whatever carries the X12."""

import logging
from collections.abc import Generator
from datetime import timedelta

import httpx2
import pytest

from services.insurance import x12
from services.insurance.payers.adapter import Adapter, ResultKind, Trouble
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.simulator.faults import Fault
from services.insurance.simulator.refusals import BENEFITS, LOOPS, PAYERS, PROVIDERS
from services.insurance.x12.inquiry_writing import written_inquiry
from tests.contract.insurance.inquiring import (
    ENVELOPE,
    KEY,
    MARISOL,
    PASSWORD,
    SOON,
    WAYS,
    answer,
    anybody,
    inquiry,
    send,
    written,
)

HURRIED = timedelta(seconds=0.2)

OUTCOMES: list[tuple[Fault, ResultKind, Trouble | None]] = [
    (Fault.SLOW, ResultKind.UNAVAILABLE, Trouble.TIMED_OUT),
    (Fault.HANG, ResultKind.UNAVAILABLE, Trouble.TIMED_OUT),
    (Fault.RESET, ResultKind.UNAVAILABLE, Trouble.TRANSPORT_FAILED),
    (Fault.BUSY, ResultKind.UNAVAILABLE, Trouble.TOO_MANY_REQUESTS),
    (Fault.ERROR, ResultKind.UNAVAILABLE, Trouble.SERVER_ERROR),
    (Fault.DOWN, ResultKind.UNAVAILABLE, Trouble.SERVER_ERROR),
    (Fault.UNAUTHORIZED, ResultKind.MISCONFIGURED, Trouble.CREDENTIALS_REFUSED),
    (Fault.TA1, ResultKind.ENVELOPE_REJECTED, None),
    (Fault.NINES, ResultKind.ENVELOPE_REJECTED, None),
    (Fault.TRUNCATED, ResultKind.ANSWERED, None),
    (Fault.TRACE, ResultKind.ANSWERED, None),
    (Fault.SWAPPED, ResultKind.ANSWERED, None),
    (Fault.DELIMITERS, ResultKind.ANSWERED, None),
    (Fault.BOM, ResultKind.ANSWERED, None),
    (Fault.COUNT, ResultKind.ANSWERED, None),
    (Fault.DUPLICATE, ResultKind.ANSWERED, None),
    (Fault.HTML, ResultKind.ANSWERED, Trouble.NO_X12),
]


def with_fault(fault: Fault) -> str:
    return written(anybody(f"TCFAULT{fault.value.upper()}"))


@pytest.fixture
def logged() -> Generator[list[str]]:
    """Everything any library or we log meanwhile, down to DEBUG."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.getMessage()} {record.exc_info} {record.__dict__}")

    ear, root = Ear(), logging.getLogger()
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(ear)
    root.setLevel(before)


async def test_an_active_member_is_answered_billed_and_stamped_as_simulated(adapter: Adapter) -> None:
    result = await send(adapter, written())
    assert (result.kind, result.trouble, result.billed) == (ResultKind.ANSWERED, None, True)
    assert (result.http_status, result.handle) == (200, "")
    assert result.latency > timedelta()
    reading = x12.read(result.raw)
    assert reading.warnings == ()
    assert any("SIMULATED" in benefit.messages for benefit in answer(result).benefits)


async def test_every_way_brings_the_same_answer_to_the_byte(url: str) -> None:
    bodies = set()
    for way in WAYS.values():
        adapter = way(url)
        bodies.add((await send(adapter, written())).raw.split(b"~ST*")[1])
        await adapter.close()
    assert len(bodies) == 1


@pytest.mark.parametrize(("fault", "kind", "trouble"), OUTCOMES, ids=[str(one[0]) for one in OUTCOMES])
async def test_each_fault_has_the_same_outcome_on_every_way(
    adapter: Adapter, fault: Fault, kind: ResultKind, trouble: Trouble | None
) -> None:
    deadline = HURRIED if trouble is Trouble.TIMED_OUT else SOON
    result = await send(adapter, with_fault(fault), deadline)
    assert (result.kind, result.trouble) == (kind, trouble)
    assert result.billed == (kind is ResultKind.ANSWERED and trouble is None)


def test_every_fault_is_in_the_contract() -> None:
    elsewhere = {Fault.VERSION, Fault.LATER}
    assert {one[0] for one in OUTCOMES} == set(Fault) - elsewhere


async def test_a_version_nobody_there_speaks_is_ours_to_mend(adapter: Adapter) -> None:
    result = await send(adapter, with_fault(Fault.VERSION))
    assert result.kind is ResultKind.MISCONFIGURED
    assert result.trouble in (Trouble.ENVELOPE_ERROR, Trouble.REFUSED)


async def test_how_long_to_wait_is_taken_from_the_other_side(adapter: Adapter) -> None:
    result = await send(adapter, with_fault(Fault.BUSY))
    assert result.retry_after == timedelta(seconds=2)


@pytest.mark.parametrize("letter", LOOPS)
async def test_a_refusal_arrives_at_its_loop_with_its_codes(adapter: Adapter, letter: str) -> None:
    result = await send(adapter, written(anybody(f"TCAAA58L{letter}FPVY")))
    assert (result.kind, result.billed) == (ResultKind.ANSWERED, True)
    (refusal,) = _refusals(result.raw)
    assert refusal == ["AAA", "Y", "", "58", "P"]


@pytest.mark.parametrize("reason", sorted({"72", "73", "75", "76"} | PAYERS | PROVIDERS | BENEFITS))
async def test_a_refusal_is_answered_whatever_its_reason(url: str, reason: str) -> None:
    adapter = EdiHttp(url)
    result = await send(adapter, written(anybody(f"TCAAA{reason}")))
    await adapter.close()
    assert result.kind is ResultKind.ANSWERED
    assert [row[3] for row in _refusals(result.raw)] == [reason]


async def test_live_data_is_refused_by_the_simulator(adapter: Adapter) -> None:
    live = written_inquiry(inquiry(), ENVELOPE.__class__("A1", "B1", 1, 1, "P", ENVELOPE.at))
    result = await send(adapter, live)
    assert result.kind is ResultKind.ENVELOPE_REJECTED
    assert x12.read(result.raw).acknowledgements[0].codes == ("020",)


async def test_a_wrong_segment_count_is_refused_with_a_999(adapter: Adapter) -> None:
    result = await send(adapter, written().replace("SE*13*", "SE*14*"))
    assert result.kind is ResultKind.ENVELOPE_REJECTED
    assert x12.read(result.raw).acknowledgements[0].kind == "999"


async def test_what_is_no_x12_is_our_own_mistake(adapter: Adapter) -> None:
    assert (await send(adapter, "hello")).kind is ResultKind.MISCONFIGURED


async def test_nobody_there_is_unavailable() -> None:
    for way in WAYS.values():
        adapter = way("http://127.0.0.1:1")
        result = await send(adapter, written())
        assert (result.kind, result.trouble) == (ResultKind.UNAVAILABLE, Trouble.TRANSPORT_FAILED)
        await adapter.close()


async def test_an_outage_lasts_until_it_is_ended(adapter: Adapter, house: httpx2.AsyncClient) -> None:
    await house.post("/faults", json={"outage_seconds": 3600})
    assert (await send(adapter, written())).trouble is Trouble.SERVER_ERROR
    await house.post("/faults", json={"outage_seconds": 0})
    assert (await send(adapter, written())).kind is ResultKind.ANSWERED


@pytest.mark.parametrize("name", ["core_soap", "core_mime", "stedi"])
async def test_wrong_credentials_are_ours_to_mend_and_bill_nothing(
    url: str, house: httpx2.AsyncClient, name: str
) -> None:
    adapter = WAYS[name](url, password="something else")
    result = await send(adapter, written())
    await adapter.close()
    assert (result.kind, result.trouble) == (ResultKind.MISCONFIGURED, Trouble.CREDENTIALS_REFUSED)
    assert (await house.get("/counts")).json()["received"] == 0


async def test_no_secret_and_no_person_is_logged_or_shown(adapter: Adapter, logged: list[str]) -> None:
    for fault in (Fault.RESET, Fault.UNAUTHORIZED, Fault.HTML):
        result = await send(adapter, with_fault(fault))
        logged.append(repr(adapter) + repr(vars(adapter)) + repr(result.trouble))
    await send(adapter, written(MARISOL))
    told = "\n".join(logged)
    assert not any(secret in told for secret in (PASSWORD, KEY, "OKAFOR", "NSH100200300", "LIND"))


async def test_nothing_waits_where_nothing_is_ever_pending(adapter: Adapter) -> None:
    result = await adapter.poll("/slow-answers/" + "0" * 32, SOON)
    assert (result.kind, result.trouble) == (ResultKind.UNAVAILABLE, Trouble.HANDLE_LOST)


async def test_an_answer_for_later_is_pending_and_then_fetched(url: str, house: httpx2.AsyncClient) -> None:
    adapter = EdiHttp(url, path="/slow-answers")
    sent = await send(adapter, written())
    assert (sent.kind, sent.billed) == (ResultKind.PENDING, False)
    assert sent.retry_after == timedelta(seconds=1)
    not_yet = await adapter.poll(sent.handle, SOON)
    assert (not_yet.kind, not_yet.handle) == (ResultKind.PENDING, sent.handle)
    fetched = await adapter.poll(not_yet.handle, SOON)
    assert (fetched.kind, fetched.billed) == (ResultKind.ANSWERED, True)
    assert answer(fetched).member_id == MARISOL.member_id
    gone = await adapter.poll(sent.handle, SOON)
    assert (gone.kind, gone.trouble) == (ResultKind.UNAVAILABLE, Trouble.HANDLE_LOST)
    await adapter.close()
    assert (await house.get("/counts")).json()["answered"] == 1


async def test_the_ordinary_face_may_answer_later_too(url: str) -> None:
    adapter = EdiHttp(url)
    sent = await send(adapter, with_fault(Fault.LATER))
    assert sent.kind is ResultKind.PENDING
    await adapter.poll(sent.handle, SOON)
    assert (await adapter.poll(sent.handle, SOON)).kind is ResultKind.ANSWERED
    await adapter.close()


@pytest.mark.parametrize(
    "handle", ["//elsewhere.example/x", "https://elsewhere.example/", "http://[", "\\\\x"]
)
async def test_a_handle_never_leads_to_another_house(url: str, handle: str) -> None:
    adapter = EdiHttp(url)
    result = await adapter.poll(handle, SOON)
    assert (result.kind, result.trouble) == (ResultKind.UNAVAILABLE, Trouble.HANDLE_LOST)
    await adapter.close()


async def test_a_house_that_always_says_200_is_not_believed(url: str) -> None:
    adapter = EdiHttp(url, path="/coded-answers")
    result = await send(adapter, written())
    assert (result.kind, result.trouble) == (ResultKind.ANSWERED, Trouble.NO_X12)
    assert b'"APIResponseCode":"3"' in result.raw
    await adapter.close()


def test_what_each_way_can_is_said() -> None:
    able = {name: way("http://127.0.0.1:1").capabilities for name, way in WAYS.items()}
    assert all(one.x12 and one.test and not one.batch for one in able.values())
    assert [name for name, one in able.items() if one.multi_stc] == ["edi_http"]


def _refusals(raw: bytes) -> list[list[str]]:
    return [row.split("*") for row in raw.decode().split("~") if row.startswith("AAA*")]
