"""What the Flow page shows of one service: is it carrying, what waits, what was set aside; and the replay."""

import asyncio
from typing import Annotated, Any, cast
from uuid import UUID

import nats.errors
import nats.js.errors
from fastapi import APIRouter, Depends, Request
from faststream.nats import NatsBroker
from sqlalchemy import and_, func, select
from sqlalchemy.exc import SQLAlchemyError

from shared import clock
from shared.audit import record
from shared.database import Database
from shared.identity import Caller, Role, allowed
from shared.jobs import is_open, jobs
from shared.messaging import parked
from shared.messaging.consumer import Consumer, Impossible, Incoming
from shared.messaging.guard import alarms
from shared.messaging.outbox import outbox
from shared.messaging.streams import STREAM
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["flow"])

Watcher = Annotated[
    Caller, Depends(allowed(Role.COORDINATOR, Role.CASE_MANAGER, Role.VOB, Role.DIRECTOR, Role.AUDITOR))
]
Mender = Annotated[Caller, Depends(allowed(Role.COORDINATOR, Role.DIRECTOR))]

BROKER_TIMEOUT = 1.0  # seconds the page is willing to wait for the broker


class Flow:
    """A window on the running parts of one service."""

    def __init__(self, service: str, database: Database, broker: NatsBroker, consumer: Consumer) -> None:
        self.service = service
        self.database = database
        self.consumer = consumer
        self.drift = False  # the broker is set up otherwise than this version needs; carrying waits
        self._broker = broker

    async def state(self) -> dict[str, Any]:
        """Counts and ages only. `lag` is null when the broker does not answer."""
        lag = await self._lag()
        due = and_(is_open, jobs.c.due_at <= clock.now())  # a year of reminders ahead is no work that waits
        async with self.database.reading() as session:
            waiting, oldest = (
                await session.execute(
                    select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.sent_at.is_(None))
                )
            ).one()
            numbers = {
                "parked": select(func.count())
                .select_from(parked.parked)
                .where(parked.parked.c.replayed_at.is_(None)),
                "jobs_waiting": select(func.count()).select_from(jobs).where(due),
                "jobs_given_up": select(func.count()).select_from(jobs).where(jobs.c.gave_up_at.is_not(None)),
                "alarms": select(func.count()).select_from(alarms),
            }
            counted = {name: await session.scalar(query) for name, query in numbers.items()}
        return {
            "service": self.service,
            "database": "sqlite" if self.database.is_sqlite else "postgresql",
            "broker_connected": lag is not None,
            "lag": lag,
            "outbox_waiting": waiting,
            "outbox_oldest_seconds": int((clock.now() - oldest).total_seconds()) if oldest else 0,
            **counted,
        }

    async def away(self) -> list[str]:
        """What this service needs and does not have now: "database", "broker", "broker set-up"."""
        missing = ["broker set-up"] if self.drift else []
        try:
            async with asyncio.timeout(BROKER_TIMEOUT), self.database.reading() as session:
                await session.execute(select(1))
        except (SQLAlchemyError, OSError, TimeoutError):
            missing.append("database")
        if not await self._broker.ping(BROKER_TIMEOUT):
            missing.append("broker")
        return missing

    async def _lag(self) -> int | None:
        """Facts in the stream that this service has not acknowledged yet."""
        if not await self._broker.ping(BROKER_TIMEOUT):
            return None
        try:
            js = self._broker.connection.jetstream(timeout=BROKER_TIMEOUT)
            info = await js.consumer_info(STREAM, self.service)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError):
            return None
        return (info.num_pending or 0) + (info.num_ack_pending or 0)


def _flow(request: Request) -> Flow:
    return cast(Flow, request.app.state.flow)


Running = Annotated[Flow, Depends(_flow)]


@router.get("/flow")
async def show_flow(flow: Running, _caller: Watcher) -> dict[str, Any]:
    """How far this service is behind, what waits to be sent, what was parked."""
    return await flow.state()


@router.get("/parked")
async def list_parked(flow: Running, _caller: Watcher) -> dict[str, Any]:
    """The facts that could not be applied, oldest first, each with its reason as a sentence."""
    async with flow.database.reading() as session:
        return {"parked": await parked.waiting(session)}


@router.post("/parked/{parked_id}/replay")
async def replay_parked(
    parked_id: UUID, flow: Running, caller: Mender, dry_run: bool = False
) -> dict[str, Any]:
    """Run a parked fact through its handler again. With `dry_run` everything is rolled back afterwards."""

    class DryRun(Exception):
        pass

    try:
        async with flow.database.transaction() as session:
            found = await parked.body_of(session, parked_id)
            if found is None:
                raise Problem(
                    404, "not_found", "Not found", "This was replayed already, or never parked here."
                )
            try:
                await flow.consumer.replay(session, Incoming(*found))
            except Impossible as refusal:
                raise Problem(409, "still_impossible", "It still cannot be applied", str(refusal)) from None
            if dry_run:
                raise DryRun
            await parked.mark_replayed(session, parked_id)
            await record(session, caller, "parked.replay", None)
    except DryRun:
        return {"replayed": False, "would_work": True}
    return {"replayed": True, "would_work": True}
