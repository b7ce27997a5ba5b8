"""Inquiries as JSON, from a centre's own pages and partners: the same reading and answers as the form."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from services.intake.answers import Inquiry, read
from services.intake.inquiries import Submission, receive
from services.intake.refusals import answered
from services.intake.requests import Config, Db, Zone
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.intake import Channel
from shared.identity import Caller, optional_caller
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["inquiries"])

# The body is read by hand, so that refusals are in our words; the description is the model's all the same.
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Inquiry.model_json_schema()}},
    }
}


@router.post("/inquiries", status_code=201, openapi_extra=_BODY)
async def send_inquiry(
    request: Request,
    response: Response,
    database: Db,
    settings: Config,
    zone: Zone,
    caller: Annotated[Caller | None, Depends(optional_caller)],
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> dict[str, Any]:
    """201 means durable. The same key with the same answers gives the first answer again."""
    said = await _object(request)
    submission = Submission(key=idempotency_key or str(new_id()), channel=_channel(caller))
    with answered():
        inquiry = read(said, clock.now().astimezone(zone).date())
        async with database.transaction() as session:
            received = await receive(session, inquiry, submission, settings.centre_name)
    if received.replayed:
        response.headers["idempotent-replay"] = "true"
    answer: dict[str, Any] = {
        "reference": received.reference,
        "respond_by": received.respond_by.isoformat(),
    }
    if caller:
        answer["case_id"] = str(received.case_id)
    return answer


def _channel(caller: Caller | None) -> Channel:
    """Staff enter what they hear on the phone; a service's token speaks for a partner."""
    if caller is None:
        return Channel.WEB
    return Channel.PHONE if caller.id else Channel.PARTNER


async def _object(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "unsupported_type", "Unsupported type", "Send application/json.")
    try:
        said = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Problem(400, "malformed_body", "Malformed body", "The body is not JSON in UTF-8.") from None
    if not isinstance(said, dict):
        raise Problem(400, "malformed_body", "Malformed body", "The body is not a JSON object.")
    return said
