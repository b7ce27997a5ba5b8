"""What staff do with a case, through the real API on both databases."""

import asyncio

import pytest
from sqlalchemy import select

from services.intake.handlers import on_coverage_confirmed
from services.intake.tables import Case, Disclosure
from shared.audit import audit
from shared.clock import now
from shared.contracts.fact import new_id
from shared.contracts.insurance import CoverageConfirmed
from shared.contracts.intake import (
    CaseClaimed,
    ClientAdmitted,
    ClientDischarged,
    ClientReached,
    ConsentRevoked,
    DischargeType,
    VerificationRequested,
)
from shared.identity import Role
from tests.integration.intake.conftest import Desk

REACHED = {"channel": "call", "outcome": "reached"}


async def verified(desk: Desk, case_id: str) -> None:
    """The insurer's good answer, as insurance would tell it."""
    asked = (await desk.said(VerificationRequested))[-1]
    fact = CoverageConfirmed(
        case_id=case_id, verification_id=asked.verification_id, fresh_until=now().replace(year=2099)
    )
    async with desk.database.transaction() as session:
        await on_coverage_confirmed(session, fact)


async def test_from_inquiry_to_discharge(desk: Desk) -> None:
    case_id = await desk.inquiry()
    claimed = await desk.move(Role.COORDINATOR, case_id, "claim")
    assert (claimed.status_code, claimed.json()["stage"]) == (200, "working")
    assert (await desk.move(Role.COORDINATOR, case_id, "contacts", REACHED)).status_code == 201
    await verified(desk, case_id)
    admitted = await desk.move(Role.COORDINATOR, case_id, "actions/admit", {"treatment_consent": True})
    assert admitted.status_code == 200, admitted.text
    assert admitted.json()["stage"] == "admitted"
    assert admitted.json()["stay"]["gates_missing"] == []
    left = await desk.move(Role.CASE_MANAGER, case_id, "actions/discharge", {"type": "against_advice"})
    assert left.json()["stay"]["discharge_type"] == "against_advice"
    assert len(await desk.said(CaseClaimed)) == len(await desk.said(ClientReached)) == 1
    assert len(await desk.said(ClientAdmitted)) == 1
    (gone,) = await desk.said(ClientDischarged)
    aftercare = [c for c in left.json()["consents"] if c["item"] == "aftercare"]
    assert str(gone.aftercare_consent_id) == aftercare[0]["consent_id"]
    assert gone.type is DischargeType.AGAINST_ADVICE


