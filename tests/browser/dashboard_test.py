"""The staff desk in a real browser, from the sign-in to the roster, on a stack where others work too."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from shared.identity import Role
from shared.local.front_desk import FrontDesk
from shared.local.people import Person, Until
from tests.browser.conftest import Begin, add_staff, sign_in
from tests.drills.stack import Stack
from tests.integration.canaries import Canary, found_in_files

# Names nobody else has, so that the last test can look for them in every file.
HESTER = Person("Hesterquill", "Ambrosine", "(555) 555-0132", Until.ASKED, consents=("contact",))
THADDEUS = Person(
    "Thaddewick",
    "Lorrimore",
    "(555) 555-0133",
    Until.DISCHARGED,
    "Northstar",
    "TCSIM20033",
    date(1977, 5, 14),
)
NOTE = "likes to be called in the mornings, ask for wimbledew"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def dashboard(installation: Stack) -> str:
    return str(installation.addresses["dashboard"])


def row_of(page: Page, name: str) -> Locator:
    """The card of one person in a list."""
    return page.locator("[class*='st-key-row-']", has=page.locator("b", has_text=name)).first


async def test_a_wrong_password_is_refused_in_words_that_say_nothing_about_the_account(
    installation: Stack, dashboard: str, signed_in: Any, visit: Begin
) -> None:
    said = set()
    for name in ("ana", "nobody"):
        visited = await visit(dashboard)
        assert re.search(r"/auth/sign-in\?next=", visited.page.url)
        await sign_in(visited.page, name, "not the password at all")
        alert = visited.page.get_by_role("alert")
        await expect(alert).to_be_visible()
        said.add(await alert.inner_text())
        assert await visited.context.cookies(f"{dashboard}/") == []
    assert said == {
        "That name and password do not match, or there were too many tries. Wait a moment and try again."
    }


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(signed_in: Any) -> None:
    (cookie,) = (each for each in signed_in["cookies"] if each["name"].endswith("throughcare"))
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] in {"Lax", "Strict"}


async def test_somebody_who_asks_for_help_is_on_the_list_within_seconds_and_is_claimed_and_called(
    dashboard: str, desk: FrontDesk, signed_in: Any, visit: Begin
) -> None:
    visited = await visit(dashboard, storage_state=signed_in)
    page = visited.page
    await page.get_by_role("heading", name="Now").wait_for()
    await page.evaluate("window.neverReloaded = true")
    await desk.inquire(HESTER, "browser-hester")
    row = row_of(page, HESTER.first_name)
    await expect(row).to_be_visible(timeout=10_000)
    assert await page.evaluate("window.neverReloaded")

    await row.get_by_role("button", name="Claim").click()
    await expect(page.get_by_text(f"{HESTER.first_name} is yours.")).to_be_visible()
    await expect(row).to_contain_text("(555) 555-0132")
    await row.get_by_placeholder("Note").fill(NOTE)
    await row.get_by_role("button", name="Spoke with them").click()
    await expect(row).to_contain_text("reached")

    await row.get_by_role("link", name="Open").click()
    await expect(page.get_by_role("heading", name=HESTER.first_name)).to_be_visible()
    timeline = page.locator("ol.timeline")
    await expect(timeline).to_contain_text("Ana Reyes")
    await expect(timeline.locator("li", has_text=re.compile("by phone")).first).to_be_visible()
    await page.get_by_text("Identity, insurance, consents and notes").click()
    await expect(page.get_by_text(NOTE)).to_be_visible()


async def test_whoever_has_left_is_on_the_aftercare_roster_with_the_next_meeting(
    dashboard: str, desk: FrontDesk, signed_in: Any, visit: Begin
) -> None:
    await desk.accompany(await desk.inquire(THADDEUS, "browser-thaddeus"), THADDEUS)
    visited = await visit(dashboard, "/aftercare", storage_state=signed_in)
    row = row_of(visited.page, THADDEUS.first_name)
    await expect(row).to_contain_text("Completed", timeout=25_000)
    await expect(row).to_contain_text(
        re.compile(r"Next meeting (\w{3} \d+ \w{3} )?\d\d:\d\d"), timeout=25_000
    )


async def test_the_flow_page_shows_every_service_at_work_and_nothing_set_aside(
    dashboard: str, signed_in: Any, visit: Begin
) -> None:
    visited = await visit(dashboard, "/flow", storage_state=signed_in)
    cards = visited.page.locator("section.card")
    await expect(cards).to_have_count(4)
    await expect(visited.page.locator("section.card.green")).to_have_count(4, timeout=20_000)
    await expect(visited.page.get_by_text("Nothing was set aside.")).to_be_visible()


async def test_signing_out_ends_it_everywhere(installation: Stack, dashboard: str, visit: Begin) -> None:
    await add_staff(installation, "sol", "Sol Idris", Role.COORDINATOR)
    visited = await visit(dashboard)
    page = visited.page
    await sign_in(page, "sol")
    await page.get_by_role("heading", name="Now").wait_for()
    (cookie,) = (each for each in await visited.context.cookies() if each["name"] == "throughcare")

    await page.get_by_role("button", name="Sol Idris").click()
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.wait_for_url("**/auth/sign-in**", timeout=20_000)
    await expect(page.get_by_label("Password")).to_be_visible()
    elsewhere = await visit(dashboard, storage_state={"cookies": [cookie], "origins": []})
    assert "/auth/sign-in" in elsewhere.page.url


async def test_nothing_that_was_seen_or_typed_at_the_desk_is_left_in_a_file(installation: Stack) -> None:
    seen = (HESTER.first_name, HESTER.last_name, THADDEUS.first_name, THADDEUS.last_name, "wimbledew")
    phones = ("555-0132", "5555550132", "555-0133", "5555550133")
    canaries = [Canary(value, (value,)) for value in (*seen, *phones)]
    assert found_in_files(canaries, installation.data_dir) == {}
