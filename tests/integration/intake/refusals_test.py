"""What the API refuses although somebody of the right role asks for it."""

import pytest

from shared.contracts.fact import new_id
from shared.identity import Role
from tests.integration.intake.conftest import Desk
from tests.integration.intake.ehr_test import adt, sent


async def test_the_door_is_shut_for_somebody_who_pays_for_themselves_until_they_change_their_mind(
    desk: Desk,
) -> None:
    case_id = await desk.inquiry()
    await desk.move(Role.COORDINATOR, case_id, "actions/choose_self_pay")
    body = {"purpose": "eligibility", "request_id": str(new_id())}
    async with desk.client(Role.SERVICE, issuer="insurance") as insurance:
        refused = await insurance.post(f"/api/v1/cases/{case_id}/disclosures", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
        await desk.move(Role.COORDINATOR, case_id, "actions/request_verification")
        assert (await insurance.post(f"/api/v1/cases/{case_id}/disclosures", json=body)).status_code == 200


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2020-01-01T00:00:00Z"]
)
async def test_an_admission_at_an_impossible_time_is_refused(desk: Desk, at: str) -> None:
    case_id = await desk.inquiry()
    refused = await desk.move(Role.COORDINATOR, case_id, "actions/admit", {"admitted_at": at})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")


async def test_what_is_not_offered_is_refused(desk: Desk) -> None:
    case_id = await desk.inquiry()
    pending = await desk.move(Role.VOB, case_id, "actions/request_verification")
    assert (pending.status_code, pending.json()["code"]) == (409, "gate_closed")
    await sent(desk, adt("A01"))
    await sent(desk, adt("A03"))
    for action in ("request_verification", "choose_self_pay"):
        refused = await desk.move(Role.DIRECTOR, case_id, f"actions/{action}")
        assert (refused.status_code, refused.json()["code"]) == (409, "gate_closed")
