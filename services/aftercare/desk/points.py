"""What staff see of a client's own work: the four points, that worksheets exist, and what the client shares.

Only those who care for the client after they left; an alumni coordinator only while the client agrees to
aftercare. A worksheet that is not shared shows its tool and its dates, whatever anybody's role.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.finding import plan_for
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.smart.points import PointNow, points_of
from services.aftercare.smart.tools import TOOLS
from services.aftercare.smart.wording import WORDINGS, in_plain_words
from services.aftercare.smart.worksheets import answers_of, find_worksheet, worksheets_of
from services.aftercare.tables import PointProgress, Worksheet
from shared import audit
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["aftercare"])

Carer = Annotated[Caller, Depends(allowed(Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN))]
_LANGUAGE = "en"  # the staff's; what the client wrote stays in theirs


class WorksheetMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No worksheet", "This case has no such worksheet.")


class NotShared(Problem):
    def __init__(self) -> None:
        detail = "The client keeps this worksheet private. Ask them if it would help to look at it together."
        super().__init__(403, "not_shared", "Not shared", detail)


@router.get("/cases/{case_id}/points")
async def read_points(request: Request, case_id: UUID, caller: Carer) -> dict[str, Any]:
    """Where the client says they are at each point, with every step and rating they noted."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "points.read", case_id, ("stage", "self_rating"))
        plan = await plan_for(session, case_id, caller)
        zone = (await preferences_of(session, case_id, settings_of(request).centre_zone)).zone
        return {"points": [_point_view(point) for point in await points_of(session, plan, zone)]}


@router.get("/cases/{case_id}/worksheets")
async def list_worksheets(request: Request, case_id: UUID, caller: Carer) -> dict[str, Any]:
    """Which tools were used and when; no answers."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "worksheets.list", case_id)
        await plan_for(session, case_id, caller)
        return {"worksheets": [_worksheet_view(one) for one in await worksheets_of(session, case_id)]}


@router.get("/cases/{case_id}/worksheets/{worksheet_id}")
async def read_worksheet(
    request: Request, case_id: UUID, worksheet_id: UUID, caller: Carer
) -> dict[str, Any]:
    """A worksheet the client shares, question by question."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "worksheet.read", case_id, ("answers",))
        await plan_for(session, case_id, caller)
        # Locked: a client who stops sharing this moment waits for us, or we see that they did.
        worksheet = await find_worksheet(session, case_id, worksheet_id, lock=True)
        if worksheet is None:
            raise WorksheetMissing
        if not worksheet.shared:
            raise NotShared
        said = in_plain_words(worksheet.tool, await answers_of(session, worksheet), _LANGUAGE)
        answers = [{"label": one.label, "lines": one.lines} for one in said]
        return _worksheet_view(worksheet) | {"answers": answers}


def _point_view(point: PointNow) -> dict[str, Any]:
    return {
        "point": point.point,
        "stage": point.standing.stage,
        "cycle": point.standing.cycle,
        "self_rating": point.rating,
        "history": [_step_view(row) for row in point.history],
    }


def _step_view(row: PointProgress) -> dict[str, Any]:
    return {"stage": row.stage, "cycle": row.cycle, "self_rating": row.self_rating, "at": row.at}


def _worksheet_view(worksheet: Worksheet) -> dict[str, Any]:
    return {
        "worksheet_id": worksheet.id,
        "tool": worksheet.tool,
        "title": WORDINGS[_LANGUAGE][worksheet.tool].title,
        "points": TOOLS[worksheet.tool].points,
        "shared": worksheet.shared,
        "begun_at": worksheet.begun_at,
        "changed_at": worksheet.changed_at,
        "completed_at": worksheet.completed_at,
    }
