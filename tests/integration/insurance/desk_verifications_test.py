"""What staff are told of a verification, to whom, and what the audit chain keeps of it."""

from sqlalchemy import select

from services.insurance.rules.states import State
from services.insurance.tables import Attempt, Question, Verification
from shared.contracts.fact import new_id
from shared.identity import Role
from tests.integration.insurance.conftest import PRIYA, Desk


async def test_a_verification_is_told_in_plain_words_and_its_reading_is_recorded(desk: Desk) -> None:
    case_id, verification_id = await desk.verification()
    response = await desk.get(f"/api/v1/cases/{case_id}/verifications")
    assert response.status_code == 200
    (shown,) = response.json()["verifications"]
    assert shown["verification_id"] == str(verification_id)
    assert shown["state"] == "verified_active"
    assert "$750.00" in shown["summary"]
    assert shown["benefits"][0]["text"] == "Active coverage (the whole plan)"
    assert {"kind": "deductible", "remaining": "750"}.items() <= shown["shares"][0].items()
    assert {"level", "network", "covered", "basis"} <= shown["levels"][0].keys()
    assert (await desk.audited())[-1] == ("verification.list", case_id, "vob")


async def test_a_case_without_a_verification_has_an_empty_list(desk: Desk) -> None:
    assert (await desk.get(f"/api/v1/cases/{new_id()}/verifications")).json() == {"verifications": []}


async def test_only_those_who_need_it_may_read(desk: Desk) -> None:
    path = f"/api/v1/cases/{new_id()}/verifications"
    assert (await desk.get(path, role=Role.ALUMNI)).status_code == 403
    assert (await desk.client.get(path)).status_code == 401


async def test_a_figure_is_traced_to_its_segment(desk: Desk) -> None:
    case_id, verification_id = await desk.verification()
    shown = (await desk.get(f"/api/v1/verifications/{verification_id}")).json()
    deductible = next(one for one in shown["shares"] if one["kind"] == "deductible")
    at = deductible["evidence"][0]
    answer = await desk.get(f"/api/v1/verifications/{verification_id}/answers/{at['question_id']}")
    segments = {one["position"]: one for one in answer.json()["segments"]}
    assert segments[at["position"]]["segment"] == "EB"
    assert segments[at["position"]]["words"].startswith("Deductible")
    assert segments[1]["name"] == "interchange begins"
    assert (await desk.audited())[-1] == ("verification.answer", case_id, "vob")


async def test_an_answer_fetched_for_another_case_is_audited_there_too(desk: Desk) -> None:
    theirs, earlier = await desk.verification()
    case_id, later = await desk.verification()
    async with desk.insurance.database.transaction() as session:
        fetched = select(Attempt.id).where(Attempt.verification_id == earlier)
        (await session.get_one(Question, later)).answered_by = await session.scalar(fetched)
    for path, action in (
        (f"/api/v1/verifications/{later}", "verification.read"),
        (f"/api/v1/verifications/{later}/answers/{later}", "verification.answer"),
        (f"/fhir/R4B/Coverage/{later}", "fhir.coverage"),
    ):
        assert (await desk.get(path)).status_code == 200
        assert [row[:2] for row in (await desk.audited())[-2:]] == [(action, case_id), (action, theirs)]


async def test_the_raw_answer_is_for_those_who_check_it(desk: Desk) -> None:
    _, verification_id = await desk.verification()
    path = f"/api/v1/verifications/{verification_id}/answers/{verification_id}"
    assert (await desk.get(path, role=Role.CLINICIAN)).status_code == 403
    assert (await desk.get(path, role=Role.AUDITOR)).status_code == 200
    other = f"/api/v1/verifications/{verification_id}/answers/{new_id()}"
    assert (await desk.get(other)).status_code == 404
    assert (await desk.get(f"/api/v1/verifications/{new_id()}")).status_code == 404
    assert (await desk.get("/api/v1/verifications/not-an-id")).status_code == 422


