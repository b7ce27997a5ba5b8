"""A worksheet as its pages show it: the form around answers, and the answers to be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.portal.worksheet_form import Options, boxes_of
from services.aftercare.portal.worksheet_wording import when_of
from services.aftercare.smart.tools import TOOLS, Answers, Problem, missing
from services.aftercare.smart.tools.kinds import Earlier
from services.aftercare.smart.wording import WORDINGS, in_plain_words
from services.aftercare.smart.worksheets import answers_of, find_worksheet, worksheets_of
from services.aftercare.tables import Worksheet
from shared import clock
from shared.contracts.aftercare import ConcernCause, Tool

STRONG_URGE = 8  # of 10: the crisis line and a person are offered, gently
_STILL_FRESH = timedelta(days=1)
_NAMED_BY = 60  # letters of its first answer by which one sheet is told from another


@dataclass(frozen=True)
class Draft:
    """A form on its way: the worksheet it is or will be, the version it shows, what is typed."""

    tool: Tool
    id: UUID
    seen: int
    answers: Answers
    problems: Sequence[Problem] = ()
    note: str = ""
    growing: str = ""
    danger: ConcernCause | None = None


@dataclass(frozen=True)
class Around:
    """What a form needs of the client's other sheets: those its fields may name, and whether it is shared."""

    earlier: dict[str, Options] = field(default_factory=dict)
    shared: bool = False


async def around(
    session: AsyncSession, case_id: UUID, tool: Tool, language: str, worksheet_id: UUID | None = None
) -> Around:
    """The caller has written the audit row: the sheets that may be named are opened for their first words."""
    sheet = await find_worksheet(session, case_id, worksheet_id) if worksheet_id else None
    earlier = {
        asked.key: [
            (str(one.id), await _name(session, one, language))
            for one in await worksheets_of(session, case_id, asked.kind.tool)
        ]
        for asked in TOOLS[tool].fields
        if isinstance(asked.kind, Earlier)
    }
    return Around(earlier, sheet is not None and sheet.shared)


async def _name(session: AsyncSession, sheet: Worksheet, language: str) -> str:
    said = in_plain_words(sheet.tool, await answers_of(session, sheet), language)
    first = said[0].lines[0] if said else WORDINGS[language][sheet.tool].title
    return first if len(first) <= _NAMED_BY else first[: _NAMED_BY - 1] + "…"


def form_view(draft: Draft, beside: Around, language: str) -> dict[str, Any]:
    """For worksheet_form.html."""
    words = WORDINGS[language][draft.tool]
    return {
        "tool": draft.tool.value,
        "words": words,
        "smart_name": TOOLS[draft.tool].smart_name,
        "worksheet_id": draft.id,
        "seen": draft.seen,
        "boxes": boxes_of(
            draft.tool,
            draft.answers,
            language,
            problems=draft.problems,
            earlier=beside.earlier,
            growing=draft.growing,
        ),
        "faults": [
            {"id": one.field.replace(".", "-"), "label": words.labels[one.field.partition(".")[0]]}
            for one in draft.problems
        ],
        "note": draft.note,
        "shared": beside.shared,
        "danger": draft.danger,
    }


async def reading_view(session: AsyncSession, sheet: Worksheet, language: str, zone: str) -> dict[str, Any]:
    """For worksheet.html. The caller has written the audit row."""
    answers = await answers_of(session, sheet)
    words = WORDINGS[language]
    return {
        "tool": sheet.tool.value,
        "words": words[sheet.tool],
        "worksheet_id": sheet.id,
        "when": when_of(sheet, language, zone),
        "shared": sheet.shared,
        "done": sheet.completed_at is not None and not missing(sheet.tool, answers),
        "said": in_plain_words(sheet.tool, answers, language),
        "links": await _links(session, sheet, answers, language),
        "follow_on": [
            {"tool": other.tool.value, "title": words[other.tool].title}
            for other in TOOLS.values()
            if any(isinstance(one.kind, Earlier) and one.kind.tool is sheet.tool for one in other.fields)
        ],
        "strong_urge": _is_strong_and_fresh(sheet, answers),
    }


async def _links(
    session: AsyncSession, sheet: Worksheet, answers: Answers, language: str
) -> list[dict[str, Any]]:
    """The sheets this one leans on; one that was removed since is simply not there."""
    links = []
    for asked in TOOLS[sheet.tool].fields:
        if isinstance(asked.kind, Earlier) and asked.key in answers:
            other = await find_worksheet(session, sheet.case_id, UUID(answers[asked.key]))
            if other:
                label = WORDINGS[language][sheet.tool].labels[asked.key]
                links.append({"id": other.id, "label": label, "title": await _name(session, other, language)})
    return links


def _is_strong_and_fresh(sheet: Worksheet, answers: Answers) -> bool:
    strong = sheet.tool is Tool.URG and answers.get("strength", 0) >= STRONG_URGE
    return strong and clock.now() - sheet.changed_at < _STILL_FRESH
