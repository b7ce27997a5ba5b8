"""The client's own pages in a real browser: a small phone, no script, by day and by night, in two languages.

The service's own application on a database of its own; what the pages show is made by the same use cases
as everywhere.
"""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from services.aftercare.main import build
from services.aftercare.messages.links import make_link
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.preferences import keep_preferences, preferences_of
from services.aftercare.plans.question import ask
from services.aftercare.plans.rebalancing import is_running
from services.aftercare.plans.suggesting import Suggestion, suggest_beside
from services.aftercare.settings import Settings
from services.aftercare.tables import CheckIn, EnrolmentState, Meeting, Occurrence
from shared import clock
from shared.contracts.aftercare import Instrument, OccurrenceState
from shared.contracts.fact import new_id
from tests.browser.accessibility_test import broken_rules
from tests.browser.conftest import Begin, Visit
from tests.contract.insurance.local_server import serving
from tests.integration.aftercare.conftest import ZONE, Aftercare, SetClock, discharged
from tests.integration.aftercare.conftest import aftercare as aftercare
from tests.integration.aftercare.conftest import set_clock as set_clock

NOON = datetime(2027, 2, 1, 20, tzinfo=UTC)  # a Monday, noon in Los Angeles
PATHS = ["", "/meetings", "/wishes", "/calendar", "/check-in", "/messages", "/plan", "/plan/end", "/more"]
NARROW = 320

pytestmark = pytest.mark.timeout(180)
scripts = pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])


@pytest.fixture
def kind() -> str:
    """One database is enough here: what differs between them is tested over HTTP."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _monday(set_clock: SetClock) -> None:
    set_clock(NOON)


@dataclass
class Own:
    """A client's site: where it is, whose it is, and how to come in."""

    aftercare: Aftercare
    url: str
    case_id: UUID

    async def link(self) -> str:
        async with self.aftercare.database.transaction() as session:
            plan = await latest_plan(session, self.case_id)
            assert plan is not None
            return urlsplit(await make_link(session, plan, self.aftercare.settings)).path

    async def come_in(self, visit: Begin, **wishes: Any) -> Visit:
        visited = await visit(self.url, await self.link(), **wishes)
        await visited.page.locator("main button").click()
        await visited.page.wait_for_url("**/my")
        return visited


@pytest.fixture
async def own(aftercare: Aftercare, keys_dir: Path, set_clock: SetClock) -> AsyncGenerator[Own]:
    """A Wednesday with something of everything: a date to answer, one in doubt, an offer, questions."""
    fact = discharged().model_copy(update={"occurred_at": clock.now()})
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    await _something_of_everything(aftercare, fact.case_id)
    set_clock(datetime(2027, 2, 3, 20, tzinfo=UTC))
    app = build(Settings(keys_dir=keys_dir, database_url="sqlite+aiosqlite://"))
    await app.state.database.dispose()
    app.state.database = aftercare.database
    async with serving(app, lifespan="off") as url:
        yield Own(aftercare, url, fact.case_id)


async def _something_of_everything(aftercare: Aftercare, case_id: UUID) -> None:
    going = await aftercare.enrolments(case_id)
    (plan,) = await aftercare.plans(case_id)
    answer = await ask(aftercare.database, aftercare.settings, plan.id, is_running)
    assert answer is not None
    async with aftercare.database.transaction() as session:
        wanted = await preferences_of(session, case_id, ZONE)
        await keep_preferences(session, case_id, wanted.model_copy(update={"verification_needed": True}))
        query = select(Occurrence).where(Occurrence.case_id == case_id).order_by(Occurrence.starts_at)
        dates = list(await session.scalars(query))
        dates[-1].state, dates[-2].state = OccurrenceState.UNCONFIRMED, OccurrenceState.CANCELLED
        for row in await session.scalars(select(Meeting)):
            row.listing = row.listing | {"verification": "instant"}
        proposed = Suggestion(answer.refill.found.feasible[0], instead_of=going[-1].id)
        await suggest_beside(session, plan, proposed)
        session.add(
            CheckIn(
                id=new_id(),
                plan_id=plan.id,
                case_id=case_id,
                instrument=Instrument.WEEKLY,
                due_on=date(2027, 2, 3),
                open_until=clock.now() + timedelta(days=9),
            )
        )


async def paths(own: Own) -> list[str]:
    going = next(
        one for one in await own.aftercare.enrolments(own.case_id) if one.state is EnrolmentState.ACTIVE
    )
    async with own.aftercare.database.reading() as session:
        query = select(Occurrence.id).where(Occurrence.case_id == own.case_id).order_by(Occurrence.starts_at)
        first = (await session.scalars(query)).first()
    return [
        f"/my{path}" for path in (*PATHS, f"/meetings/{going.id}/swap", f"/dates/{first}", "/asked", "/left")
    ]


