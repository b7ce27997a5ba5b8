"""A payer's raw answer, segment by segment, for whoever wants to see where a figure stands. Inside
`transaction()` only, after the audit row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.insurance import x12
from services.insurance.fhir_view import Membership
from services.insurance.rules.statements import Purpose
from services.insurance.tables import Attempt, Question
from services.insurance.x12.answers import Rejection
from services.insurance.x12.envelopes import interchanges
from shared.sealing import box

PLACE = "attempts.response"
GROUP: Final = frozenset({"6P", "1L"})  # REF01: group number, group or policy number
# What each segment is, as far as one meets it in a 271.
NAMES: Final = {
    "ISA": "interchange begins",
    "IEA": "interchange ends",
    "GS": "group begins",
    "GE": "group ends",
    "ST": "answer begins",
    "SE": "answer ends",
    "BHT": "what kind of transaction",
    "HL": "level",
    "AAA": "refusal",
    "NM1": "name",
    "N3": "street",
    "N4": "city",
    "PER": "contact",
    "PRV": "provider",
    "REF": "reference number",
    "TRN": "trace number",
    "DMG": "birth date and sex",
    "INS": "relationship to the member",
    "HI": "diagnosis",
    "DTP": "date",
    "MPI": "military service",
    "EB": "benefit",
    "HSD": "how much and how often",
    "MSG": "message",
    "III": "place or kind of service",
    "LS": "entities begin",
    "LE": "entities end",
    "TA1": "acknowledgement of the interchange",
    "AK1": "acknowledgement begins",
    "AK9": "acknowledgement of the group",
    "IK3": "segment refused",
    "IK4": "element refused",
    "IK5": "acknowledgement of the transaction",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One segment: its position in the answer, what it is, and as it was sent."""

    position: int
    id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """`case_id` is the case the answer was fetched for. Without X12 in it: no segments, `text` as it came."""

    attempt_id: UUID
    case_id: UUID
    segments: tuple[Shown, ...]
    text: str = ""


class AnswerForgotten(Exception):
    """There is no raw answer: none came, or its time to be kept is over."""


LONGEST_TEXT = 20_000  # characters of something that is no X12


async def answering_attempt(session: AsyncSession, question: Question) -> Attempt | None:
    """The attempt whose response answers `question`, with the response to be opened."""
    query = select(Attempt).options(undefer(Attempt.response))
    if question.answered_by is not None:
        return await session.scalar(query.where(Attempt.id == question.answered_by))
    own = query.where(Attempt.question_id == question.id, Attempt.response.is_not(None))
    return await session.scalar(own.order_by(Attempt.started_at.desc(), Attempt.id.desc()).limit(1))


async def other_cases(session: AsyncSession, questions: Sequence[Question]) -> list[UUID]:
    """Whose raw answers are opened here besides the case's own: a recent answer about the same person,
    fetched for another case of theirs. Each is owed an audit row before."""
    ids = [one.answered_by for one in questions if one.answered_by is not None]
    query = select(Attempt.case_id).where(Attempt.id.in_(ids)).distinct()
    own = {one.case_id for one in questions}
    return sorted(set(await session.scalars(query)) - own)


async def raw_answer(session: AsyncSession, attempt: Attempt | None) -> RawAnswer:
    """The answer `attempt` brought. Raises AnswerForgotten."""
    text = await _text(session, attempt)
    if attempt is None or text is None:
        raise AnswerForgotten
    try:
        found = interchanges(text.encode("latin-1"))
    except x12.Unreadable:
        return RawAnswer(attempt.id, attempt.case_id, (), text[:LONGEST_TEXT])
    segments = [segment for one in found for segment in one.segments]
    shown = [
        Shown(one.position, one.id, NAMES.get(one.id, "not known here"), "*".join((one.id, *one.elements)))
        for one in segments
    ]
    return RawAnswer(attempt.id, attempt.case_id, tuple(shown))


async def rejections(session: AsyncSession, question: Question) -> tuple[Rejection, ...]:
    """The refusals in the answer to `question`, as long as the raw answer is kept; none otherwise."""
    text = await _text(session, await answering_attempt(session, question))
    if text is None:
        return ()
    try:
        reading = x12.read(text.encode("latin-1"))
    except x12.Unreadable:
        return ()
    return tuple(
        found for response in reading.responses for answer in response.answers for found in answer.rejections
    )


async def _text(session: AsyncSession, attempt: Attempt | None) -> str | None:
    """Stored with every byte as one character (Latin-1), so nothing is lost whatever it was."""
    if attempt is None or attempt.response is None:
        return None
    return (await box(session, attempt.case_id)).open(PLACE, attempt.id, attempt.response)


async def membership(session: AsyncSession, questions: Sequence[Question]) -> Membership:
    """Member id, group and relationship as the plan's raw answer states them, as long as it is kept."""
    plan = next((one for one in questions if one.purpose == Purpose.PLAN), None)
    text = await _text(session, await answering_attempt(session, plan)) if plan is not None else None
    if text is None:
        return Membership()
    try:
        reading = x12.read(text.encode("latin-1"))
    except x12.Unreadable:
        return Membership()
    for answer in (answer for response in reading.responses for answer in response.answers):
        people = [person for person in (answer.dependant, answer.subscriber) if person is not None]
        groups = [number for person in people for kind, number in person.references if kind in GROUP]
        relationship = answer.dependant.relationship if answer.dependant else "18"
        return Membership(answer.member_id, next(iter(groups), ""), relationship)
    return Membership()
