"""A client's worksheets: begun, gone on with, completed, shared or not.

Answers are sealed and belong to the client alone while `shared` is false. Earlier versions are not kept:
a sentence somebody takes back is gone. Worksheets go with the person, not the stay, so that a second
discharge finds them again. Whoever calls these functions has written the audit row.
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import sign_of_life
from services.aftercare.smart.danger import look_for_danger
from services.aftercare.smart.tools import TOOLS, Answers, Fault, Problem, check, missing, tidy
from services.aftercare.smart.tools.kinds import Earlier
from services.aftercare.tables import Plan, Worksheet
from shared import clock
from shared.contracts.aftercare import ConcernCause, Tool, WorksheetCompleted
from shared.contracts.fact import new_id
from shared.messaging.outbox import say
from shared.sealing import box
from shared.upsert import insert_or_ignore

_PLACE = "worksheets.answers"


class Refusal(StrEnum):
    """Why nothing was kept."""

    MISSING = "missing"  # no such worksheet of this client: never there, removed, or somebody else's
    INVALID = "invalid"  # not a worksheet of this tool: see `problems`
    CHANGED = "changed"  # saved elsewhere since it was opened, in a second window perhaps


@dataclass(frozen=True)
class Kept:
    """`lacking`: why it stays a draft though the client was done. `danger`: show the crisis lines first."""

    worksheet: Worksheet
    danger: ConcernCause | None
    lacking: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class NotKept:
    """Nothing was overwritten, but what was written has been read for danger. `version`: what is stored."""

    why: Refusal
    danger: ConcernCause | None
    problems: list[Problem] = field(default_factory=list)
    version: int = 0


async def keep(
    session: AsyncSession,
    plan: Plan,
    tool: Tool,
    answers: Answers,
    worksheet_id: UUID | None = None,
    complete: bool = False,
    *,
    seen: int | None = None,
) -> Kept | NotKept:
    """Keep what was written, complete or not: a sheet that lacks something stays a draft, nothing is lost.

    `worksheet_id`: the id the page was given, so that a form sent twice is one worksheet. `seen`: the version
    the page showed (0: a new sheet). Completed is said once; a completed sheet stays so when it is edited.
    """
    wanted, name = tidy(tool, answers), worksheet_id or new_id()
    if problems := await _problems(session, plan, tool, wanted):
        return NotKept(Refusal.INVALID, await look_for_danger(session, plan, name, {}, wanted), problems)
    sheet = await _opened(session, plan, tool, name)
    if sheet is None:
        return NotKept(Refusal.MISSING, await look_for_danger(session, plan, name, {}, wanted))
    before = await answers_of(session, sheet)
    danger = await look_for_danger(session, plan, sheet.id, before, wanted)
    if wanted != before:
        if seen not in (None, sheet.version):
            return NotKept(Refusal.CHANGED, danger, version=sheet.version)
        await _write(session, sheet, wanted)
        await sign_of_life(session, plan)
    lacking = missing(tool, wanted) if complete else []
    if complete and not lacking:
        _complete(session, plan, sheet)
    return Kept(sheet, danger, lacking)


async def _problems(session: AsyncSession, plan: Plan, tool: Tool, wanted: Answers) -> list[Problem]:
    """A sheet may lean on another only if that is the client's own, of the tool meant, and still there."""
    if problems := check(tool, wanted):
        return problems
    for asked in TOOLS[tool].fields:
        if isinstance(asked.kind, Earlier) and asked.key in wanted:
            other = await find_worksheet(session, plan.case_id, UUID(wanted[asked.key]))
            if other is None or other.tool is not asked.kind.tool:
                problems.append(Problem(asked.key, Fault.NOT_OFFERED))
    return problems


async def _opened(session: AsyncSession, plan: Plan, tool: Tool, worksheet_id: UUID) -> Worksheet | None:
    """The sheet, locked; made empty (version 0) when it is new. None when the id is not the client's."""
    now = clock.now()
    fresh = {
        "id": worksheet_id,
        "plan_id": plan.id,
        "case_id": plan.case_id,
        "tool": tool,
        "answers": await _sealed(session, plan.case_id, worksheet_id, {}),
        "shared": False,
        "begun_at": now,
        "changed_at": now,
        "version": 0,
    }
    await insert_or_ignore(session, cast(Table, Worksheet.__table__), [fresh], ["id"])
    sheet = await find_worksheet(session, plan.case_id, worksheet_id, lock=True)
    return sheet if sheet and sheet.tool is tool else None


async def _write(session: AsyncSession, sheet: Worksheet, wanted: Answers) -> None:
    sheet.answers = await _sealed(session, sheet.case_id, sheet.id, wanted)
    sheet.changed_at = clock.now()
    sheet.version += 1


def _complete(session: AsyncSession, plan: Plan, sheet: Worksheet) -> None:
    if sheet.completed_at:
        return
    sheet.completed_at = clock.now()
    say(
        session,
        WorksheetCompleted(case_id=plan.case_id, plan_id=plan.id, worksheet_id=sheet.id, tool=sheet.tool),
    )


async def find_worksheet(
    session: AsyncSession, case_id: UUID, worksheet_id: UUID, *, lock: bool = False
) -> Worksheet | None:
    """A worksheet of this client that was not removed. Locked: as it is now, not as it was read before."""
    query = select(Worksheet).where(
        Worksheet.id == worksheet_id, Worksheet.case_id == case_id, Worksheet.removed_at.is_(None)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


async def worksheets_of(session: AsyncSession, case_id: UUID, tool: Tool | None = None) -> list[Worksheet]:
    """All with something in them that were not removed, the last changed first. Answers stay sealed."""
    query = select(Worksheet).where(
        Worksheet.case_id == case_id, Worksheet.removed_at.is_(None), Worksheet.version > 0
    )
    if tool:
        query = query.where(Worksheet.tool == tool)
    return list(await session.scalars(query.order_by(Worksheet.changed_at.desc(), Worksheet.id.desc())))


async def answers_of(session: AsyncSession, worksheet: Worksheet) -> dict[str, Any]:
    """Open the seal. Whoever asks has written the audit row."""
    opened = (await box(session, worksheet.case_id)).open(_PLACE, worksheet.id, worksheet.answers)
    return cast(dict[str, Any], json.loads(opened))


async def _sealed(session: AsyncSession, case_id: UUID, worksheet_id: UUID, answers: Answers) -> bytes:
    return (await box(session, case_id)).seal(_PLACE, worksheet_id, json.dumps(answers))


def share(worksheet: Worksheet, shared: bool) -> None:
    """From this moment on staff who care for the client may read it, or may not. Nobody is told of it."""
    worksheet.shared = shared
