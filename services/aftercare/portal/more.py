"""GET /my/more: the way to everything that is not needed every day."""

from fastapi import APIRouter, Request, Response

from services.aftercare.access import store_of
from services.aftercare.portal.pages import PageRoute
from services.aftercare.portal.visits import away, page, visit_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/my/more")
async def more(request: Request) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "more.read")
        if visit is None:
            return away(request)
    return page(request, visit, "more.html")
