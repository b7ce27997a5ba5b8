"""A message that cannot be written is seen to have failed, and an undo undoes no more than was done."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, update

from services.aftercare.main import build
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.stop_links import stop_link
from services.aftercare.messages.stops import stop_writing, stopped_channels
from services.aftercare.tables import Message, MessageState
from shared import clock
from shared.contracts.aftercare import MessageChannel
from shared.contracts.fact import new_id
from shared.jobs import GIVE_UP_AFTER, jobs

from .conftest import Aftercare, SetClock
from .letters import NOON, Outside, on_file, outside, plan_on_file, queue, states

SEND = "send_message"
EMAIL: dict[str, Any] = {"channels": [MessageChannel.EMAIL]}


@pytest.fixture(autouse=True)
def noon(set_clock: SetClock) -> None:
    set_clock(NOON)


@pytest.fixture
async def world(aftercare: Aftercare, tmp_path: Path) -> AsyncGenerator[Outside]:
    async with outside(tmp_path) as servers:
        aftercare.settings = servers.settings
        yield servers


async def test_a_message_that_cannot_be_written_ends_as_failed_for_staff_to_see(
    aftercare: Aftercare, world: Outside
) -> None:
    plan = await plan_on_file(aftercare.database, **EMAIL)
    # An invitation about an enrolment that is none: nothing can be written from it.
    await queue(aftercare.database, plan, Purpose.INVITATION, about=new_id(), details={"method": "request"})
    (message,) = await on_file(aftercare, plan)
    async with aftercare.database.transaction() as session:
        mine = jobs.c.subject_id == message.id
        await session.execute(update(jobs).where(mine).values(attempts=GIVE_UP_AFTER - 1))
    await aftercare.run_jobs(SEND)
    assert await states(aftercare, plan) == [("failed", "broken")]
    async with aftercare.database.reading() as session:
        assert await session.scalar(select(jobs.c.done_at).where(mine)) is not None


async def test_taking_back_a_stop_of_e_mail_does_not_begin_texts_again(
    aftercare: Aftercare, world: Outside, keys_dir: Path
) -> None:
    plan = await plan_on_file(aftercare.database, **EMAIL)
    await queue(aftercare.database, plan, Purpose.REVIEW)
    await aftercare.run_jobs(SEND)
    (message,) = await on_file(aftercare, plan)
    assert message.state is MessageState.SENT
    async with aftercare.database.transaction() as session:
        await stop_writing(session, plan.case_id, MessageChannel.TEXT)
        path = stop_link(session, message.id, world.settings).removeprefix("https://week.example.org")
    own = {"keys_dir": keys_dir, "database_url": "sqlite+aiosqlite://"}
    app = build(world.settings.model_copy(update=own))
    await app.state.database.dispose()
    app.state.database = aftercare.database
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://aftercare"
    ) as web:
        for wish in ("stop_all", "resume"):
            assert (await web.post(path, data={"wish": wish})).status_code == 200
    async with aftercare.database.reading() as session:
        assert await stopped_channels(session, plan.case_id) == {MessageChannel.TEXT}
        assert await session.get(Message, message.id) is not None
    assert clock.now() >= NOON
