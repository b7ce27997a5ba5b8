"""What the pages reach: the accounts, the read model, the services. One per process, opened at start-up."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from services.dashboard.clients import Services
from services.dashboard.settings import Settings
from shared.database import Database

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """Streamlit runs each page in its own thread; the connections live on the server's event loop."""

    settings: Settings
    database: Database
    services: Services
    loop: asyncio.AbstractEventLoop
    https: bool

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` on the server's loop and wait. Every client has its own, shorter, limit."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.centre_zone)


_open: list[Desk] = []


def open_desk(desk: Desk) -> None:
    _open[:] = [desk]


def desk() -> Desk:
    """The desk of this process. A page cannot be given arguments, so it asks."""
    return _open[0]
