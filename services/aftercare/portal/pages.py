"""How a page of the client is made, and what every route of theirs does alike.

A person may stand behind each of these requests in trouble: whatever goes wrong is a page with words and the
crisis lines on it, never a machine's answer.
"""

import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from services.aftercare.access import settings_of
from services.aftercare.portal.sessions import set_cookie
from services.aftercare.portal.wording import WORDS, language_of
from shared.messaging.consumer import is_transient

log = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["assets"] = {path.name: path.stat().st_mtime_ns for path in (_HERE / "static").iterdir()}

# A link in somebody's mail or chat must not be indexed, cached, or told to the page it leads to.
QUIET = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


def show(
    request: Request, template: str, language: str, *, status: int = 200, within: bool = True, **values: Any
) -> Response:
    """One page. `within`: the reader has a session, so the navigation and the way out are shown."""
    settings = settings_of(request)
    html = _environment.get_template(template).render(
        t=WORDS[language],
        language=language,
        within=within,
        # What somebody typed into the address of a page that is not there, a name perhaps, is not repeated.
        here="/my" if template == "trouble.html" else request.url.path,
        centre=settings.centre_name,
        phone=settings.centre_phone,
        dial="".join(c for c in settings.centre_phone if c.isdigit() or c == "+"),
        demo=settings.demo,
        **values,
    )
    return Response(html, status, QUIET, "text/html; charset=utf-8")


def see(path: str) -> Response:
    """On to another page after a form, so that reloading sends nothing twice."""
    return RedirectResponse(path, 303, QUIET)


def trouble(request: Request, why: str, status: int) -> Response:
    """`why`: "nothing", "not_ours", "unreadable", "away" or "broken" in the catalogue's [trouble]."""
    language = language_of(request)
    return show(request, "trouble.html", language, status=status, within=False, why=why)


def is_from_here(request: Request) -> bool:
    """Was this form sent from a page of ours? Browsers say so. Neither header at all is an old browser or
    none: the cookie, which other sites' forms do not carry (SameSite), then decides alone.

    "null" is what our own referrer policy makes a browser say of our own forms (Fetch, serialised origin), so
    it tells as little. A proxy may have changed Host: the address we are known by counts too.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin", "null")
    ours = urlsplit(settings_of(request).aftercare_url).netloc
    return origin == "null" or origin.partition("://")[2] in {request.headers.get("host"), ours}


class PageRoute(APIRoute):
    """A route whose every answer is a page: `APIRouter(route_class=PageRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_politely(request: Request) -> Response:
            if request.method == "POST" and not is_from_here(request):
                return trouble(request, "not_ours", 403)
            try:
                answer = await handle(request)
            except RequestValidationError:
                if request.method == "POST":
                    return trouble(request, "unreadable", 422)
                return trouble(request, "nothing", 404)
            except HTTPException as refused:  # too large, or no form at all
                return trouble(request, "unreadable", refused.status_code)
            except Exception as error:
                passing = is_transient(error)
                log.log(logging.WARNING if passing else logging.ERROR, "a page failed", exc_info=error)
                return trouble(request, "away" if passing else "broken", 503 if passing else 500)
            if renewed := getattr(request.state, "renewed", ""):
                set_cookie(request, answer, renewed)
            return answer

        return handle_politely
