"""Where aftercare may write to, and whom it may tell that a client comes: asked each time, never kept."""

from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select, update

from services.intake.tables import Case, Disclosure
from shared import clock
from shared.audit import audit
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentGiven, ConsentItem, ConsentRevoked
from shared.identity import Role
from shared.sealing import case_keys
from tests.integration.intake.conftest import Desk
from tests.integration.intake.ehr_test import adt, sent

MAIL = "dee@example.org"


async def reach(desk: Desk, case_id: object, channel: str, issuer: str = "aftercare") -> httpx2.Response:
    async with desk.client(Role.SERVICE, issuer=issuer) as aftercare:
        body = {"channel": channel, "purpose": "aftercare"}
        return await aftercare.post(f"/api/v1/cases/{case_id}/reach", json=body)


async def introduce(desk: Desk, case_id: object, consent_id: object, request_id: object) -> httpx2.Response:
    async with desk.client(Role.SERVICE, issuer="aftercare") as aftercare:
        body = {"consent_id": str(consent_id), "request_id": str(request_id)}
        return await aftercare.post(f"/api/v1/cases/{case_id}/introductions", json=body)


async def consented(desk: Desk, case_id: str, item: str, **more: Any) -> httpx2.Response:
    body = {"item": item, "given": True, "channel": "paper"} | more
    return await desk.move(Role.CASE_MANAGER, case_id, "consents", body)


async def test_a_text_needs_both_consents_and_an_email_one(desk: Desk) -> None:
    case_id = await desk.inquiry(email=MAIL, texts_ok=False)
    assert (await reach(desk, case_id, "email")).json() == {"address": MAIL, "language": "en"}
    refused = await reach(desk, case_id, "text")
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
    assert (await consented(desk, case_id, "texts")).status_code == 201
    assert (await reach(desk, case_id, "text")).json()["address"].endswith("5550123")
    async with desk.database.reading() as session:
        rows = (await session.scalars(select(audit.c.fields).where(audit.c.action == "case.reach"))).all()
    assert rows == ["email", "phone"]


@pytest.mark.parametrize("item", ["contact", "texts"])
async def test_whoever_takes_a_consent_back_is_written_to_no_more(desk: Desk, item: str) -> None:
    case_id = await desk.inquiry(email=MAIL)
    await consented(desk, case_id, "texts")
    assert (await consented(desk, case_id, item, given=False)).status_code == 201
    assert (await reach(desk, case_id, "text")).status_code == 403
    assert (await reach(desk, case_id, "email")).status_code == (403 if item == "contact" else 200)


async def test_nobody_writes_to_the_dead_to_no_address_or_to_somebody_elses(desk: Desk) -> None:
    no_mail = await reach(desk, await desk.inquiry(), "email")
    assert (no_mail.status_code, no_mail.json()["code"]) == (409, "no_address")
    assert (await reach(desk, new_id(), "email")).status_code == 404
    case_id = await desk.inquiry(email=MAIL, last_name="Reed")
    async with desk.database.transaction() as session:
        await session.execute(update(Case).where(Case.last_name.is_not(None)).values(for_whom="other"))
    other = await reach(desk, case_id, "email")
    assert (other.status_code, other.json()["code"]) == (409, "not_the_clients_own")


async def test_a_death_shuts_the_door(desk: Desk) -> None:
    case_id = await desk.inquiry(email=MAIL)
    await sent(desk, adt("A01"))
    await sent(desk, adt("A03", disposition="20"))
    assert (await reach(desk, case_id, "email")).status_code == 403


async def test_only_aftercare_is_told_an_address(desk: Desk) -> None:
    case_id = await desk.inquiry(email=MAIL)
    assert (await reach(desk, case_id, "email", issuer="insurance")).status_code == 403
    async with desk.client(Role.DIRECTOR) as director:
        body = {"channel": "email", "purpose": "aftercare"}
        assert (await director.post(f"/api/v1/cases/{case_id}/reach", json=body)).status_code == 403


async def test_an_introduction_names_one_person_is_accounted_for_and_can_be_taken_back(desk: Desk) -> None:
    case_id = await desk.inquiry()
    nobody = await consented(desk, case_id, "introduction")
    assert (nobody.status_code, nobody.json()["code"]) == (422, "recipient_needed")
    spoken = await consented(desk, case_id, "introduction", recipient="Toni Vale", channel="phone")
    assert spoken.json()["code"] == "written_consent_needed"
    ids = [
        (await consented(desk, case_id, "introduction", recipient=name)).json()["consent_id"]
        for name in ("Toni Vale", "Rue Ames")
    ]
    request = new_id()
    for _ in range(2):
        told = (await introduce(desk, case_id, ids[0], request)).json()
    assert told["recipient"] == "Toni Vale"
    assert "42 CFR part 2" in told["notice"]
    async with desk.database.reading() as session:
        (row,) = (await session.scalars(select(Disclosure))).all()
    assert (row.recipient, row.purpose, str(row.consent_id)) == ("named_person", "introduction", ids[0])

    path = f"consents/{ids[0]}/revocation"
    assert (await desk.move(Role.ALUMNI, case_id, path)).status_code == 404
    assert (await desk.move(Role.CASE_MANAGER, case_id, path)).status_code == 201
    assert (await introduce(desk, case_id, ids[0], new_id())).status_code == 403
    assert (await introduce(desk, case_id, ids[1], new_id())).json()["recipient"] == "Rue Ames"
    (revoked,) = await desk.said(ConsentRevoked)
    assert (str(revoked.consent_id), revoked.item) == (ids[0], ConsentItem.INTRODUCTION)
    assert "Vale" not in repr(await desk.said(ConsentGiven))


async def test_without_the_aftercare_consent_nobody_is_introduced(desk: Desk) -> None:
    case_id = await desk.inquiry()
    answer = await consented(desk, case_id, "introduction", recipient="Toni Vale")
    consent_id = answer.json()["consent_id"]
    await consented(desk, case_id, "aftercare", given=False)
    assert (await introduce(desk, case_id, consent_id, new_id())).status_code == 403
    aftercare = (await consented(desk, case_id, "aftercare")).json()["consent_id"]
    assert (await introduce(desk, case_id, aftercare, new_id())).status_code == 403


async def test_nobody_is_told_that_somebody_comes_who_has_died(desk: Desk) -> None:
    case_id = await desk.inquiry(email=MAIL)
    consent = (await consented(desk, case_id, "introduction", recipient="Toni Vale")).json()["consent_id"]
    await sent(desk, adt("A01"))
    await sent(desk, adt("A03", disposition="20"))
    refused = await introduce(desk, case_id, consent, new_id())
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
    async with desk.database.reading() as session:
        assert (await session.scalars(select(Disclosure))).all() == []


async def test_of_a_person_whose_key_was_destroyed_nobody_is_told_anything(desk: Desk) -> None:
    case_id = await desk.inquiry()
    consent = (await consented(desk, case_id, "introduction", recipient="Toni Vale")).json()["consent_id"]
    async with desk.database.transaction() as session:
        mine = case_keys.c.case_id == UUID(case_id)
        await session.execute(update(case_keys).where(mine).values(wrapped=None, shredded_at=clock.now()))
    gone = await introduce(desk, case_id, consent, new_id())
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
