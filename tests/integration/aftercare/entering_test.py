"""In by a link that opens once, out again, and what somebody without one can do."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.messages.addresses import index_of, normal
from services.aftercare.portal import entering
from services.aftercare.portal.throttle import Throttle
from services.aftercare.tables import Message, PageSession, Purpose
from shared import clock
from shared.contracts.aftercare import MessageChannel
from shared.contracts.intake import DischargeType

from .conftest import Aftercare, SetClock, discharged
from .own_browser import come_in, link_for

LINK_ASKED = "Look at your messages"


START = datetime(2027, 2, 1, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_asked_yet(monkeypatch: pytest.MonkeyPatch, set_clock: SetClock) -> None:
    set_clock(START)
    monkeypatch.setattr(entering, "_asking", Throttle(20, timedelta(hours=1)))


async def client(aftercare: Aftercare) -> UUID:
    fact = discharged().model_copy(update={"occurred_at": clock.now()})
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    return fact.case_id


async def new_links(aftercare: Aftercare, case_id: UUID) -> list[Message]:
    query = select(Message).where(Message.case_id == case_id, Message.purpose == Purpose.NEW_LINK)
    async with aftercare.database.reading() as session:
        return list(await session.scalars(query.order_by(Message.created_at)))


async def test_looking_at_a_link_does_not_use_it_and_the_button_does(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    path = await link_for(aftercare, await client(aftercare))
    for _ in range(3):
        page = await web.get(path)
        assert (page.status_code, page.text.count('<button class="button wide"')) == (200, 1)
        assert "<title>My week</title>" in page.text
    answer = await web.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")
    assert "Times are Los Angeles time." in (await web.get("/my")).text


async def test_the_cookie_is_hidden_from_scripts_and_other_sites(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    path = await link_for(aftercare, await client(aftercare))
    cookie = (await web.post(path)).headers["set-cookie"]
    assert cookie.startswith("week=")
    assert {"HttpOnly", "SameSite=lax", "Path=/my", "Max-Age=2592000"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    path = await link_for(aftercare, await client(aftercare))
    secure = (await web.post(f"https://aftercare{path}")).headers["set-cookie"]
    assert "Secure" in secure.split("; ")
    async with aftercare.database.reading() as session:
        rows = list(await session.scalars(select(PageSession)))
    value = cookie.partition("=")[2].partition(";")[0]
    assert all(value.encode() not in row.cookie_index and len(row.cookie_index) == 32 for row in rows)


async def test_of_two_browsers_that_race_one_comes_in(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    path = await link_for(aftercare, await client(aftercare))
    answers = await asyncio.gather(*(web.post(path, headers={"cookie": f"week_door={n}"}) for n in "ab"))
    assert sorted(answer.status_code for answer in answers) == [303, 410]
    late = next(answer for answer in answers if answer.status_code == 410)
    assert "This link does not work any more" in late.text
    assert "set-cookie" not in late.headers


async def test_a_button_pressed_twice_in_one_browser_is_one_session(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    path = await link_for(aftercare, await client(aftercare))
    await web.get(path)
    door = {"cookie": f"week_door={web.cookies['week_door']}"}
    answers = await asyncio.gather(*(web.post(path, headers=door) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.headers["set-cookie"] for answer in answers}) == 1
    async with aftercare.database.reading() as session:
        assert len(list(await session.scalars(select(PageSession)))) == 1


async def test_an_old_link_in_a_browser_that_is_in_leads_straight_on(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare)
    fresh = await link_for(aftercare, case_id)
    await come_in(aftercare, web, case_id)
    assert (await web.get(fresh)).headers["location"] == "/my"
    web.cookies.clear()
    assert (await web.post(fresh)).status_code == 303  # it was not used by that


async def test_a_used_and_an_expired_link_bring_a_new_one_and_an_unknown_one_nothing(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await client(aftercare)
    used, old = await link_for(aftercare, case_id), await link_for(aftercare, case_id)
    await web.post(used)
    web.cookies.clear()
    set_clock(datetime(2027, 2, 15, 21, tzinfo=UTC))
    for path in (used, old):
        assert "Send me a new link" in (await web.get(path)).text
        assert (await web.post(path)).status_code == 410
        answer = await web.post(f"{path}/again")
        assert answer.headers["location"] == "/my/asked"
    assert LINK_ASKED in (await web.get("/my/asked")).text
    assert len(await new_links(aftercare, case_id)) == 1  # within ten minutes once
    never = await web.get("/my/enter/bcdfghjkmnpqrstvwxz23456789")
    assert (never.status_code, "There is nothing here" in never.text) == (404, True)
    assert (await web.post("/my/enter/nothing/again")).headers["location"] == "/my/asked"


async def test_after_thirty_days_without_use_a_session_is_over_and_use_moves_its_end(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    await come_in(aftercare, web, await client(aftercare))
    set_clock(START + timedelta(days=20))
    moved = await web.get("/my")
    assert "Max-Age=2592000" in moved.headers["set-cookie"]
    assert "set-cookie" not in (await web.get("/my")).headers  # not a write for every page
    cookie = {"cookie": f"week={web.cookies['week']}"}
    set_clock(START + timedelta(days=49))
    assert (await web.get("/my", headers=cookie)).status_code == 200
    set_clock(START + timedelta(days=80))
    assert (await web.get("/my", headers=cookie)).status_code == 401


async def test_leaving_ends_the_session_here_or_everywhere(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare)
    await come_in(aftercare, web, case_id)
    first = {"cookie": f"week={web.cookies['week']}"}
    web.cookies.clear()
    await come_in(aftercare, web, case_id)
    second = {"cookie": f"week={web.cookies['week']}"}
    answer = await web.post("/my/leave")
    assert answer.headers["location"] == "/my/left"
    assert 'week=""' in answer.headers["set-cookie"]
    web.cookies.clear()
    assert (await web.get("/my", headers=second)).status_code == 401
    assert (await web.get("/my", headers=first)).status_code == 200
    await come_in(aftercare, web, case_id)
    await web.post("/my/leave", data={"everywhere": "yes"})
    web.cookies.clear()
    assert (await web.get("/my", headers=first)).status_code == 401


@pytest.mark.parametrize("typed", ["Rowan@Example.org ", "(500) 555-0123"])
async def test_whoever_types_an_address_gets_one_answer_and_only_who_we_write_to_a_link(
    aftercare: Aftercare, web: httpx2.AsyncClient, typed: str
) -> None:
    case_id = await client(aftercare)
    async with aftercare.database.transaction() as session:
        channel = MessageChannel.EMAIL if "@" in typed else MessageChannel.TEXT
        first = (await session.scalars(select(Message).where(Message.case_id == case_id))).first()
        assert first is not None
        first.address_index = index_of(session, channel, normal(channel, typed))
    answers = [
        await web.post("/my/link", data={"address": one})
        for one in (typed, typed.lower(), "nobody@example.org", "(500) 555-0199")
    ]
    assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, "/my/asked")}
    await aftercare.run_jobs()
    assert len(await new_links(aftercare, case_id)) == 1
    wrong = await web.post("/my/link", data={"address": "not an address"})
    assert (wrong.status_code, 'href="#address"' in wrong.text) == (422, True)
    assert 'value="not an address"' in wrong.text


async def test_one_network_cannot_ask_for_ever_and_hears_the_same_answer(
    aftercare: Aftercare, web: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "_asking", Throttle(2, timedelta(hours=1)))
    for number in range(5):
        answer = await web.post("/my/link", data={"address": f"guess{number}@example.org"})
        assert answer.headers["location"] == "/my/asked"
    assert await aftercare.due_jobs("find_client") == 2


async def test_a_client_is_sent_a_handful_of_links_a_day_at_most(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await client(aftercare)
    path = await link_for(aftercare, case_id)
    for number in range(10):
        set_clock(START + number * timedelta(minutes=11))
        await web.post(f"{path}/again")
    assert len(await new_links(aftercare, case_id)) == 6


async def test_a_form_of_another_site_changes_nothing(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    await come_in(aftercare, web, await client(aftercare))
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        answer = await web.post("/my/plan/end", data={"sure": "yes"}, headers=headers)
        assert answer.status_code == 403
        assert "nothing was changed" in answer.text
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://aftercare"}):
        assert (await web.post("/my/plan/pause", headers=headers)).status_code == 303


async def test_the_language_is_the_browsers_until_somebody_chooses_and_then_theirs(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare)
    spanish = {"accept-language": "es-MX,es;q=0.9,en;q=0.5"}
    assert 'lang="es"' in (await web.get("/my", headers=spanish)).text
    await come_in(aftercare, web, case_id)
    assert "Mi semana" in (await web.get("/my", headers=spanish)).text
    assert "My week" in (await web.get("/my")).text
    answer = await web.post("/my/language", data={"language": "es", "back": "/my/wishes"})
    assert answer.headers["location"] == "/my/wishes"
    assert "Mis deseos" in (await web.get("/my/wishes")).text
    web.cookies.delete("week_language")
    assert "Mi semana" in (await web.get("/my")).text  # messages are in Spanish from now on too
    for back in ("//elsewhere.example", "https://elsewhere.example", "/my\\..\\x", "/mysterious"):
        answer = await web.post("/my/language", data={"language": "es", "back": back})
        assert answer.headers["location"] == "/my"


async def test_after_a_death_no_link_and_no_session_opens_anything(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    fact = discharged().model_copy(update={"occurred_at": clock.now()})
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    spare = await link_for(aftercare, fact.case_id)
    await come_in(aftercare, web, fact.case_id)
    died = fact.model_copy(
        update={"event_id": UUID(int=7), "type": DischargeType.DECEASED, "occurred_at": clock.now()}
    )
    await aftercare.hear(died)
    assert (await web.get("/my")).status_code == 401
    web.cookies.clear()
    assert (await web.get(spare)).status_code == 404
    await web.post(f"{spare}/again")
    assert await new_links(aftercare, fact.case_id) == []


async def test_every_page_is_kept_by_nobody_and_told_to_nobody(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    path = await link_for(aftercare, await client(aftercare))
    for page in (await web.get(path), await web.get("/my"), await web.get("/my/asked")):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in page.headers["x-robots-tag"]
        assert "'self'" in page.headers["content-security-policy"]
        assert {"tel:988", "sms:988", "tel:911"} <= set(page.text.split('"'))
        assert "662-4357" not in page.text  # it names the subject: only inside
    await web.post(path)
    assert "662-4357" in (await web.get("/my")).text


async def test_a_form_with_far_too_many_boxes_gets_a_page_too(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    await come_in(aftercare, web, await client(aftercare))
    page = await web.post("/my/check-in", data={f"x{number}": "1" for number in range(50)})
    assert page.status_code == 400
    assert "nothing was changed" in page.text
    assert 'href="tel:988"' in page.text