async def test_a_closed_gate_says_what_is_missing_and_how_to_mend_it(desk: Desk) -> None:
    case_id = await desk.inquiry(consents=["contact"])
    refused = await desk.move(Role.COORDINATOR, case_id, "actions/admit", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_closed")
    missing = {gate["gate"]: gate["fix"]["action"] for gate in refused.json()["missing"]}
    assert missing == {
        "conversation_logged": "log_contact",
        "coverage": "record_insurer_consent",
        "treatment_consent": "record_treatment_consent",
        "aftercare_asked": "ask_aftercare",
    }
    assert (await desk.case(case_id))["stage"] == "new"


async def test_only_a_director_admits_before_coverage_is_settled(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.move(Role.COORDINATOR, case_id, "contacts", REACHED)
    body = {"treatment_consent": True, "override_reason": "The county pays"}
    assert (await desk.move(Role.COORDINATOR, case_id, "actions/admit", body)).status_code == 403
    admitted = await desk.move(Role.DIRECTOR, case_id, "actions/admit", body)
    assert admitted.json()["stay"]["gates_missing"] == ["coverage"]


async def test_of_two_claims_at_once_one_wins_and_the_other_is_told_who(desk: Desk) -> None:
    case_id = await desk.inquiry()
    ana, ben = new_id(), new_id()
    async with (
        desk.client(Role.COORDINATOR, person=ana) as one,
        desk.client(Role.COORDINATOR, person=ben) as two,
    ):
        answers = await asyncio.gather(
            *(c.post(f"/api/v1/cases/{case_id}/claim", json={}) for c in (one, two))
        )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json()["code"] == "already_claimed"
    assert lost.json()["by"] == won.json()["owner_id"]
    assert len(await desk.said(CaseClaimed)) == 1


async def test_a_released_case_may_be_claimed_by_somebody_else(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.move(Role.COORDINATOR, case_id, "claim")
    assert (await desk.move(Role.DIRECTOR, case_id, "release")).json()["code"] == "not_holder"
    assert (await desk.move(Role.COORDINATOR, case_id, "release")).json()["owner_id"] is None
    assert (await desk.move(Role.DIRECTOR, case_id, "claim")).status_code == 200


async def test_a_stale_version_is_refused_and_told_the_current_one(desk: Desk) -> None:
    case_id = await desk.inquiry()
    seen = (await desk.case(case_id))["version"]
    await desk.move(Role.COORDINATOR, case_id, "contacts", {"channel": "call", "outcome": "no_answer"})
    late = await desk.move(Role.COORDINATOR, case_id, "claim", {}, **{"if-match": f'"{seen}"'})
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    current = (await desk.case(case_id))["version"]
    assert late.json()["current_version"] == current > seen
    assert late.headers["etag"] == f'"{current}"'
    fresh = await desk.move(Role.COORDINATOR, case_id, "claim", {}, **{"if-match": f'"{current}"'})
    assert fresh.status_code == 200


async def test_the_list_is_by_urgency_and_an_unchanged_one_discloses_nothing(desk: Desk) -> None:
    first, second = await desk.inquiry(), await desk.inquiry(danger=True)
    async with desk.client(Role.COORDINATOR) as client:
        listed = await client.get("/api/v1/cases", params={"stage": "new,working"})
        assert [row["case_id"] for row in listed.json()["cases"]] == [second, first]
        assert listed.json()["cases"][0]["name_to_use"] == "Dee"
        rows_before = await audited(desk)
        again = await client.get(
            "/api/v1/cases",
            params={"stage": "new,working"},
            headers={"if-none-match": listed.headers["etag"]},
        )
        assert again.status_code == 304
        assert await audited(desk) == rows_before
        await desk.move(Role.COORDINATOR, first, "claim")
        changed = await client.get(
            "/api/v1/cases",
            params={"stage": "new,working"},
            headers={"if-none-match": listed.headers["etag"]},
        )
        assert changed.status_code == 200
        by_id = await client.get("/api/v1/cases", params={"id": [first]})
        assert [row["case_id"] for row in by_id.json()["cases"]] == [first]


async def audited(desk: Desk) -> list[str]:
    async with desk.database.reading() as session:
        return list(await session.scalars(select(audit.c.action).order_by(audit.c.seq)))


async def test_reading_a_case_leaves_an_audit_row_that_names_fields_and_no_values(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.case(case_id, Role.VOB)
    assert (await audited(desk))[-1] == "case.read"


async def test_each_role_sees_its_part_and_the_auditor_none(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.move(Role.COORDINATOR, case_id, "contacts", REACHED | {"note": "Call after the shift"})
    for_vob, for_desk = await desk.case(case_id, Role.VOB), await desk.case(case_id, Role.COORDINATOR)
    assert (for_vob["member_id"], for_vob["contacts"][0]["note"]) == ("HM-0042", None)
    assert (for_desk["member_id"], for_desk["contacts"][0]["note"]) == (None, "Call after the shift")
    async with desk.client(Role.AUDITOR) as client:
        assert (await client.get(f"/api/v1/cases/{case_id}")).status_code == 403
    async with desk.client() as client:
        assert (await client.get(f"/api/v1/cases/{case_id}")).status_code == 401
    async with desk.client(Role.ALUMNI) as client:
        hidden = await client.get(f"/api/v1/cases/{case_id}")
        unknown = await client.get(f"/api/v1/cases/{new_id()}")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["detail"] == unknown.json()["detail"]


async def test_an_answer_to_a_superseded_question_changes_nothing(desk: Desk) -> None:
    case_id = await desk.inquiry()
    (first,) = await desk.said(VerificationRequested)
    await desk.move(Role.VOB, case_id, "consents", {"item": "insurer", "given": False})
    await desk.move(Role.VOB, case_id, "consents", {"item": "insurer", "given": True, "channel": "paper"})
    asked_again = await desk.move(Role.VOB, case_id, "actions/request_verification")
    assert asked_again.json()["coverage"] == "requested"
    late = CoverageConfirmed(case_id=case_id, verification_id=first.verification_id, fresh_until=now())
    async with desk.database.transaction() as session:
        await on_coverage_confirmed(session, late)
    assert (await desk.case(case_id))["coverage"] == "requested"
    await verified(desk, case_id)
    assert (await desk.case(case_id))["coverage"] == "verified"


async def test_the_door_gives_the_identifiers_once_accounted_for_however_often_asked(desk: Desk) -> None:
    case_id = await desk.inquiry()
    (asked,) = await desk.said(VerificationRequested)
    body = {"purpose": "eligibility", "request_id": str(asked.verification_id)}
    async with desk.client(Role.SERVICE, issuer="insurance") as insurance:
        answers = await asyncio.gather(
            *(insurance.post(f"/api/v1/cases/{case_id}/disclosures", json=body) for _ in range(5))
        )
    assert {answer.status_code for answer in answers} == {200}
    told = answers[0].json()
    assert all(answer.json() == told for answer in answers)
    assert told.pop("service_date")
    assert told == {
        "consent_id": str(asked.consent_id),
        "payer": "Harbour Mutual",
        "member_id": "HM-0042",
        "first_name": "Dee",
        "last_name": "Moss",
        "birth_date": "1985-03-27",
        "holder": None,
        "group_number": None,
        "levels_of_care": [],
        "admission_on": None,
    }
    assert await desk.count(Disclosure) == 1


async def test_the_door_stays_shut_without_consent_and_writes_no_row(desk: Desk) -> None:
    case_id = await desk.inquiry()
    revoked = await desk.move(Role.COORDINATOR, case_id, "consents", {"item": "insurer", "given": False})
    assert revoked.json()["coverage"] == "awaiting_consent"
    assert len(await desk.said(ConsentRevoked)) == 1
    before = await audited(desk)
    async with desk.client(Role.SERVICE, issuer="insurance") as insurance:
        refused = await insurance.post(
            f"/api/v1/cases/{case_id}/disclosures",
            json={"purpose": "eligibility", "request_id": str(new_id())},
        )
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
    assert "Moss" not in refused.text
    assert await desk.count(Disclosure) == 0
    assert await audited(desk) == before


async def test_no_other_service_and_no_member_of_staff_gets_through_the_door(desk: Desk) -> None:
    case_id = await desk.inquiry()
    body = {"purpose": "eligibility", "request_id": str(new_id())}
    for role, issuer in ((Role.SERVICE, "aftercare"), (Role.DIRECTOR, "dashboard")):
        async with desk.client(role, issuer=issuer) as client:
            answer = await client.post(f"/api/v1/cases/{case_id}/disclosures", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_a_yes_on_the_phone_is_no_consent_to_ask_an_insurer(desk: Desk) -> None:
    case_id = await desk.inquiry(consents=["contact"])
    spoken = {"item": "insurer", "given": True, "channel": "phone"}
    assert (await desk.move(Role.COORDINATOR, case_id, "consents", spoken)).json()[
        "code"
    ] == "written_consent_needed"
    refused = await desk.move(Role.COORDINATOR, case_id, "actions/request_verification")
    assert refused.json()["missing"][0]["gate"] == "insurer_consent"


@pytest.mark.parametrize("table", [Case])
async def test_a_move_on_a_case_that_is_not_there_is_not_found(desk: Desk, table: type[Case]) -> None:
    assert (await desk.move(Role.COORDINATOR, str(new_id()), "claim")).status_code == 404
    assert await desk.count(table) == 0
