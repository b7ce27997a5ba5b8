"""The benefits desk for tests: the whole service over ASGI; payers and intake's door over real HTTP."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.insurance.main import build
from services.insurance.payers.settings import ClearinghouseSettings
from services.insurance.rules.states import State
from services.insurance.settings import Settings
from services.insurance.simulator.main import build as build_clearinghouse
from services.insurance.simulator.settings import SimulatorSettings
from shared.audit import audit
from shared.contracts.care import LevelOfCare
from shared.contracts.fact import new_id
from shared.identity import Role, Signer
from shared.peers import Peer
from tests.conftest import MigratedUrl, eventually
from tests.contract.insurance.local_server import serving
from tests.integration.insurance.world import Door, Insurance

# Whose plan is not active any more.
PRIYA = {
    "payer": "Summit View",
    "member_id": "SVH300400500",
    "first_name": "Priya",
    "last_name": "Delacroix",
    "birth_date": "1994-07-29",
}
RATES = [("withdrawal", "1200"), ("residential", "850"), ("partial", "450"), ("intensive", "220")]


@dataclass
class Desk:
    """The service's HTTP face, the flow behind it, and a token for anybody."""

    client: httpx2.AsyncClient
    insurance: Insurance
    door: Door
    signer: Signer
    staff: dict[str, UUID] = field(default_factory=dict)

    def headers(self, role: Role, who: str = "") -> dict[str, str]:
        """The same `who` is the same person."""
        subject = self.staff.setdefault(who or role.value, new_id())
        return {"authorization": f"Bearer {self.signer.token('insurance', role=role, subject=subject)}"}

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.VOB,
        who: str = "",
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        sent = self.headers(role, who) | (headers or {})
        return await self.client.request(method, path, json=body, headers=sent)

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        return await self.ask("POST", path, body, **options)

    async def put(self, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        return await self.ask("PUT", path, body, **options)

    async def verification(
        self, state: State = State.VERIFIED_ACTIVE, case_id: UUID | None = None, **person: Any
    ) -> tuple[UUID, UUID]:
        """A case whose plan was asked about `person` until it stood in `state`, and the verification."""
        case_id = case_id or new_id()
        self.door.people[case_id] = person
        asked = await self.insurance.request(case_id)

        async def there() -> bool:
            return await self.insurance.state(asked.verification_id) == state

        await eventually(there)
        await self.quiet(asked.verification_id)
        return case_id, asked.verification_id

    async def quiet(self, verification_id: UUID) -> None:
        """Until none of its questions is under way."""

        async def settled() -> bool:
            questions = await self.insurance.questions(verification_id)
            return all(question.state not in ("waiting", "asking") for question in questions)

        await eventually(settled)

    async def phone_task(self, verification_id: UUID) -> dict[str, Any]:
        shown = (await self.get(f"/api/v1/verifications/{verification_id}")).json()
        task: dict[str, Any] = shown["phone_task"]
        return task

    async def set_rates(self, payer: str = "northstar") -> None:
        """What the payer allows, and what the centre charges and asks of those who pay alone."""
        own = [_rate("charge", level, str(int(amount) * 2)) for level, amount in RATES]
        own += [_rate("self_pay", level, amount) for level, amount in RATES]
        allowed = [_rate("in", level, amount) for level, amount in RATES]
        for body in ({"payer": payer, "rates": allowed}, {"payer": None, "rates": own}):
            assert (await self.put("/api/v1/rates", body, role=Role.DIRECTOR)).status_code == 200

    async def audited(self) -> list[tuple[str, UUID | None, str]]:
        """What the audit chain holds, in order: action, case, role."""
        async with self.insurance.database.reading() as session:
            rows = await session.execute(select(audit.c.action, audit.c.case_id, audit.c.role))
            return [tuple(row) for row in rows.all()]


def _rate(kind: str, level: str, amount: str) -> dict[str, Any]:
    unit = "visit" if level == LevelOfCare.INTENSIVE else "day"
    values = {"kind": kind, "level": level, "amount": amount, "unit": unit, "billing_code": "H0018"}
    return values | {"valid_from": "2020-01-01"}


OpenDesk = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def open_desk(keys_dir: Path, migrated_url: MigratedUrl) -> AsyncGenerator[OpenDesk]:
    """`await open_desk(phone_second_check=True)`: the desk with these settings; the flow runs."""
    database_url = await migrated_url("insurance")
    opened: list[Desk] = []
    peers: list[Peer] = []
    door = Door(sud_benefits=True)
    async with (
        serving(door.app()) as door_url,
        serving(build_clearinghouse(SimulatorSettings())) as payer_url,
    ):

        async def make(**settings: Any) -> Desk:
            configured = Settings(
                keys_dir=keys_dir, database_url=database_url, intake_url=door_url, **settings
            )
            app = build(configured, ClearinghouseSettings())
            peers.append(app.state.intake)
            client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://insurance")
            insurance = await Insurance.opened(app.state.database, door_url, payer_url)
            insurance.start()
            opened.append(Desk(client, insurance, door, Signer.from_keys(keys_dir, "dashboard")))
            return opened[-1]

        yield make
        for peer in peers:
            await peer.close()
        for desk in opened:
            await desk.insurance.close()
            await desk.client.aclose()
            await desk.insurance.database.dispose()


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    return await open_desk()
