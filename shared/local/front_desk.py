"""Staff at work over HTTP: what the demo and the tour do through the same API the dashboard uses."""

import asyncio
import time
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx2

from shared.identity import Role
from shared.local.people import Person, Until
from shared.local.tokens import operator_id, staff_token

Json = dict[str, Any]


class Unexpected(Exception):
    """A step did not end as it should: what was expected and what was seen."""

    def __init__(self, expected: str, seen: str) -> None:
        super().__init__(f"expected {expected}, saw {seen}")


def expect(answer: httpx2.Response, status: int) -> httpx2.Response:
    """The answer, if it has this status; raises Unexpected with the problem's own words."""
    if answer.status_code != status:
        title = answer.json().get("title") if "json" in answer.headers.get("content-type", "") else ""
        raise Unexpected(f"{status} from {answer.request.url.path}", f"{answer.status_code} {title}".strip())
    return answer


class FrontDesk:
    """Clients of the services' APIs, one a role, on one stack."""

    def __init__(self, addresses: dict[str, str], keys: Path, client: httpx2.AsyncClient) -> None:
        self.addresses = addresses
        self.keys = keys
        self.client = client
        self._tokens: dict[Role, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    def signed(self, role: Role) -> dict[str, str]:
        if role not in self._tokens:
            self._tokens[role] = staff_token(self.keys, role, subject=operator_id(role))
        return {"Authorization": f"Bearer {self._tokens[role]}"}

    async def get(self, service: str, path: str, role: Role) -> Json:
        answer = await self.client.get(self.addresses[service] + path, headers=self.signed(role))
        found: Json = expect(answer, 200).json()
        return found

    async def post(self, service: str, path: str, role: Role, body: object, status: int = 200) -> Json:
        answer = await self.client.post(self.addresses[service] + path, headers=self.signed(role), json=body)
        said: Json = expect(answer, status).json()
        return said

    async def agree_rates(self, rates: Json) -> None:
        """Enter a payer's rates, or the centre's own, where there are none yet."""
        payer = f"?payer={rates['payer']}" if rates["payer"] else ""
        known = await self.get("insurance", f"/api/v1/rates{payer}", Role.DIRECTOR)
        if not known["rates"]:
            url = self.addresses["insurance"] + "/api/v1/rates"
            answer = await self.client.put(url, headers=self.signed(Role.DIRECTOR), json=rates)
            expect(answer, 200)

    async def inquire(self, person: Person, key: str) -> UUID:
        """Send somebody's request as the public does, then once more as staff, who are told the case's id.

        The same key makes it the same request, also on the demo's second start.
        """
        url = f"{self.addresses['intake']}/api/v1/inquiries"
        for headers in ({}, self.signed(Role.COORDINATOR)):
            answer = await self.client.post(
                url, headers=headers | {"Idempotency-Key": key}, json=person.inquiry()
            )
            expect(answer, 201)
        return UUID(answer.json()["case_id"])

    async def case(self, case_id: UUID) -> Json:
        return await self.get("intake", f"/api/v1/cases/{case_id}", Role.DIRECTOR)

    async def answered(self, case_id: UUID, within: float) -> Json:
        """The case once its payer has answered, or as it is when the time is up."""
        deadline = time.monotonic() + within
        while True:
            case = await self.case(case_id)
            if case["coverage"] != "requested" or time.monotonic() > deadline:
                return case
            await asyncio.sleep(0.2)

    async def accompany(self, case_id: UUID, person: Person) -> None:
        """Take somebody as far as `person.until`, doing only what has not been done."""
        case = await self.case(case_id)
        path = f"/api/v1/cases/{case_id}"
        if person.until >= Until.CALLED and not case["contacts"]:
            outcome = "reached" if person.until >= Until.REACHED else "left_word"
            await self.post("intake", f"{path}/claim", Role.COORDINATOR, {})
            await self.post(
                "intake", f"{path}/contacts", Role.COORDINATOR, {"channel": "call", "outcome": outcome}, 201
            )
        if person.until >= Until.ADMITTED and case["stay"] is None:
            await self.answered(case_id, within=20)
            for item, given in (("treatment", True), ("aftercare", "aftercare" in person.consents)):
                await self.post(
                    "intake", f"{path}/consents", Role.COORDINATOR, {"item": item, "given": given}, 201
                )
            await self.post("intake", f"{path}/actions/admit", Role.COORDINATOR, {})
        if person.until >= Until.DISCHARGED and (await self.case(case_id))["stage"] == "admitted":
            body = {"type": person.discharge_type}
            await self.post("intake", f"{path}/actions/discharge", Role.CASE_MANAGER, body)
