"""What staff see of messages: why and when, never the words, but in the demonstration's tray."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from services.aftercare.main import build
from services.aftercare.messages.purposes import Purpose
from services.aftercare.settings import Settings
from services.aftercare.tables import Plan
from shared.contracts.fact import new_id
from shared.identity import Role

from .conftest import ZONE, Aftercare, SetClock, bearer
from .letters import NOON, on_file, plan_on_file, queue

SEND = "send_message"


@pytest.fixture(autouse=True)
def noon(set_clock: SetClock) -> None:
    set_clock(NOON)


@pytest.fixture
async def desk(aftercare: Aftercare, keys_dir: Path) -> AsyncGenerator[httpx2.AsyncClient]:
    aftercare.settings = Settings(
        keys_dir=keys_dir,
        database_url="sqlite+aiosqlite://",
        aftercare_url="http://127.0.0.1:8030",
        centre_zone=ZONE,
        demo=True,
        tray=True,
    )
    app = build(aftercare.settings)
    await app.state.database.dispose()
    app.state.database = aftercare.database
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app),
        base_url="http://aftercare",
        headers=bearer(keys_dir, Role.CASE_MANAGER),
    ) as client:
        yield client


@pytest.fixture
async def plan(aftercare: Aftercare, desk: httpx2.AsyncClient) -> Plan:
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(SEND)
    return plan


async def test_staff_see_what_was_sent_and_not_a_word_of_it(desk: httpx2.AsyncClient, plan: Plan) -> None:
    answer = await desk.get(f"/api/v1/cases/{plan.case_id}/messages")
    (message,) = answer.json()["messages"]
    assert (message["purpose"], message["channel"], message["state"]) == ("welcome", "email", "sent")
    assert answer.json()["stopped"] == []
    assert "Your week" not in answer.text


async def test_staff_stop_and_resume_for_a_client(
    aftercare: Aftercare, desk: httpx2.AsyncClient, plan: Plan
) -> None:
    where = f"/api/v1/cases/{plan.case_id}/messages"
    assert (await desk.post(f"{where}/stop", json={"channel": "email"})).json() == {"stopped": ["email"]}
    assert (await desk.post(f"{where}/stop", json={})).json() == {"stopped": ["email", "text"]}
    await queue(aftercare.database, plan, Purpose.REVIEW)
    await aftercare.run_jobs(SEND)
    shown = (await desk.get(where)).json()
    assert [(one["state"], one["reason"]) for one in shown["messages"]] == [
        ("held_back", "stopped"),
        ("sent", None),
    ]
    assert shown["stopped"] == ["email", "text"]
    assert (await desk.post(f"{where}/resume")).json() == {"stopped": []}


async def test_the_tray_of_the_demonstration_shows_the_words(desk: httpx2.AsyncClient, plan: Plan) -> None:
    (message,) = (await desk.get(f"/api/v1/cases/{plan.case_id}/messages/tray")).json()["messages"]
    assert message["subject"] == "Your week"
    assert "/my/enter/" in message["text"]


async def test_the_tray_is_sealed_on_file(aftercare: Aftercare, desk: httpx2.AsyncClient, plan: Plan) -> None:
    (message,) = await on_file(aftercare, plan)
    assert message.tray
    assert b"Your week" not in message.tray


async def test_where_messages_really_leave_there_is_no_tray(
    aftercare: Aftercare, desk: httpx2.AsyncClient, plan: Plan, keys_dir: Path
) -> None:
    app = build(aftercare.settings.model_copy(update={"tray": False}))
    await app.state.database.dispose()
    app.state.database = aftercare.database
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://a", headers=bearer(keys_dir, Role.DIRECTOR)
    ) as client:
        assert (await client.get(f"/api/v1/cases/{plan.case_id}/messages/tray")).status_code == 404


async def test_nobody_without_a_part_in_the_care_sees_any_of_it(
    desk: httpx2.AsyncClient, plan: Plan, keys_dir: Path
) -> None:
    where = f"/api/v1/cases/{plan.case_id}/messages"
    for role in (Role.VOB, Role.AUDITOR):
        assert (await desk.get(where, headers=bearer(keys_dir, role))).status_code == 403
    assert (
        await desk.post(f"{where}/stop", json={}, headers=bearer(keys_dir, Role.COORDINATOR))
    ).status_code == 403
    assert (await desk.get(f"/api/v1/cases/{new_id()}/messages")).status_code == 404
