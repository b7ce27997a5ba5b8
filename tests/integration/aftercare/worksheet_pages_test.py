"""The client's worksheets over HTTP, as a browser without a script uses them."""

import html
import re
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.tables import Concern, PointProgress, Worksheet
from shared.contracts.aftercare import Tool
from shared.contracts.fact import new_id

from .conftest import Aftercare, discharged
from .own_browser import come_in

URGE = {"at": "2026-11-24T21:30", "strength": "7", "trigger": "payday"}


async def with_session(aftercare: Aftercare, web: httpx2.AsyncClient) -> UUID:
    """A discharged client whose browser holds a session from now on."""
    fact = discharged()
    await aftercare.hear(fact)
    web.cookies.clear()
    await come_in(aftercare, web, fact.case_id)
    return fact.case_id


async def opened(web: httpx2.AsyncClient, tool: str, about: str = "") -> tuple[str, dict[str, str]]:
    """The address an empty form of a tool is sent to, and its hidden fields."""
    page = await web.get(f"/my/worksheets/new/{tool}", params={"about": about} if about else {})
    assert page.status_code == 200
    return form_in(page.text)


def form_in(page: str) -> tuple[str, dict[str, str]]:
    action = re.search(r'action="(/my/worksheets/[0-9a-f-]{36})" class="worksheet"', page)
    assert action
    return action[1], dict(re.findall(r'type="hidden" name="(tool|seen)" value="([^"]*)"', page))


async def saved(
    web: httpx2.AsyncClient, tool: str, answers: dict[str, str], do: str = "done"
) -> httpx2.Response:
    url, hidden = await opened(web, tool)
    return await web.post(url, data=hidden | answers | {"do": do})


async def sheets(aftercare: Aftercare, case_id: UUID) -> list[Worksheet]:
    async with aftercare.database.reading() as session:
        return list(await session.scalars(select(Worksheet).where(Worksheet.case_id == case_id)))


def text_of(page: httpx2.Response) -> str:
    return html.unescape(page.text)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("tool", [tool.value for tool in Tool])
async def test_every_tool_opens_as_a_form_in_both_languages(
    aftercare: Aftercare, web: httpx2.AsyncClient, tool: str, language: str
) -> None:
    await with_session(aftercare, web)
    web.cookies.set("week_language", language)
    page = await web.get(f"/my/worksheets/new/{tool}")
    assert page.status_code == 200
    assert all(one.startswith("/my-assets/") for one in re.findall(r'<script src="([^"]+)"', page.text))
    assert "style=" not in page.text
    # What calls a person is said before anything is typed, and the lines are at hand.
    assert ("sobredosis" if language == "es" else "overdose") in page.text
    assert "988" in page.text
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    described = {one for ids in re.findall(r'aria-describedby="([^"]+)"', page.text) for one in ids.split()}
    assert described | set(re.findall(r'<label for="([^"]+)"', page.text)) <= set(ids)


