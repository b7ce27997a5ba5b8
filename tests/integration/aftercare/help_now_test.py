""" "I need help now": the lines at once, and a person is called, however often it is pressed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.follow_up.concerns import acknowledge
from services.aftercare.tables import Concern
from shared.contracts.aftercare import ConcernCause
from shared.contracts.fact import new_id

from .client_pages_test import client, text_of
from .conftest import Aftercare, SetClock

NOON = datetime(2027, 2, 1, 20, tzinfo=UTC)  # a Monday, noon in Los Angeles
BUTTON = 'action="/my/help"'
PAGES = (
    "/my",
    "/my/toolbox",
    "/my/wishes",
    "/my/more",
    "/my/meetings",
    "/my/calendar",
    "/my/messages",
    "/my/plan",
    "/my/check-in",
    "/my/points",
    "/my/worksheets",
    "/my/worksheets/new/urg",
)


@pytest.fixture(autouse=True)
def _monday(set_clock: SetClock) -> None:
    set_clock(NOON)


async def concerns(aftercare: Aftercare, case_id: UUID) -> list[Concern]:
    query = select(Concern).where(Concern.case_id == case_id).order_by(Concern.opened_at, Concern.id)
    async with aftercare.database.reading() as session:
        return list(await session.scalars(query))


def somebody_on_call(web: httpx2.AsyncClient) -> None:
    app = web._transport.app  # type: ignore[attr-defined]
    settings = app.state.settings.model_copy(
        update={"on_call": "mailto:night@week.example.org", "demo": True, "tray": True}
    )
    app.state.settings = settings


async def test_every_page_of_the_clients_has_the_button_and_no_other_page_has(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    await client(aftercare, web)
    for path in PAGES:
        assert BUTTON in (await web.get(path)).text, path
    await web.post("/my/leave")
    assert BUTTON not in (await web.get("/my")).text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Call 988", "911", "is being called")), ("es", ("988", "911", "se llama a una persona"))],
)
async def test_whoever_asks_for_help_sees_the_lines_and_that_a_person_is_called(
    aftercare: Aftercare, web: httpx2.AsyncClient, language: str, words: tuple[str, ...]
) -> None:
    case_id = await client(aftercare, web)
    somebody_on_call(web)
    await web.post("/my/language", data={"language": language})
    answer = await web.post("/my/help")
    assert answer.status_code == 200
    shown = text_of(answer)
    assert all(word in shown for word in words)
    assert 'href="tel:988"' in answer.text
    assert 'href="tel:911"' in answer.text
    assert "answers are saved" not in shown
    (concern,) = await concerns(aftercare, case_id)
    assert (concern.level, concern.cause) == (3, ConcernCause.ASKED_FOR_HELP)
    # Changing the language there must not call a machine's page up.
    assert (await web.get("/my/help")).status_code == 200


async def test_nobody_is_promised_who_is_not_on_call(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    await client(aftercare, web)
    shown = text_of(await web.post("/my/help"))
    assert "is being called" not in shown
    assert "Please do not wait for it: call 988." in shown


async def test_pressed_twice_is_one_call_and_pressed_after_somebody_took_it_is_another(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await client(aftercare, web)
    for _ in range(2):
        await web.post("/my/help")
    (first,) = await concerns(aftercare, case_id)
    async with aftercare.database.transaction() as session:
        await acknowledge(session, await session.get_one(Concern, first.id), new_id())
    set_clock(NOON + timedelta(hours=3))
    await web.post("/my/help")
    assert len(await concerns(aftercare, case_id)) == 2


async def test_a_plan_that_rests_or_is_over_calls_a_person_too(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    await web.post("/my/plan/end", data={"sure": "yes"})
    assert (await web.post("/my/help")).status_code == 200
    assert len(await concerns(aftercare, case_id)) == 1


async def test_without_a_session_nobody_is_called_and_the_lines_are_there(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    answer = await web.post("/my/help")
    assert answer.status_code == 401
    assert 'href="tel:988"' in answer.text
    elsewhere = await web.post("/my/help", headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403
