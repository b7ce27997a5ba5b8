"""GET /my/toolbox and /my/worksheets: the tools by point, and what the client has filled in."""

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from services.aftercare.access import store_of
from services.aftercare.portal.pages import PageRoute
from services.aftercare.portal.visits import away, visit_of
from services.aftercare.portal.worksheet_page import page
from services.aftercare.portal.worksheet_wording import PAGE_WORDS, when_of
from services.aftercare.smart.cycle import POINTS
from services.aftercare.smart.days import time_in_words
from services.aftercare.smart.points import points_of
from services.aftercare.smart.removing import UNDO_WITHIN, removed_lately
from services.aftercare.smart.suggesting import Used, suggest
from services.aftercare.smart.tools import TOOLS, tools_of
from services.aftercare.smart.wording import WORDINGS
from services.aftercare.smart.worksheets import worksheets_of
from services.aftercare.tables import Worksheet
from shared import clock
from shared.contracts.aftercare import Tool

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/my/toolbox")
async def toolbox(request: Request) -> Response:
    """The tools by point, and a few that could help now, by which were used when: no sheet is opened."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "toolbox.read")
        if visit is None:
            return away(request)
        sheets = await worksheets_of(session, visit.plan.case_id)
        stages = {p.point: p.standing.stage for p in await points_of(session, visit.plan, visit.zone)}
    zone = ZoneInfo(visit.zone)
    used = [Used(one.tool, one.changed_at.astimezone(zone).date()) for one in sheets]
    words, filled_in = WORDINGS[visit.language], Counter(one.tool for one in sheets)
    suggestions = [
        {"tool": one.tool.value, "title": words[one.tool].title, "reason": one.reason.value}
        for one in suggest(used, stages, clock.now().astimezone(zone).date())
    ]
    points = [
        {
            "number": point,
            "tools": [
                {
                    "tool": tool.value,
                    "title": words[tool].title,
                    "smart_name": TOOLS[tool].smart_name,
                    "mine": filled_in[tool],
                }
                for tool in tools_of(point)
            ],
        }
        for point in POINTS
    ]
    return page(request, visit, "toolbox.html", suggestions=suggestions, points=points)


@router.get("/my/worksheets")
async def my_worksheets(request: Request, tool: Tool | None = None, note: str = "") -> Response:
    """All of them, or those of one tool; above them what was removed lately and can be put back."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "worksheets.list")
        if visit is None:
            return away(request)
        sheets = await worksheets_of(session, visit.plan.case_id, tool)
        removed = await removed_lately(session, visit.plan.case_id)
    words = PAGE_WORDS[visit.language]
    return page(
        request,
        visit,
        "worksheets.html",
        note=words["too_late"] if note == "late" else "",
        sheets=[_line(one, visit.language, visit.zone) for one in sheets],
        removed=[_removed(one, visit.language, visit.zone) for one in removed],
    )


def _line(sheet: Worksheet, language: str, zone: str) -> dict[str, Any]:
    return {
        "id": sheet.id,
        "title": WORDINGS[language][sheet.tool].title,
        "when": when_of(sheet, language, zone),
        "shared": sheet.shared,
    }


def _removed(sheet: Worksheet, language: str, zone: str) -> dict[str, Any]:
    assert sheet.removed_at is not None
    until: datetime = (sheet.removed_at + UNDO_WITHIN).astimezone(ZoneInfo(zone))
    return {
        "id": sheet.id,
        "title": WORDINGS[language][sheet.tool].title,
        "until": time_in_words(until, language),
    }
