"""Somebody writes back: a STOP holds when the gateway has its answer, and a cry for help calls a person."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.responses import Response
from sqlalchemy import func, select

from services.aftercare.main import build
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.signatures import HEADER, sign
from services.aftercare.tables import Concern, Message, Plan, PlanState, Stop
from shared import clock
from shared.contracts.aftercare import MessageChannel

from .conftest import Aftercare, SetClock
from .letters import NOON, SECRET, Outside, on_file, outside, plan_on_file, queue, states, tasks

TEXT: dict[str, Any] = {"channels": [MessageChannel.TEXT]}
NUMBER, STRANGER = "+15005550123", "+12135550177"
SEND = "send_message"


@dataclass
class Back:
    """The gateway's side: it tells us of texts, signed."""

    web: httpx2.AsyncClient

    async def text(self, words: str, *, sender: str = NUMBER, event: str = "e-1") -> httpx2.Response:
        return await self.tell("inbound", {"id": event, "from": sender, "text": words})

    async def tell(self, what: str, body: dict[str, Any], secret: str = SECRET) -> httpx2.Response:
        content = json.dumps(body).encode()
        headers = {HEADER: sign(secret, content, clock.now()), "content-type": "application/json"}
        return await self.web.post(f"/texts/{what}", content=content, headers=headers)


@pytest.fixture(autouse=True)
def noon(set_clock: SetClock) -> None:
    set_clock(NOON)


@pytest.fixture
async def world(aftercare: Aftercare, tmp_path: Path) -> AsyncGenerator[Outside]:
    async with outside(tmp_path) as servers:
        aftercare.settings = servers.settings
        yield servers


@pytest.fixture
async def back(aftercare: Aftercare, world: Outside, keys_dir: Path) -> AsyncGenerator[Back]:
    own = {"keys_dir": keys_dir, "database_url": "sqlite+aiosqlite://"}
    app = build(world.settings.model_copy(update=own))
    await app.state.database.dispose()
    app.state.database = aftercare.database
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://aftercare") as web:
        yield Back(web)


@pytest.fixture
async def plan(aftercare: Aftercare, world: Outside) -> Plan:
    """Of a client who was texted once."""
    plan = await plan_on_file(aftercare.database, **TEXT)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(SEND)
    return plan


async def concerns(aftercare: Aftercare, plan: Plan) -> list[tuple[int, str]]:
    async with aftercare.database.reading() as session:
        rows = await session.scalars(select(Concern).where(Concern.plan_id == plan.id))
        return [(row.level, row.cause.value) for row in rows]


@pytest.mark.parametrize(("words", "reply"), [("STOP", "no more texts"), ("Alto.", "no more texts")])
async def test_a_stop_is_in_force_and_confirmed_once_in_the_same_request(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan, words: str, reply: str
) -> None:
    assert (await back.text(words)).json() == {"heard": True}
    assert reply in world.texts[-1]
    await queue(aftercare.database, plan, Purpose.REVIEW)
    await aftercare.run_jobs(SEND)
    assert (await states(aftercare, plan))[-1] == ("held_back", "stopped")
    assert len(world.texts) == 2
    await back.text(words)  # the gateway tells it again
    assert len(world.texts) == 2
    assert (await aftercare.said(plan.case_id)).count("messages_stopped") == 1


async def test_the_second_stop_of_somebody_who_stopped_is_not_answered(
    world: Outside, back: Back, plan: Plan, set_clock: SetClock
) -> None:
    await back.text("STOP")
    set_clock(clock.now() + timedelta(hours=1))
    await back.text("STOP", event="e-2")
    assert len(world.texts) == 2


async def test_a_start_brings_messages_back(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan
) -> None:
    await back.text("STOP")
    await back.text("START", event="e-2")
    await queue(aftercare.database, plan, Purpose.REVIEW)
    await aftercare.run_jobs(SEND)
    assert (await states(aftercare, plan))[-1] == ("sent", None)


async def test_a_number_nobody_knows_can_stop_too(aftercare: Aftercare, world: Outside, back: Back) -> None:
    await back.text("stop", sender="(213) 555-0177")
    assert "no more texts" in world.texts[0]
    late = await plan_on_file(aftercare.database, **TEXT)
    aftercare.door.addresses = {"text": STRANGER}
    await queue(aftercare.database, late, Purpose.WELCOME)
    await aftercare.run_jobs(SEND)
    assert await states(aftercare, late) == [("held_back", "stopped")]
    async with aftercare.database.reading() as session:
        (row,) = (await session.execute(select(Stop.__table__))).all()
    assert "5550177" not in repr(row)


async def test_words_of_self_harm_call_a_person_and_are_answered_at_once(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan, set_clock: SetClock
) -> None:
    set_clock(clock.now() + timedelta(hours=15))  # three in the morning
    await back.text("I dont want to live anymore")
    assert "988" in world.texts[-1]
    assert "911" in world.texts[-1]
    assert await concerns(aftercare, plan) == [(3, "self_harm")]
    await aftercare.run_jobs()
    assert world.gateway.asked[-1]["to"] == "+15005550111"  # on call
    await back.text("I dont want to live anymore")
    assert len(await concerns(aftercare, plan)) == 1
    assert (await aftercare.said(plan.case_id)).count("concern_raised") == 1


async def test_an_overdose_is_heard_from_somebody_who_stopped_messages(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan
) -> None:
    await back.text("STOP")
    await back.text("creo que es una sobredosis", event="e-2")
    assert "988" in world.texts[-1]
    assert await concerns(aftercare, plan) == [(3, "overdose")]


