"""The data door by purpose: what a payer may learn, on which consent, and what the accounting says of it."""

from typing import Any

import pytest
from sqlalchemy import select, update

from services.intake.tables import ConsentRow, Disclosure
from shared.contracts.fact import new_id
from shared.identity import Role
from tests.integration.intake.conftest import Desk

IDENTIFIERS = ["payer", "member_id", "first_name", "last_name", "birth_date"]
OLIVE = {
    "first_name": "Olive",
    "last_name": "Moss",
    "birth_date": "1958-11-02",
    "relationship": "child",
}


async def signed(desk: Desk, case_id: str, item: str, *, given: bool = True) -> None:
    body = {"item": item, "given": given, "channel": "paper"}
    assert (await desk.move(Role.VOB, case_id, "consents", body)).status_code == 201


async def accounted(desk: Desk) -> list[Any]:
    async with desk.database.reading() as session:
        return list(await session.scalars(select(Disclosure).order_by(Disclosure.at)))


async def test_benefits_are_asked_for_by_name_only_with_the_persons_yes_to_that(desk: Desk) -> None:
    case_id, request_id = await desk.inquiry(), new_id()
    await desk.correct(case_id, levels_of_care=["outpatient", "withdrawal"], admission_on="2026-12-01")
    refused = await desk.knock(case_id, "behavioural_benefits", request_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
    assert await accounted(desk) == []
    await signed(desk, case_id, "sud_benefits")
    told = (await desk.knock(case_id, "behavioural_benefits", request_id)).json()
    assert told["levels_of_care"] == ["withdrawal", "outpatient"]
    assert told["admission_on"] == "2026-12-01"
    (row,) = await accounted(desk)
    assert (row.purpose, row.classes) == ("behavioural_benefits", [*IDENTIFIERS, "levels_of_care"])
    consents = {c["item"]: c["consent_id"] for c in (await desk.case(case_id))["consents"]}
    assert str(row.consent_id) == told["consent_id"] == consents["sud_benefits"]


@pytest.mark.parametrize("item", ["insurer", "sud_benefits"])
async def test_taking_back_either_consent_shuts_the_door_to_benefits_by_name(desk: Desk, item: str) -> None:
    case_id = await desk.inquiry()
    await signed(desk, case_id, "sud_benefits")
    await signed(desk, case_id, item, given=False)
    refused = await desk.knock(case_id, "behavioural_benefits", new_id())
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
    plan_only = await desk.knock(case_id, "eligibility", new_id())
    assert plan_only.status_code == (403 if item == "insurer" else 200)


async def test_the_plan_alone_is_accounted_for_without_the_kinds_of_care(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.correct(case_id, levels_of_care=["residential"])
    assert (await desk.knock(case_id, "eligibility", new_id())).json()["levels_of_care"] == ["residential"]
    (row,) = await accounted(desk)
    assert (row.purpose, row.classes) == ("eligibility", IDENTIFIERS)


async def test_the_policy_holder_is_told_only_when_it_is_somebody_else(desk: Desk) -> None:
    case_id = await desk.inquiry()
    assert (await desk.knock(case_id, "eligibility", new_id())).json()["holder"] is None
    await desk.correct(case_id, holder=OLIVE, group_number="GRP-77")
    told = (await desk.knock(case_id, "eligibility", new_id())).json()
    assert (told["holder"], told["group_number"]) == (OLIVE, "GRP-77")
    alone, family = await accounted(desk)
    assert alone.classes == IDENTIFIERS
    assert set(family.classes) - set(IDENTIFIERS) == {
        "group_number",
        "holder_first_name",
        "holder_last_name",
        "holder_birth_date",
        "holder_relationship",
    }


async def test_a_repeat_after_a_correction_is_one_row_that_says_what_was_told_in_the_end(desk: Desk) -> None:
    case_id, request_id = await desk.inquiry(), new_id()
    await desk.knock(case_id, "eligibility", request_id)
    await desk.correct(case_id, group_number="GRP-77", member_id="HM-0043")
    told = (await desk.knock(case_id, "eligibility", request_id)).json()
    assert (told["member_id"], told["group_number"]) == ("HM-0043", "GRP-77")
    (row,) = await accounted(desk)
    assert row.classes == [*IDENTIFIERS, "group_number"]


async def test_a_request_id_serves_one_case_and_one_purpose(desk: Desk) -> None:
    case_id, other, request_id = await desk.inquiry(), await desk.inquiry(), new_id()
    await signed(desk, case_id, "sud_benefits")
    assert (await desk.knock(case_id, "eligibility", request_id)).status_code == 200
    for knocked in (
        await desk.knock(case_id, "behavioural_benefits", request_id),
        await desk.knock(other, "eligibility", request_id),
    ):
        assert (knocked.status_code, knocked.json()["code"]) == (409, "idempotency_conflict")
    (row,) = await accounted(desk)
    assert (str(row.case_id), row.purpose) == (case_id, "eligibility")


async def test_an_older_signature_covers_neither_the_holder_nor_the_group(desk: Desk) -> None:
    case_id = await desk.inquiry()
    async with desk.database.transaction() as session:
        await session.execute(update(ConsentRow).values(wording_version=1))
    await desk.correct(case_id, group_number="GRP-77")
    assert (await desk.knock(case_id, "eligibility", new_id())).json()["group_number"] is None
    await desk.correct(case_id, holder=OLIVE)
    refused = await desk.knock(case_id, "eligibility", new_id())
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
    await signed(desk, case_id, "insurer")
    assert (await desk.knock(case_id, "eligibility", new_id())).json()["holder"] == OLIVE


async def test_an_unknown_purpose_is_refused(desk: Desk) -> None:
    case_id = await desk.inquiry()
    assert (await desk.knock(case_id, "marketing", new_id())).status_code == 422
