""" "I need help now": one button on every page. The lines to call are the answer, and a person is called.

No question before it, no page after it: whoever presses it by mistake has cost somebody a telephone call.
"""

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of, store_of
from services.aftercare.follow_up.concerns import raise_concern
from services.aftercare.follow_up.paging import somebody_is_on_call
from services.aftercare.portal.pages import PageRoute
from services.aftercare.portal.visits import away, page, visit_of
from services.aftercare.tables import Concern, Plan
from shared import clock
from shared.contracts.aftercare import ConcernCause

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_CALLS_A_PERSON = 3  # the level that pages until somebody has it


@router.get("/my/help")
async def lines(request: Request) -> Response:
    """The same lines without calling anybody: after the language was changed, or the page opened again."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "help.read")
        if visit is None:
            return away(request)
    return page(request, visit, "help.html", asked=False, on_call=False)


@router.post("/my/help")
async def ask_for_help(request: Request) -> Response:
    """Whatever the state of the plan. Not redirected: what was asked for is answered where it was asked."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "help.ask", lock=True)
        if visit is None:
            return away(request)
        key = await _key(session, visit.plan)
        await raise_concern(session, visit.plan, _CALLS_A_PERSON, ConcernCause.ASKED_FOR_HELP, key=key)
    return page(request, visit, "help.html", asked=True, on_call=somebody_is_on_call(settings_of(request)))


async def _key(session: AsyncSession, plan: Plan) -> str:
    """One call a day until somebody has taken it; asked again after that, it is a new one. The plan is
    locked, so two taps count the same."""
    taken = select(func.count()).where(
        Concern.plan_id == plan.id,
        Concern.cause == ConcernCause.ASKED_FOR_HELP,
        Concern.acknowledged_at.is_not(None),
    )
    return f"help:{clock.now().date()}:{await session.scalar(taken) or 0}"
