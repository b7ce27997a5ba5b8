"""Who is called when a page does not leave, and that no fault ends the calling."""

import asyncio
import dataclasses
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select, update

from services.aftercare.follow_up import paging
from services.aftercare.follow_up.concerns import PAGE_CONCERN, acknowledge, raise_concern
from services.aftercare.follow_up.paging import WATCH_PAGE, people_on_call, somebody_is_on_call
from services.aftercare.messages.inbound import not_delivered
from services.aftercare.messages.stops import stop_writing
from services.aftercare.plans.ending import end_plan
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.pausing import lose_contact
from services.aftercare.settings import Settings
from services.aftercare.tables import Concern, Message, MessageState, Purpose
from services.aftercare.workplace import Workplace
from shared.contracts.aftercare import ConcernCause, FollowUpKind, PlanEndReason
from shared.contracts.fact import new_id
from shared.job_runner import JobRunner
from shared.jobs import GIVE_UP_AFTER, jobs
from tests.conftest import eventually

from .conftest import Aftercare, SetClock
from .follow_up_case import LEFT, Client

PEOPLE = "mailto:first@house.example,tel:+15555550102,mailto:third@house.example"


@pytest.fixture
async def client(aftercare: Aftercare, set_clock: SetClock) -> Client:
    settings = aftercare.settings.model_copy(update={"on_call": PEOPLE})
    client = Client(dataclasses.replace(aftercare, settings=settings), set_clock)
    await client.leaves()
    return client


async def raised(client: Client) -> Concern:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        return await raise_concern(session, plan, 3, ConcernCause.SELF_HARM, key="test")


async def after(client: Client, seconds: float) -> Sequence[Message]:
    """So long after the concern was raised: the pages there are."""
    client.set_clock(LEFT + timedelta(seconds=seconds))
    await client.aftercare.run_jobs(PAGE_CONCERN)
    await client.aftercare.run_jobs(WATCH_PAGE, PAGE_CONCERN)
    query = select(Message).where(Message.case_id == client.case_id, Message.purpose == Purpose.PAGE_STAFF)
    async with client.aftercare.database.reading() as session:
        return (await session.scalars(query.order_by(Message.key))).all()


async def becomes(client: Client, page: Message, state: MessageState, reason: str | None = None) -> None:
    async with client.aftercare.database.transaction() as session:
        await session.execute(update(Message).where(Message.id == page.id).values(state=state, reason=reason))


async def undelivered(client: Client, page: Message) -> None:
    async with client.aftercare.database.transaction() as session:
        await not_delivered(session, page.id)


async def test_a_page_that_failed_calls_the_next_at_once_and_the_last_begins_no_storm(
    client: Client,
) -> None:
    await raised(client)
    (first,) = await after(client, 1)
    await becomes(client, first, MessageState.FAILED, "refused")
    _, second = await after(client, 20)
    await becomes(client, second, MessageState.WAITING, "unreachable")  # will be tried again; who knows when
    *_, third = await after(client, 40)
    await becomes(client, third, MessageState.FAILED, "refused")
    assert len(await after(client, 60)) == 3
    assert len(await after(client, 800)) == 3
    assert len(await after(client, 960)) == 4  # from the top, fifteen minutes after the last


async def test_a_page_that_hangs_calls_the_next_after_a_minute(client: Client) -> None:
    await raised(client)
    (first,) = await after(client, 1)
    await becomes(client, first, MessageState.SENDING)
    assert len(await after(client, 45)) == 1
    assert len(await after(client, 90)) == 2


async def test_a_page_that_left_is_given_its_fifteen_minutes(client: Client) -> None:
    await raised(client)
    (first,) = await after(client, 1)
    await becomes(client, first, MessageState.SENT)
    assert len(await after(client, 600)) == 1
    assert len(await after(client, 905)) == 2


