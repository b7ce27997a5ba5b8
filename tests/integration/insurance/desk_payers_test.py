"""The payer directory, the rates and the health board over HTTP."""

from typing import Any

import pytest

from services.insurance.rules.states import State
from shared.identity import Role
from tests.integration.insurance.conftest import Desk


async def test_the_plans_are_open_to_the_form(desk: Desk) -> None:
    payers = (await desk.client.get("/api/v1/payers")).json()["payers"]
    assert {"code": "northstar", "name": "Northstar Health Plan"} in [
        {"code": one["code"], "name": one["name"]} for one in payers
    ]


@pytest.mark.parametrize("search", ["nort", "northstar gold", "nortstar"])
async def test_a_plan_is_suggested_while_it_is_typed(desk: Desk, search: str) -> None:
    answer = await desk.client.get("/api/v1/payers", params={"search": search, "limit": 1})
    assert [one["code"] for one in answer.json()["payers"]] == ["northstar"]


@pytest.mark.parametrize("search", ["\x00", "x" * 200, "' or 1=1 --", "%_", "\u202e"])
async def test_odd_searches_find_nothing_and_break_nothing(desk: Desk, search: str) -> None:
    answer = await desk.client.get("/api/v1/payers", params={"search": search})
    assert answer.status_code == 200


async def test_a_payer_is_changed_at_the_version_somebody_saw(desk: Desk) -> None:
    shown = await desk.get("/api/v1/payers/northstar")
    known = shown.json()
    body = {name: known[name] for name in ("name", "aliases", "phone", "multi_stc")}
    body["ids"] = {"stedi": [{"id": "NS-77", "from": "2026-01-01", "enrolment": "required"}]}
    seen = {"if-match": shown.headers["etag"]}
    saved = await desk.put("/api/v1/payers/northstar", body, headers=seen)
    assert (saved.status_code, saved.json()["version"]) == (200, known["version"] + 1)
    stale = await desk.put("/api/v1/payers/northstar", body, headers=seen)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    unsaid = await desk.put("/api/v1/payers/northstar", body)
    assert (unsaid.status_code, unsaid.json()["code"]) == (428, "version_needed")
    assert saved.json()["ids"]["stedi"][0]["enrolment"] == "required"


async def test_a_new_payer_is_found_by_the_alias_somebody_added(desk: Desk) -> None:
    created = await desk.put("/api/v1/payers/river-oak", {"name": "River Oak Health", "phone": "555-0144"})
    assert created.json()["version"] == 1
    added = await desk.post("/api/v1/payers/river-oak/aliases", {"alias": "ROH Select"})
    assert added.status_code == 201
    again = await desk.post("/api/v1/payers/river-oak/aliases", {"alias": "roh select"})
    assert again.json()["aliases"] == ["ROH Select"]
    found = (await desk.client.get("/api/v1/payers?search=roh")).json()["payers"]
    assert found[0]["code"] == "river-oak"
    taken = await desk.post("/api/v1/payers/river-oak/aliases", {"alias": "Northstar PPO"})
    assert (taken.status_code, taken.json()["by"]) == (409, "northstar")


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "A" * 81},
        {"name": "Fine", "ids": {"stedi": [{"id": "A*B~"}]}},
        {"name": "Fine", "ids": {"stedi": [{"id": "AB", "from": "2026-02-01", "until": "2026-01-01"}]}},
        {"name": "Fine", "terms": {"balance_billing": "maybe"}},
        {"name": "Fine", "carve_out_to": "nobody-here"},
        {"name": "Fine", "more": True},
    ],
)
async def test_a_payer_that_cannot_be_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert (await desk.put("/api/v1/payers/river-oak", body)).status_code == 422
    assert (await desk.get("/api/v1/payers/river-oak")).status_code == 404


async def test_only_those_who_keep_the_directory_change_it(desk: Desk) -> None:
    body = {"name": "River Oak Health"}
    for role in (Role.COORDINATOR, Role.CLINICIAN, Role.AUDITOR):
        assert (await desk.put("/api/v1/payers/river-oak", body, role=role)).status_code == 403
    assert (await desk.client.get("/api/v1/payers/northstar")).status_code == 401
    assert (await desk.put("/api/v1/payers/River Oak", body)).status_code == 422


async def test_the_health_board_tells_how_payers_answer(desk: Desk) -> None:
    await desk.verification()
    await desk.verification(State.PAYER_UNAVAILABLE, member_id="TCAAA42")
    board = {one["code"]: one for one in (await desk.get("/api/v1/payers/health")).json()["payers"]}
    northstar = board["northstar"]
    assert northstar["adapter"] == "edi_http"
    assert northstar["latency_ms"] is not None
    assert northstar["waiting"] >= 1
    assert northstar["last_success_at"]
    quiet = board["golden-valley"]
    assert (quiet["breaker"], quiet["attempts"], quiet["failure_share"]) == ("closed", 0, None)


async def test_rates_are_replaced_as_a_whole_and_by_one_person_at_a_time(desk: Desk) -> None:
    await desk.set_rates()
    shown = await desk.get("/api/v1/rates?payer=northstar")
    assert [one["amount"] for one in shown.json()["rates"]].count("850") == 1
    body = {"payer": "northstar", "rates": []}
    seen = {"if-match": shown.headers["etag"]}
    assert (await desk.put("/api/v1/rates", body, role=Role.DIRECTOR, headers=seen)).status_code == 200
    stale = await desk.put("/api/v1/rates", body, role=Role.DIRECTOR, headers=seen)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    own = (await desk.get("/api/v1/rates?on=2026-05-01")).json()["rates"]
    assert {one["kind"] for one in own} == {"charge", "self_pay"}
    assert (await desk.get("/api/v1/rates?on=2019-05-01")).json()["rates"] == []


async def test_rates_that_cannot_be_are_refused(desk: Desk) -> None:
    rate = {"kind": "in", "level": "partial", "amount": "450", "unit": "day", "valid_from": "2026-01-01"}
    later = rate | {"valid_from": "2026-06-01"}

    async def sent(payer: str | None, *rates: dict[str, str]) -> tuple[int, str]:
        answer = await desk.put("/api/v1/rates", {"payer": payer, "rates": rates}, role=Role.DIRECTOR)
        return answer.status_code, answer.json().get("code", "")

    assert await sent("northstar", rate, later) == (422, "rates_overlap")
    assert (await sent("northstar", rate | {"valid_until": "2026-05-31"}, later))[0] == 200
    assert await sent("nobody-here", rate) == (422, "unknown_payer")
    assert (await sent(None, rate))[0] == 422
    assert (await sent("northstar", rate | {"amount": "-1"}))[0] == 422
    assert (await sent("northstar", rate | {"amount": "1.001"}))[0] == 422
    assert (await sent("northstar", rate | {"valid_until": "2025-01-01"}))[0] == 422
    assert (await desk.put("/api/v1/rates", {"rates": []}, role=Role.VOB)).status_code == 403
    assert (await desk.get("/api/v1/rates", role=Role.COORDINATOR)).status_code == 403