async def test_a_worksheet_is_begun_saved_gone_on_with_and_done(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await with_session(aftercare, web)
    later = await saved(web, "urg", {"trigger": "payday <b>"}, "draft")
    assert later.status_code == 303
    form = await web.get(later.headers["location"])
    assert "payday &lt;b&gt;" in form.text
    url, hidden = form_in(form.text)
    assert hidden["seen"] == "1"
    done = await web.post(url, data=hidden | URGE | {"do": "done"})
    assert (done.status_code, done.headers["location"]) == (303, url)
    page = await web.get(url)
    assert "7 / 10" in page.text
    assert "November 24, 2026, 9:30 pm" in page.text
    (sheet,) = await sheets(aftercare, case_id)
    assert sheet.completed_at is not None


async def test_done_with_something_missing_is_saved_and_says_what(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await with_session(aftercare, web)
    page = await saved(web, "urg", {"trigger": "payday"})
    assert page.status_code == 200
    assert 'href="#strength"' in page.text
    assert "payday" in page.text
    (sheet,) = await sheets(aftercare, case_id)
    url, hidden = form_in(page.text)
    assert (hidden["seen"], sheet.completed_at) == ("1", None)
    assert (await web.post(url, data=hidden | URGE | {"do": "done"})).status_code == 303


async def test_a_form_sent_twice_is_one_worksheet(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await with_session(aftercare, web)
    url, hidden = await opened(web, "urg")
    for _ in range(2):
        assert (await web.post(url, data=hidden | URGE | {"do": "done"})).status_code == 303
    assert len(await sheets(aftercare, case_id)) == 1
    assert (await aftercare.said(case_id)).count("worksheet_completed") == 1


async def test_another_row_is_one_more_and_nothing_typed_is_lost(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await with_session(aftercare, web)
    url, hidden = await opened(web, "cpw")
    typed = {"changes": "less", "steps.0.what": "a", "steps.1.what": "b", "steps.1.by": "2026-12-01"}
    page = await web.post(url, data=hidden | typed | {"do": "more.steps"})
    assert page.status_code == 200
    assert 'name="steps.2.what"' in page.text
    assert 'name="helpers.2.who"' not in page.text
    assert 'value="2026-12-01"' in page.text
    assert form_in(page.text) == (url, hidden)
    assert await sheets(aftercare, case_id) == []  # asking for a row stores nothing


async def test_what_cannot_be_kept_is_shown_again_with_its_place(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await with_session(aftercare, web)
    page = await saved(web, "cpw", {"changes": "less", "steps.0.what": "call", "steps.0.by": "31/12/26"})
    assert page.status_code == 422
    assert 'id="steps-0-by-fault"' in page.text
    assert 'value="31/12/26"' in page.text
    assert await sheets(aftercare, case_id) == []


async def test_a_second_window_does_not_overwrite_the_first(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    await with_session(aftercare, web)
    url, hidden = await opened(web, "urg")
    await web.post(url, data=hidden | URGE | {"do": "draft"})
    late = await web.post(url, data=hidden | URGE | {"trigger": "something else", "do": "draft"})
    assert late.status_code == 409
    assert "something else" in late.text
    again, seen = form_in(late.text)
    assert (again, seen["seen"]) == (url, "1")
    kept = await web.post(url, data=seen | URGE | {"trigger": "something else", "do": "done"})
    assert kept.status_code == 303


async def test_sharing_is_the_clients_to_begin_and_end(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await with_session(aftercare, web)
    url = (await saved(web, "urg", URGE)).headers["location"]
    for said, shared in (("yes", True), ("yes", True), ("no", False)):
        assert (await web.post(f"{url}/sharing", data={"shared": said})).status_code == 303
        assert [one.shared for one in await sheets(aftercare, case_id)] == [shared]
    page = text_of(await web.get(url))
    assert "Now: only you." in page
    assert "Nobody outside" in page


async def test_removing_can_be_undone_from_the_list(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    await with_session(aftercare, web)
    url = (await saved(web, "urg", URGE)).headers["location"]
    assert (await web.post(f"{url}/removal")).headers["location"] == "/my/worksheets"
    listed = await web.get("/my/worksheets")
    assert f'action="{url}/return"' in listed.text
    assert (await web.get(url)).status_code == 404
    assert (await web.post(f"{url}/return")).headers["location"] == url
    assert "payday" in (await web.get(url)).text


async def test_saving_a_removed_worksheet_keeps_the_words_as_a_new_one(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    await with_session(aftercare, web)
    url = (await saved(web, "urg", URGE)).headers["location"]
    _, hidden = form_in((await web.get(f"{url}/edit")).text)
    await web.post(f"{url}/removal")
    page = await web.post(url, data=hidden | URGE | {"trigger": "still mine", "do": "done"})
    assert page.status_code == 404
    assert "still mine" in page.text
    new_url, new_hidden = form_in(page.text)
    assert new_url != url
    kept = await web.post(new_url, data=new_hidden | URGE | {"trigger": "still mine", "do": "done"})
    assert kept.status_code == 303


async def test_somebody_elses_worksheet_is_not_found(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    await with_session(aftercare, web)
    url = (await saved(web, "urg", URGE)).headers["location"]
    theirs = url.rsplit("/", 1)[-1]
    await with_session(aftercare, web)
    for path in (url, f"{url}/edit", f"/my/worksheets/{new_id()}"):
        assert (await web.get(path)).status_code == 404
    assert (await web.post(f"{url}/sharing", data={"shared": "yes"})).status_code == 404
    assert (await web.post(f"{url}/removal")).status_code == 303  # the own list, as it was
    assert (await web.post(f"{url}/return")).headers["location"] == "/my/worksheets?note=late"
    page = await web.post(url, data={"tool": "urg", "seen": "1", "do": "done"} | URGE)
    assert page.status_code == 404
    rehearsal = await web.get("/my/worksheets/new/deads", params={"about": theirs})
    assert theirs not in rehearsal.text
    async with aftercare.database.reading() as session:
        sheet = await session.get(Worksheet, UUID(theirs))
        assert sheet is not None
        assert (sheet.shared, sheet.removed_at, sheet.version) == (False, None, 1)


async def test_nobody_without_a_session_sees_anything(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    await with_session(aftercare, web)
    url = (await saved(web, "urg", URGE)).headers["location"]
    web.cookies.clear()
    for path in (url, f"{url}/edit", "/my/toolbox", "/my/worksheets", "/my/points", "/my/worksheets/new/urg"):
        page = await web.get(path)
        assert page.status_code >= 300
        assert "payday" not in page.text
    for path in (url, f"{url}/sharing", f"{url}/removal", f"{url}/return", "/my/points/1"):
        sent: dict[str, Any] = {"tool": "urg", "shared": "yes", "stage": "learning"}
        assert (await web.post(path, data=sent)).status_code >= 300
    page = await web.post(url, data={"tool": "urg", "seen": "1"} | URGE)
    assert page.status_code >= 300


async def test_a_strong_urge_offers_company_gently(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await with_session(aftercare, web)
    strong = (await saved(web, "urg", URGE | {"strength": "8"})).headers["location"]
    page = await web.get(strong)
    assert "That was a strong one." in page.text
    assert 'href="tel:988"' in page.text
    assert f"/my/worksheets/new/deads?about={strong.rsplit('/', 1)[-1]}" in page.text
    weak = (await saved(web, "urg", URGE)).headers["location"]
    assert "That was a strong one." not in (await web.get(weak)).text
    async with aftercare.database.reading() as session:
        # An urge is the client's own affair: nobody is called for it.
        assert list(await session.scalars(select(Concern).where(Concern.case_id == case_id))) == []


@pytest.mark.parametrize(("do", "words"), [("done", "I want to die"), ("draft", "quiero morir")])
async def test_words_about_dying_show_the_lines_at_once_and_call_a_person(
    aftercare: Aftercare, web: httpx2.AsyncClient, do: str, words: str
) -> None:
    case_id = await with_session(aftercare, web)
    page = await saved(web, "abc", {"event": "a letter", "belief": words, "consequence": "sad"}, do)
    assert page.status_code == 200
    assert page.text.index('href="tel:988"') < page.text.index("What you wrote is saved")
    assert 'href="tel:911"' in page.text
    assert words not in page.text
    async with aftercare.database.reading() as session:
        found = list(await session.scalars(select(Concern).where(Concern.case_id == case_id)))
    assert [one.level for one in found] == [3]
    assert [one.shared for one in await sheets(aftercare, case_id)] == [False]


async def test_words_about_dying_are_not_lost_with_a_form_that_needs_mending(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await with_session(aftercare, web)
    page = await saved(web, "cpw", {"changes": "I want to die", "steps.0.what": "x", "steps.0.by": "soon"})
    assert page.status_code == 422
    assert 'href="tel:988"' in page.text
    assert "not saved yet" in page.text
    async with aftercare.database.reading() as session:
        assert len(list(await session.scalars(select(Concern).where(Concern.case_id == case_id)))) == 1


async def test_a_rehearsal_begins_from_its_scenario(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    await with_session(aftercare, web)
    scenario = {"situation": "my cousin's wedding", "likelihood": "8", "plan": "leave at ten"}
    url = (await saved(web, "ant", scenario)).headers["location"]
    name = url.rsplit("/", 1)[-1]
    page = text_of(await web.get("/my/worksheets/new/reh", params={"about": name}))
    assert f'<option value="{name}" selected>my cousin\'s wedding</option>' in page
    done = await saved(web, "reh", {"scenario": name, "before": "2", "words": "no", "after": "6"})
    assert url in (await web.get(done.headers["location"])).text


async def test_the_toolbox_says_what_could_help_and_the_points_where_one_is(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await with_session(aftercare, web)
    assert "A good place to begin." in (await web.get("/my/toolbox")).text
    await saved(web, "urg", URGE)
    toolbox = await web.get("/my/toolbox")
    assert "You noted an urge lately." in toolbox.text
    assert 'href="/my/worksheets?tool=urg">1 filled in' in toolbox.text
    assert "/my/worksheets/" in (await web.get("/my/worksheets?tool=urg")).text
    assert "Nothing here yet." in (await web.get("/my/worksheets?tool=usa")).text
    assert "You have used tools of this point." in (await web.get("/my/points")).text
    for data in ({"stage": "learning"}, {"stage": "learning"}, {"stage": "learning", "rating": "6"}):
        answer = await web.post("/my/points/2", data=data)
        assert (answer.status_code, answer.headers["location"]) == (303, "/my/points#point-2")
    page = await web.get("/my/points")
    assert "Now: learning it" in page.text
    assert "6 of 10" in page.text
    stale = await web.post("/my/points/2", data={"stage": "keeping"})
    assert "out of date" in (await web.get(stale.headers["location"])).text
    for path, data in (("/my/points/5", {"stage": "learning"}), ("/my/points/2", {"stage": "cured"})):
        assert (await web.post(path, data=data)).status_code == 422
    assert (await web.post("/my/points/2", data={"stage": "learning", "rating": "11"})).status_code == 422
    async with aftercare.database.reading() as session:
        rows = await session.scalars(select(PointProgress).where(PointProgress.case_id == case_id))
        assert [(row.stage.value, row.self_rating) for row in rows] == [("learning", None), ("learning", 6)]
