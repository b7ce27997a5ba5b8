"""GET /my/{token}, the answers given there, and the calendar file. A wrong link gets one plain page."""

from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from services.aftercare.access import settings_of, store_of
from services.aftercare.calendar.series import Entry, calendar_of
from services.aftercare.plans.enrolment import accept, decline
from services.aftercare.portal.own_pages import OwnPage, on_calendar, open_page
from services.aftercare.portal.week import coming, offer_of, place_of
from services.aftercare.tables import EnrolmentState
from shared import clock

_HERE = Path(__file__).parent
_templates = Jinja2Templates(_HERE / "templates")
router = APIRouter(include_in_schema=False)

# A link in somebody's mail or chat must not be indexed, cached, or told to the page it leads to.
_QUIET = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


@router.get("/my.css")
async def style() -> FileResponse:
    return FileResponse(_HERE / "static" / "my.css", media_type="text/css")


@router.get("/my/{token}")
async def my_week(request: Request, token: str) -> Response:
    centre = settings_of(request)
    async with store_of(request).transaction() as session:
        page = await open_page(session, token, "portal.read", centre.centre_zone)
    if page is None:
        return _nothing_here(request)
    going = [listing.meeting for one, listing in page.enrolments if one.state is EnrolmentState.ACTIVE]
    offers = [
        offer_of(one.id, listing.meeting, one.modality, one.first_occurrence_at, page.zone)
        for one, listing in page.enrolments
        if one.state is EnrolmentState.SUGGESTED
    ]
    context = {
        "token": token,
        "dates": coming(going, clock.now(), page.zone),
        "offers": offers,
        "place": place_of(page.zone),
        "phone": centre.centre_phone,
    }
    return _templates.TemplateResponse(request, "my_week.html", context, headers=_QUIET)


@router.post("/my/{token}/answers")
async def answer(
    request: Request,
    token: str,
    enrolment: Annotated[UUID, Form()],
    said: Annotated[Literal["yes", "no"], Form()],
) -> Response:
    """The client's yes or no; the token in the address is what a forged form would lack."""
    async with store_of(request).transaction() as session:
        page = await open_page(session, token, "portal.answer", settings_of(request).centre_zone, lock=True)
        if page is None:
            return _nothing_here(request)
        meant = next((one for one, _ in page.enrolments if one.id == enrolment), None)
        if meant is None:
            return _nothing_here(request)
        # An answer to something no longer open changes nothing; the page shows what is true now.
        if said == "yes":
            await accept(session, page.plan, meant)
        else:
            decline(meant)
    return RedirectResponse(f"/my/{token}", status_code=303, headers=_QUIET)


@router.get("/calendar/{name}")
async def calendar(request: Request, name: str) -> Response:
    """The calendar to subscribe to or download; `name` is the token and ".ics"."""
    token = name.removesuffix(".ics")
    centre = settings_of(request)
    async with store_of(request).transaction() as session:
        page = await open_page(session, token, "calendar.read", centre.centre_zone, over=True)
    if page is None or token == name:
        return _nothing_here(request)
    body = calendar_of(_entries(page), f"{centre.aftercare_url.rstrip('/')}/my/{token}")
    disposition = {"content-disposition": 'attachment; filename="my-week.ics"'}
    return Response(
        body, media_type="text/calendar; charset=utf-8; method=PUBLISH", headers=_QUIET | disposition
    )


def _entries(page: OwnPage) -> list[Entry]:
    return [
        Entry(
            one.id,
            listing.meeting,
            one.sequence,
            one.first_occurrence_at,
            one.active_at or one.suggested_at,
            page.plan.review_on,
            one.ended_at,
        )
        for one, listing in page.enrolments
        if on_calendar(one) and listing.meeting.recurrence and listing.meeting.recurrence.tz
    ]


def _nothing_here(request: Request) -> Response:
    return _templates.TemplateResponse(request, "nothing_here.html", {}, status_code=404, headers=_QUIET)
