""" "I cannot come this time", said before a date: it is no miss, and nobody asks how it was."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import store_of
from services.aftercare.follow_up.attendance import record_attendance
from services.aftercare.plans.states import COMING
from services.aftercare.portal.dates import Reader, date_view
from services.aftercare.portal.own_meetings import own_meetings
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import Visit, away, nothing_here, page, visit_of
from services.aftercare.tables import OVER, Occurrence
from shared import clock
from shared.contracts.aftercare import Attended, OccurrenceState

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_SELF = 1  # grade of evidence: the client says so


@router.get("/my/dates/{date_id}/cannot")
async def ask_whether(request: Request, date_id: UUID) -> Response:
    """Asked once: no reminder comes after a yes. Whoever comes all the same says so afterwards."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "date.read")
        if visit is None:
            return away(request)
        date = await _ahead(session, visit, date_id)
        meetings = await own_meetings(session, visit.plan)
    pair = meetings.by_id.get(date.enrolment_id) if date else None
    if date is None or pair is None:
        return nothing_here(request, visit)
    view = date_view(date, pair[1], pair[0].modality, Reader(visit.zone, visit.language, clock.now()))
    return page(request, visit, "cannot.html", date=view)


@router.post("/my/dates/{date_id}/cannot")
async def excuse(request: Request, date_id: UUID) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "attendance.answer", lock=True)
        if visit is None:
            return away(request)
        date = await _ahead(session, visit, date_id)
        if date is None or visit.plan.state in OVER:
            return nothing_here(request, visit)
        await record_attendance(session, visit.plan, date, Attended.EXCUSED, evidence=_SELF)
    return see("/my?note=excused")


async def _ahead(session: AsyncSession, visit: Visit, date_id: UUID) -> Occurrence | None:
    """A date of this client's that is still to come, excused already too: a button pressed twice."""
    date = await session.get(Occurrence, date_id)
    if date is None or date.plan_id != visit.plan.id or date.starts_at <= clock.now():
        return None
    return date if date.state in (*COMING, OccurrenceState.EXCUSED) else None
