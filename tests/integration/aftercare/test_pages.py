"""The staff's API and the calendar file over HTTP."""

import json
import re
from typing import Any
from uuid import UUID

import httpx2
from icalendar import Calendar
from sqlalchemy import update

from services.aftercare.plans.listing_changes import LISTING_CHANGE
from services.aftercare.tables import Meeting
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType

from .conftest import LIST, Aftercare, discharged

LOUD = re.compile(r"\b(smart|recovery|aa|na|rehab|addiction|sober)\b", re.IGNORECASE)


async def enrolled(aftercare: Aftercare, *, consent: bool = True) -> UUID:
    fact = discharged(consent=consent)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    return fact.case_id


def week_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Without the one that is only kept beside the week, to fall back on."""
    return [one for one in plan["enrolments"] if not one["fall_back"]]


async def close(aftercare: Aftercare, meeting_id: UUID) -> None:
    """It is no longer listed; nothing has followed from that yet."""
    async with aftercare.database.transaction() as session:
        gone = update(Meeting).where(Meeting.id == meeting_id)
        await session.execute(gone.values(withdrawn_on=clock.now().date()))


async def test_staff_see_the_plan_with_reasons_for_and_against(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await enrolled(aftercare)
    plan = (await web.get(f"/api/v1/cases/{case_id}/plan")).json()
    assert (plan["state"], plan["pathway"], plan["target"]) == ("active", "smart_first", 3)
    assert len(week_of(plan)) == 3
    (spare,) = (one for one in plan["enrolments"] if one["fall_back"])
    assert spare["state"] == "suggested"
    assert all(sum(r["points"] for r in one["reasons"]) == one["score"] for one in plan["enrolments"])
    assert {"LANGUAGE", "AUDIENCE_EXCLUSIVE"} <= {one["reason"] for one in plan["rejected"]}
    assert re.fullmatch(r"http://aftercare/calendar/[0-9a-f]{32}\.ics", plan["calendar_url"])


async def test_the_calendar_file_is_neutral_and_needs_no_sign_in(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await enrolled(aftercare)
    plan = (await web.get(f"/api/v1/cases/{case_id}/plan")).json()
    answer = await web.get(plan["calendar_url"], headers={"authorization": ""})
    assert answer.headers["content-type"].startswith("text/calendar")
    assert not LOUD.search(answer.text)
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert {str(one["uid"]) for one in events} == {one["enrolment_id"] for one in week_of(plan)}


async def test_every_wrong_link_gets_the_same_plain_page(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    await enrolled(aftercare)
    pages = [
        await web.get(path)
        for path in ("/my/enter/x", f"/calendar/{'0' * 32}.ics", f"/calendar/{'0' * 32}", "/calendar/x.ics")
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({re.sub(r'name="back" value="[^"]*"', "", page.text) for page in pages}) == 1


async def test_staff_answer_for_a_client_on_the_telephone(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await enrolled(aftercare, consent=False)
    plan_url = f"/api/v1/cases/{case_id}/plan"
    first, second, _ = (one["enrolment_id"] for one in week_of((await web.get(plan_url)).json()))
    assert (await web.post(f"{plan_url}/enrolments/{first}/accept")).json()["plan_state"] == "active"
    assert (await web.post(f"{plan_url}/enrolments/{second}/decline")).json()["state"] == "declined"
    refused = await web.post(f"{plan_url}/enrolments/{second}/accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_open")
    assert (await web.post(f"{plan_url}/enrolments/{new_id()}/accept")).status_code == 404


async def test_changed_wishes_lead_to_another_suggestion(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await enrolled(aftercare, consent=False)
    url = f"/api/v1/cases/{case_id}/preferences"
    wanted = (await web.get(url)).json()
    assert (wanted["zone"], wanted["target"]) == ("America/Los_Angeles", 3)
    wanted |= {"languages": ["es"], "target": 2, "pathway": "smart_only"}
    assert (await web.put(url, json=wanted)).status_code == 200
    await aftercare.run_jobs()
    plan = (await web.get(f"/api/v1/cases/{case_id}/plan")).json()
    offered = [one["name"] for one in week_of(plan) if one["state"] == "suggested"]
    assert len(offered) == 2
    assert all("español" in name or "miércoles" in name for name in offered)
    wrong = await web.put(url, json={"zone": "Nowhere/Town"})
    assert wrong.status_code == 422
    assert "Nowhere" not in wrong.text


async def test_the_roster_says_what_each_plan_needs(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    asked = await enrolled(aftercare, consent=False)
    going = await enrolled(aftercare)
    rows = {row["case_id"]: row for row in (await web.get("/api/v1/roster")).json()["plans"]}
    assert rows[str(asked)]["needs"] == "Ask the client about the suggested meetings."
    assert rows[str(going)]["needs"] == ""
    assert rows[str(going)]["next_occurrence_at"]


async def test_a_list_is_taken_in_over_http(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    taken = await web.post("/api/v1/meetings/imports", params={"source": "second"}, content=LIST)
    body = taken.json()
    assert (taken.status_code, body["added"]) == (201, body["accepted"])
    assert body["accepted"] + len(body["rejected"]) == body["rows"]
    refused = await web.post("/api/v1/meetings/imports", params={"source": "second"}, content=b"<html>")
    assert (refused.status_code, refused.json()["reason"]) == (422, "markup")
    listed = (await web.get("/api/v1/meetings", params={"limit": 1000})).json()["meetings"]
    assert len(listed) == 2 * body["accepted"]


async def test_a_meeting_that_moves_moves_in_the_calendar_too(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await enrolled(aftercare)
    plan = (await web.get(f"/api/v1/cases/{case_id}/plan")).json()
    rows = [row | {"time": "19:05", "end_time": "20:00"} for row in json.loads(LIST) if "time" in row]
    await web.post("/api/v1/meetings/imports", params={"source": "demo"}, json=rows)
    said_before = await aftercare.said(case_id)
    await aftercare.run_jobs(LISTING_CHANGE)
    answer = await web.get(plan["calendar_url"])
    entries: list[Any] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert {str(one["uid"]) for one in entries} == {one["enrolment_id"] for one in week_of(plan)}
    assert {f"{one['dtstart'].dt:%H:%M}" for one in entries} == {"19:05"}
    assert {one["sequence"] for one in entries} == {1}
    said = (await aftercare.said(case_id))[len(said_before) :]
    assert sorted(said) == ["invitation_issued"] * 3 + ["listing_changed"] * 3


async def test_a_closed_meeting_is_a_task_for_staff(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await enrolled(aftercare)
    (first, *_) = await aftercare.enrolments(case_id)
    await close(aftercare, first.meeting_id)
    (row,) = (await web.get("/api/v1/roster")).json()["plans"]
    assert row["needs"] == "A meeting is no longer listed: call, and look for another."


async def test_nobody_is_sent_to_a_meeting_that_closed_since(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await enrolled(aftercare, consent=False)
    (first, *_) = await aftercare.enrolments(case_id)
    await close(aftercare, first.meeting_id)
    yes = await web.post(f"/api/v1/cases/{case_id}/plan/enrolments/{first.id}/accept")
    assert (yes.status_code, yes.json()["code"]) == (409, "not_open")


async def test_the_calendar_of_a_closed_plan_ends_its_entries(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    plan = (await web.get(f"/api/v1/cases/{fact.case_id}/plan")).json()
    died = {"event_id": new_id(), "type": DischargeType.DECEASED}
    await aftercare.hear(fact.model_copy(update=died))
    answer = await web.get(plan["calendar_url"])
    assert answer.status_code == 200
    entries: list[Any] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [(one["status"], one["sequence"]) for one in entries] == [("CANCELLED", 1)] * 3


async def test_nobody_without_a_role_sees_a_plan(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await enrolled(aftercare)
    for path in (f"/api/v1/cases/{case_id}/plan", f"/api/v1/cases/{case_id}/preferences", "/api/v1/roster"):
        assert (await web.get(path, headers={"authorization": ""})).status_code == 401
