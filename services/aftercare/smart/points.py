"""Where a client stands at the four points: every step is a row, none is rewritten, each is the client's."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.smart.cycle import POINTS, Standing, step, suggested
from services.aftercare.smart.tools import tools_of
from services.aftercare.smart.tools.kinds import HIGHEST, LOWEST
from services.aftercare.smart.worksheets import worksheets_of
from services.aftercare.tables import Plan, PointProgress, Worksheet
from shared import clock
from shared.contracts.aftercare import PointProgressed, PointStage
from shared.messaging.outbox import say


class StepNotOpen(Exception):
    """From where the client stands this step does not follow; an old page was sent, perhaps."""


@dataclass(frozen=True)
class PointNow:
    """A point today. `rating`: the last one of this round; `suggested`: a step the used tools speak for."""

    point: int
    standing: Standing
    rating: int | None
    history: list[PointProgress]
    suggested: PointStage | None


async def progress(
    session: AsyncSession, plan: Plan, point: int, stage: PointStage, self_rating: int | None = None
) -> Standing:
    """Take a step, or rate where one is (0-10). The same thing sent twice is one row.

    Raises `StepNotOpen` for a step that does not follow, `ValueError` for no such point or rating.
    """
    if point not in POINTS or (self_rating is not None and not LOWEST <= self_rating <= HIGHEST):
        raise ValueError("a point is 1 to 4, a rating 0 to 10")
    # Two windows at once: the second waits here and then sees the first one's row.
    await session.execute(select(Plan.id).where(Plan.id == plan.id).with_for_update())
    history = await _history(session, plan, point)
    now = _standing(history)
    then = step(now, stage)
    if then is None:
        raise StepNotOpen
    if then == now and self_rating in (None, _rating(history, now)):
        return now
    session.add(
        PointProgress(
            plan_id=plan.id,
            case_id=plan.case_id,
            point=point,
            stage=then.stage,
            cycle=then.cycle,
            self_rating=self_rating,
            at=clock.now(),
        )
    )
    if then != now:
        say(
            session,
            PointProgressed(
                case_id=plan.case_id, plan_id=plan.id, point=point, stage=then.stage, cycle=then.cycle
            ),
        )
    return then


async def points_of(session: AsyncSession, plan: Plan, zone: str = "UTC") -> list[PointNow]:
    """The four points now, each with its history, oldest first. The person's, across stays.

    `zone` (IANA): whose calendar counts the days on which tools were used.
    """
    sheets = await worksheets_of(session, plan.case_id)
    return [_point(point, await _history(session, plan, point), sheets, zone) for point in POINTS]


def _point(point: int, history: list[PointProgress], sheets: list[Worksheet], zone: str) -> PointNow:
    now = _standing(history)
    days = _days_used(point, now, history, sheets, zone)
    return PointNow(point, now, _rating(history, now), history, suggested(now, days))


async def _history(session: AsyncSession, plan: Plan, point: int) -> list[PointProgress]:
    query = select(PointProgress).where(PointProgress.case_id == plan.case_id, PointProgress.point == point)
    return list(await session.scalars(query.order_by(PointProgress.at, PointProgress.id)))


def _standing(history: list[PointProgress]) -> Standing:
    return Standing(history[-1].stage, history[-1].cycle) if history else Standing()


def _rating(history: list[PointProgress], now: Standing) -> int | None:
    in_round = [row.self_rating for row in history if row.cycle == now.cycle and row.self_rating is not None]
    return in_round[-1] if in_round else None


def _days_used(
    point: int, now: Standing, history: list[PointProgress], sheets: list[Worksheet], zone: str
) -> list[date]:
    """Days in this round on which a tool of the point was completed."""
    began = next((row.at for row in history if row.cycle == now.cycle and now.cycle > 1), None)
    tools = tools_of(point)
    return [
        sheet.completed_at.astimezone(ZoneInfo(zone)).date()
        for sheet in sheets
        if sheet.tool in tools and sheet.completed_at and (began is None or sheet.completed_at >= began)
    ]
