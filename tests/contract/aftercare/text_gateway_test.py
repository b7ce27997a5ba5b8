"""Text messages through a real gateway on loopback, and what we make of each way it can misbehave."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.aftercare.messages.channels import text_gateway
from services.aftercare.messages.channels.outcome import Fate, Outcome
from services.aftercare.messages.channels.text_gateway import TextGateway
from services.aftercare.messages.writing import Letter
from tests.contract.insurance.local_server import serving

from .gateway import TOKEN, Gateway

LETTER = Letter(UUID(int=5), "en", "", "", "Hello! Your week is ready.")
TO = "+15005550123"


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def url(gateway: Gateway) -> AsyncGenerator[str]:
    async with serving(gateway.app()) as address:
        yield f"{address}/texts"


async def send(url: str, token: str = TOKEN) -> Outcome:
    return await TextGateway(url, token, "+15005550199").send(TO, LETTER)


async def test_a_text_is_handed_over_with_its_key_and_reference(url: str, gateway: Gateway) -> None:
    assert await send(url) == Outcome(Fate.TAKEN)
    assert gateway.texted == {
        str(LETTER.id): {
            "to": TO,
            "from": "+15005550199",
            "text": "Hello! Your week is ready.",
            "reference": str(LETTER.id),
        }
    }


async def test_the_same_text_twice_goes_out_once(url: str, gateway: Gateway) -> None:
    assert [(await send(url)).fate for _ in range(2)] == [Fate.TAKEN, Fate.TAKEN]
    assert len(gateway.asked) == 2
    assert len(gateway.texted) == 1


async def test_an_answer_that_was_lost_is_asked_for_again_and_nobody_is_texted_twice(
    url: str, gateway: Gateway
) -> None:
    gateway.says = [None]
    assert [(await send(url)).fate for _ in range(2)] == [Fate.LATER, Fate.TAKEN]
    assert len(gateway.texted) == 1


async def test_a_gateway_that_never_answers_is_given_up_for_now(
    url: str, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.hangs = asyncio.Event()
    monkeypatch.setattr(text_gateway, "TIMEOUT", 0.2)
    assert await send(url) == Outcome(Fate.LATER, "gateway_away")
    gateway.hangs.set()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Response(status_code=500), Outcome(Fate.LATER, "gateway_busy")),
        (
            Response(status_code=429, headers={"retry-after": "7"}),
            Outcome(Fate.LATER, "gateway_busy", timedelta(seconds=7)),
        ),
        (
            Response(status_code=503, headers={"retry-after": "999999"}),
            Outcome(Fate.LATER, "gateway_busy", timedelta(hours=1)),
        ),
        (Response(status_code=503, headers={"retry-after": "soon"}), Outcome(Fate.LATER, "gateway_busy")),
        (Response(status_code=302, headers={"location": "/"}), Outcome(Fate.LATER, "gateway_busy")),
        (HTMLResponse("<h1>Sign in to this network</h1>"), Outcome(Fate.LATER, "gateway_not_understood")),
        (Response(b"\xff\x00", 200), Outcome(Fate.LATER, "gateway_not_understood")),
        (JSONResponse(["taken"]), Outcome(Fate.LATER, "gateway_not_understood")),
        (Response(status_code=204), Outcome(Fate.LATER, "gateway_not_understood")),
        (
            JSONResponse({"error": "+15005550123 is no number"}, 422),
            Outcome(Fate.REFUSED, "number_refused", bad_address=True),
        ),
        (Response(status_code=413), Outcome(Fate.REFUSED, "text_refused")),
    ],
    ids=["500", "429", "long", "when", "moved", "sign-in", "bytes", "list", "204", "number", "413"],
)
async def test_each_odd_answer_is_understood(
    url: str, gateway: Gateway, answer: Response, outcome: Outcome
) -> None:
    gateway.says = [answer]
    assert await send(url) == outcome


async def test_a_token_it_does_not_know_loses_no_message(url: str) -> None:
    assert await send(url, "another token") == Outcome(Fate.LATER, "gateway_refuses_us")


async def test_a_gateway_that_is_not_there_is_tried_later() -> None:
    assert await send("http://127.0.0.1:1/texts") == Outcome(Fate.LATER, "gateway_away")


async def test_nothing_printed_shows_the_token() -> None:
    assert TOKEN not in repr(TextGateway("https://gateway.example.org", TOKEN, "+15005550199"))
