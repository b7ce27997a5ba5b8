"""The real intake application on a real database of each kind, and somebody at its desk."""

import html
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from services.intake.main import build
from services.intake.settings import Settings
from services.intake.tables import Table, of
from shared.contracts.fact import Fact, new_id
from shared.database import Database
from shared.identity import Role, Signer
from shared.messaging.consumer import Handler
from shared.messaging.outbox import outbox
from tests.conftest import MigratedUrl

DEE = {
    "for_whom": "self",
    "first_name": "Dee",
    "last_name": "Moss",
    "phone": "(555) 555-0123",
    "payer": "Harbour Mutual",
    "member_id": "HM-0042",
    "birth_date": "1985-03-27",
    "consents": ["contact", "insurer", "aftercare"],
}


@dataclass
class Desk:
    """Callers of one intake service, each with their own token."""

    app: FastAPI
    database: Database
    keys_dir: Path
    ids: dict[Role, UUID] = field(default_factory=dict)

    def client(
        self, role: Role | None = None, *, issuer: str = "dashboard", person: UUID | None = None
    ) -> httpx2.AsyncClient:
        headers = {}
        if role is not None:
            staff = person or self.ids.setdefault(role, new_id())
            subject = None if role is Role.SERVICE else staff
            token = Signer.from_keys(self.keys_dir, issuer).token("intake", role=role, subject=subject)
            headers["authorization"] = f"Bearer {token}"
        transport = httpx2.ASGITransport(app=self.app)
        return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)

    async def inquiry(self, **changes: Any) -> str:
        """Somebody asks for help by telephone; answers the case's id."""
        async with self.client(Role.COORDINATOR) as client:
            answer = await client.post("/api/v1/inquiries", json=DEE | changes)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["case_id"])

    async def move(
        self, role: Role, case_id: str, path: str, body: Any = None, **headers: str
    ) -> httpx2.Response:
        async with self.client(role) as client:
            return await client.post(f"/api/v1/cases/{case_id}/{path}", json=body or {}, headers=headers)

    async def correct(
        self, case_id: str, role: Role = Role.VOB, seen: int | None = None, **details: Any
    ) -> httpx2.Response:
        """What the payer needs to know, corrected at the desk."""
        headers = {} if seen is None else {"if-match": f'"{seen}"'}
        async with self.client(role) as client:
            path = f"/api/v1/cases/{case_id}/coverage_details"
            return await client.put(path, json=details, headers=headers)

    async def knock(self, case_id: str, purpose: str, request_id: object) -> httpx2.Response:
        """Insurance asks the data door."""
        async with self.client(Role.SERVICE, issuer="insurance") as insurance:
            body = {"purpose": purpose, "request_id": str(request_id)}
            return await insurance.post(f"/api/v1/cases/{case_id}/disclosures", json=body)

    async def tell(self, handler: Handler, fact: Fact) -> None:
        """Insurance says something, and intake hears it."""
        async with self.database.transaction() as session:
            await handler(session, fact)

    async def case(self, case_id: str, role: Role = Role.DIRECTOR) -> dict[str, Any]:
        async with self.client(role) as client:
            answer = await client.get(f"/api/v1/cases/{case_id}")
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

    async def said(self, fact: type[Fact]) -> list[Any]:
        """The facts of one kind in the outbox, oldest first."""
        query = select(outbox.c.body).where(outbox.c.subject == fact.subject).order_by(outbox.c.id)
        async with self.database.reading() as session:
            return [fact.model_validate_json(body) for body in await session.scalars(query)]

    async def count(self, table: type[Table]) -> int:
        async with self.database.reading() as session:
            return int(await session.scalar(select(func.count()).select_from(of(table))) or 0)


@pytest.fixture
async def desk(migrated_url: MigratedUrl, keys_dir: Path) -> AsyncGenerator[Desk]:
    database_url = await migrated_url("intake")
    settings = Settings(database_url=database_url, keys_dir=keys_dir, mllp_port=0, form_shortest_seconds=0)
    app = build(settings)
    yield Desk(app, app.state.database, keys_dir)
    await app.state.database.dispose()


def fields_of(page: str) -> dict[str, str]:
    """The hidden and filled inputs of the form, as a browser would send them."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if named.get("type") not in {"checkbox", "radio"}:
            found[named["name"]] = html.unescape(named.get("value", ""))
    return found