async def test_a_refusal_is_told_in_the_payers_words_and_ours(desk: Desk) -> None:
    _, verification_id = await desk.verification(State.NEEDS_CORRECTION, member_id="TCAAA72")
    shown = (await desk.get(f"/api/v1/verifications/{verification_id}")).json()
    refusals = [one for question in shown["questions"] for one in question["refusals"]]
    assert {"72"} == {one["reason"] for one in refusals}
    assert refusals[0]["payer_words"] == "the member number is missing or wrong"
    assert shown["to_do"]


async def test_a_recheck_is_a_new_question_and_only_one_at_a_time(desk: Desk) -> None:
    case_id, verification_id = await desk.verification()
    await desk.insurance.kill()
    path = f"/api/v1/verifications/{verification_id}/recheck"
    answer = await desk.post(path, role=Role.COORDINATOR)
    assert answer.status_code == 202
    assert answer.json()["verification_id"] != str(verification_id)
    again = await desk.post(path, {"reason": None})
    assert (again.status_code, again.json()["code"]) == (409, "already_asking")
    async with desk.insurance.database.reading() as session:
        states = await session.scalars(select(Verification.state).where(Verification.case_id == case_id))
        assert sorted(states) == ["requested", "verified_active"]


async def test_a_recheck_says_what_it_costs_and_a_reason_makes_it_a_fresh_one(desk: Desk) -> None:
    _, verification_id = await desk.verification()
    shown = (await desk.get(f"/api/v1/verifications/{verification_id}")).json()
    assert shown["recheck"]["billed"] is False
    path = f"/api/v1/verifications/{verification_id}/recheck"
    assert (await desk.post(path, {"reason": "because"})).status_code == 422
    fresh = (await desk.post(path, {"reason": "card_changed"})).json()["verification_id"]
    seen = (await desk.get(f"/api/v1/verifications/{fresh}")).json()
    assert (seen["cause"], seen["forced"]) == ("recheck", "card_changed")


async def test_a_recheck_of_nothing_is_not_found(desk: Desk) -> None:
    path = f"/api/v1/verifications/{new_id()}/recheck"
    assert (await desk.post(path)).status_code == 404
    assert (await desk.post(path, role=Role.CLINICIAN)).status_code == 403


async def test_the_client_reads_the_answer_in_their_language(desk: Desk) -> None:
    _, verification_id = await desk.verification()
    path = f"/api/v1/verifications/{verification_id}/summary"
    english, spanish = (await desk.get(path)).json(), (await desk.get(f"{path}?language=es")).json()
    assert english["text"] != spanish["text"]
    assert len(english["parts"]) == len(spanish["parts"]) > 2
    assert (await desk.get(f"{path}?language=xx")).status_code == 422


async def test_two_verifications_of_a_case_are_compared_and_the_change_is_noted(desk: Desk) -> None:
    case_id, first = await desk.verification()
    _, second = await desk.verification(State.VERIFIED_INACTIVE, case_id, **PRIYA)
    compared = (await desk.get(f"/api/v1/verifications/{first}/compare?with={second}")).json()
    assert (compared["before"], compared["after"]) == (str(first), str(second))
    assert "status" in compared["alarming"]
    queue = (await desk.get("/api/v1/queue?kind=changed")).json()["items"]
    assert [item["verification_id"] for item in queue] == [str(second)]
    noted = await desk.post(f"/api/v1/changes/{second}/noted")
    assert noted.json()["noted_at"]
    assert (await desk.get("/api/v1/queue?kind=changed")).json()["items"] == []
    assert (await desk.post(f"/api/v1/changes/{new_id()}/noted")).status_code == 404


async def test_verifications_of_two_cases_are_not_compared(desk: Desk) -> None:
    _, one = await desk.verification()
    _, other = await desk.verification()
    answer = await desk.get(f"/api/v1/verifications/{one}/compare?with={other}")
    assert (answer.status_code, answer.json()["code"]) == (422, "other_case")
