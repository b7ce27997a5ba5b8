"""The work list, concerns, questionnaires, visits and figures as staff reach them."""

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from services.aftercare.plans.opening import latest_plan
from shared import clock
from shared.contracts.fact import new_id
from shared.identity import Role

from .conftest import Aftercare, SetClock, bearer
from .follow_up_case import Client


@pytest.fixture
async def client(aftercare: Aftercare, set_clock: SetClock) -> Client:
    client = Client(aftercare, set_clock)
    await client.leaves()
    await client.at(2.1)
    return client


async def test_the_work_list_names_nobody_and_shows_what_is_due(
    client: Client, web: httpx2.AsyncClient
) -> None:
    shown = (await web.get("/api/v1/follow-ups")).json()
    (first,) = [one for one in shown["follow_ups"] if one["kind"] == "first_call"]
    assert first["case_id"] == str(client.case_id)
    assert set(first).isdisjoint({"name", "note", "phone"})
    coming = (await web.get("/api/v1/follow-ups", params={"coming": "true"})).json()
    assert len(coming["follow_ups"]) > len(shown["follow_ups"])


async def test_a_call_is_taken_tried_and_taken_back(client: Client, web: httpx2.AsyncClient) -> None:
    (first,) = (await web.get("/api/v1/follow-ups", params={"kind": "first_call"})).json()["follow_ups"]
    here = f"/api/v1/follow-ups/{first['follow_up_id']}"
    mine = str(new_id())
    taken = await web.put(
        f"{here}/owner", json={"staff_id": mine}, headers={"if-match": f'"{first["version"]}"'}
    )
    assert taken.json()["owner_id"] == mine
    stale = await web.put(
        f"{here}/owner", json={"staff_id": None}, headers={"if-match": f'"{first["version"]}"'}
    )
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")

    attempt = {"id": str(new_id()), "channel": "call", "outcome": "reached", "note": "Doing fine"}
    once = await web.post(f"{here}/attempts", json=attempt)
    twice = await web.post(f"{here}/attempts", json=attempt)
    assert (once.status_code, twice.json()["attempt_id"]) == (201, once.json()["attempt_id"])
    read = (await web.get(here)).json()
    assert (read["state"], [one["note"] for one in read["tries"]]) == ("done", ["Doing fine"])
    assert (await web.post(f"{here}/complete")).status_code == 409
    back = await web.delete(f"{here}/attempts/{once.json()['attempt_id']}")
    assert back.json()["state"] == "open"


async def test_alumni_coordinators_see_only_who_agreed_to_aftercare(
    client: Client, web: httpx2.AsyncClient, keys_dir: Path
) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        plan.consent_id = None
    alumni = bearer(keys_dir, Role.ALUMNI)
    assert (await web.get("/api/v1/follow-ups", headers=alumni)).json()["follow_ups"] == []
    assert (await web.get("/api/v1/follow-ups")).json()["follow_ups"] != []
    own = await web.get(f"/api/v1/cases/{client.case_id}/check-ins", headers=alumni)
    assert own.status_code == 403


async def test_a_worried_colleague_raises_a_concern_and_another_takes_it_on(
    client: Client, web: httpx2.AsyncClient
) -> None:
    new = {"id": str(new_id()), "level": 3}
    raised = await web.post(f"/api/v1/cases/{client.case_id}/concerns", json=new)
    again = await web.post(f"/api/v1/cases/{client.case_id}/concerns", json=new)
    assert raised.json()["concern_id"] == again.json()["concern_id"]
    listed = (await web.get("/api/v1/concerns")).json()
    assert (listed["on_call"], len(listed["concerns"])) == (False, 1)
    here = f"/api/v1/concerns/{raised.json()['concern_id']}"
    assert (await web.post(f"{here}/acknowledge")).json()["acknowledged_at"]
    assert (await web.post(f"{here}/resolve", json={"note": "Seen at once"})).status_code == 200
    assert (await web.post(f"{here}/resolve", json={"note": "Again"})).status_code == 409
    (kept,) = (await web.get(f"/api/v1/cases/{client.case_id}/concerns")).json()["concerns"]
    assert kept["note"] == "Seen at once"


async def test_a_bam_from_paper_is_scored_and_a_wrong_item_refused_without_repeating_it(
    client: Client, web: httpx2.AsyncClient
) -> None:
    here = f"/api/v1/cases/{client.case_id}/check-ins"
    on = clock.now().date().isoformat()
    items = {str(number): 1 for number in (4, 5, 6)}
    entered = await web.post(here, json={"instrument": "bam", "on": on, "items": items})
    assert (entered.status_code, entered.json()["scores"], entered.json()["flags"]) == (
        201,
        {"use": 3},
        ["use"],
    )
    wrong = await web.post(here, json={"instrument": "bam", "on": on, "items": {"4": 987654}})
    assert (wrong.status_code, "987654" in wrong.text) == (422, False)
    assert len((await web.get(here)).json()["check_ins"]) >= 1
    late = (clock.now() + timedelta(days=3)).date().isoformat()
    assert (await web.post(here, json={"instrument": "bam", "on": late, "items": items})).status_code == 422


async def test_a_facilitator_tells_us_only_what_the_client_allowed(
    client: Client, web: httpx2.AsyncClient
) -> None:
    date = await client.date(1)
    here = f"/api/v1/cases/{client.case_id}/dates/{date.id}/attendance"
    said = {"outcome": "attended", "source": "facilitator"}
    assert (await web.put(here, json=said)).json()["code"] == "permission_needed"
    kept = await web.put(here, json={**said, "client_permits": True})
    assert (kept.json()["state"], kept.json()["evidence"]) == ("attended", 3)
    weaker = await web.put(here, json={"outcome": "missed", "source": "client"})
    assert weaker.status_code == 409


async def test_a_visit_is_recorded_once_and_withdrawn_when_it_was_an_error(
    client: Client, web: httpx2.AsyncClient
) -> None:
    here = f"/api/v1/cases/{client.case_id}/clinical-visits"
    visit = {"at": (clock.now() - timedelta(hours=3)).isoformat()}
    first, second = await web.post(here, json=visit), await web.post(here, json=visit)
    assert first.json()["visit_id"] == second.json()["visit_id"]
    gone = await web.delete(f"{here}/{first.json()['visit_id']}")
    assert gone.json()["withdrawn_at"]
    coming = {"at": (clock.now() + timedelta(hours=3)).isoformat()}
    assert (await web.post(here, json=coming)).status_code == 422


async def test_the_figures_of_one_client_are_all_hidden(client: Client, web: httpx2.AsyncClient) -> None:
    await client.date(1)
    answer = await web.get("/api/v1/measures")
    assert answer.status_code == 200
    figures = answer.json()
    assert figures["after_leaving"]["discharges"] is None
    assert figures["after_leaving"]["clinical"]["day_7"] == {"met": None, "percent": None}
    assert set(figures["retention_percent"]["standard"]) == {None}
    assert figures["lists"]["sources"][0]["source"] == "demo"
    wrong = await web.get("/api/v1/measures", params={"from": "2027-02-01", "to": "2027-01-01"})
    assert wrong.json()["code"] == "bad_span"
