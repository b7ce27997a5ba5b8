"""The dashboard's own row on the page Flow: its projector's pulse, and what the projector had to park."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.dashboard.handlers import HEARD
from services.dashboard.projector import PULSE
from services.dashboard.sessions import SignedIn
from services.dashboard.tables import Pulse
from shared import clock
from shared.audit import record
from shared.database import Database
from shared.identity import Caller
from shared.messaging import parked
from shared.messaging.consumer import Consumer, Impossible, Incoming

_MISSED = 6  # pulses; a busy moment may cost one or two
SILENT_AFTER: timedelta = PULSE * _MISSED


async def state(database: Database) -> dict[str, Any] | None:
    """What the projector last said of itself, or None when it has been silent for half a minute."""
    async with database.reading() as session:
        pulse: Pulse | None = await session.get(Pulse, 1)
    alive = pulse is not None and clock.now() - pulse.at < SILENT_AFTER
    return pulse.state if pulse and alive else None


async def waiting(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as session:
        return [dict(row) for row in await parked.waiting(session)]


async def replay(database: Database, who: SignedIn, parked_id: UUID, *, dry_run: bool) -> str | None:
    """Run it through its handler again. None when it works (or would); otherwise the sentence why not."""

    class DryRun(Exception):
        """Undoes everything at the end of a trial."""

    try:
        async with database.transaction() as session:
            found = await parked.body_of(session, parked_id)
            if found is None:
                return "This was replayed already."
            await Consumer(database, HEARD).replay(session, Incoming(*found))
            if dry_run:
                raise DryRun
            await parked.mark_replayed(session, parked_id)
            await record(session, Caller(who.id, "staff", who.role), "parked.replay", None)
    except Impossible as refusal:
        return str(refusal)
    except DryRun:
        return None
    return None
