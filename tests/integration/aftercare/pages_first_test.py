"""A page to staff waits behind nothing: neither in line nor for a place among what is being done."""

import asyncio
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from services.aftercare.follow_up.concerns import raise_concern
from services.aftercare.main import lanes
from services.aftercare.messages.purposes import Purpose
from services.aftercare.plans.opening import locked
from services.aftercare.tables import Message, MessageState
from services.aftercare.workplace import Workplace
from shared.contracts.aftercare import ConcernCause, MessageChannel
from shared.job_runner import AT_ONCE, JobRunner
from tests.conftest import eventually

from .conftest import Aftercare, SetClock
from .letters import NOON, outside, plan_on_file, queue


async def test_a_page_leaves_while_a_gateway_that_hangs_holds_all_that_waits_for_it(
    aftercare: Aftercare, set_clock: SetClock, tmp_path: Path
) -> None:
    set_clock(NOON)
    async with outside(tmp_path) as world:
        world.gateway.hangs = asyncio.Event()
        settings = world.settings.model_copy(update={"on_call": "mailto:night@week.example.org"})
        plans = [
            await plan_on_file(aftercare.database, channels=[MessageChannel.TEXT]) for _ in range(AT_ONCE + 4)
        ]
        for plan in plans:
            await queue(aftercare.database, plan, Purpose.WELCOME)
        place = Workplace(aftercare.database, settings, aftercare.door.peer())
        running = [asyncio.create_task(JobRunner(aftercare.database, kinds).run()) for kinds in lanes(place)]

        async def all_places_are_taken() -> bool:
            return len(world.gateway.asked) == AT_ONCE

        await eventually(all_places_are_taken)
        async with aftercare.database.transaction() as session:
            plan = await locked(session, plans[0].id)
            assert plan is not None
            await raise_concern(session, plan, 3, ConcernCause.OVERDOSE, key="test")

        async def page_left() -> bool:
            query = select(Message.state).where(Message.purpose == Purpose.PAGE_STAFF)
            async with aftercare.database.reading() as session:
                return await session.scalar(query) is MessageState.SENT

        await eventually(page_left, within=5)
        assert world.gateway.texted == {}
        assert world.subjects == ["Somebody needs you now"]
        world.gateway.hangs.set()
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
