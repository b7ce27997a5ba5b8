"""Without a live session the dashboard serves nothing: no page, asset, media, upload or socket."""

import re
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from services.dashboard import accounts, sessions
from services.dashboard.gate import OPEN_PATHS
from services.dashboard.main import build
from services.dashboard.settings import Settings
from services.dashboard.shell import PAGES
from shared import clock
from shared.database import Database
from shared.migrating import upgrade
from tests.contract.dashboard.serving import served, sqlite_url
from tests.integration.dashboard.people import PASSWORD, hire

COOKIE = "throughcare"
SOCKET = "/_stcore/stream"
STREAMLIT = [Subprotocol("streamlit")]
PROBES = (
    "/", "/case", "/case?id=0199", "/aftercare", "/flow", "/anything/else", "/favicon.png", "/manifest.json",
    "/_stcore/health", "/_stcore/host-config", "/_stcore/metrics", "/_stcore/script-health-check",
    "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/_stcore/upload_file/a/b", "/media/0123.png",
    "/component/x/index.html", "/static/js/index.js", "/app/static/x", "/oauth2callback",
    "/auth", "/auth/", "/auth/sign-in/", "/auth/login", "//auth/sign-in", "/auth/sign-in/../../case",
    "/auth/%2e%2e/case", "/healthz/", "/HEALTHZ",
)  # fmt: skip


@pytest.fixture(scope="module")
async def dashboard(
    tmp_path_factory: pytest.TempPathFactory, keys_dir: Path
) -> AsyncGenerator[tuple[str, Database, Any]]:
    """Address, database and the application itself."""
    url = sqlite_url(tmp_path_factory.mktemp("dashboard"))
    await upgrade(url, "dashboard")
    database = Database(url, "dashboard")
    await hire(database)
    app = build(Settings(database_url=url, keys_dir=keys_dir, centre_name="Harbour Bridge Recovery"))
    async with served(app) as address:
        yield address, database, app
    await database.dispose()


@pytest.fixture(autouse=True)
def on_time() -> Generator[None]:
    yield
    clock.shift(timedelta())


def browser(address: str, cookie: str | None = None) -> httpx2.AsyncClient:
    cookies = {COOKIE: cookie} if cookie else {}
    return httpx2.AsyncClient(base_url=f"http://{address}", cookies=cookies, trust_env=False, timeout=20)


async def session_of_ana(database: Database) -> str:
    async with database.transaction() as session:
        ana = (await accounts.everyone(session))[0]
        return await sessions.open_session(session, ana.id)


async def test_every_path_refuses_without_a_session(dashboard: tuple[str, Database, Any]) -> None:
    address, _, _ = dashboard
    async with browser(address) as client:
        for path in PROBES:
            for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
                answer = await client.request(method, path)
                assert answer.status_code == 403, f"{method} {path}"
                assert answer.text in {"Sign in first.", ""}


async def test_no_route_streamlit_has_or_gets_is_open(dashboard: tuple[str, Database, Any]) -> None:
    address, _, app = dashboard
    async with browser(address) as client:
        await client.get("/healthz")  # the routes are made at the first request
        paths = [route.path for route in app._starlette_app.routes if isinstance(route, Route | Mount)]
        assert len(paths) > 15
        for path in paths:
            concrete = re.sub(r"\{[^}]*\}", "x", path)
            answer = await client.get(concrete)
            assert concrete in OPEN_PATHS or answer.status_code == 403, path
        sockets = [route.path for route in app._starlette_app.routes if isinstance(route, WebSocketRoute)]
        assert sockets == [SOCKET]


