"""Five short questions. An answer that sounds like danger is answered at once, with the lines to call now."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of, store_of
from services.aftercare.follow_up.check_ins import Closed, answer, open_for_client
from services.aftercare.follow_up.instruments import questions
from services.aftercare.follow_up.paging import somebody_is_on_call
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import Visit, away, nothing_here, page, visit_of
from services.aftercare.tables import CheckIn, Plan

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_URGENT = 3  # level of concern that calls a person
_LONGEST = 10_000  # the page asks for a tenth of it; nothing typed by a person is cut


@router.get("/my/check-in")
async def ask(request: Request) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "check_in.read")
        if visit is None:
            return away(request)
        check_in = await open_check_in(session, visit.plan)
    return _form(request, visit, check_in)


@router.post("/my/check-in")
async def take(request: Request) -> Response:
    """Every question may be left out, but not all of them. Sent again it corrects what was sent.

    Words of danger are heard however late they come: that is why the form names its questionnaire.
    """
    async with request.form(max_files=0, max_fields=20) as form:
        sent = {name: value for name, value in form.items() if isinstance(value, str)}
    items, words = _items(sent), _words(sent)
    level, note = 0, "checked"
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "check_in.answer", lock=True)
        if visit is None:
            return away(request)
        check_in = await _named(session, visit.plan, sent.get("check_in", ""))
        if check_in is None:
            return nothing_here(request, visit)
        if not (items or words):
            return _form(request, visit, check_in, empty=True)
        try:
            level = (await answer(session, visit.plan, check_in, items, words)).concern_level
        except Closed:
            note = "closed"
    if level >= _URGENT:
        # No redirect: the lines are the answer to what was just sent, and stand in no address.
        on_call = somebody_is_on_call(settings_of(request))
        return page(request, visit, "urgent.html", on_call=on_call)
    return see(f"/my?note={note}")


def _words(sent: Mapping[str, str]) -> str:
    """As typed: a browser sends each line break as two characters (HTML, form submission)."""
    return sent.get("words", "").replace("\r\n", "\n").strip()[:_LONGEST]


def _form(request: Request, visit: Visit, check_in: CheckIn | None, *, empty: bool = False) -> Response:
    return page(
        request,
        visit,
        "check_in.html",
        status=422 if empty else 200,
        questions=questions(visit.language),
        check_in=check_in.id if check_in else None,
        empty=empty,
    )


async def _named(session: AsyncSession, plan: Plan, check_in_id: str) -> CheckIn | None:
    """The client's own questionnaire of this id, locked."""
    try:
        query = select(CheckIn).where(CheckIn.id == UUID(check_in_id), CheckIn.plan_id == plan.id)
    except ValueError:
        return None
    return await session.scalar(query.with_for_update())


async def open_check_in(session: AsyncSession, plan: Plan) -> CheckIn | None:
    """The newest one that waits for an answer."""
    waiting = [one for one in await open_for_client(session, plan) if one.answered_at is None]
    return waiting[-1] if waiting else None


def _items(sent: Mapping[str, str]) -> dict[str, int]:
    """What was ticked and lies in its range; anything else was typed by no browser of ours."""
    asked = {question.name: question.most for question in questions("en")}
    return {
        name: int(value)
        for name, value in sent.items()
        if name in asked
        and value.isascii()
        and value.isdigit()
        and len(value) < 3
        and int(value) <= asked[name]
    }
