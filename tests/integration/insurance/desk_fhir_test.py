"""The FHIR view: resources other systems can read, checked with FHIR's own models."""

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from services.insurance.rules.states import State
from shared.contracts.fact import new_id
from shared.identity import Role
from tests.integration.insurance.conftest import PRIYA, Desk

RESOURCES = ("Coverage", "CoverageEligibilityRequest", "CoverageEligibilityResponse")
PEOPLE: dict[str, tuple[State, dict[str, Any]]] = {
    "active": (State.VERIFIED_ACTIVE, {}),
    "inactive": (State.VERIFIED_INACTIVE, PRIYA),
    "pending": (State.MANUAL_REVIEW, {"member_id": "TCPEND05"}),
    "refused": (State.NEEDS_CORRECTION, {"member_id": "TCAAA72"}),
    "away": (State.PAYER_UNAVAILABLE, {"member_id": "TCAAA42"}),
    "six programmes": (
        State.VERIFIED_ACTIVE,
        {
            "payer": "Golden Valley",
            "member_id": "GVS500600700",
            "first_name": "Rosalind",
            "last_name": "Tran",
            "birth_date": "2001-11-11",
        },
    ),
    "carved out": (
        State.VERIFIED_ACTIVE,
        {
            "payer": "Summit View",
            "member_id": "SVH400500600",
            "first_name": "Leopold",
            "last_name": "Marchetti",
            "birth_date": "1981-07-07",
        },
    ),
}


async def read(desk: Desk, kind: str, verification_id: object) -> dict[str, Any]:
    answer = await desk.get(f"/fhir/R4B/{kind}/{verification_id}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/fhir+json")
    resource: dict[str, Any] = answer.json()
    get_fhir_model_class(kind).model_validate(resource)
    return resource


@pytest.mark.parametrize("who", PEOPLE)
async def test_whatever_the_payer_said_is_valid_fhir(desk: Desk, who: str) -> None:
    state, person = PEOPLE[who]
    _, verification_id = await desk.verification(state, **person)
    for kind in RESOURCES:
        resource = await read(desk, kind, verification_id)
        assert resource["id"] == str(verification_id)


async def test_an_active_plan_says_what_is_left_of_the_deductible(desk: Desk) -> None:
    case_id, verification_id = await desk.verification()
    response = await read(desk, "CoverageEligibilityResponse", verification_id)
    (insurance,) = response["insurance"]
    assert (response["outcome"], insurance["inforce"]) == ("complete", True)
    benefits = [b for item in insurance["item"] for b in item.get("benefit", [])]
    deductible = next(
        one for one in benefits if one["type"]["coding"][0]["code"] == "deductible" and "usedMoney" in one
    )
    assert deductible["allowedMoney"] == {"value": 2000, "currency": "USD"}
    assert deductible["usedMoney"]["value"] == 1250
    assert deductible["extension"][0]["valueMoney"]["value"] == 750
    coverage = await read(desk, "Coverage", verification_id)
    assert (coverage["status"], coverage["subscriberId"]) == ("active", "NSH100200300")
    asked = await read(desk, "CoverageEligibilityRequest", verification_id)
    assert asked["item"][0]["category"]["coding"][0]["code"] == "30"
    assert asked["identifier"]
    actions = [action for action, case, _ in await desk.audited() if case == case_id]
    assert actions == ["fhir.response", "fhir.coverage", "fhir.request"]


async def test_a_refusal_is_an_error_with_the_payers_code(desk: Desk) -> None:
    _, verification_id = await desk.verification(State.NEEDS_CORRECTION, member_id="TCAAA72")
    response = await read(desk, "CoverageEligibilityResponse", verification_id)
    assert response["outcome"] == "error"
    assert response["error"][0]["code"]["coding"][0]["code"] == "72"
    assert "inforce" not in response["insurance"][0]


async def test_nobody_knowing_is_no_inactive_plan(desk: Desk) -> None:
    _, verification_id = await desk.verification(State.MANUAL_REVIEW, member_id="TCPEND05")
    response = await read(desk, "CoverageEligibilityResponse", verification_id)
    assert response["outcome"] == "partial"
    assert "inforce" not in response["insurance"][0]
    assert (await read(desk, "Coverage", verification_id))["status"] == "draft"


async def test_refusals_are_operation_outcomes(desk: Desk) -> None:
    async def refused(path: str, status: int, code: str, **options: Any) -> None:
        answer = await desk.get(f"/fhir/R4B/{path}", **options)
        assert answer.status_code == status
        get_fhir_model_class("OperationOutcome").model_validate(answer.json())
        assert answer.json()["issue"][0]["code"] == code

    await refused(f"Coverage/{new_id()}", 404, "not-found")
    await refused("Coverage/marisol", 422, "invalid")
    await refused(f"Coverage/{new_id()}", 403, "forbidden", role=Role.COORDINATOR)
    nobody = await desk.client.get(f"/fhir/R4B/Coverage/{new_id()}")
    assert (nobody.status_code, nobody.json()["resourceType"]) == (401, "OperationOutcome")


async def test_what_can_be_read_is_told_to_anybody(desk: Desk) -> None:
    answer = await desk.client.get("/fhir/R4B/metadata")
    get_fhir_model_class("CapabilityStatement").model_validate(answer.json())
    assert {one["type"] for one in answer.json()["rest"][0]["resource"]} == set(RESOURCES)
