"""POST /my/worksheets/{id}: what was typed is kept, or shown again with nothing lost.

The form carries the id its worksheet has or will have and the version it shows, so that neither a double
tap nor a second window makes two sheets or loses a word. "Add another" sends the form too, and gets it
back one row longer: no script is needed.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.aftercare.access import store_of
from services.aftercare.portal.pages import PageRoute, see, trouble
from services.aftercare.portal.visits import away, visit_of
from services.aftercare.portal.worksheet_form import answers_from
from services.aftercare.portal.worksheet_page import page
from services.aftercare.portal.worksheet_views import Draft, around, form_view
from services.aftercare.portal.worksheet_wording import PAGE_WORDS
from services.aftercare.smart.tools import tidy
from services.aftercare.smart.wording import WORDINGS
from services.aftercare.smart.worksheets import NotKept, Refusal, keep
from shared.contracts.aftercare import Tool
from shared.contracts.fact import new_id

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_FIELDS = 120  # the longest form has four lists of eight rows of two, and a few more
_STATUS = {Refusal.INVALID: 422, Refusal.CHANGED: 409, Refusal.MISSING: 404}
_NOTE = {Refusal.INVALID: "not_saved", Refusal.CHANGED: "changed_elsewhere", Refusal.MISSING: "gone"}


@router.post("/my/worksheets/{worksheet_id}")
async def save(request: Request, worksheet_id: UUID) -> Response:
    """Done, save for later, or one row more."""
    async with request.form(max_files=0, max_fields=_FIELDS) as form:
        sent = {name: value for name, value in form.items() if isinstance(value, str)}
    tool, action = sent.get("tool", ""), sent.get("do", "draft")
    if tool not in list(Tool):
        return trouble(request, "unreadable", 422)
    typed = Draft(Tool(tool), worksheet_id, _seen(sent), tidy(Tool(tool), answers_from(Tool(tool), sent)))
    if action.startswith("more."):
        return await _one_row_more(request, typed, action.removeprefix("more."))
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "worksheet.change", lock=True)
        if visit is None:
            return away(request)
        said = await keep(
            session,
            visit.plan,
            typed.tool,
            typed.answers,
            worksheet_id,
            complete=action == "done",
            seen=typed.seen,
        )
        beside = await around(session, visit.plan.case_id, typed.tool, visit.language, worksheet_id)
    words = PAGE_WORDS[visit.language]
    if isinstance(said, NotKept):
        again = _again(typed, said, words[_NOTE[said.why]])
        view = form_view(again, beside, visit.language)
        return page(request, visit, "worksheet_form.html", status=_STATUS[said.why], **view)
    if said.danger:
        # No redirect: the crisis lines are the answer to what was just sent, and stand in no address.
        title = WORDINGS[visit.language][typed.tool]
        return page(request, visit, "worksheet_danger.html", worksheet_id=worksheet_id, words=title)
    if said.lacking:
        note = words["saved_lacking"]
        draft = replace(typed, seen=said.worksheet.version, problems=said.lacking, note=note)
        return page(request, visit, "worksheet_form.html", **form_view(draft, beside, visit.language))
    return see(f"/my/worksheets/{worksheet_id}" + ("" if action == "done" else "/edit?note=saved"))


async def _one_row_more(request: Request, typed: Draft, growing: str) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "worksheet.begin")
        if visit is None:
            return away(request)
        beside = await around(session, visit.plan.case_id, typed.tool, visit.language, typed.id)
    draft = replace(typed, growing=growing)
    return page(request, visit, "worksheet_form.html", **form_view(draft, beside, visit.language))


def _again(typed: Draft, said: NotKept, note: str) -> Draft:
    """The same form with what was typed: against what is stored after CHANGED, a new sheet after MISSING."""
    again = replace(typed, problems=said.problems, note=note, danger=said.danger)
    match said.why:
        case Refusal.CHANGED:
            return replace(again, seen=said.version)
        case Refusal.MISSING:
            return replace(again, id=new_id(), seen=0)
        case Refusal.INVALID:
            return again


def _seen(sent: Mapping[str, str]) -> int:
    seen = sent.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
