"""GET and POST /my/wishes: when, in which language, how to be written to. The client decides."""

from collections.abc import Sequence
from typing import Literal

from fastapi import APIRouter, Request, Response

from services.aftercare.access import store_of
from services.aftercare.plans.opening import rethink
from services.aftercare.plans.preferences import keep_preferences
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import Visit, away, page, visit_of
from services.aftercare.portal.wishes_form import (
    Fault,
    Typed,
    boxes,
    changed_fields,
    faults_of,
    read,
    typed_of,
    wanted_of,
)

router = APIRouter(include_in_schema=False, route_class=PageRoute)

# What the choice of meetings depends on; the rest only changes how we write.
_MATTERS = {"windows", "languages"}
_FIELDS = 120


@router.get("/my/wishes")
async def my_wishes(request: Request, note: Literal["", "saved"] = "") -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "preferences.read")
        if visit is None:
            return away(request)
    return _form(request, visit, typed_of(visit.wanted), note=note)


@router.post("/my/wishes")
async def keep_wishes(request: Request) -> Response:
    """Nothing that is on the calendar moves by itself: changed hours lead to proposals."""
    async with request.form(max_files=0, max_fields=_FIELDS) as form:
        typed = read(form)
    faults = faults_of(typed)
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "preferences.change", lock=True)
        if visit is None:
            return away(request)
        if not faults:
            wanted = wanted_of(typed, visit.wanted)
            changed = changed_fields(visit.wanted, wanted)
            if changed:
                await keep_preferences(session, visit.plan.case_id, wanted)
            if _MATTERS & set(changed):
                await rethink(session, visit.plan.case_id)
    return _form(request, visit, typed, faults) if faults else see("/my/wishes?note=saved")


def _form(
    request: Request, visit: Visit, typed: Typed, faults: Sequence[Fault] = (), note: str = ""
) -> Response:
    return page(
        request,
        visit,
        "wishes.html",
        status=422 if faults else 200,
        typed=typed,
        lines=boxes(typed.lines),
        faults=faults,
        fault_at={fault.field: fault.why for fault in faults},
        note=note,
    )
