"""The work list, concerns, questionnaires, visits and figures as staff reach them."""

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from services.aftercare.follow_up.check_ins import answer
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import CheckIn
from shared import clock
from shared.contracts.aftercare import Attended
from shared.contracts.fact import new_id
from shared.identity import Role

from .conftest import Aftercare, SetClock, bearer
from .follow_up_case import Client

ATTENDED, MISSED = Attended.ATTENDED, Attended.MISSED


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


async def test_an_alumni_coordinator_hears_of_danger_and_without_consent_of_nothing_else(
    client: Client, web: httpx2.AsyncClient, keys_dir: Path
) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        plan.consent_id = None
    here, alumni = f"/api/v1/cases/{client.case_id}/concerns", bearer(keys_dir, Role.ALUMNI)
    assert (await web.post(here, json={"level": 2, "cause": "use"})).status_code == 201
    assert (await web.get("/api/v1/concerns", headers=alumni)).json()["concerns"] == []
    noticed = await web.post(here, json={"level": 3}, headers=alumni)
    assert noticed.status_code == 201  # whoever notices danger may say so
    seen = (await web.get("/api/v1/concerns", headers=alumni)).json()["concerns"]
    assert [one["concern_id"] for one in seen] == [noticed.json()["concern_id"]]
    assert len((await web.get("/api/v1/concerns")).json()["concerns"]) == 2
    outsider = bearer(keys_dir, Role.AUDITOR)
    assert (await web.get("/api/v1/concerns", headers=outsider)).status_code == 403


async def test_a_call_is_not_ticked_off_and_what_the_client_answered_is_not_written_over(
    client: Client, web: httpx2.AsyncClient
) -> None:
    (first,) = (await web.get("/api/v1/follow-ups", params={"kind": "first_call"})).json()["follow_ups"]
    ticked = await web.post(f"/api/v1/follow-ups/{first['follow_up_id']}/complete")
    assert (ticked.status_code, ticked.json()["code"]) == (409, "attempt_needed")
    (check_in,) = await client.check_ins()
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        await answer(session, plan, await session.get_one(CheckIn, check_in.id), {"mood": 7})
    entered = {"instrument": "weekly", "on": check_in.due_on.isoformat(), "items": {"mood": 1}}
    refused = await web.post(f"/api/v1/cases/{client.case_id}/check-ins", json=entered)
    assert (refused.status_code, refused.json()["code"]) == (409, "answered_by_client")


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
    for hours in range(1, 31):  # many dates, and all of them one person's
        await client.date_with(1 + hours / 100, ATTENDED if hours % 2 else MISSED)
    told = await web.get("/api/v1/measures")
    assert told.status_code == 200
    figures = told.json()
    assert figures["adherence"]["planned"] is None
    assert set(figures["adherence"]["percent"].values()) == {None}
    assert "overlap" in figures["note"]
    assert figures["after_leaving"]["discharges"] is None
    assert figures["after_leaving"]["clinical"]["day_7"] == {"met": None, "percent": None}
    assert set(figures["retention_percent"]["standard"]) == {None}
    assert figures["lists"]["sources"][0]["source"] == "demo"
    wrong = await web.get("/api/v1/measures", params={"from": "2027-02-01", "to": "2027-01-01"})
    assert wrong.json()["code"] == "bad_span"
