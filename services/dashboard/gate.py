"""The door in front of everything Streamlit serves: no session, no page, no asset, no media, no socket."""

import asyncio
import time
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from services.dashboard.sessions import SEEN_EVERY, seen, signed_in
from services.dashboard.shell import WATCH, inline_script_hashes
from shared.database import Database

SIGN_IN = "/auth/sign-in"
LIVE = "/auth/live"
# Exact paths, not prefixes: nothing is opened by accident.
OPEN_PATHS = frozenset({SIGN_IN, "/auth/sign-in.css", "/auth/sign-out", LIVE, WATCH, "/healthz"})

# Streamlit styles its elements inline and loads workers from blobs; everything else is our own origin only.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' 'wasm-unsafe-eval' {inline_script_hashes()}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: it would turn the Origin of our own form posts into "null".
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex",
}


class Gate:
    """ASGI middleware around the whole application.

    An open socket's session is looked up every `check_every` seconds. When it has ended, the page gets
    `grace` seconds to take everybody's names off the screen; then the socket is closed.
    """

    def __init__(
        self,
        app: ASGIApp,
        database: Database,
        cookie_name: str,
        https: bool,
        check_every: float = 5,
        grace: float = 8,
    ) -> None:
        self.app = app
        self.database = database
        self.cookie_name = cookie_name
        self.headers = HEADERS | ({"strict-transport-security": "max-age=63072000"} if https else {})
        self.check_every = check_every
        self.grace = grace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "http":
            send = self._with_headers(scope, send)
            if scope["path"] in OPEN_PATHS:
                await self.app(scope, receive, send)
                return
        cookie = self._cookie(scope)
        if cookie is None or await signed_in(self.database, cookie) is None:
            await _refuse(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._guard(cookie, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _cookie(self, scope: Scope) -> str | None:
        try:
            morsel = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(self.cookie_name)
        except CookieError:
            return None
        return morsel.value if morsel else None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                # The files under /static/ are Streamlit's own, named by content; all else may be personal.
                if not scope["path"].startswith("/static/"):
                    headers["cache-control"] = "no-store"
            await send(message)

        return sending

    async def _guard(self, cookie: str, scope: Scope, receive: Receive, send: Send) -> None:
        ended = asyncio.Event()
        watcher = asyncio.create_task(self._watch(cookie, ended))
        last_seen = 0.0

        async def receiving() -> Message:
            nonlocal last_seen
            message = await _first(receive, ended)
            if message is None:
                await send({"type": "websocket.close", "code": 1008, "reason": "signed out"})
                return {"type": "websocket.disconnect", "code": 1008}
            if _is_a_person(message) and time.monotonic() - last_seen > SEEN_EVERY.total_seconds():
                last_seen = time.monotonic()
                await seen(self.database, cookie)
            return message

        try:
            await self.app(scope, receiving, send)
        finally:
            watcher.cancel()

    async def _watch(self, cookie: str, ended: asyncio.Event) -> None:
        while await signed_in(self.database, cookie):
            await asyncio.sleep(self.check_every)
        await asyncio.sleep(self.grace)
        ended.set()


async def _first(receive: Receive, ended: asyncio.Event) -> Message | None:
    """The next message, or None when the session ends before one comes."""
    message, end = asyncio.ensure_future(receive()), asyncio.ensure_future(ended.wait())
    try:
        await asyncio.wait({message, end}, return_when=asyncio.FIRST_COMPLETED)
        return None if end.done() else message.result()
    finally:
        message.cancel()
        end.cancel()


def _is_a_person(message: Message) -> bool:
    """True for a click, a key or a page change; False for a fragment that refreshes itself every 2 seconds.

    Otherwise an unattended screen would keep its own session alive.
    """
    data = message.get("bytes")
    if message["type"] != "websocket.receive" or not data:
        return False
    asked = BackMsg()
    try:
        asked.ParseFromString(data)
    except DecodeError:
        return False
    return asked.HasField("rerun_script") and not asked.rerun_script.is_auto_rerun


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before accepting: the browser sees 403
        return
    wants_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
    if not wants_page:
        await PlainTextResponse("Sign in first.", 403)(scope, receive, send)
        return
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    await RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='/')}", 303)(scope, receive, send)
