"""Whatever line the process dies on, no verification is lost and at most one question is paid for twice."""

import asyncio
import json
import secrets
import sys
from datetime import timedelta

import httpx2
import pytest

from services.insurance.rules.states import PENDING, State
from services.insurance.simulator.main import build
from services.insurance.simulator.settings import SimulatorSettings
from shared import clock
from shared.contracts.insurance import CoverageConfirmed
from shared.database import Database
from shared.migrating import upgrade
from shared.sealing import KeyRing
from tests.conftest import eventually
from tests.contract.insurance.local_server import serving
from tests.integration.insurance.world import Door, Insurance

POINTS = ("begun", "consented", "recorded", "answered", "settling", "settled")


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_named_place_the_verification_is_finished_by_the_next_process(
    database_url: str, point: str
) -> None:
    wrapping, index = secrets.token_bytes(32), secrets.token_bytes(32)
    url = database_url.replace("service.db", "insurance.db")
    await upgrade(url, "insurance")
    database = Database(url, "insurance", KeyRing(wrapping, index))
    door = Door(sud_benefits=True)
    async with serving(door.app()) as door_url, serving(build(SimulatorSettings())) as payer_url:
        survivor = await Insurance.opened(database, door_url, payer_url)
        try:
            asked = await survivor.request()
            told = {
                "die_at": f"asking.{point}",
                "wrapping": wrapping.hex(),
                "index": index.hex(),
                "database": url,
                "door": door_url,
                "payer": payer_url,
            }
            assert await _dies(told) == 137
            clock.shift(timedelta(seconds=20))  # the dead process's lease has run out
            survivor.start()

            async def everything_asked() -> bool:
                questions = await survivor.questions(asked.verification_id)
                return len(questions) == 2 and not any(q.state in PENDING for q in questions)

            await eventually(everything_asked)
            assert await survivor.state(asked.verification_id) == State.VERIFIED_ACTIVE
            async with httpx2.AsyncClient(base_url=payer_url) as payer:
                counts = (await payer.get("/counts")).json()
            said = [type(fact) for fact in await survivor.said(asked.case_id)]
        finally:
            clock.shift(timedelta())
            await survivor.close()
            await database.dispose()
    assert said.count(CoverageConfirmed) == 1
    assert counts["answered"] <= 2 + 1  # the plan, behavioural care, and at most one of them twice


async def _dies(told: dict[str, str]) -> int:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.insurance.dying",
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(40):
        await program.communicate(json.dumps(told).encode())
    assert program.returncode is not None
    return program.returncode
