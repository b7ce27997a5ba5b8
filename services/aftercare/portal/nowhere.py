"""An address that was not copied whole is a page with the lines on it, not a machine's answer. Comes last."""

from fastapi import APIRouter, Request, Response

from services.aftercare.portal.pages import PageRoute, trouble

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/my/{rest:path}")
async def nothing(request: Request) -> Response:
    return trouble(request, "nothing", 404)
