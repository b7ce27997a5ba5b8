"""The evidence drawer: what a figure's position counts in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.insurance import evidence
from services.insurance.desk.requests import Db, not_found, verification_of
from services.insurance.findings import findings
from services.insurance.tables import Question
from services.insurance.words.rows import in_words
from shared.audit import record
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(tags=["verifications"])

Examiner = Annotated[Caller, Depends(allowed(Role.VOB, Role.DIRECTOR, Role.AUDITOR))]


@router.get("/verifications/{verification_id}/answers/{question_id}")
async def show_answer(
    verification_id: UUID, question_id: UUID, database: Db, caller: Examiner
) -> dict[str, Any]:
    """The payer's raw answer to one question, segment by segment: what the evidence's positions count in."""
    async with database.transaction() as session:
        verification = await verification_of(session, verification_id)
        question = await session.get(Question, question_id)
        if question is None or question.verification_id != verification.id:
            raise not_found("question")
        await record(session, caller, "verification.answer", verification.case_id, ("raw_answer",))
        for other in await evidence.other_cases(session, [question]):
            await record(session, caller, "verification.answer", other, ("raw_answer",))
        attempt = await evidence.answering_attempt(session, question)
        try:
            found = await evidence.raw_answer(session, attempt)
        except evidence.AnswerForgotten:
            detail = "No answer came, or its time to be kept is over. The benefits read from it stay."
            raise Problem(404, "answer_not_kept", "The raw answer is not here", detail) from None
        one = await findings(session, verification)
    words = {s.benefit.position: in_words(s.benefit) for s in one.statements if s.question_id == question_id}
    return {
        "question_id": question_id,
        "attempt_id": found.attempt_id,
        "segments": [
            {
                "position": s.position,
                "segment": s.id,
                "name": s.name,
                "text": s.text,
                "words": words.get(s.position),
            }
            for s in found.segments
        ],
        "not_x12": found.text or None,
    }
