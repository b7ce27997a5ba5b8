"""Inquiries as JSON: the same reading as the form, and a key that means one case."""

import asyncio

from services.intake.tables import Case
from shared.contracts.fact import new_id
from shared.identity import Role
from tests.integration.intake.conftest import DEE, Desk
from tests.integration.intake.form_test import ANSWERS, opened


async def test_the_public_is_told_the_reference_and_the_deadline_and_no_id(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.post("/api/v1/inquiries", json=DEE)
    assert answer.status_code == 201
    assert set(answer.json()) == {"reference", "respond_by"}


async def test_the_same_key_and_answers_give_the_first_answer_again(desk: Desk) -> None:
    key = {"idempotency-key": str(new_id())}
    async with desk.client() as client:
        answers = await asyncio.gather(
            *(client.post("/api/v1/inquiries", json=DEE, headers=key) for _ in range(8))
        )
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert [answer.headers.get("idempotent-replay") for answer in answers].count("true") == 7
    assert await desk.count(Case) == 1


async def test_the_same_key_with_other_answers_is_refused(desk: Desk) -> None:
    key = {"idempotency-key": "k"}
    async with desk.client() as client:
        await client.post("/api/v1/inquiries", json=DEE, headers=key)
        other = await client.post("/api/v1/inquiries", json=DEE | {"first_name": "Jay"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


async def test_the_page_and_the_api_ask_for_the_same_in_the_same_words(desk: Desk) -> None:
    async with desk.client() as client:
        refused = await client.post("/api/v1/inquiries", json={"phone": "12", "consents": ["insurer"]})
        form = {
            **(await opened(client)),
            **dict.fromkeys(ANSWERS, ""),
            "phone": "12",
            "consents": ["insurer"],
        }
        page = (await client.post("/en/help", data=form)).text
    assert refused.status_code == 422
    body = refused.json()
    assert body["code"] == "invalid_input"
    for error in body["errors"]:
        assert error["message"] in page
        assert error["message_key"] == f"{error['pointer'][1:]}.{error['code']}"


async def test_bodies_that_are_no_json_object_are_told_so(desk: Desk) -> None:
    json = {"content-type": "application/json"}
    async with desk.client() as client:
        for body in (b"{", b"[]", b"\xff", b"[" * 100_000):
            answer = await client.post("/api/v1/inquiries", content=body, headers=json)
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
        plain = await client.post("/api/v1/inquiries", content=b"{}", headers={"content-type": "text/plain"})
        assert plain.status_code == 415


async def test_a_call_alone_asks_no_insurer_and_waits_for_consent_when_a_plan_is_named(desk: Desk) -> None:
    bare = await desk.inquiry(payer="", member_id="", birth_date=None, consents=["contact"])
    named = await desk.inquiry(consents=["contact"])
    assert (await desk.case(bare))["coverage"] == "none"
    assert (await desk.case(named))["coverage"] == "awaiting_consent"


async def test_nothing_personal_is_readable_in_the_database(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.move(
        Role.COORDINATOR, case_id, "contacts", {"channel": "call", "outcome": "reached", "note": "zebra"}
    )
    async with desk.database.engine.connect() as connection:
        dump = ""
        for table in ("cases", "consents", "contacts", "outbox", "audit", "disclosures"):
            dump += repr((await connection.exec_driver_sql(f"select * from {table}")).all())
    for value in ("Dee", "Moss", "5550123", "HM-0042", "1985-03-27", "Harbour Mutual", "zebra"):
        assert value not in dump
