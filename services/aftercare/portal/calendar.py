"""The calendar: the private address to subscribe to, the file behind it, and how to take it back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from services.aftercare.access import settings_of, store_of
from services.aftercare.calendar.subscription import address_of, file_for, revoke_address
from services.aftercare.portal.pages import QUIET, PageRoute, see, trouble
from services.aftercare.portal.visits import away, page, visit_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/calendar/{name}")
async def calendar_file(request: Request, name: str) -> Response:
    """The calendar to subscribe to or download; `name` is the token and ".ics". A device asks: no session."""
    token = name.removesuffix(".ics")
    async with store_of(request).transaction() as session:
        body = None if token == name else await file_for(session, token, settings_of(request))
    if body is None:
        return trouble(request, "nothing", 404)
    disposition = {"content-disposition": 'attachment; filename="my-week.ics"'}
    return Response(body, 200, QUIET | disposition, "text/calendar; charset=utf-8; method=PUBLISH")


@router.get("/my/calendar")
async def my_calendar(request: Request, note: Literal["", "new"] = "") -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "calendar.address", fields=("token",))
        if visit is None:
            return away(request)
        address = await address_of(session, visit.plan, settings_of(request))
    return page(request, visit, "calendar.html", note=note, address=address, subscribe=_webcal(address))


@router.post("/my/calendar/address")
async def renew_address(request: Request, wish: Annotated[Literal["new"], Form()]) -> Response:
    """The old address opens nothing from now on, on whatever device it was."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "calendar.renew", lock=True)
        if visit is None:
            return away(request)
        await revoke_address(session, visit.plan)
    return see(f"/my/calendar?note={wish}")


def _webcal(address: str) -> str:
    """The scheme that makes telephones ask "subscribe?" rather than copy the entries once."""
    return f"webcal://{address.partition('://')[2]}"
