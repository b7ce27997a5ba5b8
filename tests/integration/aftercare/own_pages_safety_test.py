"""The client's pages against a lost telephone, odd browsers, proxies, long words and mistyped addresses."""

import re
from datetime import UTC, datetime

import httpx2
import pytest
from sqlalchemy import select, update

from services.aftercare.messages.addresses import index_of, normal
from services.aftercare.messages.stops import is_address_stopped, stop_address, stop_writing, stopped_channels
from services.aftercare.settings import Settings
from services.aftercare.tables import CheckIn, Concern, Message, Purpose
from shared import clock
from shared.contracts.aftercare import Instrument, MessageChannel
from shared.contracts.fact import new_id
from shared.sealing import case_keys

from .client_pages_test import client
from .conftest import Aftercare, SetClock
from .own_browser import come_in, link_for

NOON = datetime(2027, 2, 1, 20, tzinfo=UTC)
EMAIL, TEXT = MessageChannel.EMAIL, MessageChannel.TEXT
MAIL = "rowan@example.org"


@pytest.fixture(autouse=True)
def _monday(set_clock: SetClock) -> None:
    set_clock(NOON)


async def test_closed_everywhere_the_links_in_a_lost_telephone_open_nothing_either(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    in_the_lost_phone = await link_for(aftercare, case_id)
    await web.post("/my/leave", data={"everywhere": "yes"})
    web.cookies.clear()
    assert (await web.post(in_the_lost_phone)).status_code == 410
    await come_in(aftercare, web, case_id)  # the next link opens it again


async def test_closing_this_browser_alone_leaves_the_other_links_good(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    link = await link_for(aftercare, case_id)
    await web.post("/my/leave")
    assert (await web.post(link)).status_code == 303


async def test_an_older_telephone_whose_browser_hides_the_origin_can_still_answer(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    """Our own `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with a form (Fetch, 3.2)."""
    await client(aftercare, web)
    assert (await web.post("/my/plan/pause", headers={"origin": "null"})).status_code == 303
    hostile = {"origin": "null", "sec-fetch-site": "cross-site"}
    assert (await web.post("/my/plan/go-on", headers=hostile)).status_code == 403
    assert (await web.post("/my/plan/go-on", headers={"origin": "https://elsewhere"})).status_code == 403


async def test_behind_a_proxy_that_changes_the_host_our_own_address_is_ours(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    await client(aftercare, web)
    behind = {"host": "aftercare-internal:8030", "origin": "http://aftercare"}
    assert (await web.post("/my/plan/pause", headers=behind)).status_code == 303
    other = {"host": "aftercare-internal:8030", "origin": "http://aftercare.elsewhere"}
    assert (await web.post("/my/plan/go-on", headers=other)).status_code == 403


async def test_pages_at_an_https_address_have_a_secure_cookie_whatever_the_proxy_says(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    web.cookies.clear()
    app = web._transport.app  # type: ignore[attr-defined]
    app.state.settings = app.state.settings.model_copy(update={"aftercare_url": "https://week.example.org"})
    assert isinstance(app.state.settings, Settings)
    path = await link_for(aftercare, case_id)
    looked = await web.get(path)
    opened = await web.post(path)
    spoken = await web.post("/my/language", data={"language": "es"})
    for answer in (looked, opened, spoken):
        assert "Secure" in answer.headers["set-cookie"].split("; "), answer.headers["set-cookie"]


async def test_words_of_danger_are_heard_at_the_end_of_a_long_text(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    """A browser counts a line break once and sends two characters for it."""
    case_id = await client(aftercare, web)
    (plan,) = await aftercare.plans(case_id)
    check_in = new_id()
    async with aftercare.database.transaction() as session:
        session.add(
            CheckIn(
                id=check_in,
                plan_id=plan.id,
                case_id=case_id,
                instrument=Instrument.WEEKLY,
                due_on=clock.now().date(),
                open_until=datetime(2027, 2, 3, tzinfo=UTC),
            )
        )
    words = "x\r\n" * 490 + "I want to die"
    answer = await web.post("/my/check-in", data={"check_in": str(check_in), "words": words})
    assert 'href="tel:988"' in answer.text
    assert answer.status_code == 200
    async with aftercare.database.reading() as session:
        assert await session.scalar(select(Concern.level).where(Concern.case_id == case_id)) == 3


async def test_an_address_copied_badly_is_a_page_with_the_lines(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    for path in ("/my/", "/my/entre/abc", "/my/enter", "/my/nothing/at/all"):
        answer = await web.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"].startswith("text/html"), path
        assert 'href="tel:988"' in answer.text


async def test_e_mail_ended_by_its_link_can_be_had_again_on_the_own_page(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    (plan,) = await aftercare.plans(case_id)
    async with aftercare.database.transaction() as session:
        index = index_of(session, EMAIL, normal(EMAIL, MAIL))
        session.add(
            Message(
                key=f"sent:{case_id}",
                case_id=case_id,
                plan_id=plan.id,
                purpose=Purpose.REVIEW,
                details={},
                channel=EMAIL,
                state="sent",
                address_index=index,
                tries=1,
                created_at=clock.now(),
            )
        )
        await stop_writing(session, case_id, EMAIL)
        await stop_address(session, EMAIL, index)
        number = index_of(session, TEXT, normal(TEXT, "+15005550123"))
        await stop_address(session, TEXT, number)
    await web.post("/my/messages", data={"wish": "resume_email"})
    async with aftercare.database.reading() as session:
        assert await stopped_channels(session, case_id) == set()
        assert not await is_address_stopped(session, EMAIL, index)
        assert await is_address_stopped(session, TEXT, number)  # a START only takes that back


@pytest.mark.parametrize("path", ["points", "worksheets", "messages", "messages/tray"])
async def test_staff_find_no_plan_of_a_person_whose_key_was_destroyed(
    aftercare: Aftercare, web: httpx2.AsyncClient, path: str
) -> None:
    case_id = await client(aftercare, web)
    await web.post(f"/my/worksheets/{new_id()}", data={"tool": "urg", "do": "draft", "trigger": "x"})
    found = re.search(r"/calendar/[0-9a-f]{32}[.]ics", (await web.get("/my/calendar")).text)
    assert found
    assert (await web.get(found[0])).status_code == 200
    mine = case_keys.c.case_id == case_id
    async with aftercare.database.transaction() as session:
        await session.execute(update(case_keys).where(mine).values(wrapped=None, shredded_at=clock.now()))
    assert (await web.get(f"/api/v1/cases/{case_id}/{path}")).status_code in (200, 404)
    for own in ("/my", "/my/points", "/my/worksheets", "/my/calendar", "/my/check-in", "/my/help"):
        assert (await web.get(own)).status_code == 401
    assert (await web.post("/my/help")).status_code == 401
    assert (await web.get(found[0])).status_code == 404


async def test_what_is_typed_is_shown_as_typed_and_never_run(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    await client(aftercare, web)
    evil = '"><script>alert(1)</script>{{ 7*7 }}\u202e'
    asked = await web.post("/my/link", data={"address": evil})
    assert asked.status_code == 422
    sheet = f"/my/worksheets/{new_id()}"
    for do in ("draft", "done", "more.x"):
        kept = await web.post(sheet, data={"tool": "cpw", "do": do, "signs": evil, "changes": evil})
        for page in (asked, kept, await web.get(sheet), await web.get(f"{sheet}/edit")):
            assert "<script>alert" not in page.text
            assert "49\u202e" not in page.text
    for path, body in (
        ("/my/wishes", {"zone": evil, "days.0": evil}),
        ("/my/language", {"language": "es", "back": "//elsewhere.example"}),
        ("/my/language", {"language": "es", "back": "/my/\\elsewhere.example"}),
        ("/my/language", {"language": "es", "back": "https://elsewhere.example"}),
        ("/my/language", {"language": "es", "back": "/my\r\nset-cookie: a=b"}),
    ):
        answer = await web.post(path, data=body)
        assert "<script>alert" not in answer.text
        assert "elsewhere" not in answer.headers.get("location", "")
        assert "\n" not in answer.headers.get("location", "")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"a=" + b"b" * 300_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % n for n in range(2000)), "application/x-www-form-urlencoded"),
        (b"words=%00&check_in=%00", "application/x-www-form-urlencoded"),
    ],
)
async def test_whatever_is_sent_is_answered_by_a_page_with_the_lines(
    aftercare: Aftercare, web: httpx2.AsyncClient, content: bytes, kind: str
) -> None:
    await client(aftercare, web)
    for path in (
        "/my/check-in",
        "/my/wishes",
        "/my/link",
        "/my/messages",
        f"/my/worksheets/{new_id()}",
        f"/my/dates/{new_id()}",
        "/my/points/1",
    ):
        answer = await web.post(path, content=content, headers={"content-type": kind})
        assert answer.status_code < 500, (path, answer.status_code)
        # A body beyond any form is refused by the framework, before a page of ours is asked.
        if answer.status_code not in (303, 413):
            assert 'href="tel:988"' in answer.text, path
