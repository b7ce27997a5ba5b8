"""The staff's writing side: every move of a case, each a use case in one transaction with its audit row."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import (
    admissions,
    consents,
    contacts,
    coverage,
    coverage_details,
    introductions,
    staff_views,
)
from services.intake import discharge as stays
from services.intake.answers import storable
from services.intake.api import view_of
from services.intake.corrections import correct
from services.intake.coverage_details import CoverageDetails
from services.intake.next_steps import ACTIONS
from services.intake.records import CaseNotFound, state_of, take
from services.intake.refusals import answered
from services.intake.requests import Config, Db, Seen, Zone, staff_id
from services.intake.tables import Case
from services.intake.wordings import Language
from shared import audit, clock
from shared.contracts.intake import ConsentItem, ContactChannel, ContactOutcome, DischargeType
from shared.database import Database
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(prefix="/api/v1/cases/{case_id}", tags=["moves"])


def _who_may(action: str) -> Any:
    return Depends(allowed(*sorted(ACTIONS[action])))


Text = Annotated[str, AfterValidator(storable)]


class Body(BaseModel):
    """Staff's notes may be personal: a refusal must not repeat them."""

    model_config = ConfigDict(hide_input_in_errors=True, extra="forbid")


class Nothing(Body):
    pass


class NewContact(Body):
    channel: ContactChannel
    outcome: ContactOutcome
    note: Text = Field(default="", max_length=2000)


class NewConsent(Body):
    item: ConsentItem
    given: bool
    channel: str = Field(default="in_person", pattern="^(in_person|paper|phone)$")
    # Of the text the person answered; their own language when left out.
    language: Language | None = None
    # Whom an introduction may be made to; needed for that consent and for no other.
    recipient: Text = Field(default="", max_length=120)


class PlannedDischarge(Body):
    planned_for: AwareDatetime


class NewAdmission(Body):
    admitted_at: AwareDatetime | None = None
    ehr_patient_id: Text = Field(default="", max_length=64)
    treatment_consent: bool = False
    override_reason: Text = Field(default="", max_length=500)


class NewDischarge(Body):
    type: DischargeType
    discharged_at: AwareDatetime | None = None


@asynccontextmanager
async def _moving(
    database: Database,
    caller: Caller,
    action: str,
    case_id: UUID,
    seen: int | None,
    fields: Iterable[str] = (),
) -> AsyncGenerator[tuple[AsyncSession, Case]]:
    """One transaction: the audit row, the case locked, the move, commit. Refusals leave as problems."""
    with answered():
        async with database.transaction() as session:
            await audit.record(session, caller, f"case.{action}", case_id, fields)
            case = await take(session, case_id, seen)
            if not staff_views.may_see(await state_of(session, case), caller.role, clock.now()):
                raise CaseNotFound
            yield session, case


async def _shown(session: AsyncSession, caller: Caller, case: Case, response: Response) -> dict[str, Any]:
    """The case as it is after the move, so that the screen needs no second request."""
    await audit.record(session, caller, "case.read", case.id, sorted(staff_views.VISIBLE[caller.role]))
    view = await view_of(session, caller, case.id)
    response.headers["etag"] = f'"{view["version"]}"'
    return view


@router.post("/claim")
async def claim(
    database: Db,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("claim")],
    seen: Seen,
    response: Response,
    _body: Nothing | None = None,
) -> dict[str, Any]:
    async with _moving(database, caller, "claim", case_id, seen) as (session, case):
        await admissions.claim(session, case, staff_id(caller))
        return await _shown(session, caller, case, response)


@router.post("/release")
async def release(
    database: Db,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("release")],
    seen: Seen,
    response: Response,
    _body: Nothing | None = None,
) -> dict[str, Any]:
    async with _moving(database, caller, "release", case_id, seen) as (session, case):
        await admissions.release(session, case, staff_id(caller))
        return await _shown(session, caller, case, response)


@router.post("/contacts", status_code=201)
async def log_contact(
    database: Db,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("log_contact")],
    seen: Seen,
    response: Response,
    body: NewContact,
) -> dict[str, Any]:
    async with _moving(database, caller, "log_contact", case_id, seen) as (session, case):
        contact = await contacts.log(session, case, staff_id(caller), body.channel, body.outcome, body.note)
        view = await _shown(session, caller, case, response)
        return view | {"contact_id": str(contact.id)}


