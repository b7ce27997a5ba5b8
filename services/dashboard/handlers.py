"""What the dashboard hears: every fact there is. Each becomes a timeline entry and moves the figures."""

from dataclasses import asdict
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dashboard.metrics import figures_of
from services.dashboard.tables import CaseFigures, TimelineEntry
from services.dashboard.timeline import Entry, entry_of
from shared.contracts.catalogue import FACTS
from shared.contracts.fact import Fact
from shared.messaging.consumer import Handler
from shared.upsert import insert_or_ignore

_entries = cast(Table, TimelineEntry.__table__)


async def on_fact(session: AsyncSession, fact: Fact) -> None:
    """Write the entry, then fold the case anew.

    Folding the whole case (some tens of rows) instead of adding to its figures is what makes a late, repeated
    or replayed fact harmless: the figures depend on which facts are known, not on when they came.
    """
    entry = asdict(entry_of(fact))
    if not await insert_or_ignore(session, _entries, [entry], ["case_id", "producer", "case_seq"]):
        return
    rows = await session.scalars(select(TimelineEntry).where(TimelineEntry.case_id == fact.case_id))
    figures = figures_of(fact.case_id, map(entry_from, rows))
    await session.merge(CaseFigures(**asdict(figures)))


def entry_from(row: TimelineEntry) -> Entry:
    return Entry(row.event_id, row.case_id, row.producer, row.case_seq, row.kind, row.at, row.codes)


HEARD: dict[type[Fact], Handler] = dict.fromkeys(FACTS.values(), on_fact)
