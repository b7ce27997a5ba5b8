"""The public form as people use it at night: on a small phone, without scripts, with the keyboard alone."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Begin, Visit
from tests.drills.stack import Stack

REFERENCE = re.compile(r"TC-\w{4}-\w{4}")
TYPED = {
    "first_name": "Odalys",
    "last_name": "Fernsby",
    "phone": "(555) 555-0131",
    "payer": "Northstar Health Plan",
    "member_id": "TCSIM20021",
    "birth_month": "3",
    "birth_day": "27",
    "birth_year": "1985",
}
TICKED = ("voicemail", "danger-no", "consent-contact", "consent-insurer", "consent-aftercare")

pytestmark = pytest.mark.timeout(120)
scripts = pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])


@pytest.fixture
def form(installation: Stack) -> str:
    return str(installation.addresses["intake"])


async def by_mouse(page: Page) -> None:
    for name, value in TYPED.items():
        await page.locator(f"#{name}").click()
        await page.keyboard.type(value)
    for name in TICKED:
        await page.locator(f"label[for={name}]").click()
    await page.locator("#send").click()


async def by_keyboard(visited: Visit) -> None:
    """From the top of the page with Tab, Space and Enter, as somebody goes who cannot use a pointer."""
    wanted = list(TYPED | dict.fromkeys((*TICKED, "send")))
    for _ in range(60):
        await visited.page.keyboard.press("Tab")
        here = await visited.focused()
        if here in TYPED:
            await visited.page.keyboard.type(TYPED[here])
        elif here in TICKED or here == "danger-yes":
            # A group of radio buttons is one stop: it is entered at its first button.
            await visited.page.keyboard.press("Space")
        if here in wanted:
            wanted.remove(here)
        if here == "send":
            break
    assert wanted == []
    await visited.page.keyboard.press("Enter")


async def confirmed(page: Page) -> str:
    await expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    found = REFERENCE.search(await page.locator("main").inner_text())
    assert found
    assert page.url.endswith("/en/done")
    return found[0]


@scripts
async def test_the_form_is_filled_in_and_sent_with_the_mouse(
    form: str, visit: Begin, javascript: bool
) -> None:
    visited = await visit(form, java_script_enabled=javascript)
    await by_mouse(visited.page)
    assert await confirmed(visited.page)


@scripts
async def test_the_form_is_filled_in_and_sent_with_the_keyboard_alone(
    form: str, visit: Begin, javascript: bool
) -> None:
    visited = await visit(form, java_script_enabled=javascript)
    await by_keyboard(visited)
    assert await confirmed(visited.page)


@scripts
async def test_what_is_to_be_mended_is_read_out_first_and_leads_to_its_box_with_every_answer_kept(
    form: str, visit: Begin, javascript: bool
) -> None:
    visited = await visit(form, java_script_enabled=javascript)
    page = visited.page
    for name, value in (TYPED | {"phone": "12", "birth_day": ""}).items():
        await page.locator(f"#{name}").fill(value)
    await page.locator("#consent-insurer").check()
    await page.locator("#texts").check()
    await page.locator("#send").click()
    await expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert await page.title() == "Error: Request a call"
    assert await visited.focused() == "summary"
    links = page.locator(".summary a")
    boxes = [str(await link.get_attribute("href")) for link in await links.all()]
    assert boxes == ["#phone", "#birth_month", "#consent-contact"]
    for position, box in enumerate(boxes):
        await links.nth(position).press("Enter")
        assert await visited.focused() == box[1:]
        described = await page.locator(box).get_attribute("aria-describedby")
        group = page.locator("fieldset", has=page.locator(box)).last
        described = described or await group.get_attribute("aria-describedby")
        problem = page.locator(f"#{str(described).split()[-1]}")
        await expect(problem).to_contain_text("Error:")
    for name, value in (TYPED | {"phone": "12", "birth_day": ""}).items():
        await expect(page.locator(f"#{name}")).to_have_value(value)
    await expect(page.locator("#consent-insurer")).to_be_checked()
    await expect(page.locator("#texts")).to_be_checked()
    await page.locator("#phone").fill(TYPED["phone"])
    await page.locator("#birth_day").fill(TYPED["birth_day"])
    await page.locator("#consent-contact").check()
    await page.locator("#phone").press("Enter")
    assert await confirmed(page)


async def test_the_reference_is_still_there_after_a_reload_and_the_form_is_not_sent_twice(
    form: str, visit: Begin
) -> None:
    visited = await visit(form)
    await by_mouse(visited.page)
    reference = await confirmed(visited.page)
    await visited.page.reload()
    assert await confirmed(visited.page) == reference


async def test_no_page_is_wider_than_the_smallest_phone(form: str, visit: Begin) -> None:
    visited = await visit(form, width=320)
    assert await visited.spills() <= 0
    await visited.page.locator("#send").click()
    await expect(visited.page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert await visited.spills() <= 0
    await by_mouse(visited.page)
    await confirmed(visited.page)
    assert await visited.spills() <= 0


async def test_danger_shows_the_numbers_to_call_at_once_even_without_scripts(form: str, visit: Begin) -> None:
    visited = await visit(form, java_script_enabled=False)
    numbers = visited.page.locator(".danger-card .help-now")
    await expect(numbers).to_be_hidden()
    await visited.page.locator("label[for=danger-yes]").click()
    await expect(numbers.get_by_role("link", name="911")).to_be_visible()
    await visited.page.locator("label[for=danger-no]").click()
    await expect(numbers).to_be_hidden()


async def test_the_page_is_light_and_comes_from_one_house(form: str, visit: Begin) -> None:
    visited = await visit(form)
    await visited.page.wait_for_load_state("networkidle")
    assert len(visited.answers) >= 3
    assert await visited.weight() < 100_000
    policy = (await visited.answers[1].all_headers())["content-security-policy"]
    assert "default-src 'self'" in policy
