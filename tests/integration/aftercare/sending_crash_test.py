"""Whatever line the process dies on, no message is lost silently and no client is written to twice."""

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.aftercare.calendar.invitations import issue
from services.aftercare.messages.purposes import Purpose
from services.aftercare.tables import Plan
from shared import clock
from shared.contracts.aftercare import InvitationMethod, MessageChannel
from shared.database import Database
from shared.sealing import KeyRing
from tests.conftest import MigratedUrl
from tests.contract.insurance.local_server import serving

from .conftest import Aftercare, SetClock
from .letters import NOON, Outside, enrolment_on_file, outside, plan_on_file, queue, states

SEND = "send_message"


@dataclass
class Installation:
    """Aftercare, what is outside, and how to start a process that dies at a place."""

    aftercare: Aftercare
    world: Outside
    told: dict[str, Any]

    async def die_at(self, point: str) -> None:
        shift = (clock.now() - datetime.now(UTC)).total_seconds()
        told = {**self.told, "die_at": f"sending.{point}", "shift": shift}
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.integration.aftercare.sending_process",
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(40):
            await program.communicate(json.dumps(told).encode())
        assert program.returncode == 137


@pytest.fixture
async def installation(
    migrated_url: MigratedUrl, tmp_path: Path, set_clock: SetClock
) -> AsyncGenerator[Installation]:
    set_clock(NOON)
    wrapping, index = secrets.token_bytes(32), secrets.token_bytes(32)
    url = await migrated_url("aftercare")
    database = Database(url, "aftercare", KeyRing(wrapping, index))
    aftercare = Aftercare(database)
    async with outside(tmp_path) as world, serving(aftercare.door.app()) as door_url:
        aftercare.settings = world.settings
        told = {
            "wrapping": wrapping.hex(),
            "index": index.hex(),
            "database": url,
            "door": door_url,
            "settings": world.plain(),
        }
        yield Installation(aftercare, world, told)
    await database.dispose()


async def _killed(installation: Installation, plan: Plan, point: str, set_clock: SetClock) -> Any:
    """Die there, let the dead process's lease run out, and run what is left."""
    await installation.die_at(point)
    set_clock(clock.now() + timedelta(seconds=20))
    await installation.aftercare.run_jobs(SEND)
    return await states(installation.aftercare, plan)


@pytest.mark.parametrize("point", ["begun", "recorded", "handed_over", "settled"])
async def test_a_text_is_sent_once_wherever_the_process_dies(
    installation: Installation, set_clock: SetClock, point: str
) -> None:
    plan = await plan_on_file(installation.aftercare.database, channels=[MessageChannel.TEXT])
    await queue(installation.aftercare.database, plan, Purpose.WELCOME)
    assert await _killed(installation, plan, point, set_clock) == [("sent", None)]
    assert len(installation.world.gateway.texted) == 1


@pytest.mark.parametrize(
    ("point", "state", "arrived"),
    [
        ("begun", ("sent", None), 1),
        ("recorded", ("failed", "uncertain"), 0),
        ("handed_over", ("failed", "uncertain"), 1),
        ("settled", ("sent", None), 1),
    ],
)
async def test_an_e_mail_arrives_at_most_once_and_staff_see_when_nobody_knows(
    installation: Installation, set_clock: SetClock, point: str, state: tuple[str, str | None], arrived: int
) -> None:
    plan = await plan_on_file(installation.aftercare.database, channels=[MessageChannel.EMAIL])
    await queue(installation.aftercare.database, plan, Purpose.WELCOME)
    assert await _killed(installation, plan, point, set_clock) == [state]
    assert len(installation.world.subjects) == arrived


@pytest.mark.parametrize(("point", "arrived"), [("recorded", 1), ("handed_over", 2)])
async def test_a_calendar_entry_surely_arrives_and_twice_is_the_same_entry(
    installation: Installation, set_clock: SetClock, point: str, arrived: int
) -> None:
    aftercare = installation.aftercare
    await aftercare.import_list()
    plan = await plan_on_file(aftercare.database)
    enrolment = await enrolment_on_file(aftercare.database, plan, clock.now() + timedelta(days=1))
    async with aftercare.database.transaction() as session:
        await issue(session, plan, enrolment, InvitationMethod.REQUEST)
    assert await _killed(installation, plan, point, set_clock) == [("sent", None)]
    messages = installation.world.mail.room.taken
    assert len(messages) == arrived
    assert len({message["message-id"] for message in messages}) == 1
