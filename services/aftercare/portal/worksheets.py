"""One worksheet on the client's own pages: begin, go on, read, share or not, remove, put back."""

from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from services.aftercare.access import store_of
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import away, nothing_here, visit_of
from services.aftercare.portal.worksheet_form import first_answers
from services.aftercare.portal.worksheet_page import page
from services.aftercare.portal.worksheet_views import Draft, around, form_view, reading_view
from services.aftercare.portal.worksheet_wording import PAGE_WORDS
from services.aftercare.smart.removing import UNDO_WITHIN, put_back, remove
from services.aftercare.smart.tools import TOOLS
from services.aftercare.smart.tools.kinds import Earlier
from services.aftercare.smart.worksheets import answers_of, find_worksheet, share
from shared import clock
from shared.contracts.aftercare import Tool
from shared.contracts.fact import new_id

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/my/worksheets/new/{tool}")
async def begin(request: Request, tool: Tool, about: str = "") -> Response:
    """An empty form; nothing is stored before something is saved. `about`: the sheet it goes on from."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "worksheet.begin")
        if visit is None:
            return away(request)
        beside = await around(session, visit.plan.case_id, tool, visit.language)
    answers = first_answers(tool, clock.now().astimezone(ZoneInfo(visit.zone)))
    answers |= {
        asked.key: about
        for asked in TOOLS[tool].fields
        if isinstance(asked.kind, Earlier) and about in dict(beside.earlier[asked.key])
    }
    draft = Draft(tool, new_id(), 0, answers)
    return page(request, visit, "worksheet_form.html", **form_view(draft, beside, visit.language))


@router.get("/my/worksheets/{worksheet_id}/edit")
async def go_on(request: Request, worksheet_id: UUID, note: Literal["", "saved"] = "") -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "worksheet.read")
        if visit is None:
            return away(request)
        sheet = await find_worksheet(session, visit.plan.case_id, worksheet_id)
        if sheet is None:
            return nothing_here(request, visit)
        answers = await answers_of(session, sheet)
        beside = await around(session, visit.plan.case_id, sheet.tool, visit.language, sheet.id)
    words = PAGE_WORDS[visit.language]
    draft = Draft(sheet.tool, sheet.id, sheet.version, answers, note=words["saved"] if note else "")
    return page(request, visit, "worksheet_form.html", **form_view(draft, beside, visit.language))


@router.get("/my/worksheets/{worksheet_id}")
async def read(request: Request, worksheet_id: UUID) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "worksheet.read")
        if visit is None:
            return away(request)
        sheet = await find_worksheet(session, visit.plan.case_id, worksheet_id)
        if sheet is None:
            return nothing_here(request, visit)
        view = await reading_view(session, sheet, visit.language, visit.zone)
    minutes = int(UNDO_WITHIN.total_seconds() // 60)
    return page(request, visit, "worksheet.html", undo_minutes=minutes, **view)


@router.post("/my/worksheets/{worksheet_id}/sharing")
async def set_sharing(
    request: Request, worksheet_id: UUID, shared: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(
            session, request, "worksheet.share" if shared == "yes" else "worksheet.unshare"
        )
        if visit is None:
            return away(request)
        sheet = await find_worksheet(session, visit.plan.case_id, worksheet_id, lock=True)
        if sheet is None:
            return nothing_here(request, visit)
        share(sheet, shared == "yes")
    return see(f"/my/worksheets/{worksheet_id}")


@router.post("/my/worksheets/{worksheet_id}/removal")
async def take_away(request: Request, worksheet_id: UUID) -> Response:
    """Gone already, or not there: the list says what is true."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "worksheet.remove")
        if visit is None:
            return away(request)
        if sheet := await find_worksheet(session, visit.plan.case_id, worksheet_id, lock=True):
            await remove(session, sheet)
    return see("/my/worksheets")


@router.post("/my/worksheets/{worksheet_id}/return")
async def bring_back(request: Request, worksheet_id: UUID) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "worksheet.put_back")
        if visit is None:
            return away(request)
        sheet = await put_back(session, visit.plan.case_id, worksheet_id)
    return see(f"/my/worksheets/{worksheet_id}" if sheet else "/my/worksheets?note=late")
