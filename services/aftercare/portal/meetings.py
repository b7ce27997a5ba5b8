"""The client's meetings: yes and no to what is suggested, and out of one that is not for them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import store_of
from services.aftercare.plans.enrolment import accept, decline, end_enrolment, enrolment_of
from services.aftercare.plans.preferences import keep_preferences
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.plans.states import ON_CALENDAR, OPEN, enrolment_to
from services.aftercare.portal.dates import Reader
from services.aftercare.portal.own_meetings import OwnMeetings, own_meetings
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import Visit, away, nothing_here, page, visit_of
from services.aftercare.portal.when import rhythm_words, there_words
from services.aftercare.smart.days import time_in_words
from services.aftercare.tables import OVER, Enrolment, EnrolmentState
from shared import clock
from shared.contracts.aftercare import ReplacementReason

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_MOST_BLOCKED = 100  # what Preferences takes


@router.get("/my/meetings")
async def my_meetings(request: Request, left: UUID | None = None) -> Response:
    """`left`: the one just left, which can be taken back."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "meetings.read")
        if visit is None:
            return away(request)
        meetings = await own_meetings(session, visit.plan)
    reader = Reader(visit.zone, visit.language, clock.now())
    return page(
        request,
        visit,
        "meetings.html",
        meetings=[_view(one, meetings, reader) for one in meetings.going()],
        left=_name_of_left(left, meetings),
        left_id=left,
        may_change=visit.plan.state not in OVER,
    )


@router.post("/my/meetings/{enrolment_id}/answer")
async def answer(
    request: Request, enrolment_id: UUID, said: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """An answer to something no longer open changes nothing; the page says what is true now."""
    async with store_of(request).transaction() as session:
        visit, enrolment = await _theirs(session, request, enrolment_id, "meeting.answer")
        if visit is None:
            return away(request)
        if enrolment is None:
            return nothing_here(request, visit)
        if said == "no":
            taken = await decline(session, visit.plan, enrolment)
        else:
            taken = await accept(session, visit.plan, enrolment)
        waits = said == "yes" and enrolment.state is EnrolmentState.WAITING
    return see(f"/my?note={'gone' if not taken else 'waiting' if waits else said}")


@router.post("/my/meetings/{enrolment_id}/leave")
async def not_for_me(request: Request, enrolment_id: UUID) -> Response:
    """Off the calendar, and not suggested again. What could take its place is looked for."""
    async with store_of(request).transaction() as session:
        visit, enrolment = await _theirs(session, request, enrolment_id, "meeting.leave")
        if visit is None:
            return away(request)
        if enrolment is None:
            return nothing_here(request, visit)
        if enrolment.state in (*ON_CALENDAR, *OPEN) and visit.plan.state not in OVER:
            await end_enrolment(session, visit.plan, enrolment)
            await _block(session, visit, enrolment.meeting_id)
            await ask_rebalance(session, visit.plan, ReplacementReason.CLIENT_WISH)
    return see(f"/my/meetings?left={enrolment_id}")


@router.post("/my/meetings/{enrolment_id}/return")
async def after_all(request: Request, enrolment_id: UUID) -> Response:
    """The undo of leaving one: on the calendar again, if it is still held and there is room."""
    taken = False
    async with store_of(request).transaction() as session:
        visit, enrolment = await _theirs(session, request, enrolment_id, "meeting.return")
        if visit is None:
            return away(request)
        if enrolment is None:
            return nothing_here(request, visit)
        if enrolment.state in (EnrolmentState.ENDED, EnrolmentState.SUGGESTED):
            await _block(session, visit, enrolment.meeting_id, blocked=False)
            enrolment.state = enrolment_to(enrolment.state, EnrolmentState.SUGGESTED)
            taken = await accept(session, visit.plan, enrolment)
            if not taken:
                enrolment.state = EnrolmentState.ENDED
        elif enrolment.state in ON_CALENDAR:
            taken = True  # pressed twice
    return see(f"/my?note={'back' if taken else 'gone'}")


async def _theirs(
    session: AsyncSession, request: Request, enrolment_id: UUID, action: str
) -> tuple[Visit | None, Enrolment | None]:
    """The visit with its plan locked, and the enrolment if it is one of this plan."""
    visit = await visit_of(session, request, action, lock=True)
    return visit, await enrolment_of(session, visit.plan, enrolment_id) if visit else None


async def _block(session: AsyncSession, visit: Visit, meeting_id: UUID, *, blocked: bool = True) -> None:
    others = [one for one in visit.wanted.blocked if one != meeting_id]
    wanted = [*others, meeting_id][-_MOST_BLOCKED:] if blocked else others
    await keep_preferences(session, visit.plan.case_id, visit.wanted.model_copy(update={"blocked": wanted}))


def _view(one: Enrolment, meetings: OwnMeetings, reader: Reader) -> dict[str, Any]:
    meeting = meetings.by_id[one.id][1]
    rule = meeting.recurrence
    starts = one.first_occurrence_at
    return {
        "id": one.id,
        "name": meeting.name,
        "rhythm": rhythm_words(rule, reader.language),
        "time": time_in_words(starts.astimezone(reader.tzinfo), reader.language),
        "there": there_words(starts, reader.zone, rule.tz, reader.language) if rule and rule.tz else "",
        "online": one.modality != "in_person",
        "state": one.state.value,
        "address": meeting.venue.address if one.modality == "in_person" else "",
    }


def _name_of_left(left: UUID | None, meetings: OwnMeetings) -> str:
    if left is None or left not in meetings.by_id:
        return ""
    enrolment, meeting = meetings.by_id[left]
    return meeting.name if enrolment.state is EnrolmentState.ENDED else ""
