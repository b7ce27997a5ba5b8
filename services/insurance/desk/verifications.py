"""Verifications as staff see them: a case's list, one in full, asked anew."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance import evidence
from services.insurance.desk import shown
from services.insurance.desk.requests import (
    Asking,
    Body,
    Db,
    Reader,
    Writer,
    Zone,
    not_found,
    verification_of,
)
from services.insurance.desk.views import changes_of, tasks_of, verification_view
from services.insurance.findings import all_findings, findings
from services.insurance.rules.states import Cause, ForcedReason, State
from services.insurance.tables import Attempt, Question, Verification
from services.insurance.verification import AlreadyAsking, VerificationNotFound, ask_again
from services.insurance.words.payer_words import to_do
from shared import clock
from shared.audit import record
from shared.problems import Problem

router = APIRouter(tags=["verifications"])

ANSWERED = frozenset({State.VERIFIED_ACTIVE, State.VERIFIED_INACTIVE})


class NewRecheck(Body):
    """Why the payer is asked although it answered within a day; without, that answer is used again."""

    reason: ForcedReason | None = None


@router.get("/cases/{case_id}/verifications")
async def list_verifications(case_id: UUID, database: Db, zone: Zone, caller: Reader) -> dict[str, Any]:
    """A case's verifications, the newest first, in plain words."""
    async with database.transaction() as session:
        await record(session, caller, "verification.list", case_id, ("benefits",))
        rows = await session.scalars(
            select(Verification)
            .where(Verification.case_id == case_id)
            .order_by(Verification.requested_at.desc(), Verification.id.desc())
        )
        found = await all_findings(session, list(rows))
        tasks = await tasks_of(session, case_id)
        changes = await changes_of(session, case_id)
    return {
        "verifications": [
            verification_view(one, zone, tasks.get(one.verification.id), changes.get(one.verification.id))
            for one in found
        ]
    }


@router.get("/verifications/{verification_id}")
async def show_verification(
    verification_id: UUID, database: Db, zone: Zone, terms: Asking, caller: Reader
) -> dict[str, Any]:
    """One verification in full: each question with its attempts and refusals, each part with evidence."""
    async with database.transaction() as session:
        verification = await verification_of(session, verification_id)
        case_id = verification.case_id
        await record(session, caller, "verification.read", case_id, ("benefits", "phone", "refusals"))
        one = await findings(session, verification)
        for other in await evidence.other_cases(session, one.questions):
            await record(session, caller, "verification.read", other, ("refusals",))
        view = verification_view(
            one,
            zone,
            (await tasks_of(session, case_id)).get(verification_id),
            (await changes_of(session, case_id)).get(verification_id),
        )
        begins_on, ends_on = one.plan_dates
        return view | {
            "plan": {
                "name": one.plan_name,
                "begins_on": begins_on,
                "ends_on": ends_on,
                "active_by_phone": one.plan.active,
                "plan_year_starts": one.plan.plan_year_starts,
            },
            "questions": [
                shown.question(question)
                | {"attempts": await _attempts(session, question)}
                | {"refusals": [shown.rejection(r) for r in await evidence.rejections(session, question)]}
                for question in one.questions
            ],
            "to_do": to_do(verification.fields),
            "recheck": _recheck_hint(verification, terms.fresh_for),
        }


@router.post("/verifications/{verification_id}/recheck", status_code=202)
async def recheck(
    verification_id: UUID, database: Db, caller: Writer, body: NewRecheck | None = None
) -> dict[str, Any]:
    """Ask the payer anew, as a new verification."""
    forced = body.reason if body else None
    try:
        async with database.transaction() as session:
            found = await session.get(Verification, verification_id)
            await record(session, caller, "verification.recheck", found.case_id if found else None)
            return {"verification_id": await ask_again(session, verification_id, Cause.RECHECK, forced)}
    except VerificationNotFound:
        raise not_found("verification") from None
    except AlreadyAsking:
        detail = "The plan is being asked right now. Its answer will show here."
        raise Problem(409, "already_asking", "Already asking", detail) from None


def _recheck_hint(row: Verification, fresh_for: timedelta) -> dict[str, Any]:
    """What one press of "ask again" would cost."""
    answered = row.answered_at
    again = row.state in ANSWERED and answered is not None and clock.now() - answered < fresh_for
    hint = (
        "The payer answered within a day. That answer is used again and nothing is billed, unless you give a "
        "reason to ask anew."
        if again
        else "The clearinghouse bills one question, and up to two more for behavioural benefits."
    )
    return {"billed": not again, "hint": hint, "reasons": list(ForcedReason)}


async def _attempts(session: AsyncSession, question: Question) -> list[dict[str, Any]]:
    query = select(Attempt).where(Attempt.question_id == question.id).order_by(Attempt.started_at)
    return [
        {
            "attempt_id": one.id,
            "adapter": one.adapter,
            "trace_number": one.trace_number,
            "started_at": one.started_at,
            "ended_at": one.ended_at,
            "result": one.result,
            "trouble": one.trouble,
            "http_status": one.http_status,
            "billed": one.billed,
        }
        for one in await session.scalars(query)
    ]