async def test_a_stranger_in_danger_is_answered_and_staff_are_called(world: Outside, back: Back) -> None:
    assert (await back.text("I want to kill myself", sender=STRANGER)).status_code == 200
    to = [body["to"] for body in world.gateway.asked]
    assert to == [STRANGER, "+15005550111"]
    assert "mande AYUDA al 988" in world.texts[0]
    assert "call or text 988" in world.texts[0]
    assert STRANGER not in world.texts[1]


async def test_a_reply_that_cannot_leave_is_told_again_and_then_leaves(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan
) -> None:
    world.gateway.says = [Response(status_code=500)]
    answer = await back.text("I want to die")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert await concerns(aftercare, plan) == [(3, "self_harm")]
    assert (await back.text("I want to die")).status_code == 200
    assert "988" in world.texts[-1]
    assert len(await concerns(aftercare, plan)) == 1


async def test_anything_else_becomes_a_call_today_and_its_words_are_kept_nowhere(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan
) -> None:
    await back.text("can you move tuesday to thursday? my bus is gone")
    await back.text("hello?", event="e-2")
    assert await tasks(aftercare, plan) == ["same_day_call"]
    assert "not read at once" in world.texts[-1]
    assert len(world.texts) == 2  # the welcome, and one answer a day
    rows = [vars(message) for message in await on_file(aftercare, plan)]
    assert "bus" not in repr(rows)


async def test_nobody_is_greeted_who_is_unknown(world: Outside, back: Back) -> None:
    await back.text("hello?", sender=STRANGER)
    assert world.texts == []


async def test_a_death_raises_no_concern_but_the_phone_may_be_in_other_hands(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan
) -> None:
    async with aftercare.database.transaction() as session:
        (await session.get_one(Plan, plan.id)).state = PlanState.CLOSED
    await back.text("I want to die")
    assert await concerns(aftercare, plan) == []
    assert [body["to"] for body in world.gateway.asked][1:] == [NUMBER, "+15005550111"]


@pytest.mark.parametrize("secret", ["", "another secret of the house"])
async def test_whoever_is_not_the_gateway_changes_nothing(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan, secret: str
) -> None:
    answer = await back.tell("inbound", {"id": "e-1", "from": NUMBER, "text": "STOP"}, secret or "x")
    assert answer.status_code == 401
    async with aftercare.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Stop)) == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "e-1"},
        {"id": "e 1", "from": NUMBER, "text": "STOP"},
        {"id": "e-1", "from": "nobody", "text": "STOP"},
    ],
)
async def test_what_is_not_as_agreed_is_refused_without_repeating_it(
    back: Back, body: dict[str, str]
) -> None:
    answer = await back.tell("inbound", body)
    assert answer.status_code == 422
    assert "nobody" not in answer.text


async def test_texts_that_never_arrive_become_a_task_after_the_second(
    aftercare: Aftercare, world: Outside, back: Back, plan: Plan
) -> None:
    await queue(aftercare.database, plan, Purpose.REVIEW)
    await aftercare.run_jobs(SEND)
    for message in await on_file(aftercare, plan):
        for _ in range(2):
            report = {"reference": str(message.id), "status": "failed"}
            assert (await back.tell("status", report)).status_code == 200
    assert await states(aftercare, plan) == [("failed", "not_delivered")] * 2
    assert await tasks(aftercare, plan) == ["check_contact"]


async def test_a_report_about_a_message_of_nobody_is_taken_and_changes_nothing(
    aftercare: Aftercare, back: Back, plan: Plan
) -> None:
    for status in ("failed", "delivered"):
        report = {"reference": str(plan.id), "status": status}
        assert (await back.tell("status", report)).status_code == 200
    assert await states(aftercare, plan) == [("sent", None)]


async def test_the_link_in_an_e_mail_ends_e_mail_by_one_click(
    aftercare: Aftercare, world: Outside, back: Back
) -> None:
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(SEND)
    link = world.mail.room.taken[0]["list-unsubscribe"].strip("<>").removeprefix("https://week.example.org")
    looked = await back.web.get(link)  # a program that follows every link
    assert looked.status_code == 200
    assert "988" in looked.text
    done = await back.web.post(link, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    await queue(aftercare.database, plan, Purpose.REVIEW)
    await aftercare.run_jobs(SEND)
    assert (len(world.subjects), len(world.texts)) == (1, 1)
    await back.web.post(link, data={"wish": "stop_all"})
    await queue(aftercare.database, plan, Purpose.DOOR_OPEN)
    await aftercare.run_jobs(SEND)
    assert (await states(aftercare, plan))[-1] == ("held_back", "stopped")
    await back.web.post(link, data={"wish": "resume"})
    await queue(aftercare.database, plan, Purpose.NEW_LINK)
    await aftercare.run_jobs(SEND)
    assert (await states(aftercare, plan))[-1] == ("sent", None)


async def test_a_made_up_stop_link_stops_nobody(back: Back, aftercare: Aftercare, plan: Plan) -> None:
    (message,) = await on_file(aftercare, plan)
    for token in ("x", "0" * 64, message.id.hex + "0" * 32, message.id.hex):
        assert (await back.web.post(f"/stop/{token}")).status_code == 404
        assert (await back.web.get(f"/stop/{token}")).status_code == 404
    async with aftercare.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Stop)) == 0
        assert await session.scalar(select(func.count()).select_from(Message)) == 1
