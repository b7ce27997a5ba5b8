"""What cannot wait: a concern calls people until one of them has it."""

import dataclasses
import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.aftercare.follow_up.concerns import acknowledge, note_of, raise_concern, resolve
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.pausing import pause
from services.aftercare.tables import Concern, Message, Purpose
from shared.contracts.aftercare import (
    ConcernCause,
    FollowUpKind,
    FollowUpState,
    Instrument,
    PauseReason,
)
from shared.contracts.fact import new_id

from .conftest import Aftercare, SetClock
from .follow_up_case import LEFT, Client

PEOPLE = "mailto:first@house.example,mailto:second@house.example"


@pytest.fixture
async def client(aftercare: Aftercare, set_clock: SetClock) -> Client:
    settings = aftercare.settings.model_copy(update={"on_call": PEOPLE})
    client = Client(dataclasses.replace(aftercare, settings=settings), set_clock)
    await client.leaves()
    return client


async def raised(
    client: Client,
    level: int = 3,
    key: str = "test",
    cause: ConcernCause = ConcernCause.ASKED_FOR_HELP,
) -> Concern:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        return await raise_concern(session, plan, level, cause, key=key)


async def turns(client: Client, minutes: int) -> list[str]:
    client.set_clock(LEFT + timedelta(minutes=minutes, seconds=5))
    await client.aftercare.run_jobs("page_concern")
    query = select(Message).where(Message.case_id == client.case_id, Message.purpose == Purpose.PAGE_STAFF)
    async with client.aftercare.database.reading() as session:
        pages = await session.scalars(query.order_by(Message.created_at))
        return [page.details["turn"] for page in pages]


async def test_a_concern_pages_at_once_and_every_15_minutes_until_somebody_has_it(client: Client) -> None:
    concern = await raised(client)
    assert concern.due_by - concern.opened_at == timedelta(minutes=15)
    assert await turns(client, 0) == ["0"]
    assert await turns(client, 14) == ["0"]
    assert await turns(client, 16) == ["0", "1"]
    assert await turns(client, 32) == ["0", "1", "2"]
    async with client.aftercare.database.transaction() as session:
        row = await session.get_one(Concern, concern.id)
        assert await acknowledge(session, row, new_id())
        assert not await acknowledge(session, row, new_id())
    assert await turns(client, 200) == ["0", "1", "2"]
    assert (await client.aftercare.said(client.case_id)).count("concern_acknowledged") == 1


async def test_the_same_cause_again_is_the_same_concern(client: Client) -> None:
    assert (await raised(client)).id == (await raised(client)).id
    assert (await client.aftercare.said(client.case_id)).count("concern_raised") == 1


async def test_a_pause_does_not_stand_before_it(client: Client) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await pause(session, plan, PauseReason.CLIENT_WISH)
    await raised(client)
    assert await turns(client, 0) == ["0"]


async def test_without_anybody_on_call_it_is_loud_and_still_a_task(
    aftercare: Aftercare, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(aftercare, set_clock)
    await client.leaves()
    await raised(client)
    loud: list[logging.LogRecord] = []
    monkeypatch.setattr(logging.getLogger("services.aftercare.follow_up.paging"), "handle", loud.append)
    assert await turns(client, 0) == []
    assert await turns(client, 16) == []
    assert [(one.levelname, vars(one)["code"]) for one in loud] == [("ERROR", "nobody_on_call")] * 2
    assert not any(str(client.case_id) in str(vars(one)) for one in loud)
    assert len(await client.tasks(FollowUpKind.SAME_DAY_CALL)) == 1


async def test_what_came_of_it_is_kept_sealed_and_the_first_word_stands(client: Client) -> None:
    concern = await raised(client, level=1)
    async with client.aftercare.database.transaction() as session:
        row = await session.get_one(Concern, concern.id)
        assert await resolve(session, row, new_id(), "Spoke with them, they are with their sister.")
        assert not await resolve(session, row, new_id(), "Something else")
        assert row.note is not None
        assert b"sister" not in row.note
        assert await note_of(session, row) == "Spoke with them, they are with their sister."
    said = await client.aftercare.said(client.case_id)
    assert (said.count("concern_acknowledged"), said.count("concern_resolved")) == (1, 1)


async def test_level_2_is_a_call_the_same_day_and_pages_nobody(client: Client) -> None:
    await raised(client, level=2)
    assert await turns(client, 30) == []
    assert len(await client.tasks(FollowUpKind.SAME_DAY_CALL)) == 1


async def test_every_level_has_a_person_and_a_time(client: Client) -> None:
    concern = await raised(client, level=1, cause=ConcernCause.LOW_MOOD)
    task = await client.task(FollowUpKind.COUNSELLOR)
    assert (task.state, task.due_by) == (FollowUpState.OPEN, concern.due_by)


@pytest.mark.parametrize("level", [1, 2, 3])
async def test_use_that_staff_hear_of_is_met_the_same_day_and_asked_about_in_two(
    client: Client, level: int
) -> None:
    await raised(client, level=level, cause=ConcernCause.USE)
    call = await client.task(FollowUpKind.USE_REPORTED)
    assert call.due_by - call.due_from <= timedelta(hours=8)
    await client.at(2.1)
    weekly = [one for one in await client.check_ins() if one.instrument is Instrument.WEEKLY]
    assert [(one.due_on - LEFT.date()).days for one in weekly] == [2]
    assert len(await client.tasks(FollowUpKind.USE_REPORTED, FollowUpKind.SAME_DAY_CALL)) == 1
