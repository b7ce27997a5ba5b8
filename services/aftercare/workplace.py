"""What the jobs of aftercare work with: the database, the settings, intake's doors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.aftercare.settings import Settings
from shared.database import Database
from shared.jobs import Job
from shared.peers import Peer


@dataclass(frozen=True)
class Workplace:
    database: Database
    settings: Settings
    intake: Peer


Work = Callable[[Workplace, Job], Awaitable[None]]
