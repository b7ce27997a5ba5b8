"""Whether anybody would be called for somebody in danger: for staff, and for `throughcare doctor`."""

from typing import Any

from fastapi import APIRouter, Request

from services.aftercare.access import settings_of
from services.aftercare.desk.finding import Carer
from services.aftercare.follow_up.paging import people_on_call

router = APIRouter(prefix="/api/v1", tags=["concerns"])


@router.get("/on-call")
async def on_call(request: Request, _caller: Carer) -> dict[str, Any]:
    """How many people a page could reach; not who. `needed` false: a demonstration, nobody is in danger."""
    settings = settings_of(request)
    return {"people": people_on_call(settings), "needed": not settings.demo}
