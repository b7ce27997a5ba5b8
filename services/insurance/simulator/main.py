"""The clearinghouse's own process: POST /eligibility takes a 270 and answers 271, 999 or TA1.

It refuses interchanges marked as production (ISA15=P) and payers it does not know, so it can never pass
as a real clearinghouse nor be handed live data.
"""

import asyncio
import time
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from services.insurance.payers.directory import PAYERS
from services.insurance.simulator import members, replies
from services.insurance.simulator.checking import (
    InterchangeRefused,
    Named,
    NotAnInterchange,
    Question,
    TransactionRefused,
    checked,
)
from services.insurance.simulator.members import Behaviour, SeededMember
from services.insurance.simulator.settings import SimulatorSettings
from shared.telemetry import start_logging

LARGEST_INQUIRY = 64 * 1024
PAYER_IDS = {payer.ids["edi_http"] for payer in PAYERS}


class Faults(BaseModel):
    """An outage from now on: every inquiry gets a 503 for this many seconds; 0 ends it."""

    outage_seconds: float = Field(ge=0, le=86_400)


def build(settings: SimulatorSettings) -> FastAPI:
    app = FastAPI(title="Throughcare built-in clearinghouse", docs_url=None, redoc_url=None)
    app.state.outage_until = 0.0

    @app.post("/eligibility")
    async def eligibility(request: Request) -> Response:
        if time.monotonic() < app.state.outage_until:
            return PlainTextResponse("The simulated payers are out of service.", 503)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_INQUIRY:
                return PlainTextResponse("The inquiry is too large.", 413)
        now = datetime.now(UTC)
        try:
            question = checked(bytes(body))
        except NotAnInterchange:
            return PlainTextResponse("This is not an X12 interchange.", 400)
        except InterchangeRefused as refusal:
            return _x12(replies.ta1(refusal.envelope, refusal.note, now))
        except TransactionRefused as refusal:
            return _x12(replies.refused_999(refusal, now))
        member = members.find(_asked_id(question))
        if member and member.behaviour is Behaviour.SLOW:
            await asyncio.sleep(settings.simulator_slow_seconds)
        return _x12(answer(question, member, now))

    @app.post("/faults", status_code=204)
    async def faults(wanted: Faults) -> None:
        app.state.outage_until = time.monotonic() + wanted.outage_seconds

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


def answer(question: Question, member: SeededMember | None, now: datetime) -> str:
    """The 271 for a checked question, as a payer with these members would give it."""
    if question.payer_id not in PAYER_IDS:
        return replies.rejected(question, "2100A", "79", "C", now)
    if member is None:
        return replies.rejected(question, "2100C", "75", "C", now)
    if member.behaviour is Behaviour.CANNOT_RESPOND:
        return replies.rejected(question, "2100A", "42", "R", now, valid="Y")
    if member.behaviour is Behaviour.ID_INVALID:
        return replies.rejected(question, "2100C", "72", "C", now)
    reason = _mismatch(question, member)
    if reason:
        loop = "2100D" if question.dependant else "2100C"
        return replies.rejected(question, loop, reason, "C", now)
    return replies.eligible(question, member, now)


def _mismatch(question: Question, member: SeededMember) -> str | None:
    """AAA03 for a person who is not on the card as asked: 58/71 birth date, 65/73 name; None when all
    fits."""
    if not member.first_name:
        return None
    asked = question.dependant or question.subscriber
    people = [(member.first_name, member.last_name, member.birth_date)]
    people += [member.dependant] if member.dependant else []
    if question.dependant:
        people = people[1:]
    if any(_same(asked, *person) for person in people):
        return None
    same_name = any(_same(asked, first, last, asked.birth_date) for first, last, _ in people)
    if question.dependant:
        return "58" if same_name else "65"
    return "71" if same_name else "73"


def _same(asked: Named, first: str, last: str, birth_date: object) -> bool:
    return (asked.first_name, asked.last_name, asked.birth_date) == (first, last, birth_date)


def _asked_id(question: Question) -> str:
    return (question.dependant and question.dependant.member_id) or question.subscriber.member_id


def _x12(text: str) -> Response:
    return Response(text, media_type="application/edi-x12")


def main() -> None:
    settings = SimulatorSettings()
    start_logging(settings.log_level)
    uvicorn.run(
        build(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,  # the slow member must not keep the process alive
    )


if __name__ == "__main__":
    main()
