"""Intake as aftercare sees it: where a client may be written to, and whom they agreed may be told."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import httpx2
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from shared.identity import Signer
from shared.peers import Peer

NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


@dataclass
class IntakeDoor:
    """Answers as intake's two doors do, or with `status` when that is set: 503, 403, …

    `addresses`: what is on file by channel. `recipients`: by consent, who was named in it.
    """

    addresses: dict[str, str] = field(
        default_factory=lambda: {"email": "rowan@example.org", "text": "+15005550123"}
    )
    language: str = "en"
    recipients: dict[UUID, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # channels without a consent
    status: int = 200
    asked: Counter[str] = field(default_factory=Counter)
    meanwhile: Callable[[], Awaitable[None]] | None = None  # what happens elsewhere while an answer is made

    def peer(self) -> Peer:
        transport = httpx2.ASGITransport(app=self.app())
        return Peer("http://intake", "intake", Signer("aftercare", bytes(range(32))), transport=transport)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/api/v1/cases/{case_id}/reach")
        async def reach(case_id: UUID, request: Request) -> Response:
            channel = (await request.json())["channel"]
            self.asked[channel] += 1
            if self.status != 200:
                return Response(status_code=self.status)
            if channel in self.refused:
                return JSONResponse({"code": "consent_missing"}, 403)
            if channel not in self.addresses:
                return JSONResponse({"code": "no_address"}, 409)
            return JSONResponse({"address": self.addresses[channel], "language": self.language})

        @app.post("/api/v1/cases/{case_id}/introductions")
        async def introduce(case_id: UUID, request: Request) -> Response:
            body = await request.json()
            self.asked[f"introduction:{body['request_id']}"] += 1
            if self.status != 200:
                return Response(status_code=self.status)
            if self.meanwhile is not None:
                await self.meanwhile()
            name = self.recipients.get(UUID(body["consent_id"]))
            if name is None:
                return JSONResponse({"code": "consent_missing"}, 403)
            return JSONResponse({"recipient": name, "expires_at": None, "notice": NOTICE})

        return app
