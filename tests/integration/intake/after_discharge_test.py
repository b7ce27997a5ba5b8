"""What is still said about a stay that has ended: corrections, deaths, and people who come back."""

from services.intake.tables import UnmatchedStay
from shared.contracts.intake import ClientAdmitted, ClientDischarged, ConsentRevoked, DischargeType
from shared.identity import Role
from tests.integration.intake.conftest import Desk
from tests.integration.intake.ehr_test import adt, sent


async def ended(desk: Desk, disposition: str = "01") -> str:
    case_id = await desk.inquiry()
    await sent(desk, adt("A01"))
    await sent(desk, adt("A03", disposition=disposition))
    return case_id


async def test_a_discharge_is_corrected_by_the_ehr_and_by_staff_and_told_again_for_the_same_stay(
    desk: Desk,
) -> None:
    case_id = await ended(desk)
    assert await sent(desk, adt("A03", control="78", disposition="07")) == "AA"
    assert await sent(desk, adt("A03", control="79", disposition="07")) == "AA"
    assert await sent(desk, adt("A03", control="80", disposition="01")) == "AA"
    corrected = await desk.move(Role.CASE_MANAGER, case_id, "actions/discharge", {"type": "completed"})
    assert corrected.json()["stay"]["discharge_type"] == "completed"
    again = await desk.move(Role.CASE_MANAGER, case_id, "actions/discharge", {"type": "completed"})
    assert (again.status_code, again.json()["code"]) == (409, "gate_closed")
    facts = await desk.said(ClientDischarged)
    assert [fact.type for fact in facts] == [
        DischargeType.HOME,
        DischargeType.AGAINST_ADVICE,
        DischargeType.COMPLETED,
    ]
    assert len({(fact.stay_id, fact.discharged_at) for fact in facts}) == 1


async def test_a_death_told_later_ends_all_contact_and_alumni_staff_lose_sight_of_the_case(
    desk: Desk,
) -> None:
    case_id = await ended(desk)
    seen = await desk.case(case_id, Role.ALUMNI)
    assert (seen["coverage"], seen["verification_id"], seen["restricted"]) == (None, None, None)
    assert await sent(desk, adt("A03", control="78", disposition="01", died="20261121")) == "AA"
    told = (await desk.said(ClientDischarged))[-1]
    assert (told.type, told.aftercare_consent_id) == (DischargeType.DECEASED, None)
    case = await desk.case(case_id)
    assert case["next_step"] == "All contact has ended."
    assert "log_contact" not in case["allowed_actions"]
    call = {"channel": "call", "outcome": "no_answer"}
    assert (await desk.move(Role.DIRECTOR, case_id, "contacts", call)).json()["code"] == "gate_closed"
    async with desk.client(Role.ALUMNI) as client:
        assert (await client.get(f"/api/v1/cases/{case_id}")).status_code == 404
        assert (await client.get("/api/v1/cases", params={"id": [case_id]})).json()["cases"] == []


async def test_somebody_who_comes_back_is_admitted_on_the_new_case(desk: Desk) -> None:
    first = await ended(desk)
    second = await desk.inquiry()
    assert await sent(desk, adt("A01", control="90")) == "AA"
    assert str((await desk.said(ClientAdmitted))[-1].case_id) == second
    assert (await desk.case(first))["stage"] == "discharged"


async def test_the_end_of_a_stay_we_know_nothing_of_waits_in_the_tray(desk: Desk) -> None:
    await ended(desk)
    assert await sent(desk, adt("A03", control="90", disposition="07", left="20261123101000")) == "AA"
    assert await desk.count(UnmatchedStay) == 1
    assert len(await desk.said(ClientDischarged)) == 1


async def test_a_discharge_from_before_the_stay_waits_in_the_tray(desk: Desk) -> None:
    await desk.inquiry()
    await sent(desk, adt("A01"))
    assert await sent(desk, adt("A03", left="20261101101000")) == "AA"
    assert await desk.said(ClientDischarged) == []
    async with desk.client(Role.COORDINATOR) as client:
        (waiting,) = (await client.get("/api/v1/trays/unmatched")).json()["unmatched"]
    assert waiting["reason"] == "before_admission"


async def test_an_outpatient_visit_is_acknowledged_and_is_no_stay(desk: Desk) -> None:
    await desk.inquiry()
    for kind in ("O", "E"):
        assert await sent(desk, adt("A04", control=kind, kind=kind)) == "AA"
    assert await desk.said(ClientAdmitted) == []
    assert await desk.count(UnmatchedStay) == 0


async def test_a_withdrawal_is_kept_even_when_its_writer_then_no_longer_sees_the_case(desk: Desk) -> None:
    case_id = await ended(desk)
    said = await desk.move(Role.ALUMNI, case_id, "consents", {"item": "aftercare", "given": False})
    assert said.status_code == 201
    assert set(said.json()) == {"consent_id"}
    assert len(await desk.said(ConsentRevoked)) == 1


async def test_whoever_takes_back_the_consent_to_contact_is_not_contacted(desk: Desk) -> None:
    wishes = {"voicemail": True, "texts": True, "say_who_calls": True}
    case_id = await desk.inquiry(safe_contact=wishes)
    no_texts = await desk.move(Role.COORDINATOR, case_id, "consents", {"item": "texts", "given": False})
    assert no_texts.json()["safe_contact"] == wishes | {"texts": False}
    none = await desk.move(Role.COORDINATOR, case_id, "consents", {"item": "contact", "given": False})
    assert none.json()["safe_contact"] == dict.fromkeys(wishes, False)
    assert none.json()["next_step"] == "Do not contact: consent withdrawn."
