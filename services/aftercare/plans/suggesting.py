"""Suggestions on file: one row a meeting and plan, for good. A yes to one is a place in the client's week."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.report import REASONS
from services.aftercare.matching.sets import Scored
from services.aftercare.meetings.seats import may_take_seat
from services.aftercare.plans.enrolment import activate, enrolments_of
from services.aftercare.plans.question import AGAIN
from services.aftercare.tables import Enrolment, EnrolmentState, Plan
from shared import clock
from shared.contracts.aftercare import EnrolmentMode
from shared.contracts.fact import new_id
from shared.jobs import Later
from shared.sealing import Box, box

_BEFORE = (EnrolmentState.SUGGESTED, EnrolmentState.ENDED, EnrolmentState.REPLACED)


@dataclass(frozen=True)
class Suggestion:
    """`instead_of`: the enrolment it would take the place of. `fall_back`: for a week without the others."""

    one: Scored
    instead_of: UUID | None = None
    fall_back: bool = False


@dataclass(frozen=True)
class Suggested:
    """The plan's rows by meeting. `news`: the client was not shown exactly these suggestions before."""

    rows: dict[str, Enrolment]
    news: bool

    def open_ones(self) -> list[Enrolment]:
        """What waits for the client's answer."""
        return [row for row in self.rows.values() if is_open(row)]


async def suggest(
    session: AsyncSession,
    plan: Plan,
    enrolments: Iterable[Enrolment],
    suggestions: Sequence[Suggestion],
    sealed: Box,
) -> Suggested:
    """Make these the plan's open suggestions; others are withdrawn. `enrolments`: all it has, under its lock.

    A row that ended or was replaced before is used again: it is the same meeting in the same plan, and its
    calendar entry goes on from the version it had.
    """
    rows = {str(row.meeting_id): row for row in enrolments}
    shown_before = _shown(rows.values())
    for row in rows.values():
        if row.state is EnrolmentState.SUGGESTED:
            row.state = EnrolmentState.ENDED
    await _put_down(session, plan, rows, suggestions, sealed)
    return Suggested(rows, bool(_shown(rows.values()) - shown_before))


async def suggest_beside(session: AsyncSession, plan: Plan, suggestion: Suggestion) -> Enrolment:
    """One more open suggestion, the others as they are. The caller holds the plan's lock."""
    rows = {str(row.meeting_id): row for row in await enrolments_of(session, plan)}
    await _put_down(session, plan, rows, [suggestion], await box(session, plan.case_id))
    return rows[suggestion.one.id]


async def _put_down(
    session: AsyncSession,
    plan: Plan,
    rows: dict[str, Enrolment],
    suggestions: Iterable[Suggestion],
    sealed: Box,
) -> None:
    for suggestion in suggestions:
        row = rows.setdefault(suggestion.one.id, _fresh(plan, suggestion.one))
        if row.state in _BEFORE:  # else it is in the week, or in a queue, already
            _fill(row, suggestion, sealed)
            session.add(row)
    await session.flush()


def _fresh(plan: Plan, one: Scored) -> Enrolment:
    return Enrolment(
        id=new_id(),
        plan_id=plan.id,
        case_id=plan.case_id,
        meeting_id=UUID(one.id),
        state=EnrolmentState.SUGGESTED,
        mode=EnrolmentMode.SELF_ATTEND,
        sequence=0,
        suggested_at=clock.now(),
    )


def _fill(row: Enrolment, suggestion: Suggestion, sealed: Box) -> None:
    one = suggestion.one
    row.state = EnrolmentState.SUGGESTED
    row.score, row.modality = one.score, one.meeting.modality.value
    row.first_occurrence_at = one.meeting.first_at
    row.instead_of, row.fall_back = suggestion.instead_of, suggestion.fall_back
    row.reasons = sealed.seal(REASONS, row.id, json.dumps(one.points))


async def take_up(session: AsyncSession, plan: Plan, enrolment: Enrolment) -> None:
    """Put a suggestion on the calendar by ourselves."""
    await make_sure_of_seat(session, enrolment)
    await activate(session, plan, enrolment)


async def make_sure_of_seat(session: AsyncSession, enrolment: Enrolment) -> None:
    """`Later` when the last seat in a group of the house went to somebody else while we computed."""
    if not await may_take_seat(session, enrolment):
        raise Later(AGAIN, "meeting_filled")


def is_open(row: Enrolment) -> bool:
    """Does it wait for the client's answer? The fall-back waits for none."""
    return row.state is EnrolmentState.SUGGESTED and not row.fall_back


def _shown(rows: Iterable[Enrolment]) -> set[tuple[UUID, UUID | None]]:
    return {(row.meeting_id, row.instead_of) for row in rows if is_open(row)}
