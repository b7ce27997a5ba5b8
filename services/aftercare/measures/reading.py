"""The rows the measures are made of: ids, codes and times of one span of discharges. Nothing sealed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.measures.after_leaving import Stay
from services.aftercare.measures.reaching import Answer, Call
from services.aftercare.measures.staying import Followed
from services.aftercare.measures.working import Step
from services.aftercare.meetings.normal_form import Programme
from services.aftercare.smart.tools import TOOLS
from services.aftercare.tables import (
    Attempt,
    ClinicalVisit,
    Concern,
    Enrolment,
    EnrolmentState,
    FollowUp,
    Meeting,
    Occurrence,
    Plan,
    PlanState,
    PointProgress,
    Worksheet,
)
from services.aftercare.tables import Stay as StayRow
from shared.contracts.aftercare import (
    ConcernCause,
    FollowUpKind,
    FollowUpOutcome,
    FollowUpState,
    OccurrenceState,
)

_CAME = (OccurrenceState.ATTENDED, OccurrenceState.PARTLY)
_NEVER = datetime.max.replace(tzinfo=UTC)
_CALLS = (FollowUpKind.FIRST_CALL, FollowUpKind.CALL)


def _left(since: datetime, until: datetime) -> Select[UUID]:
    """The ids of the plans whose client left in [since, until)."""
    return select(Plan.id).where(Plan.left_at >= since, Plan.left_at < until, Plan.state != PlanState.DRAFT)


async def stays(session: AsyncSession, since: datetime, until: datetime, zone: ZoneInfo) -> list[Stay]:
    """All stays of the cases with a discharge in the span."""
    cases = select(StayRow.case_id).where(StayRow.left_at >= since, StayRow.left_at < until)
    columns = (StayRow.case_id, StayRow.admitted_at, StayRow.left_at, StayRow.type)
    rows = await session.execute(select(*columns).where(StayRow.case_id.in_(cases)).order_by(StayRow.left_at))
    return [
        Stay(
            case_id,
            left.astimezone(zone).date() if left else None,
            kind,
            admitted.astimezone(zone).date() if admitted else None,
        )
        for case_id, admitted, left, kind in rows
    ]


async def visits(session: AsyncSession, since: datetime) -> dict[UUID, list[datetime]]:
    """Clinical visits by case; those withdrawn are none."""
    query = select(ClinicalVisit.case_id, ClinicalVisit.at).where(
        ClinicalVisit.at >= since, ClinicalVisit.withdrawn_at.is_(None)
    )
    return _grouped((await session.execute(query)).all())


async def meetings(session: AsyncSession, since: datetime) -> dict[UUID, list[datetime]]:
    """Meetings attended, by case."""
    query = select(Occurrence.case_id, Occurrence.starts_at).where(
        Occurrence.starts_at >= since, Occurrence.state.in_(_CAME)
    )
    return _grouped((await session.execute(query)).all())


async def plans(session: AsyncSession, since: datetime, until: datetime, now: datetime) -> list[Followed]:
    columns = (Plan.id, Plan.tier, Plan.left_at, Plan.ended_at, Plan.paused_at)
    rows = await session.execute(select(*columns).where(Plan.id.in_(_left(since, until))))
    return [
        Followed(plan_id, tier, left, min(at for at in (ended, paused, now) if at is not None))
        for plan_id, tier, left, ended, paused in rows
        if left is not None
    ]


async def signs(session: AsyncSession, since: datetime, until: datetime) -> dict[UUID, list[datetime]]:
    """When a plan's client came to a meeting or was spoken with."""
    mine = _left(since, until)
    came = select(Occurrence.plan_id, Occurrence.starts_at).where(
        Occurrence.plan_id.in_(mine), Occurrence.state.in_(_CAME)
    )
    reached = select(Attempt.plan_id, Attempt.at).where(
        Attempt.plan_id.in_(mine),
        Attempt.outcome == FollowUpOutcome.REACHED,
        Attempt.withdrawn_at.is_(None),
    )
    found = [*(await session.execute(came)), *(await session.execute(reached))]
    return _grouped(found)


async def date_states(
    session: AsyncSession, since: datetime, until: datetime, now: datetime
) -> dict[OccurrenceState, dict[UUID, int]]:
    """How many dates of each plan that are over ended in which state."""
    query = select(Occurrence.state, Occurrence.plan_id, func.count()).where(
        Occurrence.plan_id.in_(_left(since, until)), Occurrence.ends_at <= now
    )
    found: dict[OccurrenceState, dict[UUID, int]] = defaultdict(dict)
    for state, plan_id, count in await session.execute(query.group_by(Occurrence.state, Occurrence.plan_id)):
        found[state][plan_id] = count
    return found


