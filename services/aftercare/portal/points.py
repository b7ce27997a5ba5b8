"""GET /my/points, and the steps and ratings the client notes there."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response

from services.aftercare.access import store_of
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import away, visit_of
from services.aftercare.portal.worksheet_page import page
from services.aftercare.portal.worksheet_wording import PAGE_WORDS, in_history
from services.aftercare.smart.cycle import steps_from
from services.aftercare.smart.points import PointNow, StepNotOpen, points_of, progress
from shared.contracts.aftercare import PointStage

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_STAGES = list(PointStage)  # in the order of a round: how far the bar goes


@router.get("/my/points")
async def my_points(request: Request, note: Literal["", "old"] = "") -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "points.read", fields=("stage", "self_rating"))
        if visit is None:
            return away(request)
        points = await points_of(session, visit.plan, visit.zone)
    return page(
        request,
        visit,
        "points.html",
        note=PAGE_WORDS[visit.language]["old_page"] if note else "",
        points=[_view(point, visit.language, visit.zone) for point in points],
    )


@router.post("/my/points/{point}")
async def note_step(
    request: Request,
    point: Literal["1", "2", "3", "4"],
    stage: Annotated[PointStage, Form()],
    rating: Annotated[int | None, Form(ge=0, le=10)] = None,
) -> Response:
    """A step, or a rating where one is. A step that no longer follows changes nothing; the page says so."""
    note = ""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "points.change", lock=True)
        if visit is None:
            return away(request)
        try:
            await progress(session, visit.plan, int(point), stage, rating)
        except StepNotOpen:
            note = "?note=old"
    return see(f"/my/points{note}#point-{point}")


def _view(point: PointNow, language: str, zone: str) -> dict[str, Any]:
    return {
        "number": point.point,
        "stage": point.standing.stage.value,
        "cycle": point.standing.cycle,
        "far": _STAGES.index(point.standing.stage),
        "rating": point.rating,
        "suggested": point.suggested.value if point.suggested else "",
        "steps": [then.stage.value for then in steps_from(point.standing)],
        "history": in_history(point.history, language, zone),
    }
