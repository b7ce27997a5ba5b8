"""The read-only FHIR R4B face: what other systems of the centre may read of a verification."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance import fhir_view
from services.insurance.desk.requests import Db, verification_of
from services.insurance.evidence import membership, other_cases, rejections
from services.insurance.findings import Findings, findings
from services.insurance.tables import Attempt
from shared import clock
from shared.audit import record
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

MEDIA_TYPE = "application/fhir+json"
# FHIR's issue types for what may be refused here.
ISSUES = {401: "login", 403: "forbidden", 404: "not-found", 422: "invalid"}


class FhirRoute(APIRoute):
    """Refusals of these routes are OperationOutcomes, whoever raises them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handler(request)
            except Problem as problem:
                issue = ISSUES.get(problem.status, "processing")
                return _fhir(fhir_view.operation_outcome(issue, problem.detail), problem.status)
            except RequestValidationError:
                text = "An id is the UUID of a verification."
                return _fhir(fhir_view.operation_outcome("invalid", text), 422)

        return handled


router = APIRouter(tags=["fhir"], route_class=FhirRoute)
Reader = Annotated[Caller, Depends(allowed(Role.VOB, Role.DIRECTOR, Role.CLINICIAN, Role.AUDITOR))]


@router.get("/metadata")
async def show_metadata() -> Response:
    """What can be read here. Open, as FHIR has it."""
    return await _checked(fhir_view.capability_statement(clock.now()))


@router.get("/Coverage/{verification_id}")
async def show_coverage(verification_id: UUID, database: Db, caller: Reader) -> Response:
    async with database.transaction() as session:
        found = await _found(session, caller, verification_id, "fhir.coverage")
        member = await membership(session, found.questions)
    return await _checked(fhir_view.coverage(found, found.payer, member))


@router.get("/CoverageEligibilityRequest/{verification_id}")
async def show_request(verification_id: UUID, database: Db, caller: Reader) -> Response:
    async with database.transaction() as session:
        found = await _found(session, caller, verification_id, "fhir.request")
        query = select(Attempt.trace_number).where(Attempt.verification_id == verification_id)
        traces = list(await session.scalars(query.order_by(Attempt.started_at)))
    return await _checked(fhir_view.request(found, found.payer, traces))


@router.get("/CoverageEligibilityResponse/{verification_id}")
async def show_response(verification_id: UUID, database: Db, caller: Reader) -> Response:
    async with database.transaction() as session:
        found = await _found(session, caller, verification_id, "fhir.response")
        refusals = [one for question in found.questions for one in await rejections(session, question)]
    return await _checked(fhir_view.response(found, found.payer, refusals))


async def _found(session: AsyncSession, caller: Caller, verification_id: UUID, action: str) -> Findings:
    verification = await verification_of(session, verification_id)
    await record(session, caller, action, verification.case_id, ("benefits", "member_id"))
    found = await findings(session, verification)
    for other in await other_cases(session, found.questions):
        await record(session, caller, action, other, ("member_id",))
    return found


async def _checked(resource: dict[str, Any]) -> Response:
    """Nothing leaves that FHIR's own models refuse. In a thread: the models take half a second to load."""
    await asyncio.to_thread(_check, resource)
    return _fhir(resource)


def _check(resource: dict[str, Any]) -> None:
    from fhir.resources.R4B import get_fhir_model_class  # slow to load, and only this face needs it

    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def _fhir(resource: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(resource), status, media_type=MEDIA_TYPE)