async def went_to(session: AsyncSession, since: datetime, until: datetime) -> dict[UUID, set[Programme]]:
    query = (
        select(Occurrence.plan_id, Meeting.programme)
        .join(Enrolment, Enrolment.id == Occurrence.enrolment_id)
        .join(Meeting, Meeting.id == Enrolment.meeting_id)
        .where(Occurrence.plan_id.in_(_left(since, until)), Occurrence.state.in_(_CAME))
        .distinct()
    )
    found: dict[UUID, set[Programme]] = defaultdict(set)
    for plan_id, programme in await session.execute(query):
        found[plan_id].add(programme)
    return found


async def worksheets(
    session: AsyncSession, since: datetime, until: datetime
) -> dict[tuple[UUID, int], datetime]:
    """When a plan's first worksheet of a point was completed."""
    query = (
        select(Worksheet.plan_id, Worksheet.tool, func.min(Worksheet.completed_at))
        .where(Worksheet.plan_id.in_(_left(since, until)), Worksheet.completed_at.is_not(None))
        .group_by(Worksheet.plan_id, Worksheet.tool)
    )
    found: dict[tuple[UUID, int], datetime] = {}
    for plan_id, tool, at in await session.execute(query):
        for point in TOOLS[tool].points:
            if at is not None and at < found.get((plan_id, point), _NEVER):
                found[plan_id, point] = at
    return found


async def steps(session: AsyncSession, since: datetime, until: datetime) -> list[Step]:
    columns = (
        PointProgress.plan_id,
        PointProgress.point,
        PointProgress.cycle,
        PointProgress.self_rating,
        PointProgress.at,
    )
    query = select(*columns).where(PointProgress.plan_id.in_(_left(since, until)))
    return [Step(*row) for row in await session.execute(query)]


async def calls(session: AsyncSession, since: datetime, until: datetime, now: datetime) -> list[Call]:
    """Scheduled calls whose window is over."""
    columns = (
        FollowUp.case_id,
        FollowUp.kind,
        FollowUp.due_from,
        FollowUp.due_by,
        FollowUp.done_at,
        FollowUp.outcome,
    )
    query = select(*columns).where(
        FollowUp.plan_id.in_(_left(since, until)),
        FollowUp.kind.in_(_CALLS),
        FollowUp.due_by <= now,
        FollowUp.state != FollowUpState.CANCELLED,
    )
    return [Call(*row) for row in await session.execute(query)]


async def answers(session: AsyncSession, since: datetime, until: datetime) -> list[Answer]:
    """Level 3 concerns opened in the span."""
    query = select(Concern.case_id, Concern.opened_at, Concern.acknowledged_at).where(
        Concern.level == 3, Concern.opened_at >= since, Concern.opened_at < until
    )
    return [Answer(*row) for row in await session.execute(query)]


async def reports_of_use(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[UUID, datetime]]:
    query = select(Concern.case_id, Concern.opened_at).where(
        Concern.cause == ConcernCause.USE, Concern.opened_at >= since, Concern.opened_at < until
    )
    return (await session.execute(query)).all()


async def readmissions(session: AsyncSession, since: datetime) -> dict[UUID, list[datetime]]:
    """When somebody came back into the house, by case."""
    query = select(StayRow.case_id, StayRow.admitted_at).where(StayRow.admitted_at >= since)
    return _grouped([(case_id, at) for case_id, at in await session.execute(query) if at is not None])


async def rematches(session: AsyncSession, since: datetime, until: datetime) -> tuple[list[UUID], list[UUID]]:
    """Whose enrolments that were ever on a calendar: those another one took the place of, and the rest."""
    query = select(Enrolment.case_id, Enrolment.state).where(
        Enrolment.plan_id.in_(_left(since, until)), Enrolment.active_at.is_not(None)
    )
    rows = (await session.execute(query)).all()
    replaced = [case_id for case_id, state in rows if state is EnrolmentState.REPLACED]
    return replaced, [case_id for case_id, state in rows if state is not EnrolmentState.REPLACED]


async def doubtful_dates(
    session: AsyncSession, since: datetime, until: datetime
) -> tuple[list[UUID], list[UUID]]:
    """Whose dates in the span: those whose listing is not to be believed now, and those nobody was at."""
    found = {OccurrenceState.UNCONFIRMED: list[UUID](), OccurrenceState.NOT_HELD: list[UUID]()}
    query = select(Occurrence.state, Occurrence.case_id).where(
        Occurrence.starts_at >= since, Occurrence.starts_at < until, Occurrence.state.in_(found)
    )
    for state, case_id in await session.execute(query):
        found[state].append(case_id)
    return found[OccurrenceState.UNCONFIRMED], found[OccurrenceState.NOT_HELD]


def _grouped(rows: Sequence[tuple[UUID, datetime]]) -> dict[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for key, at in rows:
        found[key].append(at)
    return found
