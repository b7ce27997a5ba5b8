"""GET /my: what comes next, what is to be answered, what somebody who needs proof must not miss."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from services.aftercare.access import store_of
from services.aftercare.meetings.normal_form import Verification
from services.aftercare.plans.occurrences import HORIZON, dates_of
from services.aftercare.plans.states import COMING
from services.aftercare.portal.check_ins import open_check_in
from services.aftercare.portal.dates import DateView, Reader, date_view
from services.aftercare.portal.own_meetings import OwnMeetings, own_meetings
from services.aftercare.portal.pages import PageRoute
from services.aftercare.portal.proofs import ProofView, proof_view
from services.aftercare.portal.visits import Visit, away, page, visit_of
from services.aftercare.portal.when import place_of
from services.aftercare.tables import Attendance, Occurrence
from shared import clock
from shared.contracts.aftercare import Attended, OccurrenceState

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_LOOK_BACK = timedelta(days=7)  # how long an answer can be given or changed here
_SOON = timedelta(hours=2)  # nothing stands above a date that somebody may be on the way to
_SHOWN = 6  # dates ahead on the page: a screenful or two
_WENT = (Attended.ATTENDED, Attended.PARTLY)

Note = Literal[
    "", "yes", "waiting", "no", "gone", "back", "rests", "goes_on", "swapped", "checked", "closed", "excused"
]


@router.get("/my")
async def my_week(request: Request, note: Note = "") -> Response:
    now = clock.now()
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "week.read")
        if visit is None:
            return away(request)
        meetings = await own_meetings(session, visit.plan)
        dates = await dates_of(session, visit.plan, now - _LOOK_BACK, now + HORIZON)
        known = await session.scalars(
            select(Attendance).where(Attendance.occurrence_id.in_(one.id for one in dates))
        )
        answers = {one.occurrence_id: one for one in known}
        check_in = await open_check_in(session, visit.plan)
    reader = Reader(visit.zone, visit.language, now)
    ahead = _views([one for one in dates if one.ends_at > now], meetings, reader)[:_SHOWN]
    soon = ahead[:1] if ahead and ahead[0].starts_at - now <= _SOON else []
    over = [one for one in dates if one.ends_at <= now and one.state is not OccurrenceState.CANCELLED]
    return page(
        request,
        visit,
        "week.html",
        note=note,
        state=visit.plan.state.value,
        place=place_of(visit.zone),
        check_in=check_in is not None,
        to_answer=_views([one for one in over if _is_unanswered(one)], meetings, reader),
        answered=_answered(over, answers, meetings, reader),
        proofs=_proofs(over, answers, meetings, visit, reader),
        offers=meetings.offers(reader),
        soon=soon,
        dates=ahead[len(soon) :],
        fall_back=meetings.fall_back(reader),
        going=bool(meetings.going()),
    )


def _is_unanswered(date: Occurrence) -> bool:
    return date.state in (*COMING, OccurrenceState.UNKNOWN)


def _views(dates: Sequence[Occurrence], meetings: OwnMeetings, reader: Reader) -> list[DateView]:
    views = []
    for date in dates:
        if pair := meetings.by_id.get(date.enrolment_id):
            enrolment, meeting = pair
            views.append(date_view(date, meeting, enrolment.modality, reader))
    return views


def _answered(
    over: Sequence[Occurrence], answers: dict[Any, Attendance], meetings: OwnMeetings, reader: Reader
) -> list[tuple[DateView, str]]:
    said = [one for one in over if one.id in answers and not _is_unanswered(one)]
    return [(view, answers[view.id].outcome.value) for view in _views(said, meetings, reader)]


def _proofs(
    over: Sequence[Occurrence],
    answers: dict[Any, Attendance],
    meetings: OwnMeetings,
    visit: Visit,
    reader: Reader,
) -> list[ProofView]:
    """For somebody who needs proof and went, or has not said; not once better evidence is on file."""
    if not visit.wanted.verification_needed:
        return []
    proofs: list[ProofView] = []
    for date in over:
        known, pair = answers.get(date.id), meetings.by_id.get(date.enrolment_id)
        settled = known is not None and (
            known.evidence >= 2 or known.outcome not in (*_WENT, Attended.UNKNOWN)
        )
        if pair and not settled and pair[1].verification is not Verification.NONE:
            proofs += filter(None, [proof_view(date, pair[1], reader)])
    return proofs
