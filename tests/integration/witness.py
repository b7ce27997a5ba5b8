"""Stands beside a running installation and writes down what leaves it: answers, messages, facts."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import nats
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError

from shared.identity import Role
from shared.local.tokens import operator_id, staff_token
from shared.messaging.streams import ALARMS, STREAM
from tests.conftest import eventually
from tests.drills.stack import Stack
from tests.integration.canaries import Canary, found


@dataclass(frozen=True)
class Heard:
    """One answer: what was asked, its headers as sent, its body, and what either is meant to contain."""

    asked: str
    status: int
    headers: bytes
    body: bytes
    shows: frozenset[str]
    hands: frozenset[str]


@dataclass
class Witness:
    """Asks like staff, an EHR or the public do. `shows` names the canaries an answer is meant to contain,
    `hands` those that go into the browser's keeping with its headers."""

    stack: Stack
    client: httpx2.AsyncClient
    heard: list[Heard] = field(default_factory=list)
    on_the_bus: list[bytes] = field(default_factory=list)
    tailed: bytes = b""
    _signed: dict[Role, dict[str, str]] = field(default_factory=dict)

    def signed(self, role: Role) -> dict[str, str]:
        if role not in self._signed:
            token = staff_token(self.stack.data_dir / "keys", role, subject=operator_id(role))
            self._signed[role] = {"Authorization": f"Bearer {token}"}
        return self._signed[role]

    async def ask(
        self,
        status: int,
        method: str,
        service: str,
        path: str,
        role: Role | None = None,
        *,
        shows: Iterable[str] = (),
        hands: Iterable[str] = (),
        headers: dict[str, str] | None = None,
        **what: Any,
    ) -> httpx2.Response:
        """Ask, write the answer down, and insist on its status. `what` is json=, data= or content=."""
        url = path if path.startswith("http") else f"{self.stack.addresses[service]}{path}"
        signed = self.signed(role) if role else {}
        answer = await self.client.request(method, url, headers=signed | (headers or {}), **what)
        sent = b"\n".join(name + b": " + value for name, value in answer.headers.raw)
        asked = f"{method} {service} {path} -> {answer.status_code}"
        self.heard.append(
            Heard(asked, answer.status_code, sent, answer.content, frozenset(shows), frozenset(hands))
        )
        assert answer.status_code == status, f"{asked}, not {status}: {answer.text[:400]}"
        return answer

    async def json(self, status: int, method: str, service: str, path: str, role: Role, **more: Any) -> Any:
        return (await self.ask(status, method, service, path, role, **more)).json()

    async def collect_streams(self) -> None:
        """Add what the broker keeps: headers and payload of every stored message, and its subject."""
        connection = await nats.connect(self.stack.addresses["nats"])
        js = connection.jetstream()
        for stream in (STREAM, ALARMS.name):
            assert stream
            state = (await js.stream_info(stream)).state
            for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
                try:
                    kept = await js.get_msg(stream, sequence)
                except NotFoundError:
                    continue
                self.on_the_bus.append(_flat(kept.subject, kept.headers, kept.data))
        await connection.close()

    def in_headers(self, canaries: tuple[Canary, ...]) -> list[str]:
        return [
            f"{names} in {one.asked}"
            for one in self.heard
            if (names := found(canaries, one.headers) - one.hands)
        ]

    def in_bodies(self, canaries: tuple[Canary, ...]) -> list[str]:
        """Answers that show more than they are meant to."""
        return [
            f"{names} in {one.asked}"
            for one in self.heard
            if (names := found(canaries, one.body) - one.shows)
        ]


def _flat(subject: str | None, headers: dict[str, str] | None, data: bytes | None) -> bytes:
    return f"{subject}\n{json.dumps(headers or {})}\n".encode() + (data or b"")


@asynccontextmanager
async def watching(stack: Stack) -> AsyncGenerator[Witness]:
    """Listen to the whole bus and run `throughcare events tail` for as long as the block lasts."""
    async with httpx2.AsyncClient(timeout=20, trust_env=False) as client:
        witness = Witness(stack, client)
        connection = await nats.connect(stack.addresses["nats"])

        async def overhear(message: Msg) -> None:
            witness.on_the_bus.append(_flat(message.subject, message.headers, message.data))

        await connection.subscribe(">", cb=overhear)
        js = connection.jetstream()
        before = len(await js.consumers_info(STREAM))
        tail = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "shared.local.cli", "events", "tail", "--data-dir", str(stack.data_dir)),
            stdout=asyncio.subprocess.PIPE,
        )

        async def tail_listens() -> bool:
            return len(await js.consumers_info(STREAM)) > before

        try:
            await eventually(tail_listens)
            yield witness
        finally:
            tail.terminate()
            witness.tailed, _ = await tail.communicate()
            await connection.close()
