"""What the clearinghouse can be ordered to do wrong, and what it counts meanwhile."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from services.insurance.payers.edi_http import EdiHttp
from services.insurance.simulator.faults import HEADER, PREFIX, Fault, Order, Orders, by_header, by_member
from tests.contract.insurance.inquiring import KEY, STEDI_PATH, anybody, send, written

NOON = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
MEDIA = {"content-type": "application/edi-x12"}


@pytest.fixture
async def clearinghouse(url: str) -> AsyncGenerator[EdiHttp]:
    adapter = EdiHttp(url)
    yield adapter
    await adapter.close()


async def statuses(clearinghouse: EdiHttp, payer_id: str, times: int = 1) -> list[int | None]:
    return [(await send(clearinghouse, written(payer_id=payer_id))).http_status for _ in range(times)]


async def order(house: httpx2.AsyncClient, **wanted: Any) -> int:
    return (await house.post("/faults", json=wanted)).status_code


async def test_an_order_may_be_for_one_payer(clearinghouse: EdiHttp, house: httpx2.AsyncClient) -> None:
    await order(house, payer="NSTAR01", fault="busy")
    assert await statuses(clearinghouse, "NSTAR01") == [429]
    assert await statuses(clearinghouse, "UNITY01") == [200]


async def test_a_payers_own_order_goes_before_everybodys(
    clearinghouse: EdiHttp, house: httpx2.AsyncClient
) -> None:
    await order(house, fault="error")
    await order(house, payer="NSTAR01", fault="busy")
    assert await statuses(clearinghouse, "NSTAR01") == [429]
    assert await statuses(clearinghouse, "UNITY01") == [500]


async def test_an_order_may_be_for_so_many_times(clearinghouse: EdiHttp, house: httpx2.AsyncClient) -> None:
    await order(house, fault="error", times=2)
    assert await statuses(clearinghouse, "NSTAR01", 4) == [500, 500, 200, 200]


async def test_orders_are_withdrawn(clearinghouse: EdiHttp, house: httpx2.AsyncClient) -> None:
    await order(house, fault="error")
    await house.delete("/faults")
    assert await statuses(clearinghouse, "NSTAR01") == [200]


async def test_an_outage_may_be_between_two_instants(
    clearinghouse: EdiHttp, house: httpx2.AsyncClient
) -> None:
    now = datetime.now(UTC)
    over = {"outage_from": str(now - timedelta(hours=2)), "outage_until": str(now - timedelta(hours=1))}
    assert await order(house, **over) == 204
    assert await statuses(clearinghouse, "NSTAR01") == [200]
    on = {"outage_from": str(now - timedelta(hours=2)), "outage_until": str(now + timedelta(hours=1))}
    assert await order(house, **on) == 204
    assert await statuses(clearinghouse, "NSTAR01") == [503]
    await order(house, outage_seconds=600, outage_starts_in=600)
    assert await statuses(clearinghouse, "NSTAR01") == [200]


@pytest.mark.parametrize(
    "wanted",
    [
        {"fault": "unheard of"},
        {"outage_seconds": -1},
        {"outage_from": "2026-03-15T12:00:00Z"},
        {"outage_from": "2026-03-15T12:00:00", "outage_until": "2026-03-15T13:00:00"},
        {"latency_median": 100, "latency_p95": 50},
        {"anything": "else"},
        {"share": 2},
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(
    house: httpx2.AsyncClient, wanted: dict[str, Any]
) -> None:
    assert await order(house, **wanted) == 422


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.DOWN, Fault.UNAUTHORIZED])
async def test_a_header_asks_for_a_fault_on_any_member(house: httpx2.AsyncClient, fault: Fault) -> None:
    asked = {"content": written().encode(), "headers": {**MEDIA, HEADER: fault.value}}
    answered = await house.post("/eligibility", **asked)  # type: ignore[arg-type]
    assert answered.status_code in (401, 429, 503)


def test_every_fault_has_a_member_id_and_a_header_of_its_own() -> None:
    assert [by_member(f"{PREFIX}{fault.value.upper()}") for fault in Fault] == list(Fault)
    assert [by_header(fault.value) for fault in Fault] == list(Fault)
    assert by_member("TCSLOW61") is Fault.HANG
    assert by_member("TCSIM1") is None
    assert by_header(None) is None


def struck(seed: int, share: float) -> list[bool]:
    orders = Orders(seed)
    orders.give(Order(fault=Fault.ERROR, share=share), NOON)
    return [orders.strike("NSTAR01", f"TC{number}", 1, NOON) is not None for number in range(400)]


def test_the_same_seed_strikes_the_same_inquiries() -> None:
    assert struck(7, 0.25) == struck(7, 0.25)
    assert struck(7, 0.25) != struck(8, 0.25)
    assert 60 < sum(struck(7, 0.25)) < 140


def test_latency_has_the_median_and_tail_it_was_ordered_with() -> None:
    orders = Orders(seed=3)
    orders.give(Order(latency_median=200, latency_p95=800), NOON)
    drawn = sorted(orders.latency("NSTAR01", f"TC{number}", 1) for number in range(2000))
    assert 0.17 < drawn[1000] < 0.23
    assert 0.65 < drawn[1900] < 0.95
    assert orders.latency("NSTAR01", "TC1", 1) == orders.latency("NSTAR01", "TC1", 1)
    assert Orders(seed=3).latency("NSTAR01", "TC1", 1) == 0


async def test_what_was_received_and_answered_is_counted(
    clearinghouse: EdiHttp, house: httpx2.AsyncClient
) -> None:
    await send(clearinghouse, written(trace="TCA"))
    await send(clearinghouse, written(trace="TCA"))
    await send(clearinghouse, written(anybody("TCFAULTERROR"), "UNITY01", trace="TCB"))
    await send(clearinghouse, written(anybody("TCFAULTLATER"), "UNITY01", trace="TCC"))
    await send(clearinghouse, "no x12")
    told = (await house.get("/counts")).json()
    assert (told["received"], told["answered"]) == (5, 3)
    assert told["traces"] == {
        "TCA": {"received": 2, "answered": 2},
        "TCB": {"received": 1, "answered": 0},
        "TCC": {"received": 1, "answered": 1},
    }
    assert {payer: one["received"] for payer, one in told["payers"].items()} == {"NSTAR01": 2, "UNITY01": 2}
    await house.delete("/counts")
    assert (await house.get("/counts")).json()["received"] == 0


async def test_the_greatest_rate_and_concurrency_are_kept(
    clearinghouse: EdiHttp, house: httpx2.AsyncClient
) -> None:
    slow = [written(anybody("TCFAULTSLOW"), trace=f"TC{number}") for number in range(6)]
    await asyncio.gather(*(send(clearinghouse, text) for text in slow))
    (told,) = (await house.get("/counts")).json()["payers"].values()
    assert told["most_at_once"] == 6
    assert 1 <= told["most_in_a_second"] <= 6
    await send(clearinghouse, written())
    (told,) = (await house.get("/counts")).json()["payers"].values()
    assert told["most_at_once"] == 6


async def test_an_inquiry_larger_than_any_is_refused(house: httpx2.AsyncClient) -> None:
    headers = {**MEDIA, "authorization": KEY}
    for face in ("/eligibility", "/slow-answers", "/coded-answers", "/core/soap", STEDI_PATH):
        answered = await house.post(face, content=b"ISA" * 40_000, headers=headers)
        assert answered.status_code == 413


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b'{"x12": ' * 8_000, b"[]", b"1", b'{"x12": "\\ud800"}', b"\xff", b""]
)
async def test_json_that_holds_no_inquiry_is_a_bad_request(house: httpx2.AsyncClient, body: bytes) -> None:
    answered = await house.post(STEDI_PATH, content=body, headers={"authorization": KEY})
    assert answered.status_code == 400


async def test_an_empty_repetition_separator_is_refused_with_a_ta1(house: httpx2.AsyncClient) -> None:
    inquiry = written().replace("*1200*^*00501", "*12000**00501")
    for text in (inquiry, written().replace("*^*", "**")):
        answered = await house.post("/eligibility", content=text, headers=MEDIA)
        assert answered.status_code == 200
        assert "TA1*000000042*" in answered.text


@pytest.mark.parametrize("element", ["\\", "(", "]"])
async def test_every_fault_comes_with_any_separator(house: httpx2.AsyncClient, element: str) -> None:
    for fault in set(Fault) - {Fault.RESET, Fault.SLOW, Fault.HANG}:
        body = written().replace("*", element)
        answered = await house.post("/eligibility", content=body, headers={**MEDIA, HEADER: fault.value})
        known = {
            Fault.ERROR: 500,
            Fault.DOWN: 503,
            Fault.BUSY: 429,
            Fault.UNAUTHORIZED: 401,
            Fault.VERSION: 400,
        }
        assert answered.status_code == known.get(fault, 202 if fault is Fault.LATER else 200)
