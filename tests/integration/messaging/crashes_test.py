"""What a process that dies, comes twice or meets a broken broker leaves behind."""

import asyncio
import os
import signal
from pathlib import Path

import nats
import pytest
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.fact import new_id
from shared.contracts.insurance import VerificationStarted
from shared.contracts.intake import InquiryReceived
from shared.database import Database
from shared.local.nats_server import nats_server
from shared.messaging.guard import alarms, relay_memory
from shared.messaging.outbox import outbox, say
from shared.messaging.streams import STREAM, Drift, durable, provision
from tests.conftest import eventually
from tests.integration.messaging.carrying import (
    carrying,
    effects_of,
    inquiry,
    stored,
    write_down,
)
from tests.integration.messaging.conftest import OpenService

INTAKE = {VerificationStarted: write_down}
INSURANCE = {InquiryReceived: write_down}


async def _say(database: Database, count: int) -> None:
    case = new_id()
    async with database.transaction() as session:
        say(session, *(inquiry(case) for _ in range(count)))


async def _sent(database: Database) -> bool:
    async with database.reading() as session:
        return (await session.execute(select(outbox.c.id).where(outbox.c.sent_at.is_(None)))).first() is None


def _has(database: Database, count: int):  # type: ignore[no-untyped-def]
    async def check() -> bool:
        return len(await effects_of(database)) >= count

    return check


