"""The figures: how clients fare after leaving, and how well we keep to what we owe them. No small cells."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from services.aftercare.access import settings_of, store_of
from services.aftercare.follow_up.due_times import local_day
from services.aftercare.measures.figures import figures, usual_span
from shared import audit, clock
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["measures"])

Reader = Annotated[Caller, Depends(allowed(Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR, Role.AUDITOR))]
_LONGEST = 731  # days


@router.get("/measures")
async def measures(
    request: Request,
    caller: Reader,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Of the discharges on the centre's days `from` to `to` (not included); the last year without them.

    null is a number too small to be shown, or one that would give such a number away.
    """
    settings, now = settings_of(request), clock.now()
    usual = usual_span(local_day(now, settings.centre_zone))
    since, until = since or usual[0], until or usual[1]
    if not 0 < (until - since).days <= _LONGEST:
        detail = "From must lie before to, and two years at most between them."
        raise Problem(422, "bad_span", "Check the days", detail)
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "measures.read", None)
    async with store_of(request).reading() as session:
        return await figures(session, since, until, settings.centre_zone, now)
