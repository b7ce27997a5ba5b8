"""The staff's doors to lists, meetings and the groups of the house."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.plans.enrolment import end_enrolments
from services.aftercare.plans.kept_apart import keep_apart
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import Meeting
from shared.audit import audit
from shared.contracts.fact import new_id
from shared.identity import Role

from .conftest import LIST, Aftercare, bearer, discharged

MEETINGS = 46  # of 40 rows: some are held on several days
GROUP = {
    "name": "Evening Tools",
    "weekday": 3,
    "time": "18:30",
    "timezone": "America/Denver",
    "seats": 6,
    "conference_url": "https://meet.example.org/evening",
}


async def found(web: httpx2.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    answer = await web.get("/api/v1/meetings", params={"limit": 1000, **wanted})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["meetings"])


async def take(web: httpx2.AsyncClient, rows: list[dict[str, Any]], **options: Any) -> httpx2.Response:
    return await web.post(
        "/api/v1/meetings/imports", params={"source": "demo", **options}, content=json.dumps(rows).encode()
    )


async def actions(aftercare: Aftercare) -> list[str]:
    async with aftercare.database.reading() as session:
        return list(await session.scalars(select(audit.c.action).order_by(audit.c.seq)))


async def test_meetings_are_found_by_day_programme_way_and_words(web: httpx2.AsyncClient) -> None:
    everything = await found(web)
    assert len(everything) == MEETINGS
    mondays = await found(web, weekday=1)
    assert mondays
    assert {one["weekday"] for one in mondays} == {1}
    online = await found(web, modality="online", programme="smart")
    assert online
    assert all("online" in one["modalities"] and one["programme"] == "smart" for one in online)
    word = everything[0]["name"].split()[0]
    by_name = await found(web, text=word.upper())
    assert everything[0]["meeting_id"] in [one["meeting_id"] for one in by_name]
    assert all(word.lower() in (one["name"] + one["address"]).lower() for one in by_name)
    assert await found(web, text="100%") == []
    assert await found(web, source="another list") == []


async def test_a_long_list_is_read_page_by_page(web: httpx2.AsyncClient) -> None:
    everything = [one["meeting_id"] for one in await found(web)]
    first = [one["meeting_id"] for one in await found(web, limit=15)]
    rest = [one["meeting_id"] for one in await found(web, after=first[-1])]
    assert first + rest == everything


async def test_a_refused_list_says_why_and_a_director_may_believe_it(
    web: httpx2.AsyncClient, aftercare: Aftercare, keys_dir: Path
) -> None:
    few = json.loads(LIST)[:10]
    refused = await take(web, few)
    assert refused.status_code == 422
    problem = refused.json()
    assert (problem["code"], problem["reason"]) == ("snapshot_refused", "much_smaller_than_before")
    assert "believe=true" in problem["detail"]
    assert (await take(web, few, believe=True)).status_code == 403

    web.headers.update(bearer(keys_dir, Role.DIRECTOR))
    believed = await take(web, few, believe=True)
    assert believed.status_code == 201, believed.text
    assert believed.json()["unseen"] == MEETINGS - 10
    assert (await take(web, [], believe=True)).json()["reason"] == "empty"
    assert (await actions(aftercare))[-3:] == ["meetings.import", "meetings.believe", "meetings.believe"]

    shown = (await web.get("/api/v1/meetings/imports", params={"source": "demo"})).json()["imports"]
    assert [(one["verdict"], one["reason"]) for one in shown] == [
        ("refused", "empty"),
        ("taken", "much_smaller_than_before"),
        ("refused", "much_smaller_than_before"),
        ("taken", None),
    ]
    one = (await web.get(f"/api/v1/meetings/imports/{shown[1]['import_id']}")).json()
    assert len(one["changes"]["missing"]) == MEETINGS - 10
    assert (await web.get(f"/api/v1/meetings/imports/{new_id()}")).status_code == 404


async def test_a_meeting_shows_how_its_list_told_of_it(web: httpx2.AsyncClient) -> None:
    rows = json.loads(LIST)
    rows[0]["time"] = "17:45"
    assert (await take(web, rows)).status_code == 201
    assert (await take(web, rows[1:])).status_code == 201
    mine = next(
        one for one in await found(web) if one["time"] == "17:45" and one["weekday"] == rows[0]["day"]
    )
    shown = (await web.get(f"/api/v1/meetings/{mine['meeting_id']}")).json()
    assert shown["listing"]["source_id"] == rows[0]["slug"]
    assert [event["what"] for event in shown["sightings"]["events"]] == [["missing"], ["changed"]]
    assert (shown["sightings"]["listed"], shown["sightings"]["unseen_days"]) == (False, 0)
    assert (await web.get(f"/api/v1/meetings/{new_id()}")).status_code == 404


async def test_staff_take_a_meeting_off_and_put_it_back(web: httpx2.AsyncClient) -> None:
    meeting_id = (await found(web))[0]["meeting_id"]
    off = await web.post(f"/api/v1/meetings/{meeting_id}/take-off")
    assert (off.json()["state"], off.json()["offerable"]) == ("withdrawn", False)
    assert [one["meeting_id"] for one in await found(web, state="withdrawn")] == [meeting_id]
    again = await take(web, json.loads(LIST))
    assert again.status_code == 201
    assert [one["meeting_id"] for one in await found(web, state="withdrawn")] == [meeting_id]
    back = await web.post(f"/api/v1/meetings/{meeting_id}/put-back")
    assert (back.json()["state"], back.json()["offerable"]) == ("active", True)
    assert (await web.post(f"/api/v1/meetings/{new_id()}/take-off")).status_code == 404


async def test_a_suspected_meeting_is_shown_and_cleared_by_whoever_asked(
    web: httpx2.AsyncClient, aftercare: Aftercare
) -> None:
    meeting_id = (await found(web))[0]["meeting_id"]
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Meeting, UUID(meeting_id))
        row.not_held_reports, row.suspect_since = 2, row.last_seen
    assert not (await web.get(f"/api/v1/meetings/{meeting_id}")).json()["offerable"]
    cleared = await web.post(f"/api/v1/meetings/{meeting_id}/clear-suspicion")
    assert (cleared.json()["suspect_since"], cleared.json()["offerable"]) == (None, True)
    assert "meeting.clear_suspicion" in await actions(aftercare)


async def test_the_name_of_the_houses_own_groups_is_no_lists(web: httpx2.AsyncClient) -> None:
    answer = await take(web, json.loads(LIST), source="House")
    assert (answer.status_code, answer.json()["code"]) == (422, "source_reserved")


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.COORDINATOR])
async def test_who_may_only_look_changes_nothing(web: httpx2.AsyncClient, keys_dir: Path, role: Role) -> None:
    meeting_id = (await found(web))[0]["meeting_id"]
    web.headers.update(bearer(keys_dir, role))
    assert (await web.get(f"/api/v1/meetings/{meeting_id}")).status_code == 200
    assert (await web.post(f"/api/v1/meetings/{meeting_id}/take-off")).status_code == 403
    assert (await web.post("/api/v1/groups", json=GROUP)).status_code == 403


async def test_staff_open_change_and_close_a_group_of_the_house(web: httpx2.AsyncClient) -> None:
    opened = await web.post("/api/v1/groups", json=GROUP)
    assert opened.status_code == 201, opened.text
    group = opened.json()
    assert (group["seats"], group["free"], group["waiting_count"]) == (6, 6, 0)
    assert (group["source"], group["state"], group["offerable"]) == ("house", "active", True)
    path = f"/api/v1/groups/{group['meeting_id']}"
    changed = await web.put(path, json=GROUP | {"time": "19:00", "seats": 4})
    assert (changed.json()["time"], changed.json()["seats"]) == ("19:00", 4)
    assert [one["time"] for one in (await web.get("/api/v1/groups")).json()["groups"]] == ["19:00"]
    assert (await web.post(f"/api/v1/meetings/{group['meeting_id']}/take-off")).status_code == 409

    assert (await web.post(f"{path}/close")).json()["state"] == "withdrawn"
    assert (await web.get("/api/v1/groups")).json()["groups"] == []
    assert (await web.put(path, json=GROUP)).status_code == 404
    assert (await web.post(f"/api/v1/groups/{new_id()}/close")).status_code == 404


async def test_a_mistake_in_a_group_is_said_without_what_was_written(web: httpx2.AsyncClient) -> None:
    answer = await web.post("/api/v1/groups", json=GROUP | {"conference_url": "", "name": "Quiet Room"})
    assert answer.status_code == 422
    assert "Quiet Room" not in answer.text
    assert "address" in answer.text


async def test_a_seat_is_asked_for_a_client_with_an_open_plan(web: httpx2.AsyncClient) -> None:
    group = (await web.post("/api/v1/groups", json=GROUP)).json()
    path = f"/api/v1/groups/{group['meeting_id']}"
    nobody = await web.post(f"{path}/seats/{new_id()}")
    assert (nobody.status_code, nobody.json()["code"]) == (409, "plan_not_open")
    shown = (await web.get(f"{path}/queue")).json()
    assert (shown["waiting"], shown["free"]) == ([], 6)
    assert (await web.get(f"/api/v1/groups/{new_id()}/queue")).status_code == 404


async def test_two_clients_want_the_last_seat_and_one_of_them_waits_for_it(
    web: httpx2.AsyncClient, aftercare: Aftercare
) -> None:
    group = (await web.post("/api/v1/groups", json=GROUP | {"seats": 1})).json()
    path = f"/api/v1/groups/{group['meeting_id']}"
    facts = [discharged(), discharged()]
    await aftercare.hear(*facts)
    asked = [(await web.post(f"{path}/seats/{fact.case_id}")).json() for fact in facts]
    assert [one["state"] for one in asked] == ["waiting", "waiting"]
    yes = [
        web.post(f"/api/v1/cases/{fact.case_id}/plan/enrolments/{one['enrolment_id']}/accept")
        for fact, one in zip(facts, asked, strict=True)
    ]
    # Before anybody was offered it: the seat is free, but two wait for it, so nobody just takes it.
    assert {one.json()["state"] for one in await asyncio.gather(*yes)} == {"waiting"}

    await aftercare.run_jobs("offer_seats")
    queue = (await web.get(f"{path}/queue")).json()["waiting"]
    first, second = queue
    assert (first["held_until"] is not None, second["held_until"]) == (True, None)
    answers = await asyncio.gather(*(accept(web, one) for one in (second, first)))
    assert answers == ["waiting", "active"]
    assert (await web.get(f"{path}/queue")).json()["free"] == 0
    # Who has the seat leaves, and it is offered to the one who waits.
    ended = await web.post(f"/api/v1/groups/{group['meeting_id']}/seats/{first['case_id']}")
    assert ended.json()["state"] == "active"
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, UUID(first["case_id"]), lock=True)
        assert plan is not None
        await end_enrolments(session, plan)
    await aftercare.run_jobs("offer_seats")
    assert await accept(web, second) == "active"


async def accept(web: httpx2.AsyncClient, waiting: dict[str, Any]) -> str:
    path = f"/api/v1/cases/{waiting['case_id']}/plan/enrolments/{waiting['enrolment_id']}/accept"
    answer = await web.post(path)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["state"])


async def test_two_who_must_not_meet_get_no_seat_in_one_group_and_no_word_of_why(
    web: httpx2.AsyncClient, aftercare: Aftercare
) -> None:
    group = (await web.post("/api/v1/groups", json=GROUP)).json()
    path = f"/api/v1/groups/{group['meeting_id']}/seats"
    one, other = discharged(), discharged()
    await aftercare.hear(one, other)
    async with aftercare.database.transaction() as session:
        await keep_apart(session, one.case_id, other.case_id)
    assert (await web.post(f"{path}/{one.case_id}")).status_code == 200
    refused = await web.post(f"{path}/{other.case_id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_offered")
    assert str(one.case_id) not in refused.text