@router.post("/consents", status_code=201)
async def record_consent(
    database: Db,
    settings: Config,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("record_consent")],
    seen: Seen,
    response: Response,
    body: NewConsent,
) -> dict[str, Any]:
    """A yes or a no, as the person said it. Asking an insurer needs it in writing (42 CFR 2.31)."""
    spoken = body.channel == "phone" and body.given
    if spoken and body.item in {ConsentItem.INSURER, ConsentItem.SUD_BENEFITS, ConsentItem.INTRODUCTION}:
        raise Problem(
            422,
            "written_consent_needed",
            "This consent must be signed",
            "The law asks for a signature before anybody outside is told. A yes on the phone is not enough.",
        )
    if (body.item is ConsentItem.INTRODUCTION and body.given) is not bool(body.recipient.strip()):
        raise Problem(
            422,
            "recipient_needed",
            "Whom may we tell?",
            "A consent to an introduction names one person; no other consent does.",
        )
    async with _moving(database, caller, "record_consent", case_id, seen) as (session, case):
        row = await consents.record(
            session,
            case,
            body.item,
            given=body.given,
            channel=body.channel,
            centre=settings.centre_name,
            now=clock.now(),
            recorded_by=staff_id(caller),
            language=body.language,
            recipient=body.recipient.strip(),
        )
        # Whoever recorded a withdrawal may have lost sight of the case by it: it is kept all the same.
        visible = staff_views.may_see(await state_of(session, case), caller.role, clock.now())
        view = await _shown(session, caller, case, response) if visible else {}
        return view | {"consent_id": str(row.id)}


@router.post("/consents/{consent_id}/revocation", status_code=201)
async def revoke_introduction(
    database: Db,
    case_id: UUID,
    consent_id: UUID,
    caller: Annotated[Caller, _who_may("record_consent")],
    seen: Seen,
    response: Response,
    _body: Nothing | None = None,
) -> dict[str, Any]:
    """Take back the consent that names one person; those naming others stand. 404 when none such holds."""
    async with _moving(database, caller, "revoke_consent", case_id, seen) as (session, case):
        if not await introductions.revoke_one(session, case, consent_id):
            raise Problem(404, "not_found", "Not found", "No consent to an introduction holds by this id.")
        return await _shown(session, caller, case, response)


@router.put("/coverage_details")
async def set_coverage_details(
    database: Db,
    zone: Zone,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("set_coverage_details")],
    seen: Seen,
    response: Response,
    body: CoverageDetails,
) -> dict[str, Any]:
    """Correct or complete what a payer needs to know: what is absent stays, null clears."""
    with answered():
        coverage_details.check(body, clock.now().astimezone(zone).date())
    fields = sorted(body.model_fields_set)
    async with _moving(database, caller, "set_coverage_details", case_id, seen, fields) as (session, case):
        await correct(session, case, body)
        return await _shown(session, caller, case, response)


@router.post("/actions/request_verification")
async def request_verification(
    database: Db,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("request_verification")],
    seen: Seen,
    response: Response,
    _body: Nothing | None = None,
) -> dict[str, Any]:
    async with _moving(database, caller, "request_verification", case_id, seen) as (session, case):
        await coverage.request(session, case, clock.now())
        return await _shown(session, caller, case, response)


@router.post("/actions/choose_self_pay")
async def choose_self_pay(
    database: Db,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("choose_self_pay")],
    seen: Seen,
    response: Response,
    _body: Nothing | None = None,
) -> dict[str, Any]:
    async with _moving(database, caller, "choose_self_pay", case_id, seen) as (session, case):
        await coverage.choose_self_pay(session, case, clock.now())
        return await _shown(session, caller, case, response)


@router.post("/actions/admit")
async def admit(
    database: Db,
    settings: Config,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("admit")],
    seen: Seen,
    response: Response,
    body: NewAdmission,
) -> dict[str, Any]:
    """Through the gates, or 409 with everything missing. Only a director overrides coverage."""
    if body.override_reason.strip() and caller.role is not Role.DIRECTOR:
        raise Problem(403, "not_allowed", "Not allowed", "Only a director admits before coverage is settled.")
    admission = admissions.Admission(**body.model_dump())
    async with _moving(database, caller, "admit", case_id, seen) as (session, case):
        await admissions.admit(
            session, case, admission, staff_id=staff_id(caller), centre=settings.centre_name
        )
        return await _shown(session, caller, case, response)


@router.post("/actions/discharge")
async def discharge(
    database: Db,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("discharge")],
    seen: Seen,
    response: Response,
    body: NewDischarge,
) -> dict[str, Any]:
    async with _moving(database, caller, "discharge", case_id, seen) as (session, case):
        await stays.discharge(session, case, body.type, body.discharged_at, via="staff")
        return await _shown(session, caller, case, response)


@router.put("/planned_discharge")
async def plan_discharge(
    database: Db,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("plan_discharge")],
    seen: Seen,
    response: Response,
    body: PlannedDischarge,
) -> dict[str, Any]:
    """When the stay is expected to end: aftercare starts looking. Said again, the last counts."""
    async with _moving(database, caller, "plan_discharge", case_id, seen) as (session, case):
        await stays.plan(session, case, body.planned_for)
        return await _shown(session, caller, case, response)


@router.post("/actions/cancel_discharge")
async def cancel_discharge(
    database: Db,
    case_id: UUID,
    caller: Annotated[Caller, _who_may("cancel_discharge")],
    seen: Seen,
    response: Response,
    _body: Nothing | None = None,
) -> dict[str, Any]:
    """The person has not left after all: the stay goes on as if it had never ended."""
    async with _moving(database, caller, "cancel_discharge", case_id, seen) as (session, case):
        await stays.cancel(session, case, clock.now())
        return await _shown(session, caller, case, response)
