"""An open socket: a click keeps the session alive, a page refreshing itself does not, its end closes it."""

from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from services.dashboard import sessions
from services.dashboard.gate import Gate
from services.dashboard.tables import Session
from shared import clock
from shared.database import Database
from shared.migrating import upgrade
from tests.contract.dashboard.serving import served, sqlite_url
from tests.integration.dashboard.people import hire


async def _echo(socket: WebSocket) -> None:
    """Any application behind the gate: it answers each message with itself."""
    await socket.accept()
    async for message in socket.iter_bytes():
        await socket.send_bytes(message)


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncGenerator[tuple[Database, UUID, ClientConnection, str]]:
    """Ana, her open socket through the gate, and her session's id."""
    await upgrade(sqlite_url(tmp_path), "dashboard")
    database = Database(sqlite_url(tmp_path), "dashboard")
    staff_id = await hire(database)
    async with database.transaction() as session:
        cookie = await sessions.open_session(session, staff_id)
    behind = Starlette(routes=[WebSocketRoute("/socket", _echo)])
    gate = Gate(behind, database, "throughcare", https=False, check_every=0.02, grace=0.02)
    async with served(gate) as address:
        headers = {"cookie": f"throughcare={cookie}"}
        async with connect(f"ws://{address}/socket", additional_headers=headers) as socket:
            yield database, staff_id, socket, cookie
    await database.dispose()


@pytest.fixture(autouse=True)
def on_time() -> Generator[None]:
    yield
    clock.shift(timedelta())


def run(*, by_itself: bool) -> bytes:
    message = BackMsg()
    message.rerun_script.is_auto_rerun = by_itself
    message.rerun_script.page_name = "now"
    return bytes(message.SerializeToString())


async def last_seen(database: Database, cookie: str) -> float:
    async with database.reading() as session:
        return (await session.get_one(Session, sessions.hashed(cookie))).last_seen_at.timestamp()


async def test_a_page_that_refreshes_itself_is_nobody_at_work(
    ana: tuple[Database, UUID, ClientConnection, str],
) -> None:
    database, _, socket, cookie = ana
    before = await last_seen(database, cookie)
    clock.shift(timedelta(minutes=5))
    await socket.send(run(by_itself=True))
    await socket.recv()
    assert await last_seen(database, cookie) == before


async def test_a_click_is_somebody_at_work(ana: tuple[Database, UUID, ClientConnection, str]) -> None:
    database, _, socket, cookie = ana
    before = await last_seen(database, cookie)
    clock.shift(timedelta(minutes=5))
    await socket.send(run(by_itself=False))
    await socket.recv()
    assert await last_seen(database, cookie) > before


async def test_signing_out_closes_the_open_socket(ana: tuple[Database, UUID, ClientConnection, str]) -> None:
    database, staff_id, socket, _ = ana
    async with database.transaction() as session:
        await sessions.end_sessions(session, staff_id)
    with pytest.raises(ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1008
