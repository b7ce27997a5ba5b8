"""The ways back: the page that ends e-mail, and what the text gateway tells us. No session, no cookie."""

import logging
from pathlib import Path
from typing import Annotated, Literal, TypeVar, cast
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.aftercare.access import settings_of, store_of
from services.aftercare.messages import inbound
from services.aftercare.messages.addresses import AddressUnusable
from services.aftercare.messages.channels.outcome import Fate
from services.aftercare.messages.opening import on_call
from services.aftercare.messages.signatures import HEADER, is_genuine
from services.aftercare.messages.stop_links import message_of
from services.aftercare.messages.stops import (
    resume_address,
    stop_address,
    stop_writing,
    take_back_by_email,
)
from services.aftercare.messages.writing import Letter
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import MessageChannel
from shared.problems import Problem

log = logging.getLogger(__name__)

_Told = TypeVar("_Told", bound=BaseModel)
router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(Path(__file__).parent / "templates")
_QUIET = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


class InboundText(BaseModel):
    """A text somebody sent us. `id` is the gateway's, the same whenever it tells us of this text."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    sender: Annotated[str, Field(alias="from", max_length=40)]
    text: Annotated[str, Field(max_length=5000)]


class DeliveryReport(BaseModel):
    """What became of a text of ours; `reference` is what we called it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    reference: UUID
    status: Annotated[str, Field(max_length=40)]


class NotSigned(Problem):
    def __init__(self) -> None:
        super().__init__(401, "not_signed", "Not signed", "This needs the signature agreed with the gateway.")


class Unreadable(Problem):
    def __init__(self) -> None:
        super().__init__(422, "invalid_input", "Not as agreed", "The gateway's message is not as agreed.")


class TellUsAgain(Problem):
    """The reply did not leave: the gateway is to deliver the text once more."""

    def __init__(self) -> None:
        super().__init__(503, "try_again", "Please try again", "The reply could not leave just now.")
        self.headers = {"retry-after": "5"}


@router.post("/texts/inbound")
async def text_came(request: Request) -> dict[str, bool]:
    """Heard, and answered, before this returns 200."""
    told = _read(InboundText, await _signed(request))
    settings, place = settings_of(request), cast(Workplace, request.app.state.place)
    try:
        async with store_of(request).transaction() as session:
            reply = await inbound.hear(session, settings, told.id, told.sender, told.text)
    except AddressUnusable:
        raise Unreadable from None
    if reply.letter is not None:
        taken = await _send(place, MessageChannel.TEXT, reply.number, reply.letter)
        if reply.message_id:
            async with store_of(request).transaction() as session:
                await inbound.replied(session, reply.message_id, taken=taken)
    if reply.call_staff:
        await _call_staff(place, inbound.call_for_a_stranger(told.id))
    return {"heard": True}


@router.post("/texts/status")
async def text_delivered(request: Request) -> dict[str, bool]:
    report = _read(DeliveryReport, await _signed(request))
    if report.status in ("failed", "undelivered", "rejected"):
        async with store_of(request).transaction() as session:
            await inbound.not_delivered(session, report.reference)
    return {"heard": True}


@router.get("/stop/{token}")
async def ask_to_stop(request: Request, token: str) -> Response:
    """Only asks: programs that look at every link in an e-mail must not stop anybody's messages."""
    async with store_of(request).reading() as session:
        known = await message_of(session, token) is not None
    return _page(request, "asking" if known else "nothing")


@router.post("/stop/{token}")
async def stop(
    request: Request,
    token: str,
    wish: Annotated[Literal["stop_email", "stop_all", "resume"], Form()] = "stop_email",
) -> Response:
    """In force at once. A mail program's one-click (RFC 8058) posts here without `wish`."""
    async with store_of(request).transaction() as session:
        message = await message_of(session, token)
        if message is None:
            return _page(request, "nothing")
        if wish == "resume":
            await take_back_by_email(session, message.case_id)
            if message.address_index:
                await resume_address(session, MessageChannel.EMAIL, message.address_index)
            return _page(request, "resumed")
        everywhere = wish == "stop_all"
        await stop_writing(session, message.case_id, None if everywhere else MessageChannel.EMAIL)
        if message.address_index:
            await stop_address(session, MessageChannel.EMAIL, message.address_index)
    return _page(request, "stopped")


async def _signed(request: Request) -> bytes:
    secret = settings_of(request).text_webhook_secret.get_secret_value()
    body = await request.body()
    if not secret or not is_genuine(secret, request.headers.get(HEADER, ""), body, clock.now()):
        raise NotSigned
    return body


def _read(model: type[_Told], body: bytes) -> _Told:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise Unreadable from None


async def _send(place: Workplace, channel: MessageChannel, address: str, letter: Letter) -> bool:
    """Whether it was taken; False if it never will be. Raises TellUsAgain when it may be another time."""
    way = place.channels.get(channel)
    if way is None:
        log.critical("a text came, and there is no way to answer it")
        return False
    outcome = await way.send(address, letter)
    if outcome.fate in (Fate.LATER, Fate.UNCERTAIN):
        raise TellUsAgain
    return outcome.fate is Fate.TAKEN


async def _call_staff(place: Workplace, letter: Letter) -> None:
    """The first on call who can be reached; if nobody can, the gateway comes again and so do we."""
    staff = on_call(place.settings)
    for channel, address in staff:
        way = place.channels.get(channel)
        if way is not None and (await way.send(address, letter)).fate is Fate.TAKEN:
            return
    log.critical("somebody in danger texted us, and nobody on call could be paged")
    if staff:
        raise TellUsAgain


def _page(request: Request, state: str) -> Response:
    return _templates.TemplateResponse(
        request,
        "stop.html",
        {"state": state, "phone": settings_of(request).centre_phone},
        status_code=404 if state == "nothing" else 200,
        headers=_QUIET,
    )
