"""The staff's and the other services' reading side: lists, one case, the tray, and the data door."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer_group

from services.intake import disclosures, staff_views, wordings
from services.intake.case import OPEN, Stage
from services.intake.discharge import current_stay
from services.intake.disclosures import Purpose
from services.intake.doors import unmatched
from services.intake.next_steps import ACTIONS
from services.intake.records import CaseNotFound, consents_of, deceased_of, state_of
from services.intake.refusals import answered
from services.intake.requests import Config, Db, Zone
from services.intake.tables import Case, Contact
from services.intake.wordings import Language
from shared import audit, clock
from shared.contracts.intake import ConsentItem
from shared.identity import Caller, Role, allowed, allowed_service
from shared.problems import Problem
from shared.sealing import box, boxes

router = APIRouter(prefix="/api/v1", tags=["cases"])
Reader = Annotated[Caller, Depends(allowed(*staff_views.READERS))]
TrayKeeper = Annotated[Caller, Depends(allowed(Role.COORDINATOR, Role.CASE_MANAGER, Role.DIRECTOR))]
ConsentTaker = Annotated[Caller, Depends(allowed(*sorted(ACTIONS["record_consent"])))]
Insurance = Annotated[Caller, Depends(allowed_service("insurance"))]

_MOST_IDS = 500


@router.get("/cases")
async def list_cases(
    database: Db,
    caller: Reader,
    response: Response,
    stage: str | None = None,
    ids: Annotated[list[UUID] | None, Query(alias="id", max_length=_MOST_IDS)] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Any:
    """Cases by urgency: those of `stage` (comma-separated), those with these ids, else all open ones.

    Nothing changed: 304. That discloses nothing, so it also leaves no audit row.
    """
    wanted = _stages(stage)
    async with database.reading() as session:
        rows = await _rows(session, caller, wanted, ids)
    tag = staff_views.etag(rows)
    if if_none_match == tag:
        return Response(status_code=304, headers={"etag": tag})
    async with database.transaction() as session:
        await audit.record(session, caller, "case.list", None, ["name_to_use"])
        rows = await _rows(session, caller, wanted, ids)
        found = [UUID(row["case_id"]) for row in rows]
        named = {row.id: row.name_to_use for row in await session.execute(_names(found))}
        opened = await boxes(session, found)
    for row, case_id in zip(rows, found, strict=True):
        sealed = named[case_id]
        row["name_to_use"] = opened[case_id].open("cases.name_to_use", case_id, sealed) if sealed else None
    response.headers["etag"] = staff_views.etag(_nameless(rows))
    return {"cases": rows}


def _nameless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "name_to_use"} for row in rows]


def _names(ids: list[UUID]) -> Any:
    return select(Case.id, Case.name_to_use).where(Case.id.in_(ids))


def _stages(text: str | None) -> list[str] | None:
    if text is None:
        return None
    try:
        return [Stage(part.strip()).value for part in text.split(",") if part.strip()]
    except ValueError:
        raise Problem(422, "invalid_input", "Unknown stage", "One of the stages does not exist.") from None


async def _rows(
    session: AsyncSession, caller: Caller, stages: list[str] | None, ids: list[UUID] | None
) -> list[dict[str, Any]]:
    query = select(Case)
    if ids:
        query = query.where(Case.id.in_(ids))
    if stages is not None or not ids:
        query = query.where(Case.stage.in_(stages if stages is not None else [s.value for s in OPEN]))
    cases = (await session.scalars(query)).all()
    found = [case.id for case in cases]
    consents, deceased = await consents_of(session, found), await deceased_of(session, found)
    return staff_views.ranked(cases, consents, deceased, caller, clock.now())


@router.get("/cases/{case_id}")
async def show_case(database: Db, caller: Reader, case_id: UUID, response: Response) -> dict[str, Any]:
    """One case with what blocks it. Audited before anything personal is read."""
    with answered():
        async with database.transaction() as session:
            await audit.record(
                session, caller, "case.read", case_id, sorted(staff_views.VISIBLE[caller.role])
            )
            view = await view_of(session, caller, case_id)
    response.headers["etag"] = f'"{view["version"]}"'
    return view


async def view_of(session: AsyncSession, caller: Caller, case_id: UUID) -> dict[str, Any]:
    """Call only after the audit row is written. Raises CaseNotFound."""
    await session.flush()
    sealed_too = (undefer_group("sealed"),)
    case = await session.get(Case, case_id, options=sealed_too, populate_existing=True)
    if case is None:
        raise CaseNotFound
    now = clock.now()
    consents = (await consents_of(session, [case_id])).get(case_id, [])
    known = await state_of(session, case)
    if not staff_views.may_see(known, caller.role, now):
        raise CaseNotFound
    attempts = (
        select(Contact).where(Contact.case_id == case_id).order_by(Contact.at.desc(), Contact.id.desc())
    )
    contacts = (await session.scalars(attempts.options(*sealed_too))).all()
    opened = await box(session, case_id)
    stay = await current_stay(session, case)
    return staff_views.details(case, known, consents, contacts, stay, opened, caller, now)


class Question(BaseModel):
    purpose: Purpose
    request_id: UUID


@router.post("/cases/{case_id}/disclosures")
async def disclose(
    database: Db, zone: Zone, caller: Insurance, case_id: UUID, asked: Question
) -> dict[str, Any]:
    """The data door: consent, accounting and identifiers in one transaction, or 403.

    `holder` is null unless somebody else holds the policy.
    """
    with answered():
        async with database.transaction() as session:
            told = await disclosures.disclose(session, caller, case_id, asked.request_id, asked.purpose, zone)
    return {
        "consent_id": str(told.consent_id),
        "service_date": told.service_date.isoformat(),
        **told.values,
        "holder": asdict(told.holder) if told.holder else None,
        "group_number": told.group_number,
        "levels_of_care": told.levels_of_care,
        "admission_on": told.admission_on.isoformat() if told.admission_on else None,
    }


@router.get("/consents/{item}/wording")
async def consent_wording(
    settings: Config, _caller: ConsentTaker, item: ConsentItem, language: Language = "en"
) -> dict[str, Any]:
    """What a person reads, or has read to them, before they answer: the text whose hash is kept."""
    with answered():
        text = wordings.current(item, language, settings.centre_name)
    return {
        "item": text.item.value,
        "language": text.language,
        "version": text.version,
        "sha256": text.sha256.hex(),
        "label": text.label,
        "paragraphs": text.paragraphs,
    }


@router.get("/trays/unmatched")
async def list_unmatched(database: Db, caller: TrayKeeper, zone: Zone) -> dict[str, Any]:
    """Messages about stays that fit no single case, oldest first, with what the EHR calls the person."""
    async with database.transaction() as session:
        await audit.record(session, caller, "tray.unmatched", None, ["name", "birth_date"])
        return {"unmatched": await unmatched.waiting(session, zone)}
