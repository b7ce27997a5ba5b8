"""One person's way through the centre, told to the services over HTTP by somebody who does not give up.

Every step is repeated until it is answered: a service that is being killed resets connections, and a client
that got no answer does not know whether it was heard. That is the situation the drills are about.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from shared.contracts.fact import new_id
from shared.identity import Role
from shared.local.tokens import operator_id, staff_token
from tests.drills.stack import Stack

PATIENCE = 90.0  # seconds until a step that never works fails the drill
MEETINGS = 3


@dataclass
class Told:
    """What the outside world was told about one person."""

    number: int
    key: str = field(default_factory=lambda: str(new_id()))
    reference: str = ""
    case_id: str = ""


class Storyteller:
    def __init__(self, stack: Stack, client: httpx2.AsyncClient) -> None:
        self._stack = stack
        self._client = client
        keys = stack.data_dir / "keys"
        self._headers = {
            role: {"Authorization": f"Bearer {staff_token(keys, role, subject=operator_id(role))}"}
            for role in Role
            if role is not Role.SERVICE
        }

    async def import_meetings(self, meetings: Any) -> None:
        path = "/api/v1/meetings/imports?source=drill"
        await self._ask("aftercare", "POST", path, Role.ALUMNI, meetings, {201})

    async def ask_for_help(self, told: Told) -> None:
        body = {
            "for_whom": "self",
            "first_name": "Person",
            "last_name": f"Number{told.number}",
            "phone": f"(555) 010-{told.number % 10000:04}",
            "payer": "Northstar Health Plan",
            "member_id": f"TCSIM{told.number:06}",
            "birth_date": "1988-04-12",
            "consents": ["contact", "insurer", "aftercare"],
            "danger": False,
        }
        answer = await self._ask(
            "intake",
            "POST",
            "/api/v1/inquiries",
            Role.COORDINATOR,
            body,
            {201},
            {"Idempotency-Key": told.key},
        )
        told.reference, told.case_id = answer["reference"], answer["case_id"]

    async def admit_and_discharge(self, told: Told) -> None:
        case = f"/api/v1/cases/{told.case_id}"
        await self._until(told, "coverage", "verified")
        await self._ask("intake", "POST", f"{case}/claim", Role.COORDINATOR, {}, {200, 409})
        reached = {"channel": "call", "outcome": "reached"}
        await self._ask("intake", "POST", f"{case}/contacts", Role.COORDINATOR, reached, {201})
        admission = {"treatment_consent": True}
        # 409: an earlier try whose answer got lost has done it already; the stage below tells.
        await self._ask("intake", "POST", f"{case}/actions/admit", Role.COORDINATOR, admission, {200, 409})
        await self._until(told, "stage", "admitted")
        discharge = {"type": "completed"}
        await self._ask(
            "intake", "POST", f"{case}/actions/discharge", Role.CASE_MANAGER, discharge, {200, 409}
        )
        await self._until(told, "stage", "discharged")

    async def enrolled(self, told: Told) -> dict[str, Any]:
        """The plan once its meetings are active."""
        deadline = time.monotonic() + PATIENCE
        while True:
            path = f"/api/v1/cases/{told.case_id}/plan"
            plan = await self._ask("aftercare", "GET", path, Role.CASE_MANAGER, None, {200, 404})
            active = [one for one in plan.get("enrolments", []) if one["state"] == "active"]
            if len(active) >= MEETINGS:
                return plan
            if time.monotonic() > deadline:
                raise AssertionError(f"case {told.case_id} has {len(active)} meetings after {PATIENCE} s")
            await asyncio.sleep(0.5)

    async def flow(self, service: str) -> dict[str, Any]:
        return await self._ask(service, "GET", "/api/v1/flow", Role.DIRECTOR, None, {200})

    async def calendar(self, url: str) -> bytes:
        return (await self._client.get(url)).raise_for_status().content

    async def _until(self, told: Told, name: str, wanted: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            case = await self._ask(
                "intake", "GET", f"/api/v1/cases/{told.case_id}", Role.DIRECTOR, None, {200}
            )
            if case[name] == wanted:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"case {told.case_id} has {name} {case[name]}, not {wanted}")
            await asyncio.sleep(0.5)

    async def _ask(
        self,
        service: str,
        method: str,
        path: str,
        role: Role,
        body: Any,
        expected: set[int],
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Ask until there is an answer; only what says "not now" is asked again."""
        deadline = time.monotonic() + PATIENCE
        url = f"{self._stack.addresses[service]}{path}"
        while True:
            seen: object
            try:
                answer = await self._client.request(
                    method, url, json=body, headers=self._headers[role] | (headers or {}), timeout=15
                )
                if answer.status_code in expected:
                    found: dict[str, Any] = answer.json()
                    return found
                seen = answer.status_code
                if answer.status_code not in {429, 500, 503}:
                    raise AssertionError(
                        f"{method} {path} answered {answer.status_code}: {answer.text[:300]}"
                    )
            except httpx2.TransportError as error:
                seen = type(error).__name__
            if time.monotonic() > deadline:
                raise AssertionError(f"{method} {path} was never answered: {seen}")
            await asyncio.sleep(0.1)


def case_ids(people: list[Told]) -> set[UUID]:
    return {UUID(told.case_id) for told in people}
