"""The text a person signs at the desk, and the row that keeps which text it was."""

from shared.identity import Role
from tests.integration.intake.conftest import Desk


async def test_what_is_kept_with_the_answer_is_the_hash_of_the_text_that_was_shown(desk: Desk) -> None:
    case_id = await desk.inquiry()
    async with desk.client(Role.VOB) as client:
        shown = (await client.get("/api/v1/consents/sud_benefits/wording?language=es")).json()
    assert shown["label"].startswith("Sí, ")
    body = {"item": "sud_benefits", "given": True, "channel": "paper", "language": "es"}
    recorded = await desk.move(Role.VOB, case_id, "consents", body)
    kept = recorded.json()["consents"][0]
    assert (kept["item"], kept["language"], kept["wording_version"]) == ("sud_benefits", "es", 2)
    assert kept["wording_sha256"] == shown["sha256"]
    assert kept["expires_at"] is not None


async def test_benefits_by_name_need_a_signature_and_a_yes_on_the_phone_is_none(desk: Desk) -> None:
    case_id = await desk.inquiry()
    spoken = {"item": "sud_benefits", "given": True, "channel": "phone"}
    refused = await desk.move(Role.VOB, case_id, "consents", spoken)
    assert (refused.status_code, refused.json()["code"]) == (422, "written_consent_needed")
    by_phone = {"item": "sud_benefits", "given": False, "channel": "phone"}
    assert (await desk.move(Role.VOB, case_id, "consents", by_phone)).status_code == 201


async def test_a_text_that_is_not_there_in_a_language_is_said_to_be_missing_and_nothing_is_recorded(
    desk: Desk,
) -> None:
    case_id = await desk.inquiry()
    async with desk.client(Role.VOB) as client:
        missing = await client.get("/api/v1/consents/treatment/wording?language=es")
        assert (missing.status_code, missing.json()["code"]) == (404, "no_wording")
        assert (await client.get("/api/v1/consents/marketing/wording")).status_code == 422
    body = {"item": "contact", "given": False, "language": "es"}
    assert (await desk.move(Role.VOB, case_id, "consents", body)).status_code == 404
    states = {c["item"]: c["state"] for c in (await desk.case(case_id))["consents"]}
    assert states["contact"] == "given"


async def test_the_texts_are_for_those_who_record_consents(desk: Desk) -> None:
    for role in (Role.AUDITOR, Role.EHR):
        async with desk.client(role) as client:
            assert (await client.get("/api/v1/consents/insurer/wording")).status_code == 403
