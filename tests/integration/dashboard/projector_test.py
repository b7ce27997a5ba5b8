"""The read model: the same facts make the same rows, however often and in whatever order they come."""

import json
import random
from typing import Any

from sqlalchemy import select

from services.dashboard import own_flow, readmodel
from services.dashboard.handlers import HEARD
from services.dashboard.projector import beat, forget
from services.dashboard.sessions import SignedIn
from services.dashboard.tables import CaseFigures, Table, TimelineEntry
from shared import clock
from shared.contracts.fact import Fact, new_id
from shared.contracts.intake import ClientReached
from shared.database import Database
from shared.identity import Role
from shared.messaging.consumer import Consumer, Incoming
from tests.conftest import MakeDatabase
from tests.unit.dashboard.metrics_test import CASE, story_facts


async def contents(database: Database) -> bytes:
    """Every value of every row of the read model, in a fixed order."""
    found: list[Any] = []
    async with database.reading() as session:
        for table in (TimelineEntry, CaseFigures):
            columns = Table.metadata.tables[table.__tablename__].columns
            rows = await session.execute(select(*columns).order_by(*columns[:3]))
            found.append([list(row) for row in rows])
    return json.dumps(found, default=str, sort_keys=True).encode()


def on_the_wire(facts: list[Fact]) -> list[Incoming]:
    return [Incoming(fact.subject, fact.model_dump_json().encode()) for fact in facts]


async def test_facts_told_twice_change_nothing(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    consumer, facts = Consumer(database, HEARD), on_the_wire(story_facts())
    await consumer.apply(facts)
    once = await contents(database)
    await consumer.apply(facts)
    assert await contents(database) == once


async def test_a_fact_told_under_another_event_id_is_still_one_entry(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    consumer, facts = Consumer(database, HEARD), story_facts()
    await consumer.apply(on_the_wire(facts))
    once = await contents(database)
    await consumer.apply(on_the_wire([fact.model_copy(update={"event_id": new_id()}) for fact in facts]))
    assert await contents(database) == once


async def test_dropped_and_heard_again_in_another_order_it_is_the_same_to_the_byte(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("dashboard")
    consumer, facts = Consumer(database, HEARD), story_facts()
    await consumer.apply(on_the_wire(facts))
    first = await contents(database)
    await forget(database)
    assert await readmodel.history(database, CASE) == []
    random.Random(7).shuffle(facts)
    for fact in facts:  # one at a time, as after a long outage
        await consumer.apply(on_the_wire([fact]))
    assert await contents(database) == first


async def test_the_history_of_a_case_has_the_newest_first(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    await Consumer(database, HEARD).apply(on_the_wire(story_facts()))
    history = await readmodel.history(database, CASE)
    assert len(history) == len(story_facts())
    assert [entry.at for entry in history] == sorted((entry.at for entry in history), reverse=True)


async def test_a_mark_moves_only_when_that_service_says_something_new(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    consumer = Consumer(database, HEARD)
    await consumer.apply(on_the_wire(story_facts()))
    insurance, intake = [await readmodel.mark(database, name, CASE) for name in ("insurance", "intake")]
    more = ClientReached(case_id=CASE, case_seq=99, staff_id=new_id())
    await consumer.apply(on_the_wire([more]))
    assert await readmodel.mark(database, "insurance", CASE) == insurance
    assert await readmodel.mark(database, "intake", CASE) != intake


async def test_the_projector_is_known_to_be_silent(make_database: MakeDatabase) -> None:
    database = await make_database("dashboard")
    assert await own_flow.state(database) is None
    await beat(database, {"lag": 0})
    assert await own_flow.state(database) == {"lag": 0}
    clock.shift(own_flow.SILENT_AFTER)
    try:
        assert await own_flow.state(database) is None
    finally:
        clock.shift(own_flow.SILENT_AFTER * 0)


async def test_what_could_not_be_read_is_set_aside_and_trying_it_again_says_why(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("dashboard")
    who = SignedIn(new_id(), "Dora", Role.DIRECTOR, b"")
    await Consumer(database, HEARD).apply([Incoming(ClientReached.subject, b'{"case_id": "nobody"}')])
    (row,) = await own_flow.waiting(database)
    assert "could not be read" in row["reason"]
    why_not = await own_flow.replay(database, who, row["id"], dry_run=False)
    assert why_not == row["reason"]
    assert len(await own_flow.waiting(database)) == 1
