"""In by a link that opens once; out again; and what to do without one.

Programs that look at every link in a message only GET it: that shows a page with one button. The button
consumes the link, in one statement, so of two that race one wins.
"""

import secrets
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import store_of
from services.aftercare.messages.addresses import AddressUnusable
from services.aftercare.messages.links import find_link
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.preferences import keep_preferences
from services.aftercare.portal import sessions
from services.aftercare.portal.new_links import ask_by_address, send_link
from services.aftercare.portal.pages import PageRoute, see, show, trouble
from services.aftercare.portal.throttle import Throttle, network_of
from services.aftercare.portal.visits import visit_of
from services.aftercare.portal.wording import COOKIE as LANGUAGE_COOKIE
from services.aftercare.portal.wording import WORDS, language_of
from services.aftercare.tables import PageLink, PlanState
from shared import clock

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_DOOR, _DOOR_SECONDS = "week_door", 3600
_YEAR = 365 * 24 * 3600
# A shelter's or a library's network has many people behind it.
_asking = Throttle(20, timedelta(hours=1))


@router.get("/my/enter/{token}")
async def at_the_door(request: Request, token: str) -> Response:
    """A button, or how to get a new link. Somebody who is in already goes straight on, link unused."""
    async with store_of(request).transaction() as session:
        link = await find_link(session, token)
        if link is None or not await _opens_something(session, link):
            return trouble(request, "nothing", 404)
        inside = await sessions.session_of(session, request)
        if inside is not None and inside.case_id == link.case_id:
            return see("/my")
        good = _is_good(link)
    answer = _door_page(request, token, good=good)
    if good and not request.cookies.get(_DOOR):
        _set_door(request, answer)
    return answer


@router.post("/my/enter/{token}")
async def enter(request: Request, token: str) -> Response:
    """Consume the link and begin a session. The same button pressed twice in one browser is one session."""
    door = request.cookies.get(_DOOR) or secrets.token_urlsafe(16)
    async with store_of(request).transaction() as session:
        link = await find_link(session, token)
        if link is None or not await _opens_something(session, link):
            return trouble(request, "nothing", 404)
        cookie = sessions.cookie_for(session, door[:100], token)
        if await _consume(session, link):
            # Whoever was in with this browser before is not any more.
            await sessions.end_session(session, request.cookies.get(sessions.COOKIE, ""))
            await sessions.begin_session(session, link, cookie)
        elif await sessions.live_session(session, cookie) is None:
            return _door_page(request, token, good=False, status=410)
    answer = see("/my")
    sessions.set_cookie(request, answer, cookie)
    return answer


@router.post("/my/enter/{token}/again")
async def ask_again(request: Request, token: str) -> Response:
    """A link that was used or is old proves who asks: a new one goes to the address on file."""
    async with store_of(request).transaction() as session:
        link = await find_link(session, token)
        if link is not None:
            await send_link(session, link.case_id)
    return see("/my/asked")


@router.post("/my/link")
async def ask_with_address(request: Request, address: Annotated[str, Form(max_length=320)] = "") -> Response:
    """The answer is the same whether or not we know the address, and however often it is asked."""
    if _asking.allowed(network_of(request.client.host if request.client else ""), clock.now()):
        try:
            async with store_of(request).transaction() as session:
                await ask_by_address(session, address.strip())
        except AddressUnusable:
            language = language_of(request)
            values = {"problem": WORDS[language]["ask"]["unusable"], "typed": address}
            return show(request, "ask_for_link.html", language, status=422, within=False, **values)
    return see("/my/asked")


@router.get("/my/asked")
async def asked(request: Request) -> Response:
    return show(request, "asked.html", language_of(request), within=False)


@router.post("/my/leave")
async def leave(request: Request, everywhere: Annotated[Literal["", "yes"], Form()] = "") -> Response:
    """This browser forgets who it was; with `everywhere` all others do too."""
    cookie = request.cookies.get(sessions.COOKIE, "")
    async with store_of(request).transaction() as session:
        inside = await sessions.live_session(session, cookie)
        if inside is not None and everywhere:
            await sessions.end_sessions(session, inside.case_id)
        await sessions.end_session(session, cookie)
    answer = see("/my/left")
    sessions.forget_cookie(request, answer)
    return answer


@router.get("/my/left")
async def left(request: Request) -> Response:
    return show(request, "left.html", language_of(request), within=False)


@router.post("/my/language")
async def speak(
    request: Request, language: Annotated[Literal["en", "es"], Form()], back: Annotated[str, Form()] = "/my"
) -> Response:
    """Remembered by this browser, and for messages when we know whose it is."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "preferences.change", lock=True, fields=("written_in",))
        if visit is not None and visit.wanted.written_in != language:
            wanted = visit.wanted.model_copy(update={"written_in": language})
            await keep_preferences(session, visit.plan.case_id, wanted)
    answer = see(_own(back))
    secure = sessions.is_secure(request)
    answer.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_YEAR, path="/my", secure=secure, httponly=True, samesite="lax"
    )
    return answer


async def _consume(session: AsyncSession, link: PageLink) -> bool:
    now = clock.now()
    unused = update(PageLink).where(
        PageLink.id == link.id, PageLink.used_at.is_(None), PageLink.expires_at > now
    )
    used = await session.execute(unused.values(used_at=now).returning(PageLink.id))
    return used.first() is not None


async def _opens_something(session: AsyncSession, link: PageLink) -> bool:
    plan = await latest_plan(session, link.case_id)
    return plan is not None and plan.state is not PlanState.CLOSED


def _is_good(link: PageLink) -> bool:
    return link.used_at is None and link.expires_at > clock.now()


def _door_page(request: Request, token: str, *, good: bool, status: int = 200) -> Response:
    return show(
        request, "door.html", language_of(request), status=status, within=False, token=token, good=good
    )


def _set_door(request: Request, answer: Response) -> None:
    answer.set_cookie(
        _DOOR,
        secrets.token_urlsafe(16),
        max_age=_DOOR_SECONDS,
        path="/my/enter",
        secure=sessions.is_secure(request),
        httponly=True,
        samesite="lax",
    )


def _own(path: str) -> str:
    """Only ever a page of ours: "//elsewhere" would be an address of somebody else's."""
    return path if path == "/my" or (path.startswith("/my/") and "\\" not in path) else "/my"
