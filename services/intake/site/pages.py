"""The public pages: the form for help and its confirmation. No account, no script needed, no third party."""

import logging
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from services.intake import wordings
from services.intake.answers import ASKED, FieldError, Inquiry, InvalidInquiry, read
from services.intake.inquiries import OtherAnswers, Received, Submission, raise_to_danger, receive
from services.intake.requests import Config, Db, Zone
from services.intake.settings import Settings
from services.intake.site import form as fields
from services.intake.site.language import mark as _
from services.intake.site.language import translations
from services.intake.site.plans import plan_names
from services.intake.urgency import ANSWER_WITHIN
from shared import clock
from shared.contracts.intake import Priority
from shared.database import Database
from shared.messaging.consumer import is_transient
from shared.sealing import KeyRing

log = logging.getLogger(__name__)

_HERE = Path(__file__).parent
router = APIRouter(include_in_schema=False)

_AGAIN = {
    "too_fast": _("Please read over your answers and press the button again"),
    "too_old": _("This page was open for a long time. Please press the button again"),
    "not_ours": _("We could not check this page. Please press the button again"),
}


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The extension adds this method when it is loaded; its types do not know.
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["assets"] = {
        path.name: path.stat().st_mtime_ns for path in (_HERE / "assets").iterdir()
    }
    return environment


_ENVIRONMENTS = {"en": _environment("en")}


def add_site(app: FastAPI, ring: KeyRing, settings: Settings) -> None:
    """Hang the public pages into the application."""
    app.state.form_token = fields.FormToken(ring, settings.shortest_fill, settings.form_longest)
    app.state.confirmation = fields.ConfirmationCookie(ring)
    app.mount("/assets", StaticFiles(directory=_HERE / "assets"))
    app.include_router(router)


@router.get("/")
async def front() -> Response:
    return RedirectResponse("/en/help", 303)


@router.get("/en/help")
async def show_form(request: Request, settings: Config) -> Response:
    return _form_page(request, settings, {"key": str(uuid4())}, [])


@router.post("/en/help")
async def send_form(request: Request, settings: Config, database: Db, zone: Zone) -> Response:
    """Take the form, or show it again with every answer kept and everything there is to mend."""
    async with request.form(max_files=0, max_fields=40, max_part_size=16_384) as form:
        kept = fields.typed(form)
        token, trap = str(form.get("token", "")), bool(form.get(fields.HONEYPOT))
    if not fields.usable_key(kept["key"]):
        kept["key"] = str(uuid4())
    refusal = _token(request).refusal(token, request.cookies.get(_cookie(request, "form")))
    if refusal or not _from_here(request):
        return _form_page(
            request,
            settings,
            kept,
            [FieldError("send", refusal or "not_ours", _AGAIN[refusal or "not_ours"])],
        )
    try:
        inquiry = read(fields.as_said(kept), clock.now().astimezone(zone).date())
    except InvalidInquiry as invalid:
        return _form_page(request, settings, kept, invalid.errors)
    submission = Submission(key=kept["key"], language="en", suspicion="honeypot" if trap else None)
    try:
        received, changed = await _taken(database, inquiry, submission, settings.centre_name)
    except Exception as error:
        # Whatever it is, a person in need gets a page with a phone number on it, not a machine's answer.
        passing = is_transient(error)
        log.log(logging.WARNING if passing else logging.ERROR, "a form was not kept", exc_info=error)
        return _away(settings, 503 if passing else 500)
    return _done(request, inquiry, received, changed)


async def _taken(
    database: Database, inquiry: Inquiry, submission: Submission, centre: str
) -> tuple[Received, bool]:
    """The request as it was first taken. Somebody who went back, changed an answer and sent again is
    told so instead of being refused: we have them, and a person will ask. Only danger cannot wait."""
    try:
        async with database.transaction() as session:
            return await receive(session, inquiry, submission, centre), False
    except OtherAnswers as other:
        if not inquiry.danger:
            return other.first, True
        async with database.transaction() as session:
            return await raise_to_danger(session, other.first), True


def _done(request: Request, inquiry: Inquiry, received: Received, changed: bool) -> Response:
    """What is promised is what the desk was given: it reads the case, not this sending."""
    minutes = int(ANSWER_WITHIN[received.priority].total_seconds() // 60)
    said = fields.Confirmation(received.reference, received.respond_by, minutes, inquiry.danger, changed)
    answer = RedirectResponse("/en/done", 303)
    cookie = cast(fields.ConfirmationCookie, request.app.state.confirmation)
    _set_cookie(request, answer, "done", cookie.written(said), seconds=cookie.SECONDS)
    return answer


@router.get("/en/done")
async def show_confirmation(request: Request, settings: Config, zone: Zone) -> Response:
    cookie = cast(fields.ConfirmationCookie, request.app.state.confirmation)
    said = cookie.read(request.cookies.get(_cookie(request, "done")))
    times = {
        "by": _wall_time(said.respond_by.astimezone(zone)) if said else "",
        "now": _wall_time(clock.now().astimezone(zone)),
    }
    return _page("done.html", settings, said=said, times=times)


def _wall_time(at: datetime) -> str:
    """`2:29 am PST`, as people here say it."""
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'} {at.tzname()}"


def _form_page(
    request: Request, settings: Settings, kept: dict[str, Any], errors: list[FieldError]
) -> Response:
    name = _cookie(request, "form")
    browser = request.cookies.get(name) or secrets.token_urlsafe(16)
    answer = _page(
        "help.html",
        settings,
        status=422 if errors else 200,
        kept=kept,
        errors=errors,
        error_at={error.field: error for error in errors},
        token=_token(request).issue(browser),
        honeypot=fields.HONEYPOT,
        plans=plan_names(settings.plans_file),
        consents={item.value: wordings.current(item, "en", settings.centre_name) for item in ASKED},
        minutes=int(ANSWER_WITHIN[Priority.P2].total_seconds() // 60),
    )
    _set_cookie(request, answer, "form", browser, seconds=int(settings.form_longest.total_seconds()))
    return answer


def _page(template: str, settings: Settings, status: int = 200, **values: Any) -> Response:
    html = (
        _ENVIRONMENTS["en"]
        .get_template(template)
        .render(
            centre=settings.centre_name,
            phone=settings.centre_phone,
            dial="".join(c for c in settings.centre_phone if c.isdigit() or c == "+"),
            demo=settings.demo,
            **values,
        )
    )
    return Response(
        html,
        status,
        {"cache-control": "no-store", "referrer-policy": "no-referrer"},
        "text/html; charset=utf-8",
    )


def _away(settings: Settings, status: int) -> Response:
    """We cannot keep the form now: the phone number comes first, and the browser keeps what was typed."""
    return _page("away.html", settings, status=status)


def _token(request: Request) -> fields.FormToken:
    return cast(fields.FormToken, request.app.state.form_token)


def _cookie(request: Request, name: str) -> str:
    """Browsers bind a `__Host-` cookie to this very host, but only over HTTPS; loopback has none."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def _set_cookie(request: Request, answer: Response, name: str, value: str, *, seconds: int) -> None:
    answer.set_cookie(
        _cookie(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        # Strict would be lost on the redirect after sending when another site had linked here.
        samesite="lax" if name == "done" else "strict",
    )


def _from_here(request: Request) -> bool:
    """Browsers say where a form was sent from. Neither header at all is no browser, or a very old one:
    the token bound to the cookie then decides alone."""
    if site := request.headers.get("sec-fetch-site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")