async def test_facts_handed_to_a_process_that_died_are_not_swallowed_by_a_later_acknowledgement(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    """The acknowledgement covers all before it: a successor that just went on would lose the first ten."""
    intake = await open_service("intake")
    insurance = await open_service("insurance")
    async with carrying(intake, nats_url, "intake", INTAKE):
        await provisioned(js)
        await _say(intake, 10)
        await eventually(lambda: stored(js))
        died = await js.pull_subscribe_bind(consumer="insurance", stream=STREAM)
        await eventually(lambda: _fetch(died))
        await _say(intake, 5)
        await eventually(lambda: _sent(intake))
        async with carrying(insurance, nats_url, "insurance", INSURANCE):
            await eventually(_has(insurance, 15))
    assert [seq for _, seq in await effects_of(insurance)] == [*range(1, 11), *range(1, 6)]


async def test_deliveries_lost_on_the_way_are_asked_for_again_in_order(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    """Another reader steals a batch while the service runs: the hole in the numbers is noticed."""
    intake = await open_service("intake")
    insurance = await open_service("insurance")
    async with (
        carrying(intake, nats_url, "intake", INTAKE),
        carrying(insurance, nats_url, "insurance", INSURANCE),
    ):
        await _say(intake, 1)
        await eventually(_has(insurance, 1))
        thief = await js.pull_subscribe_bind(consumer="insurance", stream=STREAM)
        stolen = 0
        for _ in range(50):
            waiting = asyncio.create_task(_fetch(thief))
            await _say(intake, 3)
            stolen += len(await waiting)
        await eventually(_has(insurance, 151), within=40)
        assert stolen > 0
    applied = await effects_of(insurance)
    assert len(applied) == 151
    assert [seq for _, seq in applied[1:]] == [1, 2, 3] * 50


async def test_two_processes_of_one_service_do_no_work_twice(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    intake = await open_service("intake")
    insurance = await open_service("insurance")
    replica = await open_service("insurance")
    async with (
        carrying(intake, nats_url, "intake", INTAKE),
        carrying(insurance, nats_url, "insurance", INSURANCE),
        carrying(replica, nats_url, "insurance", INSURANCE),
    ):
        for _ in range(20):
            await _say(intake, 10)
        await eventually(_has(insurance, 200))
    assert [seq for _, seq in await effects_of(insurance)] == [*range(1, 11)] * 20


async def test_a_relay_that_died_before_marking_sends_again_and_the_stream_holds_each_fact_once(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    intake = await open_service("intake")
    async with carrying(intake, nats_url, "intake", INTAKE):
        await _say(intake, 7)
        await eventually(lambda: _sent(intake))
        async with intake.transaction() as session:
            await session.execute(update(outbox).where(outbox.c.id > 3).values(sent_at=None))
            say(session, *(inquiry(new_id()) for _ in range(3)))
        await eventually(lambda: _sent(intake))
    assert await stored(js) == 10


async def test_a_wiped_broker_is_filled_again_from_the_outbox_and_no_effect_happens_twice(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    intake = await open_service("intake")
    insurance = await open_service("insurance")
    async with (
        carrying(intake, nats_url, "intake", INTAKE),
        carrying(insurance, nats_url, "insurance", INSURANCE),
    ):
        await _say(intake, 300)
        await eventually(_has(insurance, 300))
        await js.delete_stream(STREAM)
        await _say(intake, 20)
        await eventually(_has(insurance, 320), within=30)

        async def all_there() -> bool:
            return await stored(js) == 320

        await eventually(all_there)
    assert len(await effects_of(insurance)) == 320
    async with intake.reading() as session:
        assert "stream_is_another" in (await session.scalars(select(alarms.c.code))).all()


async def test_a_killed_broker_loses_nothing_and_the_services_go_on_by_themselves(
    tmp_path: Path, open_service: OpenService
) -> None:
    intake = await open_service("intake")
    insurance = await open_service("insurance")
    folder = tmp_path / "broker"
    with nats_server(folder) as first:
        port = int(first.url.rsplit(":", 1)[1])
        async with (
            carrying(intake, first.url, "intake", INTAKE),
            carrying(insurance, first.url, "insurance", INSURANCE),
        ):
            await _say(intake, 100)
            await eventually(_has(insurance, 1))
            os.kill(first.pid, signal.SIGKILL)
            await _say(intake, 100)  # the form is accepted while the broker is away
            with nats_server(folder, port=port):
                await eventually(_has(insurance, 200), within=30)
    assert len(await effects_of(insurance)) == 200


async def test_a_stream_or_durable_that_is_set_up_otherwise_is_refused_not_changed(
    js: JetStreamContext,
) -> None:
    await provision(js, {"insurance": INSURANCE})
    await provision(js, {"insurance": INSURANCE})
    await js.update_stream((await js.stream_info(STREAM)).config.evolve(max_bytes=1024**2))
    with pytest.raises(Drift, match="max_bytes"):
        await provision(js, {"insurance": INSURANCE})


async def test_a_durable_with_other_subjects_is_refused(js: JetStreamContext) -> None:
    await provision(js, {"insurance": INSURANCE})
    with pytest.raises(Drift, match="filter_subjects"):
        await provision(js, {"insurance": INTAKE})


async def test_a_batch_that_fails_unexpectedly_is_not_swallowed_by_the_next(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    """Two answers with one id: the commit fails outside every handler, a defect of the software itself."""
    intake, insurance = await open_service("intake"), await open_service("insurance")
    clashing = inquiry(new_id())
    clashes: list[InquiryReceived] = []

    async def clash_once(session: AsyncSession, fact: InquiryReceived) -> None:
        await write_down(session, fact)
        if not clashes:
            clashes.append(fact)
            say(session, clashing, clashing)

    async with (
        carrying(intake, nats_url, "intake", INTAKE),
        carrying(insurance, nats_url, "insurance", {InquiryReceived: clash_once}),
    ):
        await _say(intake, 3)
        await eventually(_has(insurance, 1))
        await _say(intake, 3)
        await eventually(_has(insurance, 6))
    assert [seq for _, seq in await effects_of(insurance)] == [1, 2, 3, 1, 2, 3]


async def test_a_lost_end_that_another_service_wrote_over_is_noticed(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    intake, insurance = await open_service("intake"), await open_service("insurance")
    async with carrying(intake, nats_url, "intake", INTAKE):
        await _say(intake, 3)
        await eventually(lambda: _sent(intake))
    async with intake.transaction() as session:  # as if its last fact had lain where another one lies now
        await session.execute(update(relay_memory).values(highest_id=new_id()))
    async with (
        carrying(intake, nats_url, "intake", INTAKE),
        carrying(insurance, nats_url, "insurance", INSURANCE),
    ):
        await eventually(_has(insurance, 3))
    async with intake.reading() as session:
        assert "stream_went_backwards" in (await session.scalars(select(alarms.c.code))).all()


async def provisioned(js: JetStreamContext) -> None:
    """Insurance's durable exists before insurance ever ran."""
    await eventually(lambda: _stream_exists(js))
    config: ConsumerConfig = durable("insurance", INSURANCE)
    await js.add_consumer(STREAM, config)


async def _stream_exists(js: JetStreamContext) -> bool:
    try:
        await js.stream_info(STREAM)
    except nats.js.errors.NotFoundError:
        return False
    return True


async def _fetch(subscription: JetStreamContext.PullSubscription) -> list[object]:
    try:
        return list(await subscription.fetch(200, timeout=0.5))
    except (TimeoutError, nats.errors.Error, nats.js.errors.Error):
        return []  # the durable is being made anew
