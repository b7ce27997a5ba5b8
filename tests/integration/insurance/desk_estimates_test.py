"""What a stay may cost, from a verification on the API alone."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from services.insurance.rules.states import State
from shared.contracts.fact import new_id
from shared.contracts.insurance import EstimatePrepared
from shared.identity import Role
from tests.integration.insurance.conftest import Desk

EPISODE = [
    {"level": "withdrawal", "units": 5},
    {"level": "residential", "units": 21},
    {"level": "partial", "units": 15},
    {"level": "intensive", "units": 24},
]
STAY: dict[str, Any] = {"episode": EPISODE, "network": "in"}
GOOD_FAITH: dict[str, Any] = {
    "patient_name": "Marisol Okafor",
    "birth_date": "1988-04-12",
    "episode": [{"level": "residential", "units": 2}],
}


async def test_a_stay_is_priced_from_what_the_plan_said(desk: Desk) -> None:
    await desk.set_rates()
    case_id, verification_id = await desk.verification()
    answer = await desk.post(f"/api/v1/verifications/{verification_id}/estimates", STAY)
    assert answer.status_code == 201
    told = answer.json()
    low, likely, high = (Decimal(told[name]) for name in ("low", "likely", "high"))
    assert Decimal(0) < low <= likely <= high
    lines = told["readings"]["likely"]["lines"]
    assert [line["level"] for line in lines] == [step["level"] for step in EPISODE]
    assert [line["starts_on"] for line in lines] == sorted(line["starts_on"] for line in lines)
    assert told["evidence"]
    assert all(one["sentence"].endswith(".") for one in told["caveats"])
    said = (await desk.insurance.said(case_id))[-1]
    assert isinstance(said, EstimatePrepared)
    assert (str(said.estimate_id), said.verification_id) == (told["estimate_id"], verification_id)
    again = (await desk.get(f"/api/v1/estimates/{told['estimate_id']}")).json()
    assert again == told
    (row,) = (await desk.get(f"/api/v1/cases/{case_id}/estimates")).json()["estimates"]
    assert row["likely"] == told["likely"]
    assert ("estimate.prepare", case_id, "vob") in await desk.audited()


async def test_the_client_hears_of_the_estimate_that_was_made(desk: Desk) -> None:
    await desk.set_rates()
    _, verification_id = await desk.verification()
    told = (await desk.post(f"/api/v1/verifications/{verification_id}/estimates", STAY)).json()
    summary = (await desk.get(f"/api/v1/verifications/{verification_id}/summary")).json()
    assert f"${Decimal(told['high']):,.2f}" in summary["text"]


async def test_an_unknown_network_widens_the_range(desk: Desk) -> None:
    await desk.set_rates()
    _, verification_id = await desk.verification()
    path = f"/api/v1/verifications/{verification_id}/estimates"
    refused = await desk.post(path, STAY | {"network": None})
    assert (refused.status_code, refused.json()["code"]) == (422, "rates_missing")
    assert {one["kind"] for one in refused.json()["missing"]} == {"out"}
    payer = await desk.get("/api/v1/payers/northstar")
    body = {"name": payer.json()["name"], "terms": {"out_of_network_allows": 0.5}}
    await desk.put("/api/v1/payers/northstar", body, headers={"if-match": payer.headers["etag"]})
    known = (await desk.post(path, STAY)).json()
    unknown = (await desk.post(path, STAY | {"network": None})).json()
    assert Decimal(unknown["high"]) > Decimal(known["high"])


async def test_a_missing_rate_is_named_with_what_to_do(desk: Desk) -> None:
    _, verification_id = await desk.verification()
    answer = await desk.post(f"/api/v1/verifications/{verification_id}/estimates", STAY)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "rates_missing")
    assert "in-network rate of this payer for withdrawal" in problem["detail"]
    assert "PUT /rates" in problem["detail"]
    assert {one["level"] for one in problem["missing"]} == {step["level"] for step in EPISODE}


async def test_an_estimate_sent_twice_is_one_estimate(desk: Desk) -> None:
    await desk.set_rates()
    case_id, verification_id = await desk.verification()
    path, headers = f"/api/v1/verifications/{verification_id}/estimates", {"idempotency-key": "e-1"}
    first = (await desk.post(path, STAY, headers=headers)).json()
    assert (await desk.post(path, STAY, headers=headers)).json() == first
    other = await desk.post(path, STAY | {"episode": EPISODE[:1]}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert len((await desk.get(f"/api/v1/cases/{case_id}/estimates")).json()["estimates"]) == 1


async def test_the_same_request_twice_at_one_moment_is_one_estimate(desk: Desk) -> None:
    await desk.set_rates()
    case_id, verification_id = await desk.verification()
    path, headers = f"/api/v1/verifications/{verification_id}/estimates", {"idempotency-key": "e-1"}
    answers = await asyncio.gather(*(desk.post(path, STAY, headers=headers) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["estimate_id"] for answer in answers}) == 1
    said = [fact for fact in await desk.insurance.said(case_id) if isinstance(fact, EstimatePrepared)]
    assert len(said) == 1


async def test_nothing_is_estimated_from_a_plan_nobody_verified(desk: Desk) -> None:
    await desk.set_rates()
    _, verification_id = await desk.verification(State.MANUAL_REVIEW, member_id="TCPEND05")
    answer = await desk.post(f"/api/v1/verifications/{verification_id}/estimates", STAY)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_verified")


@pytest.mark.parametrize(
    "wrong",
    [
        {"episode": []},
        {"episode": [{"level": "spa", "units": 3}]},
        {"episode": [{"level": "residential", "units": 0}]},
        {"episode": EPISODE * 4},
        {"network": "both"},
        {"episode": [{"level": "residential", "units": 366, "starts_on": "9999-12-31"}]},
        {"options": {"balance_billing": True, "magic": 1}},
        {"options": {"assumed_coinsurance_in": 20}},
    ],
)
async def test_a_stay_that_cannot_be_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    _, verification_id = await desk.verification()
    answer = await desk.post(f"/api/v1/verifications/{verification_id}/estimates", STAY | wrong)
    assert answer.status_code == 422


async def test_what_was_paid_in_the_end_shows_how_good_estimates_are(desk: Desk) -> None:
    await desk.set_rates()
    _, verification_id = await desk.verification()
    told = (await desk.post(f"/api/v1/verifications/{verification_id}/estimates", STAY)).json()
    path = f"/api/v1/estimates/{told['estimate_id']}/actual"
    paid = str(Decimal(told["likely"]) + 10)
    assert (await desk.post(path, {"amount": paid}, role=Role.CLINICIAN)).status_code == 403
    assert (await desk.post(path, {"amount": "-1"})).status_code == 422
    assert (await desk.post(path, {"amount": paid})).json()["actual"] == paid
    (one,) = (await desk.get("/api/v1/estimates/accuracy")).json()["payers"]
    assert (one["payer"], one["count"], Decimal(one["median_error"])) == ("northstar", 1, Decimal(10))
    assert (await desk.post(f"/api/v1/estimates/{new_id()}/actual", {"amount": "1"})).status_code == 404


async def test_who_pays_alone_gets_a_letter_in_their_language(desk: Desk) -> None:
    await desk.set_rates()
    case_id = new_id()
    answer = await desk.post(f"/api/v1/cases/{case_id}/good_faith_estimates", GOOD_FAITH)
    assert answer.status_code == 201
    told = answer.json()
    assert told["total"] == told["likely"] == told["high"]
    assert Decimal(told["total"]) == 1700
    assert told["due_by"]
    path = f"/api/v1/estimates/{told['estimate_id']}/document"
    english, spanish = (await desk.get(path)).json(), (await desk.get(f"{path}?language=es")).json()
    assert "Marisol Okafor" in english["text"]
    assert "$1,700.00" in spanish["text"]
    assert english["text"] != spanish["text"]
    said = (await desk.insurance.said(case_id))[-1]
    assert isinstance(said, EstimatePrepared)
    assert said.verification_id is None
    async with desk.insurance.database.reading() as session:
        assert "Okafor" not in repr((await session.execute(text("select * from estimates"))).all())


async def test_the_same_request_is_the_first_estimate_whatever_the_rates_say_by_then(desk: Desk) -> None:
    path, key = f"/api/v1/cases/{new_id()}/good_faith_estimates", {"idempotency-key": "gfe-1"}
    await desk.set_rates()
    first = (await desk.post(path, GOOD_FAITH, headers=key)).json()
    none_left: dict[str, object] = {"payer": None, "rates": []}
    assert (await desk.put("/api/v1/rates", none_left, role=Role.DIRECTOR)).status_code == 200
    again = (await desk.post(path, GOOD_FAITH, headers=key)).json()
    assert again == first
    assert (await desk.get(f"/api/v1/estimates/{first['estimate_id']}")).json()["due_by"] == first["due_by"]
    other = await desk.post(path, GOOD_FAITH | {"patient_name": "Rue Ames"}, headers=key)
    assert other.status_code == 409


async def test_a_good_faith_estimate_needs_a_rate_and_a_person(desk: Desk) -> None:
    path = f"/api/v1/cases/{new_id()}/good_faith_estimates"
    missing = await desk.post(path, GOOD_FAITH)
    assert (missing.status_code, missing.json()["code"]) == (422, "rates_missing")
    nobody = await desk.post(path, GOOD_FAITH | {"patient_name": "\x00"})
    assert nobody.status_code == 422
    odd = await desk.post(path, GOOD_FAITH | {"diagnosis_codes": ["Okafor"]})
    assert odd.status_code == 422
    assert "Okafor" not in odd.text
    assert (await desk.post(path, GOOD_FAITH, role=Role.AUDITOR)).status_code == 403


async def test_an_estimate_that_is_not_there_is_not_found(desk: Desk) -> None:
    assert (await desk.get(f"/api/v1/estimates/{new_id()}")).status_code == 404
    assert (await desk.post(f"/api/v1/verifications/{new_id()}/estimates", STAY)).status_code == 404
