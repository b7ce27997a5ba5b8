"""A payer that is out for four hours: nothing is lost, and the agreed rate holds to the end."""

from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import select

from services.insurance.payer_gate import Pace
from services.insurance.rules.breaker import OPENS_AFTER
from services.insurance.rules.states import State
from services.insurance.simulator.main import build
from services.insurance.simulator.settings import SimulatorSettings
from services.insurance.tables import Attempt
from shared.contracts.fact import new_id
from shared.contracts.insurance import CoverageConfirmed, CoverageUnclear
from shared.contracts.intake import VerificationRequested
from tests.conftest import MakeDatabase, eventually, postgres_in_the_long_run
from tests.contract.insurance.local_server import serving
from tests.integration.insurance.world import Door, Insurance

# Four hours in twelve seconds: every wait of ours is compressed by the same factor.
SCALE = 1 / 1200
PEOPLE = 30
PACE = Pace(a_minute=6, at_once=8, deadline=timedelta(seconds=5), scale=SCALE)
PROBES = 4 * 60 / 2  # one every two minutes


@pytest.mark.timeout(150)
@postgres_in_the_long_run
async def test_an_outage_of_four_hours_loses_nothing_and_is_made_up_for_at_the_agreed_rate(
    make_database: MakeDatabase,
) -> None:
    door = Door()
    async with serving(door.app()) as door_url, serving(build(SimulatorSettings())) as payer_url:
        database = await make_database("insurance")
        insurance = await Insurance.opened(database, door_url, payer_url, retry_scale=SCALE, pace=PACE)
        insurance.start()
        try:
            async with httpx2.AsyncClient(base_url=payer_url) as payer:
                await payer.post("/faults", json={"outage_seconds": 4 * 3600 * SCALE})
                asked = [await _somebody(insurance, door, number) for number in range(PEOPLE)]

                async def all_answered() -> bool:
                    states = [await insurance.state(one.verification_id) for one in asked]
                    return all(state == State.VERIFIED_ACTIVE for state in states)

                await eventually(all_answered, within=90)
                counts = (await payer.get("/counts")).json()
        finally:
            await insurance.close()
    assert counts["answered"] == PEOPLE  # once it answered, nobody was asked about twice
    assert counts["received"] <= PEOPLE + OPENS_AFTER + PACE.at_once + PROBES
    for one in asked:
        said = [type(fact) for fact in await insurance.said(one.case_id)]
        assert said.count(CoverageConfirmed) == 1
        assert CoverageUnclear not in said
    await _never_above_the_agreed_rate(insurance)


async def _somebody(insurance: Insurance, door: Door, number: int) -> VerificationRequested:
    case_id = new_id()
    door.people[case_id] = {"member_id": f"TCSIM{number:05}"}
    return await insurance.request(case_id)


async def _never_above_the_agreed_rate(insurance: Insurance) -> None:
    async with insurance.database.reading() as session:
        sent = list(await session.scalars(select(Attempt.started_at).order_by(Attempt.started_at)))
    assert len(sent) >= PEOPLE
    for last in sent:
        within_a_minute = [at for at in sent if last - PACE.minute < at <= last]
        assert len(within_a_minute) <= PACE.a_minute
