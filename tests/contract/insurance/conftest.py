"""A clearinghouse on a free port, and each adapter in turn connected to it."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
from pydantic import SecretStr

from services.insurance.payers.adapter import Adapter
from services.insurance.simulator.main import build
from services.insurance.simulator.settings import SimulatorSettings
from tests.contract.insurance.inquiring import KEY, PASSWORD, USER, WAYS
from tests.contract.insurance.local_server import serving

QUICK = SimulatorSettings(
    simulator_slow_seconds=0.5,
    simulator_late_seconds=0.5,
    simulator_user=USER,
    simulator_password=SecretStr(PASSWORD),
    simulator_key=SecretStr(KEY),
)


@pytest.fixture(scope="module")
async def url() -> AsyncGenerator[str]:
    """One clearinghouse for a file of tests; who gives it orders or counts uses `house`."""
    async with serving(build(QUICK)) as address:
        yield address


@pytest.fixture
async def house(url: str) -> AsyncGenerator[httpx2.AsyncClient]:
    """The clearinghouse's own controls, /faults and /counts, both empty before and after."""
    async with httpx2.AsyncClient(base_url=url) as client:
        await client.delete("/counts")
        yield client
        await client.delete("/faults")


@pytest.fixture(params=WAYS)
async def adapter(request: pytest.FixtureRequest, url: str) -> AsyncGenerator[Adapter]:
    opened = WAYS[request.param](url)
    yield opened
    await opened.close()