async def test_a_page_that_left_and_did_not_arrive_calls_the_next_at_once(client: Client) -> None:
    await raised(client)
    (first,) = await after(client, 1)
    await becomes(client, first, MessageState.SENT)
    assert len(await after(client, 120)) == 1
    await undelivered(client, first)
    _, second = await after(client, 121)
    await becomes(client, second, MessageState.SENT)
    await undelivered(client, first)  # the gateway repeats itself
    assert len(await after(client, 130)) == 2
    assert len(await after(client, 1022)) == 3


async def test_where_only_one_can_be_reached_that_one_is_called_again_at_once(client: Client) -> None:
    await raised(client)
    (first,) = await after(client, 1)
    await becomes(client, first, MessageState.SENT)
    _, second = await after(client, 902)
    await becomes(client, second, MessageState.FAILED, "refused")
    *_, third = await after(client, 920)
    await becomes(client, third, MessageState.SENT)
    await undelivered(client, third)  # the last of the list
    *_, again = await after(client, 921)
    assert again.details["turn"] == "3"
    await becomes(client, again, MessageState.SENT)
    assert len(await after(client, 1500)) == 4


async def test_once_somebody_has_it_no_failed_page_calls_another(client: Client) -> None:
    concern = await raised(client)
    (first,) = await after(client, 1)
    await becomes(client, first, MessageState.FAILED, "refused")
    async with client.aftercare.database.transaction() as session:
        assert await acknowledge(session, await session.get_one(Concern, concern.id), new_id())
    assert len(await after(client, 2000)) == 1


async def test_a_turn_that_cannot_be_done_breaks_no_chain(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    concern = await raised(client)
    place = Workplace(client.aftercare.database, client.aftercare.settings, client.aftercare.door.peer())

    def fails(settings: Settings) -> bool:
        raise RuntimeError("invented")

    async def given_up() -> bool:
        async with place.database.transaction() as session:
            await session.execute(
                update(jobs).where(jobs.c.key.endswith(f"{concern.id}:0")).values(attempts=GIVE_UP_AFTER - 1)
            )
        async with place.database.reading() as session:
            query = select(jobs.c.gave_up_at).where(jobs.c.key == f"page_concern:{concern.id}:0")
            return await session.scalar(query) is not None

    monkeypatch.setattr(paging, "somebody_is_on_call", fails)
    runner = asyncio.create_task(
        JobRunner(place.database, {PAGE_CONCERN: partial(paging.page_concern, place)}).run()
    )
    await eventually(given_up)
    runner.cancel()
    with suppress(asyncio.CancelledError):
        await runner
    monkeypatch.undo()
    async with place.database.transaction() as session:  # a given-up job is no idle one to `run_jobs`
        await session.execute(delete(jobs).where(jobs.c.gave_up_at.is_not(None)))
    assert [page.details["turn"] for page in await after(client, 930)] == ["1"]


async def test_neither_lost_contact_nor_stop_nor_the_end_of_the_plan_stands_before_a_page(
    client: Client,
) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await lose_contact(session, plan)
        await stop_writing(session, client.case_id, None)
    await raised(client)
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await end_plan(session, plan, PlanEndReason.ENDED_BY_CLIENT)
    await after(client, 1)
    await client.aftercare.run_jobs("send_page")
    (page,) = await after(client, 2)
    assert page.state is MessageState.SENT
    assert len(await client.tasks(FollowUpKind.SAME_DAY_CALL)) == 1


async def test_after_a_death_somebody_is_still_told_but_nobody_is_to_call_the_client(client: Client) -> None:
    await raised(client)
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await end_plan(session, plan, PlanEndReason.DECEASED)
    assert len(await after(client, 1)) == 1
    assert await client.tasks(FollowUpKind.SAME_DAY_CALL) == []


async def test_only_who_can_be_reached_by_a_channel_there_is_counts_as_on_call(client: Client) -> None:
    settings = client.aftercare.settings
    none = settings.model_copy(update={"demo": False, "tray": False})
    by_mail = none.model_copy(update={"smtp_host": "mail.house.example"})
    assert [people_on_call(one) for one in (settings, none, by_mail)] == [3, 0, 2]
    assert not somebody_is_on_call(settings.model_copy(update={"on_call": ""}))
