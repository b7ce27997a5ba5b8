"""The neighbours of insurance, small and real: intake's data door and a payer one can hold back, over
HTTP."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select

from services.insurance.asking import AskPayer
from services.insurance.expiry import EXPIRE, ExpireCoverage
from services.insurance.forgetting import FORGET_RAW, ForgetRaw
from services.insurance.handlers import HEARD
from services.insurance.payer_gate import Pace
from services.insurance.payer_records import seed_invented
from services.insurance.payers.adapter import Adapter
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.question import Terms
from services.insurance.tables import Attempt, Question, Verification
from services.insurance.verification import ASK_PAYER
from services.insurance.x12.inquiry_writing import Facility
from shared import clock
from shared.contracts.fact import Fact, new_id
from shared.contracts.insurance import SAID
from shared.contracts.intake import ConsentItem, ConsentRevoked, VerificationRequested
from shared.database import Database
from shared.identity import Signer
from shared.job_runner import JobRunner
from shared.jobs import Work
from shared.messaging.consumer import Consumer, Incoming
from shared.messaging.outbox import outbox
from shared.peers import Peer

MARISOL = {
    "payer": "Northstar PPO",
    "member_id": "NSH100200300",
    "first_name": "Marisol",
    "last_name": "Okafor",
    "birth_date": "1988-04-12",
}
ZONE = ZoneInfo("America/Los_Angeles")
TYPES = {fact.subject: fact for fact in SAID}


@dataclass
class Door:
    """Intake's POST /disclosures: what it hands out, or the status it answers with.

    `people` holds what is different for single cases.
    """

    identifiers: dict[str, Any] = field(default_factory=lambda: dict(MARISOL))
    people: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)
    sud_benefits: bool = False
    purposes: list[str] = field(default_factory=list)
    days: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def tomorrow() -> str:
        """By the clock of the centre."""
        return (clock.now().astimezone(ZONE).date() + timedelta(days=1)).isoformat()

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/api/v1/cases/{case_id}/disclosures")
        async def disclose(case_id: UUID, request: Request) -> Response:
            body = await request.json()
            assert request.headers["authorization"].startswith("Bearer ")
            self.asked.append(body["request_id"])
            self.purposes.append(body["purpose"])
            refused = body["purpose"] == "behavioural_benefits" and not self.sud_benefits
            if self.status == 403 or refused:
                return JSONResponse({"code": "consent_missing"}, 403)
            if self.status != 200:
                return Response(status_code=self.status)
            # As intake does: the first request's day, for its repeats too.
            today = clock.now().astimezone(ZONE).date().isoformat()
            day = self.days.setdefault(body["request_id"], today)
            told = self.identifiers | self.people.get(case_id, {})
            return JSONResponse({"consent_id": str(case_id), "service_date": day, **told})

        return app


@dataclass
class HeldPayer:
    """A clearinghouse that answers with what it is given, and only when it is let go."""

    reply: bytes = b""
    inquiries: list[str] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/eligibility")
        async def eligibility(request: Request) -> Response:
            self.inquiries.append((await request.body()).decode())
            await self.go.wait()
            return Response(self.reply, media_type="application/edi-x12")

        return app


@dataclass
class Line:
    """The line to a clearinghouse: everything that passes is seen, and it can be cut."""

    url: str
    cut: bool = False
    inquiries: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/eligibility")
        async def eligibility(request: Request) -> Response:
            body = await request.body()
            self.inquiries.append(body.decode())
            if self.cut:
                return Response(status_code=503)
            headers = {"content-type": "application/edi-x12"}
            async with httpx2.AsyncClient(base_url=self.url) as client:
                answer = await client.post("/eligibility", content=body, headers=headers)
            return Response(answer.content, answer.status_code, media_type="application/edi-x12")

        return app


def terms(**changes: Any) -> Terms:
    """This centre's terms, with time compressed."""
    standard: dict[str, Any] = {
        "facility": Facility("Harbour Bridge Recovery", "1234567893", "1990000001"),
        "sender": "HARBOURBRIDGE",
        "usage": "T",
        "deadline": timedelta(seconds=5),
        "resend_after": timedelta(seconds=0),
        "retry_scale": 0.0001,
        "fresh_for": timedelta(hours=24),
        "zone": ZONE,
        "pace": Pace(6000, 100, timedelta(seconds=5)),
    }
    return Terms(**(standard | changes))


@dataclass
class Insurance:
    """The service without its HTTP face and without a broker: facts in, jobs run, facts out."""

    database: Database
    intake: Peer
    adapters: dict[str, Adapter]
    terms: Terms
    runner: asyncio.Task[None] | None = None

    @classmethod
    async def opened(cls, database: Database, door_url: str, payer_url: str, **changes: Any) -> "Insurance":
        intake = Peer(door_url, "intake", Signer("insurance", bytes(range(32))))
        async with database.transaction() as session:
            await seed_invented(session)
        adapter = EdiHttp(payer_url)
        return cls(database, intake, {adapter.name: adapter}, terms(**changes))

    async def hear(self, *facts: Fact) -> None:
        messages = [Incoming(fact.subject, fact.model_dump_json().encode()) for fact in facts]
        await Consumer(self.database, HEARD).apply(messages)

    async def request(self, case_id: UUID | None = None) -> VerificationRequested:
        fact = VerificationRequested(
            case_id=case_id or new_id(), verification_id=new_id(), consent_id=new_id()
        )
        await self.hear(fact)
        return fact

    async def revoke(self, case_id: UUID, item: ConsentItem = ConsentItem.INSURER) -> None:
        await self.hear(ConsentRevoked(case_id=case_id, consent_id=new_id(), item=item))

    def start(self) -> None:
        work: dict[str, Work] = {
            ASK_PAYER: AskPayer(self.database, self.intake, self.adapters, self.terms),
            EXPIRE: ExpireCoverage(self.database, self.terms),
            FORGET_RAW: ForgetRaw(self.database, timedelta(days=90)),
        }
        self.runner = asyncio.create_task(JobRunner(self.database, work).run())

    async def kill(self) -> None:
        """End the job runner as a crash would: whatever it was doing stays as it is."""
        if self.runner:
            self.runner.cancel()
            await asyncio.gather(self.runner, return_exceptions=True)
            self.runner = None

    async def close(self) -> None:
        await self.kill()
        await self.intake.close()
        for adapter in self.adapters.values():
            await adapter.close()

    async def state(self, verification_id: UUID) -> str:
        async with self.database.reading() as session:
            return (await session.get_one(Verification, verification_id)).state

    async def questions(self, verification_id: UUID) -> list[Question]:
        query = select(Question).where(Question.verification_id == verification_id).order_by(Question.id)
        async with self.database.reading() as session:
            return list(await session.scalars(query))

    async def attempts(self, verification_id: UUID) -> list[Attempt]:
        query = select(Attempt).where(Attempt.verification_id == verification_id).order_by(Attempt.started_at)
        async with self.database.reading() as session:
            return list(await session.scalars(query))

    async def said(self, case_id: UUID) -> list[Fact]:
        query = select(outbox.c.subject, outbox.c.body).where(outbox.c.case_id == case_id)
        async with self.database.reading() as session:
            rows = (await session.execute(query.order_by(outbox.c.id))).all()
        return [TYPES[subject].model_validate_json(body) for subject, body in rows]
