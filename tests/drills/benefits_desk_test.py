"""A benefits specialist at work: from an inquiry to a finished verification with an estimate, on the API
alone.

The plan (Keiko Hartley's) says that it is active, and nothing of what addiction treatment costs: that is
asked on the phone. Run with `-s` to read along.
"""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest

from shared.contracts.fact import new_id
from shared.identity import Role
from shared.local.tokens import operator_id, staff_token
from tests.drills.stack import Stack, stack

pytestmark = pytest.mark.timeout(180)
KEIKO = {
    "for_whom": "self",
    "first_name": "Keiko",
    "last_name": "Hartley",
    "phone": "(555) 010-0142",
    "payer": "Northstar EPO",
    "member_id": "NSH200300400",
    "birth_date": "1992-03-18",
    "consents": ["contact", "insurer"],
    "danger": False,
}
RATES = [("withdrawal", "1200"), ("residential", "850")]


class Desk:
    """The staff's two services, as one role or another."""

    def __init__(self, running: Stack, client: httpx2.AsyncClient) -> None:
        self._running, self._client = running, client

    async def __call__(
        self, role: Role, service: str, method: str, path: str, body: Any = None, **headers: str
    ) -> Any:
        token = staff_token(self._running.data_dir / "keys", role, subject=operator_id(role))
        said = {"Authorization": f"Bearer {token}", **headers}
        url = f"{self._running.addresses[service]}{path}"
        answer = await self._client.request(method, url, json=body, headers=said, timeout=15)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:400]}"
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    async def until(self, case_id: str, state: str, *, after: str = "") -> dict[str, Any]:
        """The case's newest verification, another than `after`, in `state` and with nothing left to ask."""
        deadline = time.monotonic() + 60
        path = f"/api/v1/cases/{case_id}/verifications"
        while time.monotonic() < deadline:
            found = (await self(Role.VOB, "insurance", "GET", path))["verifications"]
            if found and found[0]["state"] == state and found[0]["verification_id"] != after:
                whole = f"/api/v1/verifications/{found[0]['verification_id']}"
                one: dict[str, Any] = await self(Role.VOB, "insurance", "GET", whole)
                ended = {"answered", "refused", "unclear", "dropped"}
                if all(question["state"] in ended for question in one["questions"]):
                    return one
        raise AssertionError(f"the verification never came to {state}")


async def test_a_benefits_specialist_needs_nothing_but_the_api() -> None:
    async with stack() as running, httpx2.AsyncClient() as client:
        desk = Desk(running, client)
        case_id, first = await _an_inquiry_arrives(desk)
        case = f"/api/v1/cases/{case_id}"

        # What the form did not ask: a signature for naming addiction benefits, the care wanted, by when.
        signed = {"item": "sud_benefits", "given": True, "channel": "in_person"}
        await desk(Role.VOB, "intake", "POST", f"{case}/consents", signed)
        soon = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011
        wanted = {"levels_of_care": ["withdrawal", "residential"], "admission_on": soon}
        await desk(Role.VOB, "intake", "PUT", f"{case}/coverage_details", wanted)
        await desk(Role.VOB, "intake", "POST", f"{case}/actions/request_verification", {})
        verified = await desk.until(case_id, "verified_active", after=first)
        assert {q["purpose"] for q in verified["questions"]} == {"plan", "behavioural"}
        _read_along("electronic answer", verified["summary"])

        # The queue says what is left: a call, with only the unanswered questions on its form.
        queue = await desk(Role.VOB, "insurance", "GET", f"/api/v1/queue?case_id={case_id}")
        (item,) = [i for i in queue["items"] if i["task_id"]]
        task = f"/api/v1/phone-tasks/{item['task_id']}"
        await desk(Role.VOB, "insurance", "POST", f"{task}/claim")
        form = await desk(Role.VOB, "insurance", "GET", f"{task}/form")
        _read_along("phone form", form)
        await desk(
            Role.VOB, "insurance", "POST", f"{task}/calls", _the_call(), **{"Idempotency-Key": str(new_id())}
        )
        after = await desk(Role.VOB, "insurance", "GET", f"/api/v1/queue?case_id={case_id}")
        assert not [i for i in after["items"] if i["task_id"]]

        # Rates are the director's; then the stay can be priced, and told in the client's language.
        lines = [
            {"kind": "in", "level": level, "amount": amount, "unit": "day", "valid_from": "2020-01-01"}
            for level, amount in RATES
        ]
        await desk(Role.DIRECTOR, "insurance", "PUT", "/api/v1/rates", {"payer": "northstar", "rates": lines})
        verification = f"/api/v1/verifications/{verified['verification_id']}"
        stay = {
            "episode": [
                {"level": "withdrawal", "units": 5, "starts_on": soon},
                {"level": "residential", "units": 21},
            ],
            "network": "in",
        }
        estimate = await desk(Role.VOB, "insurance", "POST", f"{verification}/estimates", stay)
        _read_along("estimate", estimate)
        for language in ("en", "es"):
            told = await desk(Role.VOB, "insurance", "GET", f"{verification}/summary?language={language}")
            _read_along(f"to read to the client ({language})", told)
        coverage = await desk(
            Role.VOB,
            "insurance",
            "GET",
            f"/fhir/R4B/CoverageEligibilityResponse/{verified['verification_id']}",
        )
        assert coverage["resourceType"] == "CoverageEligibilityResponse"
        whole = await desk(Role.VOB, "insurance", "GET", verification)
        levels = {(one["level"], one["network"]): one for one in whole["levels"]}
        assert levels["residential", "in"]["covered"] == "yes"
        assert levels["residential", "in"]["basis"] == "human"


async def _an_inquiry_arrives(desk: Desk) -> tuple[str, str]:
    key = {"Idempotency-Key": str(new_id())}
    answer = await desk(Role.COORDINATOR, "intake", "POST", "/api/v1/inquiries", KEIKO, **key)
    case_id: str = answer["case_id"]
    verification = await desk.until(case_id, "verified_active")
    return case_id, verification["verification_id"]


def _the_call() -> dict[str, Any]:
    ended = datetime.now(UTC)
    terms = {
        "network": "in",
        "covered": "yes",
        "coinsurance": "0.2",
        "deductible_applies": True,
        "authorization": True,
        "limit": 30,
        "limit_unit": "days",
        "limit_used": 0,
    }
    return {
        "number_dialled": "(555) 010-0131",
        "representative": "Dana",
        "reference": "CALL-20077",
        "started_at": (ended - timedelta(minutes=22)).isoformat(),
        "ended_at": ended.isoformat(),
        "plan_status": "active",
        "levels": [{"level": level, **terms} for level, _ in RATES],
    }


def _read_along(what: str, told: Any) -> None:
    print(f"\n== {what}\n{told}")
