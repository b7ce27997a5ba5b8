"""Any one part is killed while people go through: nobody is lost, nobody is enrolled twice."""

import asyncio
import json
import random
import secrets
from collections.abc import AsyncGenerator
from importlib.resources import files

import httpx2
import icalendar
import pytest

from services.aftercare.handlers import HEARD as AFTERCARE_HEARS
from services.dashboard.handlers import HEARD as DASHBOARD_HEARS
from services.insurance.handlers import HEARD as INSURANCE_HEARS
from services.intake.handlers import HEARD as INTAKE_HEARS
from tests.drills.history import History
from tests.drills.stack import Stack, stack
from tests.drills.story import MEETINGS, Storyteller, Told

PEOPLE = 60  # as many as four kills need; an evening's crowd is for `make long`
CROWD = pytest.param(200, marks=pytest.mark.long)
AT_ONCE = 16
KILLS = 4
HEARS = {
    "intake": INTAKE_HEARS,
    "insurance": INSURANCE_HEARS,
    "aftercare": AFTERCARE_HEARS,
    "dashboard": DASHBOARD_HEARS,
}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
async def running() -> AsyncGenerator[tuple[Stack, Storyteller]]:
    async with stack() as started, httpx2.AsyncClient(timeout=15) as client:
        storyteller = Storyteller(started, client)
        meetings = json.loads(files("services.aftercare").joinpath("demo_meetings.json").read_text("utf-8"))
        await storyteller.import_meetings(meetings)
        yield started, storyteller


@pytest.mark.parametrize("crowd", [PEOPLE, CROWD])
@pytest.mark.parametrize(
    "victims",
    [["intake"], ["insurance"], ["aftercare"], ["nats"], ["projector", "simulator", "dashboard"]],
    ids=lambda victims: " and ".join(victims),
)
async def test_a_part_that_is_killed_again_and_again_loses_nothing_and_enrols_everybody_once(
    running: tuple[Stack, Storyteller], victims: list[str], crowd: int
) -> None:
    started, storyteller = running
    seed = secrets.randbelow(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    people = [Told(number) for number in chance.sample(range(10**6), crowd)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def live_through(told: Told) -> None:
        async with gate:
            await storyteller.ask_for_help(told)
            await storyteller.admit_and_discharge(told)

    async def kill_now_and_then() -> None:
        """At random moments of its life, not while it is being started: each pause grows with every death."""
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.5, 4))
            for victim in victims:
                await started.kill(victim)

    await asyncio.gather(kill_now_and_then(), *(live_through(told) for told in people))

    assert len({told.case_id for told in people}) == crowd
    assert len({told.reference for told in people}) == crowd
    for told in people:
        plan = await storyteller.enrolled(told)
        active = [one for one in plan["enrolments"] if one["state"] == "active"]
        assert len(active) == len({one["meeting_id"] for one in active}) == MEETINGS
        calendar = icalendar.Calendar.from_ical(await storyteller.calendar(plan["calendar_url"]))
        events = calendar.walk("VEVENT")
        assert {str(event["UID"]) for event in events} >= {one["enrolment_id"] for one in active}

    history = await _settled(started)
    assert history.parked == 0
    assert history.gaps() == []
    for told in people:
        counts = history.counts(told.case_id)
        assert counts["inquiry_received"] == counts["client_admitted"] == counts["client_discharged"] == 1
        assert counts["coverage_confirmed"] == counts["plan_activated"] == 1
        assert counts["meeting_enrolled"] == MEETINGS


async def _settled(started: Stack) -> History:
    """The history once every fact has been applied by every service that listens to it."""
    for _ in range(600):
        history = History(started.data_dir)
        unheard = {
            service: history.unheard(service, {fact.subject for fact in heard})
            for service, heard in HEARS.items()
        }
        if not any(unheard.values()):
            return history
        await asyncio.sleep(0.1)
    pytest.fail(f"never applied: { {service: len(ids) for service, ids in unheard.items()} }")
