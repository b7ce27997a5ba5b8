"""Old plumbing rows go, a few at a time, so that no table grows for ever and no transaction is long."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, select

from shared import clock
from shared.database import Database
from shared.jobs import jobs
from shared.messaging.consumer import is_transient
from shared.messaging.inbox import inbox
from shared.messaging.outbox import outbox
from shared.messaging.streams import INBOX_DAYS, OUTBOX_DAYS

log = logging.getLogger(__name__)

EVERY = 3600.0  # seconds
STEP = 500  # rows in one transaction
JOB_DAYS = 30


async def prune_for_ever(database: Database) -> None:
    while True:
        try:
            await prune(database)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("pruning was put off", extra={"code": type(error).__name__})
        await asyncio.sleep(EVERY)


async def prune(database: Database) -> int:
    """Delete rows past their age: sent outbox 90 days, inbox 125, finished jobs 30. Returns how many."""
    today = clock.now()
    old_outbox = (outbox.c.created_at < today - timedelta(days=OUTBOX_DAYS)) & outbox.c.sent_at.is_not(None)
    return (
        await _prune_table(database, outbox, outbox.c.id, old_outbox)
        + await _prune_table(
            database, inbox, inbox.c.event_id, inbox.c.applied_at < today - timedelta(days=INBOX_DAYS)
        )
        + await _prune_table(database, jobs, jobs.c.id, jobs.c.done_at < today - timedelta(days=JOB_DAYS))
    )


async def _prune_table(database: Database, table: Table, key: Column[Any], old: ColumnElement[bool]) -> int:
    gone = 0
    while True:
        async with database.transaction() as session:
            chosen = select(key).where(old).limit(STEP).scalar_subquery()
            deleted = (await session.execute(delete(table).where(key.in_(chosen)).returning(key))).all()
        gone += len(deleted)
        if len(deleted) < STEP:
            return gone
