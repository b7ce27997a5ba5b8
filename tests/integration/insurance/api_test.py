"""What staff are told over HTTP, to whom, and what the audit chain keeps of it."""

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.insurance.main import build
from services.insurance.settings import Settings
from services.insurance.simulator.main import build as build_clearinghouse
from services.insurance.simulator.settings import SimulatorSettings
from services.insurance.states import State
from services.insurance.tables import Verification
from shared.audit import audit
from shared.contracts.fact import new_id
from shared.identity import Role, Signer
from shared.migrating import upgrade
from tests.conftest import eventually
from tests.contract.insurance.local_server import serving
from tests.integration.insurance.world import Door, Insurance


class Desk:
    """The service's HTTP face with the database behind it, and tokens for anybody."""

    def __init__(self, client: httpx2.AsyncClient, insurance: Insurance, keys_dir: Path) -> None:
        self.client, self.insurance = client, insurance
        self._signer = Signer.from_keys(keys_dir, "dashboard")

    def headers(self, role: Role) -> dict[str, str]:
        return {"authorization": f"Bearer {self._signer.token('insurance', role=role, subject=new_id())}"}

    async def verifications(self, case_id: UUID, role: Role = Role.COORDINATOR) -> httpx2.Response:
        return await self.client.get(f"/api/v1/cases/{case_id}/verifications", headers=self.headers(role))

    async def answered(self) -> tuple[UUID, UUID]:
        """A case whose plan has been verified, and the verification."""
        asked = await self.insurance.request()

        async def there() -> bool:
            return await self.insurance.state(asked.verification_id) == State.VERIFIED_ACTIVE

        await eventually(there)
        return asked.case_id, asked.verification_id


@pytest.fixture
async def desk(keys_dir: Path, database_url: str) -> AsyncGenerator[Desk]:
    await upgrade(database_url, "insurance")
    app = build(Settings(keys_dir=keys_dir, database_url=database_url))
    clearinghouse = build_clearinghouse(SimulatorSettings())
    transport = httpx2.ASGITransport(app=app)
    async with (
        serving(Door().app()) as door_url,
        serving(clearinghouse) as payer_url,
        httpx2.AsyncClient(transport=transport, base_url="http://insurance") as client,
    ):
        insurance = Insurance.opened(app.state.database, door_url, payer_url)
        insurance.start()
        yield Desk(client, insurance, keys_dir)
        await insurance.close()
        await app.state.database.dispose()


async def test_a_verification_is_told_in_plain_words_and_its_reading_is_recorded(desk: Desk) -> None:
    case_id, verification_id = await desk.answered()
    response = await desk.verifications(case_id, Role.VOB)
    assert response.status_code == 200
    (shown,) = response.json()["verifications"]
    assert shown["verification_id"] == str(verification_id)
    assert shown["state"] == "verified_active"
    assert "You have $750.00 of it left to pay." in shown["summary"]
    assert shown["benefits"][0]["text"] == "Active coverage (the whole plan)"
    assert {"kind": "deductible", "remaining": "750"}.items() <= shown["shares"][0].items()
    async with desk.insurance.database.reading() as session:
        row = (await session.execute(select(audit))).one()
    assert (row.action, row.case_id, row.role) == ("verification.list", case_id, "vob")


async def test_a_case_without_a_verification_has_an_empty_list(desk: Desk) -> None:
    assert (await desk.verifications(new_id())).json() == {"verifications": []}


async def test_only_those_who_need_it_may_read(desk: Desk) -> None:
    assert (await desk.verifications(new_id(), Role.ALUMNI)).status_code == 403
    assert (await desk.client.get(f"/api/v1/cases/{new_id()}/verifications")).status_code == 401


async def test_a_recheck_is_a_new_question_and_only_one_at_a_time(desk: Desk) -> None:
    case_id, verification_id = await desk.answered()
    await desk.insurance.kill()
    path = f"/api/v1/verifications/{verification_id}/recheck"
    answer = await desk.client.post(path, headers=desk.headers(Role.COORDINATOR))
    assert answer.status_code == 202
    assert answer.json()["verification_id"] != str(verification_id)
    again = await desk.client.post(path, headers=desk.headers(Role.COORDINATOR))
    assert (again.status_code, again.json()["code"]) == (409, "already_asking")
    async with desk.insurance.database.reading() as session:
        states = await session.scalars(select(Verification.state).where(Verification.case_id == case_id))
        assert sorted(states) == ["requested", "verified_active"]


async def test_a_recheck_of_nothing_is_not_found(desk: Desk) -> None:
    path = f"/api/v1/verifications/{new_id()}/recheck"
    assert (await desk.client.post(path, headers=desk.headers(Role.VOB))).status_code == 404
    assert (await desk.client.post(path, headers=desk.headers(Role.CLINICIAN))).status_code == 403


async def test_the_plans_are_open_to_the_form(desk: Desk) -> None:
    payers = (await desk.client.get("/api/v1/payers")).json()["payers"]
    assert {"code": "northstar", "name": "Northstar Health Plan"}.items() <= payers[0].items()
