"""The sign-in page: the one thing here that somebody without a session may see."""

import hmac
import secrets
import time
from collections import deque
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from services.dashboard.accounts import check_password
from services.dashboard.gate import LIVE, SIGN_IN
from services.dashboard.sessions import ABSOLUTE, end_sessions, open_session, signed_in
from services.dashboard.settings import Settings
from shared.database import Database

_PAGES = Path(__file__).parent / "front"
_LARGEST_BODY = 8 * 1024  # bytes; a name, a password and two tokens
_FORM_COOKIE = "throughcare_form"

WRONG = "That name and password do not match, or there were too many tries. Wait a moment and try again."
STALE = "This page was open for too long. Please sign in again."
TOO_MANY = "Too many tries from this computer. Wait a minute and try again."


def cookie_name(https: bool) -> str:
    """`__Host-`: the browser refuses it from another host or over plain HTTP (RFC 6265bis 4.1.3)."""
    return "__Host-throughcare" if https else "throughcare"


class Tries:
    """At most `most` sign-ins a minute from one address. In memory: the dashboard is one process."""

    def __init__(self, most: int = 10) -> None:
        self.most = most
        self._times: dict[str, deque[float]] = {}

    def allow(self, address: str, now: float) -> bool:
        if len(self._times) > 10_000:  # forget the quiet ones before a flood of addresses fills the memory
            self._times = {each: times for each, times in self._times.items() if now - times[-1] < 60}
        times = self._times.setdefault(address, deque(maxlen=self.most))
        if len(times) == self.most and now - times[0] < 60:
            return False
        times.append(now)
        return True


class SignIn:
    """The routes under /auth."""

    def __init__(self, database: Database, settings: Settings, https: bool) -> None:
        self.database = database
        self.settings = settings
        self.https = https
        self.tries = Tries()
        # A form that was rendered before a restart is answered with a fresh one; no key to keep.
        self._form_key = secrets.token_bytes(32)
        self._pages = Environment(
            loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined, enable_async=False
        )

    def routes(self) -> list[Route]:
        return [
            Route(SIGN_IN, self.page, methods=["GET"]),
            Route(SIGN_IN, self.submit, methods=["POST"]),
            Route("/auth/sign-out", self.sign_out, methods=["POST"]),
            Route("/auth/sign-in.css", self.style, methods=["GET"]),
            Route(LIVE, self.live, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        if await signed_in(self.database, request.cookies.get(cookie_name(self.https))):
            return RedirectResponse("/", 303)
        return self._form(_inside(request.query_params.get("next", "")))

    async def submit(self, request: Request) -> Response:
        fields = await _fields(request)
        if fields is None:
            return PlainTextResponse("Too large.", 413)
        wanted, name = _inside(fields.get("next", "")), fields.get("name", "")[:64]
        address = request.client.host if request.client else ""
        if not self.tries.allow(address, time.monotonic()):
            return self._form(wanted, name, TOO_MANY, 429)
        if not self._genuine(request, fields):
            return self._form(wanted, name, STALE, 403)
        staff_id = await check_password(self.database, name, fields.get("password", ""))
        if staff_id is None:
            return self._form(wanted, name, WRONG, 401)
        async with self.database.transaction() as session:
            cookie = await open_session(session, staff_id)
        answer = RedirectResponse(wanted, 303)
        answer.set_cookie(
            cookie_name(self.https),
            cookie,
            max_age=int(ABSOLUTE.total_seconds()),
            secure=self.https,
            httponly=True,
            samesite="lax",  # strict would lose the session when a case is opened from a link in a message
        )
        answer.delete_cookie(_FORM_COOKIE, path="/auth")
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Signs the person out on every device. A stray post from another site carries no form token."""
        fields = await _fields(request) or {}
        who = await signed_in(self.database, request.cookies.get(cookie_name(self.https)))
        if who and not self._genuine(request, fields):
            return PlainTextResponse("Not from this page.", 403)
        if who:
            async with self.database.transaction() as session:
                await end_sessions(session, who.id)
        answer = RedirectResponse(SIGN_IN, 303)
        answer.delete_cookie(cookie_name(self.https), secure=self.https, httponly=True)
        return answer

    async def live(self, request: Request) -> Response:
        """Asked by the open page every few seconds, so that it leaves when the session ends."""
        who = await signed_in(self.database, request.cookies.get(cookie_name(self.https)))
        return Response(status_code=204 if who else 401)

    async def style(self, _request: Request) -> Response:
        return FileResponse(_PAGES / "sign_in.css")

    def _form(self, wanted: str, name: str = "", error: str = "", status: int = 200) -> Response:
        secret = secrets.token_urlsafe(32)
        html = self._pages.get_template("sign_in.html").render(
            centre=self.settings.centre_name,
            demo=self.settings.demo,
            action=SIGN_IN,
            wanted=wanted,
            name=name,
            error=error,
            form_token=self._token(secret),
        )
        headers = {"retry-after": "60"} if status == 429 else None
        answer = HTMLResponse(html, status, headers)
        answer.set_cookie(
            _FORM_COOKIE, secret, path="/auth", secure=self.https, httponly=True, samesite="strict"
        )
        return answer

    def _token(self, secret: str) -> str:
        return hmac.new(self._form_key, secret.encode(), sha256).hexdigest()

    def _genuine(self, request: Request, fields: dict[str, str]) -> bool:
        """The field and the cookie belong together, and only this process could have matched them."""
        expected = self._token(request.cookies.get(_FORM_COOKIE, ""))
        # As bytes: text that is not ASCII would raise instead of being different.
        return hmac.compare_digest(expected.encode(), fields.get("form_token", "").encode())


async def _fields(request: Request) -> dict[str, str] | None:
    """The posted form (urlencoded), or None when it is too large to be ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            return None
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _inside(wanted: str) -> str:
    """A path of this site, or the first page: `next` must not lead to another one."""
    try:
        parts = urlsplit(wanted)
    except ValueError:  # an address that begins like an IPv6 host
        return "/"
    leads_away = parts.scheme or parts.netloc or "\\" in wanted or not wanted.startswith("/")
    return "/" if leads_away or wanted.startswith(("//", "/auth")) or not wanted.isprintable() else wanted