async def test_a_page_asked_for_without_a_session_leads_to_sign_in_and_back(
    dashboard: tuple[str, Database, Any],
) -> None:
    address, _, _ = dashboard
    async with browser(address) as client:
        answer = await client.get("/case?id=0199", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/auth/sign-in?next=/case%3Fid%3D0199"


@pytest.mark.parametrize("cookie", [None, "made-up", "a" * 43, ""])
async def test_the_socket_refuses_without_a_session(
    dashboard: tuple[str, Database, Any], cookie: str | None
) -> None:
    address, _, _ = dashboard
    headers = {"cookie": f"{COOKIE}={cookie}"} if cookie is not None else {}
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://{address}{SOCKET}", subprotocols=STREAMLIT, additional_headers=headers)
    assert refused.value.response.status_code == 403


async def test_with_a_session_page_asset_and_socket_open(dashboard: tuple[str, Database, Any]) -> None:
    address, database, _ = dashboard
    cookie = await session_of_ana(database)
    async with browser(address, cookie) as client:
        page = await client.get("/case")
        assert page.status_code == 200
        script = re.search(r'src="\./(static/js/index[^"]+)"', page.text)
        assert script
        assert (await client.get(f"/{script[1]}")).status_code == 200
    headers = {"cookie": f"{COOKIE}={cookie}"}
    async with connect(f"ws://{address}{SOCKET}", subprotocols=STREAMLIT, additional_headers=headers):
        pass


async def test_a_session_that_ended_or_idled_opens_nothing(dashboard: tuple[str, Database, Any]) -> None:
    address, database, _ = dashboard
    cookie = await session_of_ana(database)
    async with browser(address, cookie) as client:
        assert (await client.get("/auth/live")).status_code == 204
        clock.shift(timedelta(minutes=16))
        assert (await client.get("/")).status_code == 403
        assert (await client.get("/auth/live")).status_code == 401
    headers = {"cookie": f"{COOKIE}={cookie}"}
    with pytest.raises(InvalidStatus):
        await connect(f"ws://{address}{SOCKET}", subprotocols=STREAMLIT, additional_headers=headers)


async def test_every_answer_carries_the_security_headers(dashboard: tuple[str, Database, Any]) -> None:
    address, database, _ = dashboard
    async with browser(address, await session_of_ana(database)) as client:
        for path in ("/", "/auth/sign-in", "/healthz", "/_stcore/health", "/nowhere", "/auth/watch.js"):
            headers = (await client.get(path)).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert "unsafe-eval'" not in headers["content-security-policy"].replace("wasm-unsafe-eval'", "")
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"


async def test_signing_in_and_out_by_hand(dashboard: tuple[str, Database, Any]) -> None:
    address, _, _ = dashboard
    async with browser(address) as client:
        form = await client.get("/auth/sign-in?next=/flow")
        fields = {"form_token": _token(form), "next": "/flow", "name": "ana", "password": PASSWORD}
        answer = await client.post("/auth/sign-in", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/flow")
        cookie = next(
            value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE + "=")
        )
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert (await client.get("/auth/live")).status_code == 204
        assert (await client.post("/auth/sign-out")).status_code == 403, "a stray post signs nobody out"
        assert (await client.get("/auth/live")).status_code == 204


@pytest.mark.parametrize(
    "change",
    [
        {"form_token": ""},
        {"form_token": "0" * 64},
        {"form_token": "é"},
        {"password": "wrong"},
        {"name": "nobody"},
    ],
)
async def test_a_forged_form_and_a_wrong_password_open_nothing(
    dashboard: tuple[str, Database, Any], change: dict[str, str]
) -> None:
    address, _, _ = dashboard
    async with browser(address) as client:
        token = _token(await client.get("/auth/sign-in"))
        fields = {"form_token": token, "name": "ana", "password": PASSWORD} | change
        answer = await client.post("/auth/sign-in", data=fields)
        assert answer.status_code in {401, 403}
        assert COOKIE + "=" not in answer.headers.get("set-cookie", "").replace("throughcare_form=", "")
        assert PASSWORD not in answer.text


async def test_a_name_with_markup_in_it_is_shown_as_text(dashboard: tuple[str, Database, Any]) -> None:
    address, _, _ = dashboard
    async with browser(address) as client:
        token = _token(await client.get("/auth/sign-in"))
        fields = {"form_token": token, "name": "<script>x", "password": "wrong", "next": '"><script>y'}
        answer = await client.post("/auth/sign-in", data=fields)
    assert "<script>" not in answer.text


def test_every_page_of_the_application_is_watched() -> None:
    """A page that shell.py does not know would keep names on the screen when its connection breaks."""
    source = (Path(accounts.__file__).parent / "app.py").read_text()
    assert {f"/{path}" for path in re.findall(r'url_path="([^"]+)"', source)} | {"/"} == set(PAGES)


def _token(page: httpx2.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found
    return found[1]
