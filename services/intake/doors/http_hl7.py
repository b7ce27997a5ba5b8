"""HL7 v2 over HTTPS, for an EHR that can: signed in and encrypted, the same handling as MLLP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.intake.doors.ehr import answer
from services.intake.requests import Db, Zone
from shared.identity import Caller, Role, allowed

router = APIRouter(prefix="/api/v1", tags=["doors"])
Ehr = Annotated[Caller, Depends(allowed(Role.EHR))]


@router.post("/hl7", response_class=Response)
async def take_message(request: Request, database: Db, zone: Zone, _caller: Ehr) -> Response:
    """One message in ER7; 200 with an acknowledgement, AA, AE or AR, whatever it was."""
    body = await request.body()
    return Response(await answer(database, body, zone), media_type="application/hl7-v2")
