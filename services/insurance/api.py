"""What staff and the public form ask insurance over HTTP."""

from typing import Annotated, Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import undefer

from services.insurance.benefit_facts import benefit_of
from services.insurance.payers.directory import PAYERS
from services.insurance.shares import Share, shares
from services.insurance.summary import in_words, summary
from services.insurance.tables import BenefitFact, Verification
from services.insurance.verification import AlreadyAsking, VerificationNotFound, ask_again
from services.insurance.x12.answers import Benefit
from shared.audit import record
from shared.database import Database
from shared.identity import Caller, Role, allowed
from shared.problems import Problem
from shared.sealing import boxes

router = APIRouter(prefix="/api/v1", tags=["verifications"])

Reader = Annotated[
    Caller,
    Depends(
        allowed(Role.COORDINATOR, Role.VOB, Role.CLINICIAN, Role.CASE_MANAGER, Role.DIRECTOR, Role.AUDITOR)
    ),
]
Asker = Annotated[Caller, Depends(allowed(Role.COORDINATOR, Role.VOB))]


def _database(request: Request) -> Database:
    return cast(Database, request.app.state.database)


def _zone(request: Request) -> ZoneInfo:
    return ZoneInfo(request.app.state.settings.centre_zone)


Stored = Annotated[Database, Depends(_database)]
Zone = Annotated[ZoneInfo, Depends(_zone)]


@router.get("/cases/{case_id}/verifications")
async def list_verifications(case_id: UUID, database: Stored, zone: Zone, caller: Reader) -> dict[str, Any]:
    """A case's verifications, the newest first, in plain words."""
    async with database.transaction() as session:
        await record(session, caller, "verification.list", case_id, ("benefits",))
        found = await session.scalars(
            select(Verification)
            .where(Verification.case_id == case_id)
            .order_by(Verification.requested_at.desc(), Verification.id.desc())
        )
        verifications = list(found)
        facts = await session.scalars(
            select(BenefitFact)
            .where(BenefitFact.case_id == case_id)
            .options(undefer(BenefitFact.details))
            .order_by(BenefitFact.position)
        )
        rows = list(facts)
        opened = await boxes(session, [case_id]) if rows else {}
        benefits: dict[UUID, list[Benefit]] = {}
        for row in rows:
            benefits.setdefault(row.verification_id, []).append(benefit_of(row, opened[case_id]))
    return {"verifications": [_shown(one, benefits.get(one.id, []), zone) for one in verifications]}


@router.post("/verifications/{verification_id}/recheck", status_code=202)
async def recheck(verification_id: UUID, database: Stored, caller: Asker) -> dict[str, Any]:
    """Ask the payer anew, as a new verification."""
    try:
        async with database.transaction() as session:
            await record(session, caller, "verification.recheck", None)
            return {"verification_id": await ask_again(session, verification_id)}
    except VerificationNotFound:
        raise Problem(404, "not_found", "Not found", "There is no such verification.") from None
    except AlreadyAsking:
        detail = "The plan is being asked right now. Its answer will show here."
        raise Problem(409, "already_asking", "Already asking", detail) from None


@router.get("/payers")
async def list_payers() -> dict[str, Any]:
    """The plans this centre can ask, for the form's type-ahead."""
    return {"payers": [{"code": p.code, "name": p.name, "aliases": list(p.aliases)} for p in PAYERS]}


def _shown(one: Verification, benefits: list[Benefit], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "verification_id": one.id,
        "state": one.state,
        "requested_at": one.requested_at,
        "answered_at": one.answered_at,
        "next_attempt_at": one.next_attempt_at,
        "fresh_until": one.fresh_until,
        "reason": one.reason,
        "fields": one.fields,
        "payer": one.payer_code,
        "summary": summary(one.state, one.reason, one.fields, benefits, one.next_attempt_at, zone),
        "shares": [_share(share) for share in shares(benefits)],
        "benefits": [
            {"text": in_words(b), "messages": list(b.messages), "position": b.position} for b in benefits
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    """Amounts as text, so that no reader makes floats of them; null is unknown, never zero."""
    figures = {
        "total": share.total,
        "remaining": share.remaining,
        "amount": share.amount,
        "part": share.fraction,
    }
    return {
        "kind": share.kind,
        "network": share.network,
        "for": {"IND": "one person", "FAM": "family"}.get(share.level, "not stated"),
        "basis": share.basis.value,
        **{name: None if figure is None else str(figure) for name, figure in figures.items()},
        "positions": list(share.positions),
    }
