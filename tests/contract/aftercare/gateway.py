"""A real text gateway on loopback: texts once for each idempotency key, and misbehaves on request."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

TOKEN = "an invented token"


@dataclass
class Gateway:
    """`texted`: what went out, once a key. `asked`: every request. `says`: answers to give before it behaves;
    None is an answer that is lost after the text went out."""

    texted: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    says: list[Response | None] = field(default_factory=list)
    hangs: asyncio.Event | None = None

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/texts")
        async def take(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return Response(status_code=401)
            body = await request.json()
            self.asked.append(body)
            answer = self.says.pop(0) if self.says else JSONResponse({"id": "g-1"}, 202)
            if self.hangs is not None:
                await self.hangs.wait()
            if answer is None or answer.status_code < 300:
                self.texted.setdefault(request.headers["idempotency-key"], body)
            return answer or Response(status_code=502)

        return app
