"""How was it? One tap for a date that is over; the answer can be changed for a week."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import store_of
from services.aftercare.follow_up.attendance import record_attendance
from services.aftercare.portal.dates import Reader, date_view
from services.aftercare.portal.own_meetings import own_meetings
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import Visit, away, nothing_here, page, visit_of
from services.aftercare.tables import OVER, Attendance, Occurrence
from shared import clock
from shared.contracts.aftercare import Attended, OccurrenceState

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_CHANGEABLE = timedelta(days=7)
_SELF = 1  # grade of evidence: the client says so


@router.get("/my/dates/{date_id}")
async def one_date(request: Request, date_id: UUID) -> Response:
    """What was said of it, and whether it helped."""
    now = clock.now()
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "date.read")
        if visit is None:
            return away(request)
        date = await _over(session, visit, date_id)
        meetings = await own_meetings(session, visit.plan)
        known = await session.get(Attendance, date_id) if date else None
    pair = meetings.by_id.get(date.enrolment_id) if date else None
    if date is None or pair is None:
        return nothing_here(request, visit)
    view = date_view(date, pair[1], pair[0].modality, Reader(visit.zone, visit.language, now))
    said = known.outcome.value if known else ""
    return page(
        request, visit, "date.html", date=view, said=said, helpfulness=known.helpfulness if known else None
    )


@router.post("/my/dates/{date_id}")
async def say_how_it_was(
    request: Request,
    date_id: UUID,
    outcome: Annotated[Literal["attended", "partly", "missed", "not_held"], Form()],
    helpfulness: Annotated[int | None, Form(ge=1, le=5)] = None,
) -> Response:
    """The same answer twice is one answer; another one takes its place."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "attendance.answer", lock=True)
        if visit is None:
            return away(request)
        date = await _over(session, visit, date_id)
        if date is None or visit.plan.state in OVER:
            return nothing_here(request, visit)
        await record_attendance(
            session, visit.plan, date, Attended(outcome), evidence=_SELF, helpfulness=helpfulness
        )
    return see(f"/my/dates/{date_id}" if helpfulness is None else "/my")


async def _over(session: AsyncSession, visit: Visit, date_id: UUID) -> Occurrence | None:
    """A date of this client's that is over, lately. Somebody else's is none."""
    date = await session.get(Occurrence, date_id)
    now = clock.now()
    if date is None or date.plan_id != visit.plan.id or date.state is OccurrenceState.CANCELLED:
        return None
    return date if date.ends_at <= now < date.starts_at + _CHANGEABLE else None
