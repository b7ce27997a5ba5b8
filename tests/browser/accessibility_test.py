"""Every page against axe's rules for WCAG 2.2 A and AA."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from shared.local.front_desk import FrontDesk
from shared.local.people import Person, Until
from tests.browser.conftest import Begin
from tests.drills.stack import Stack

axe = pytest.importorskip(
    "axe_playwright_python.async_playwright",
    reason="axe-playwright-python, which brings axe's rules, is not installed",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
IMOGEN = Person("Imogen", "Halloway", "(555) 555-0134", Until.ASKED, consents=("contact",))

pytestmark = pytest.mark.timeout(120)


async def broken_rules(page: Page) -> list[str]:
    """One line a broken rule, by day and by night: its name, its weight, and the elements."""
    # Streamlit greys out what is about to be drawn anew.
    await expect(page.locator('[data-stale="true"]')).to_have_count(0)
    broken = []
    for light in ("light", "dark"):
        await page.emulate_media(color_scheme=light, reduced_motion="reduce")
        found = await axe.Axe().run(page, options=RULES)
        broken += [
            f"{light}: {rule['id']} ({rule['impact']}): {', '.join(str(n['target']) for n in rule['nodes'])}"
            for rule in found.response["violations"]
        ]
    return broken


async def test_the_public_form_its_mistakes_and_its_confirmation_break_no_rule(
    installation: Stack, visit: Begin
) -> None:
    visited = await visit(installation.addresses["intake"], width=390)
    page = visited.page
    assert await broken_rules(page) == []
    await page.locator("#first_name").fill("Imogen")
    await page.locator("#danger-yes").check()
    await page.locator("#send").click()
    await expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert await broken_rules(page) == []
    await page.locator("#phone").fill("(555) 555-0134")
    await page.locator("#consent-contact").check()
    await page.locator("#send").click()
    await expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    assert await broken_rules(page) == []


async def test_the_staff_pages_break_no_rule(
    installation: Stack, desk: FrontDesk, signed_in: Any, visit: Begin
) -> None:
    dashboard = installation.addresses["dashboard"]
    case_id = await desk.inquire(IMOGEN, "browser-imogen")
    at_the_door = await visit(dashboard)
    assert await broken_rules(at_the_door.page) == []
    visited = await visit(dashboard, storage_state=signed_in)
    broken: dict[str, list[str]] = {}
    shown: dict[str, Callable[[Page], Awaitable[None]]] = {
        "/": lambda page: expect(page.locator("p.who").first).to_be_visible(),
        f"/case?id={case_id}": lambda page: expect(page.locator("ol.timeline li").first).to_be_visible(),
        "/aftercare": lambda page: expect(page.get_by_role("radiogroup")).to_be_visible(),
        "/flow": lambda page: expect(page.locator("section.card")).to_have_count(4),
    }
    for path, is_shown in shown.items():
        await visited.page.goto(path)
        await is_shown(visited.page)
        if rules := await broken_rules(visited.page):
            broken[path.partition("?")[0]] = rules
    assert broken == {}
