"""A stay that did not end after all, one that is going to end, and somebody who comes back."""

from datetime import timedelta
from typing import Any

import httpx2

from services.intake.tables import UnmatchedStay
from shared.clock import now
from shared.contracts.intake import ClientAdmitted, ClientDischarged, DischargeCancelled, DischargePlanned
from shared.identity import Role
from tests.integration.intake.conftest import Desk
from tests.integration.intake.ehr_test import adt, sent


async def admitted(desk: Desk) -> str:
    case_id = await desk.inquiry()
    assert await sent(desk, adt("A01")) == "AA"
    return case_id


async def planned(desk: Desk, case_id: str, when: Any) -> httpx2.Response:
    async with desk.client(Role.CASE_MANAGER) as client:
        body = {"planned_for": when.isoformat()}
        return await client.put(f"/api/v1/cases/{case_id}/planned_discharge", json=body)


async def test_the_ehr_takes_a_discharge_back_and_the_stay_goes_on(desk: Desk) -> None:
    case_id = await admitted(desk)
    await sent(desk, adt("A03", disposition="01"))
    assert await sent(desk, adt("A13", control="78")) == "AA"
    assert await sent(desk, adt("A13", control="78")) == "AA"
    assert await sent(desk, adt("A13", control="79")) == "AA"
    (cancelled,), (left,) = await desk.said(DischargeCancelled), await desk.said(ClientDischarged)
    assert cancelled.stay_id == left.stay_id
    case = await desk.case(case_id)
    assert (case["stage"], case["stay"]["discharged_at"]) == ("admitted", None)
    assert await sent(desk, adt("A03", control="80", disposition="01", written="20261121090000")) == "AA"
    assert (await desk.case(case_id))["stage"] == "discharged"


async def test_a_discharge_that_comes_after_its_own_cancellation_changes_nothing(desk: Desk) -> None:
    case_id = await admitted(desk)
    assert await sent(desk, adt("A13", control="78", written="20261120110000")) == "AA"
    assert await sent(desk, adt("A03", control="77", disposition="01", written="20261120101500")) == "AA"
    assert (await desk.case(case_id))["stage"] == "admitted"
    assert await desk.said(ClientDischarged) == []
    assert await sent(desk, adt("A03", control="79", disposition="20", written="20261120101600")) == "AA"
    assert (await desk.case(case_id))["stage"] == "admitted"
    died = adt("A03", control="81", died="20261120", written="20261120101700")
    assert await sent(desk, died) == "AA"
    assert (await desk.case(case_id))["stage"] == "discharged"


async def test_staff_take_a_discharge_back_and_only_those_who_may(desk: Desk) -> None:
    case_id = await admitted(desk)
    early = await desk.move(Role.DIRECTOR, case_id, "actions/cancel_discharge")
    assert (early.status_code, early.json()["code"]) == (409, "gate_closed")
    await desk.move(Role.CASE_MANAGER, case_id, "actions/discharge", {"type": "completed"})
    assert (await desk.move(Role.COORDINATOR, case_id, "actions/cancel_discharge")).status_code == 403
    assert "cancel_discharge" in (await desk.case(case_id))["allowed_actions"]
    back = await desk.move(Role.CASE_MANAGER, case_id, "actions/cancel_discharge")
    assert back.json()["stage"] == "admitted"
    assert len(await desk.said(DischargeCancelled)) == 1


async def test_an_expected_discharge_is_told_once_for_each_time_named(desk: Desk) -> None:
    case_id = await admitted(desk)
    friday = now() + timedelta(days=5)
    for when in (friday, friday, friday + timedelta(days=1)):
        assert (await planned(desk, case_id, when)).status_code == 200
    facts = await desk.said(DischargePlanned)
    assert [fact.planned_for for fact in facts] == [friday, friday + timedelta(days=1)]
    assert all(fact.aftercare_consent_id for fact in facts)
    past = await planned(desk, case_id, now() - timedelta(hours=1))
    assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/planned_for")
    await desk.move(Role.CASE_MANAGER, case_id, "actions/discharge", {"type": "completed"})
    assert (await planned(desk, case_id, friday)).json()["code"] == "gate_closed"


async def test_somebody_the_ehr_knows_who_comes_back_begins_a_new_stay_on_the_same_case(desk: Desk) -> None:
    case_id = await admitted(desk)
    await sent(desk, adt("A03", disposition="01"))
    again = adt("A01", control="90", came="20261121080000", written="20261121080500")
    assert await sent(desk, again) == "AA"
    first, second = await desk.said(ClientAdmitted)
    assert (str(second.case_id), first.stay_id != second.stay_id) == (case_id, True)
    assert (await desk.case(case_id))["stage"] == "admitted"


async def test_an_old_admission_and_one_of_somebody_who_died_go_to_the_tray(desk: Desk) -> None:
    await admitted(desk)
    await sent(desk, adt("A03", disposition="20"))
    assert await sent(desk, adt("A01", control="91", came="20261122080000")) == "AA"
    assert await desk.count(UnmatchedStay) == 1
    assert len(await desk.said(ClientAdmitted)) == 1
