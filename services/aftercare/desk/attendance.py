"""Attendance as staff learn of it: the sheet of a group of the house, a facilitator, a document, a call."""

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import store_of
from services.aftercare.desk.finding import Arranger, needs_consent, plan_for
from services.aftercare.follow_up.attendance import record_attendance
from services.aftercare.meetings.seats import HOUSE
from services.aftercare.plans.opening import locked
from services.aftercare.tables import Attendance, Enrolment, Meeting, Occurrence, Plan
from shared import audit
from shared.contracts.aftercare import Attended, OccurrenceState
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["attendance"])

_SHEET = 4
Known = Literal[Attended.ATTENDED, Attended.PARTLY, Attended.MISSED, Attended.EXCUSED, Attended.NOT_HELD]


class Source(StrEnum):
    """Who says so."""

    CLIENT = "client"  # on the telephone
    DOCUMENT = "document"  # the client's own
    FACILITATOR = "facilitator"
    PROOF = "proof"  # checked where it was issued


_EVIDENCE = {Source.CLIENT: 1, Source.DOCUMENT: 2, Source.FACILITATOR: 3, Source.PROOF: 4}


class Said(BaseModel):
    """`client_permits`: the client allowed that this facilitator tells us (aftercare.md 8.5)."""

    model_config = ConfigDict(extra="forbid")

    outcome: Known
    source: Source
    client_permits: bool = False


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    case_id: UUID
    outcome: Known


def _once_each(lines: list[Line]) -> list[Line]:
    if len({line.case_id for line in lines}) < len(lines):
        raise ValueError("a case stands on one line only")
    return lines


class Sheet(BaseModel):
    """One date of a group of the house, whoever was there and whoever was not."""

    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime
    lines: Annotated[list[Line], Field(min_length=1, max_length=200), AfterValidator(_once_each)]


class DateMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No date", "This case has no such date.")


class PermissionNeeded(Problem):
    def __init__(self) -> None:
        detail = "A facilitator may tell us only what the client allowed. Ask the client first."
        super().__init__(403, "permission_needed", "The client has to allow this", detail)


class NotKept(Problem):
    def __init__(self) -> None:
        detail = "The date is still to come, was called off, or better evidence is on file."
        super().__init__(409, "not_kept", "Not recorded", detail)


@router.put("/cases/{case_id}/dates/{occurrence_id}/attendance")
async def say_attendance(
    request: Request, case_id: UUID, occurrence_id: UUID, said: Said, caller: Arranger
) -> dict[str, Any]:
    """What somebody told staff of one date. Again with the same grade or a better one corrects it."""
    if said.source is Source.FACILITATOR and not said.client_permits:
        raise PermissionNeeded
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "attendance.record", case_id, (said.source.value,))
        plan = await plan_for(session, case_id, caller, lock=True)
        occurrence = await session.get(Occurrence, occurrence_id)
        if occurrence is None or occurrence.plan_id != plan.id:
            raise DateMissing
        evidence = _EVIDENCE[said.source]
        if not await record_attendance(
            session, plan, occurrence, said.outcome, evidence=evidence, by=caller.id
        ):
            raise NotKept
        return _view(occurrence, await session.get(Attendance, occurrence.id))


@router.get("/groups/{group_id}/sheet")
async def read_sheet(
    request: Request, group_id: UUID, starts_at: AwareDatetime, caller: Arranger
) -> dict[str, Any]:
    """Who has this date of the group on the calendar, by case, with what is known."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "attendance.sheet", None)
        expected = await _expected(session, group_id, starts_at, consented_only=needs_consent(caller))
        return {"lines": [_view(one, await session.get(Attendance, one.id)) for one in expected.values()]}


@router.put("/groups/{group_id}/sheet")
async def keep_sheet(request: Request, group_id: UUID, sheet: Sheet, caller: Arranger) -> dict[str, Any]:
    """The whole sheet at once. `not_expected`: cases without this date; `kept` says which lines count."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "attendance.sheet", None)
        expected = await _expected(session, group_id, sheet.starts_at, consented_only=needs_consent(caller))
        said = {line.case_id: line.outcome for line in sheet.lines}
        kept: list[UUID] = []
        meant = sorted(said.keys() & expected.keys(), key=lambda case_id: expected[case_id].plan_id)
        # All plans first and in the order of their ids, as everywhere: a line that says "held" locks the
        # group, for which a client who answers at this moment waits with their own plan locked.
        plans = {case_id: await locked(session, expected[case_id].plan_id) for case_id in meant}
        for case_id in meant:
            occurrence, plan = expected[case_id], plans[case_id]
            await audit.record(session, caller, "attendance.record", case_id, ("sheet",))
            await session.refresh(occurrence)
            if plan is not None and await record_attendance(
                session, plan, occurrence, said[case_id], evidence=_SHEET, by=caller.id
            ):
                kept.append(case_id)
        return {"kept": kept, "not_expected": sorted(said.keys() - expected.keys())}


async def _expected(
    session: AsyncSession, group_id: UUID, starts_at: AwareDatetime, *, consented_only: bool
) -> dict[UUID, Occurrence]:
    """By case: the dates of this group at this time that were not called off."""
    query = (
        select(Occurrence)
        .join(Enrolment, Enrolment.id == Occurrence.enrolment_id)
        .join(Meeting, Meeting.id == Enrolment.meeting_id)
        .join(Plan, Plan.id == Occurrence.plan_id)
        .where(
            Meeting.id == group_id,
            Meeting.source == HOUSE,
            Occurrence.starts_at == starts_at,
            Occurrence.state != OccurrenceState.CANCELLED,
        )
        .order_by(Occurrence.case_id)
    )
    if consented_only:
        query = query.where(Plan.consent_id.is_not(None))
    return {one.case_id: one for one in await session.scalars(query)}


def _view(occurrence: Occurrence, known: Attendance | None) -> dict[str, Any]:
    return {
        "occurrence_id": occurrence.id,
        "case_id": occurrence.case_id,
        "starts_at": occurrence.starts_at,
        "state": occurrence.state,
        "evidence": known.evidence if known else None,
        "recorded_at": known.recorded_at if known else None,
    }