async def unreachable(page: Page) -> list[str]:
    """What can be pressed and is smaller than a finger: 44 px either way, links in running text apart."""
    small = """() => [...document.querySelectorAll("button, .button, summary, select, nav a, label:has(*)")]
      .filter((one) => one.checkVisibility() && !one.classList.contains("unseen"))
      .map((one) => [one.innerText, one.getBoundingClientRect()])
      .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
      .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
    return list(await page.evaluate(small))


@scripts
async def test_in_by_a_link_and_one_tap_says_how_it_was(own: Own, visit: Begin, javascript: bool) -> None:
    visited = await own.come_in(visit, width=NARROW, java_script_enabled=javascript)
    page = visited.page
    await expect(page.get_by_role("heading", name="My week")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^I went")).first.click()
    await expect(page.get_by_role("status")).to_contain_text("Saved: you went.")
    await page.get_by_role("button", name="5 of 5").click()
    await expect(page.get_by_role("heading", name="What you told us")).to_be_visible()
    await page.get_by_role("link", name=re.compile("^Change")).first.click()
    await page.get_by_role("button", name=re.compile("^I did not go")).click()
    await expect(page.get_by_role("status")).to_contain_text("Saved: you did not go.")


@scripts
async def test_the_questions_a_swap_and_wishes_by_hand(own: Own, visit: Begin, javascript: bool) -> None:
    visited = await own.come_in(visit, width=390, java_script_enabled=javascript)
    page = visited.page
    await page.get_by_role("link", name="Answer").click()
    await page.locator("label", has=page.locator('input[name="mood"][value="7"]')).click()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_contain_text("We have your answers")
    await page.get_by_role("link", name="My meetings").click()
    await page.get_by_role("link", name=re.compile("Look for another instead")).first.click()
    await page.get_by_role("button", name=re.compile("^Take this one")).first.click()
    await expect(page.get_by_role("status")).to_contain_text("The new meeting is in your week.")
    await page.get_by_role("link", name="Wishes").click()
    await page.get_by_label("From").last.fill("08:00")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("Saved.")
    await page.locator("label", has=page.locator('input[name="languages"]')).first.click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("Tick at least one language.")
    await page.get_by_role("link", name="Tick at least one language.").click()
    assert await visited.focused() == "languages"


async def test_words_of_danger_bring_the_lines_over_the_whole_width_first(own: Own, visit: Begin) -> None:
    visited = await own.come_in(visit, width=NARROW, java_script_enabled=False)
    page = visited.page
    await page.goto("/my/check-in")
    await page.get_by_label("Something you want to say?").fill("I want to die")
    await page.get_by_role("button", name="Send").click()
    lines = page.locator("main .urgent a.button")
    assert [await one.get_attribute("href") for one in await lines.all()] == ["tel:988", "sms:988", "tel:911"]
    for one in await lines.all():
        box = await one.bounding_box()
        assert box
        assert box["width"] > NARROW * 0.75
        assert box["height"] >= 56
    await expect(page.get_by_role("alert")).to_contain_text("gets in touch with you")


@pytest.mark.parametrize("language", ["en", "es"])
async def test_no_page_is_wider_than_a_small_phone_or_breaks_a_rule(
    own: Own, visit: Begin, language: str
) -> None:
    visited = await own.come_in(visit, width=NARROW, locale=f"{language}-US")
    broken: dict[str, Any] = {}
    for path in await paths(own):
        await visited.page.goto(path)
        assert await visited.page.locator("html").get_attribute("lang") == language
        faults = [*await broken_rules(visited.page), *await unreachable(visited.page)]
        if spills := await visited.spills():
            faults.append(f"{spills} px too wide")
        if faults:
            broken[path] = faults
    assert broken == {}


async def test_without_a_session_the_pages_break_no_rule_either(own: Own, visit: Begin) -> None:
    link = await own.link()
    visited = await visit(own.url, link, width=NARROW)
    for path in (link, "/my", "/my/enter/nothing"):
        await visited.page.goto(path)
        assert await broken_rules(visited.page) == []
        assert await visited.spills() == 0
    await visited.page.goto("/my")
    await visited.page.get_by_label("The e-mail or mobile number").fill("none")
    await visited.page.get_by_role("button", name="Send me a link").click()
    await expect(visited.page.get_by_role("alert")).to_be_visible()
    assert await broken_rules(visited.page) == []


async def test_at_twice_the_size_nothing_is_cut_off(own: Own, visit: Begin) -> None:
    """WCAG 1.4.10: 1280 px at 400 % is a window of 320 px; 1.4.4: text alone at 200 %."""
    visited = await own.come_in(visit, width=640)
    for path in await paths(own):
        await visited.page.goto(path)
        await visited.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await visited.spills() == 0, path


async def test_the_keyboard_goes_everywhere_and_three_shifts_leave(own: Own, visit: Begin) -> None:
    visited = await own.come_in(visit)
    page = visited.page
    await page.keyboard.press("Tab")
    assert await visited.focused() == "skip"
    await page.keyboard.press("Enter")
    assert await visited.focused() == "main"
    elsewhere = "https://www.weather.gov/"
    await page.route(f"{elsewhere}**", lambda route: route.fulfill(body="weather"))
    for _ in range(3):
        await page.keyboard.press("Shift")
    await page.wait_for_url(elsewhere)
    visited.asked.remove(elsewhere)


async def test_closing_the_page_leaves_nothing_to_go_back_to(own: Own, visit: Begin) -> None:
    visited = await own.come_in(visit)
    page = visited.page
    await page.get_by_role("button", name="Close on this phone").click()
    await expect(page.get_by_role("heading", name="Closed")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Open my week")).to_be_visible()
    assert [one["name"] for one in await visited.context.cookies() if one["name"] == "week"] == []
