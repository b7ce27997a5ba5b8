"""What the jobs of aftercare work with: the database, the settings, intake's doors."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.aftercare.messages.channels.outcome import Channel
from services.aftercare.messages.opening import open_channels
from services.aftercare.settings import Settings
from shared.contracts.aftercare import MessageChannel
from shared.database import Database
from shared.jobs import Job
from shared.peers import Peer


@dataclass(frozen=True)
class Workplace:
    database: Database
    settings: Settings
    intake: Peer

    @cached_property
    def channels(self) -> Mapping[MessageChannel, Channel]:
        """The ways out, opened once. Raises MessagingMisconfigured: asked for at start, so that it is said
        then."""
        return open_channels(self.settings)


Work = Callable[[Workplace, Job], Awaitable[None]]
