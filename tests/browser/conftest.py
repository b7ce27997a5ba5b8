"""One installation, one Chromium and a few colleagues for all browser tests.

Everything here is asynchronous: synchronous Playwright would block the loop that empties the stack's pipes.
"""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Response, async_playwright

from shared.identity import Role
from shared.local.front_desk import FrontDesk
from shared.local.settings import child_environment
from tests.conftest import missing
from tests.drills.stack import Stack, stack
from tests.settings import TestSettings

PASSWORD = "plain-Words-7-lanterns"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
async def installation() -> AsyncGenerator[Stack]:
    """A whole stack with meetings in it. Its form may be sent at once: a test types faster than people."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("THROUGHCARE_FORM_SHORTEST_SECONDS", "0")
        async with stack() as running:
            yield running


@pytest.fixture(scope="session")
async def desk(installation: Stack) -> AsyncGenerator[FrontDesk]:
    """Colleagues at work elsewhere: what they do arrives on the screen under test."""
    client = httpx2.AsyncClient(timeout=20, trust_env=False)
    async with FrontDesk(installation.addresses, installation.data_dir / "keys", client) as front_desk:
        meetings = json.loads(files("services.aftercare").joinpath("demo_meetings.json").read_text("utf-8"))
        path = "/api/v1/meetings/imports?source=browser"
        await front_desk.post("aftercare", path, Role.ALUMNI, meetings, 201)
        yield front_desk


@pytest.fixture(scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    program = TestSettings().chromium or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing("no Chromium: install it, or say where it is with CHROMIUM=/path/to/chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Visit:
    """One person's browser: its page, everything it asked for, and what it complained about."""

    context: BrowserContext
    page: Page
    asked: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def weight(self) -> int:
        """Bytes of all answers' bodies so far, unpacked."""
        return sum([len(await answer.body()) for answer in self.answers if answer.status < 300])

    async def spills(self) -> int:
        """Pixels by which the page is wider than its window."""
        overlap = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(await self.page.evaluate(overlap))

    async def focused(self) -> str:
        """The id, else the class, of the element that has the focus."""
        return str(await self.page.evaluate("document.activeElement.id || document.activeElement.className"))


Begin = Callable[..., Awaitable[Visit]]


@pytest.fixture
async def visit(chromium: Browser) -> AsyncGenerator[Begin]:
    """`await visit(address, …)`: a fresh browser there. No request of a test may leave that origin."""
    begun: list[tuple[str, Visit]] = []

    async def begin(origin: str, path: str = "/", *, width: int = 1280, **wishes: Any) -> Visit:
        wishes.setdefault("viewport", {"width": width, "height": 900})
        context = await chromium.new_context(base_url=origin, **wishes)
        context.set_default_timeout(15_000)
        one = Visit(context, await context.new_page())
        context.on("request", lambda request: one.asked.append(request.url))
        context.on("response", lambda answer: one.answers.append(answer))
        one.page.on("websocket", lambda socket: one.asked.append(socket.url.replace("ws://", "http://", 1)))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        begun.append((origin, one))
        await one.page.goto(path)
        return one

    yield begin
    for origin, one in begun:
        await one.context.close()
        assert one.complaints == []
        foreign = {url for url in one.asked if not url.startswith((f"{origin}/", "data:", "blob:"))}
        assert foreign == set()


async def add_staff(installation: Stack, name: str, shown_as: str, role: Role) -> None:
    """With the command a centre uses; the password comes over standard input."""
    url = f"sqlite+aiosqlite:///{installation.data_dir}/dashboard.db"
    command = ("-m", "shared.local.cli", "staff", "add", name, "--role", role.value, "--shown-as", shown_as)
    adding = await asyncio.create_subprocess_exec(
        *(sys.executable, *command),
        env=child_environment({"THROUGHCARE_DATABASE_URL": url}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await adding.communicate(f"{PASSWORD}\n".encode())
    assert adding.returncode == 0
    assert said.decode() == f"{shown_as} can sign in as {name} ({role.value}).\n"


async def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="session")
async def signed_in(installation: Stack, chromium: Browser) -> Any:
    """Ana, a coordinator, has signed in once; her cookie opens every page of these tests."""
    await add_staff(installation, "ana", "Ana Reyes", Role.COORDINATOR)
    context = await chromium.new_context(base_url=installation.addresses["dashboard"])
    page = await context.new_page()
    await page.goto("/")
    await sign_in(page, "ana")
    await page.get_by_role("heading", name="Now").wait_for()
    state = await context.storage_state()
    await context.close()
    return state
