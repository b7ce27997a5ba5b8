"""A browser that came in by a link: a cookie of which only the keyed hash is kept, for thirty days of use."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of
from services.aftercare.tables import PageLink, PageSession
from shared import clock
from shared.sealing import keyring

COOKIE, PATH = "week", "/my"
GOOD_FOR = timedelta(days=30)
_RENEW_AFTER = timedelta(days=1)  # not a write for every page
_PLACE = "page_sessions.cookie"
_LONGEST = 200


def cookie_for(session: AsyncSession, door: str, token: str) -> str:
    """What a browser holds after it opened a link. `door` is the random value it was given with the button.

    Made from both, so that a button pressed twice in one browser is one session, and no other browser can
    come to the same one.
    """
    return keyring(session).blind_index("page_sessions.door", f"{door}:{token}").hex()


async def begin_session(session: AsyncSession, link: PageLink, cookie: str) -> None:
    now = clock.now()
    session.add(
        PageSession(
            plan_id=link.plan_id,
            case_id=link.case_id,
            cookie_index=_index(session, cookie),
            began_at=now,
            expires_at=now + GOOD_FOR,
        )
    )


async def session_of(session: AsyncSession, request: Request) -> PageSession | None:
    """The live session of the browser's cookie. Use moves its end; the cookie moves with the answer."""
    cookie = request.cookies.get(COOKIE, "")
    found = await live_session(session, cookie)
    if found is not None and found.expires_at - clock.now() < GOOD_FOR - _RENEW_AFTER:
        found.expires_at = clock.now() + GOOD_FOR
        request.state.renewed = cookie
    return found


async def live_session(session: AsyncSession, cookie: str) -> PageSession | None:
    if not cookie or len(cookie) > _LONGEST:
        return None
    query = select(PageSession).where(PageSession.cookie_index == _index(session, cookie))
    found = await session.scalar(query)
    return found if found is not None and _is_live(found, clock.now()) else None


def _is_live(one: PageSession, now: datetime) -> bool:
    return one.ended_at is None and one.expires_at > now


async def end_session(session: AsyncSession, cookie: str) -> None:
    if (found := await live_session(session, cookie)) is not None:
        found.ended_at = clock.now()


async def end_sessions(session: AsyncSession, case_id: UUID) -> None:
    """Everywhere: a telephone that was lost, or lent. The links in its messages open nothing any more."""
    now = clock.now()
    live = update(PageSession).where(PageSession.case_id == case_id, PageSession.ended_at.is_(None))
    await session.execute(live.values(ended_at=now))
    unused = PageLink.case_id == case_id, PageLink.used_at.is_(None), PageLink.expires_at > now
    await session.execute(update(PageLink).where(*unused).values(expires_at=now))


def set_cookie(request: Request, answer: Response, cookie: str) -> None:
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(GOOD_FOR.total_seconds()),
        path=PATH,
        secure=is_secure(request),
        httponly=True,
        samesite="lax",  # strict would be lost when the link in a message is followed
    )


def is_secure(request: Request) -> bool:
    """Over TLS: uvicorn believes a trusted proxy's X-Forwarded-Proto, and an address of ours that begins
    with https:// is reached over TLS whatever the proxy says."""
    return request.url.scheme == "https" or settings_of(request).aftercare_url.startswith("https://")


def forget_cookie(request: Request, answer: Response) -> None:
    answer.delete_cookie(COOKIE, path=PATH, secure=is_secure(request), httponly=True, samesite="lax")


def _index(session: AsyncSession, cookie: str) -> bytes:
    return keyring(session).blind_index(_PLACE, cookie)
