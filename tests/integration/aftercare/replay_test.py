"""A summer of one list, replayed: nothing is withdrawn wrongly, nothing refused is believed, and it makes no
difference where the service was stopped in between (aftercare.md 10 and 8.9)."""

import re
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.aftercare.meetings.sighting import ListingChanges
from services.aftercare.meetings.snapshots import take_snapshot
from services.aftercare.tables import Enrolment, EnrolmentState, Import, Meeting, Verdict
from shared import clock
from shared.contracts.aftercare import EnrolmentMode
from shared.contracts.fact import new_id
from shared.database import Database
from tests.conftest import MakeDatabase, postgres_in_the_long_run

from .conftest import SetClock
from .invented_feed import EMPTY, GOOD, SIZE, Feed, Snapshot, invent

State = dict[str, tuple[Any, ...]]


class Stopped(Exception):
    """The process died on this line."""


async def take(database: Database, snapshot: Snapshot, *, dies: bool = False) -> ListingChanges:
    async with database.transaction() as session:
        taken = await take_snapshot(session, "summer", snapshot.raw, snapshot.reading)
        if dies:
            raise Stopped
    return taken.changes


async def state_of(database: Database) -> State:
    async with database.reading() as session:
        rows = await session.scalars(select(Meeting).where(Meeting.source == "summer"))
        return {
            row.source_id: (
                row.state,
                row.content_hash,
                row.listed,
                row.unseen,
                row.withdrawn_on,
                row.first_seen,
                row.last_seen,
                row.unchanged_since,
                row.listing["join"]["url"],
            )
            for row in rows
        }


async def enrol_in_every_tenth(database: Database) -> None:
    async with database.transaction() as session:
        ids = await session.scalars(select(Meeting.id).order_by(Meeting.source_id))
        for meeting_id in list(ids)[::10]:
            session.add(
                Enrolment(
                    plan_id=new_id(),
                    case_id=new_id(),
                    meeting_id=meeting_id,
                    state=EnrolmentState.ACTIVE,
                    mode=EnrolmentMode.SELF_ATTEND,
                    modality="online",
                    score=50,
                    reasons=b"sealed",
                    first_occurrence_at=clock.now(),
                    suggested_at=clock.now(),
                )
            )


@pytest.fixture(scope="module")
def feed() -> Feed:
    return invent()


async def test_a_summer_of_snapshots_withdraws_nobody_wrongly_and_refuses_the_fifteen_empty_ones(
    make_database: MakeDatabase, set_clock: SetClock, feed: Feed
) -> None:
    database = await make_database("aftercare")
    told: list[tuple[int, ListingChanges]] = []
    for number, snapshot in enumerate(feed.snapshots):
        set_clock(snapshot.at)
        before = await state_of(database) if snapshot.good is None else None
        changes = await take(database, snapshot)
        if snapshot.good is None:
            assert await state_of(database) == before
            assert not changes
        else:
            told.append((snapshot.good, changes))
        if number == 0:
            await enrol_in_every_tenth(database)

    async with database.reading() as session:
        verdicts = Counter(await session.scalars(select(Import.verdict)))
        most = max(await session.scalars(select(Import.withdrawn)))
        names = {row.id: row for row in await session.scalars(select(Meeting))}
    assert verdicts == {Verdict.TAKEN: GOOD, Verdict.REFUSED: EMPTY}
    assert most < 0.02 * SIZE
    assert len(names) == SIZE

    # The oracle looks at each meeting's whole history at once, as a row of ones and noughts.
    history = {row.id: feed.there[row.source_id] for row in names.values()}
    gone = {key for key, row in history.items() if re.search("0{9}", row)}
    assert all("1" not in row[re.search("0{9}", row).end() :] for row in history.values() if "0" * 9 in row)  # type: ignore[union-attr]
    assert _ids(told, "withdrawn") == Counter(gone)
    assert {key for key, row in names.items() if row.withdrawn_on} == gone
    assert {key: row.unseen for key, row in names.items()} == {
        key: min(9, len(row) - len(row.rstrip("0"))) for key, row in history.items()
    }
    assert _ids(told, "unconfirmed") == _count(history, "(?<!0)00")
    assert _ids(told, "seen_again") == _count(history, "(?<!0)00{1,7}1")
    by_name = {row.source_id: key for key, row in names.items()}
    moved = {(good, by_name[name]) for name, good in feed.moved}
    assert {(good, one) for good, changes in told for one in changes.changed} == moved


@postgres_in_the_long_run
async def test_stopped_and_started_at_every_point_the_replay_ends_in_the_same_states(
    make_database: MakeDatabase, set_clock: SetClock, feed: Feed
) -> None:
    """At each snapshot the process dies before the commit, comes again, and takes it once more, because it
    died after the commit as well. Every state on the way is that of a service that was never stopped."""
    database = await make_database("aftercare")
    expected = await _undisturbed(database, set_clock, feed)
    assert len(expected) == len(feed.snapshots)

    async with database.transaction() as session:
        for table in (Meeting, Import):
            await session.execute(table.__table__.delete())  # type: ignore[attr-defined]
    for snapshot, states in zip(feed.snapshots, expected, strict=True):
        set_clock(snapshot.at)
        with pytest.raises(Stopped):
            await take(database, snapshot, dies=True)
        await database.engine.dispose()
        await take(database, snapshot)
        await database.engine.dispose()
        again = await take(database, snapshot)
        assert not again
        assert await state_of(database) == states


async def _undisturbed(database: Database, set_clock: SetClock, feed: Feed) -> list[State]:
    states = []
    for snapshot in feed.snapshots:
        set_clock(snapshot.at)
        await take(database, snapshot)
        states.append(await state_of(database))
    return states


def _ids(told: list[tuple[int, ListingChanges]], kind: str) -> Counter[UUID]:
    return Counter(one for _, changes in told for one in getattr(changes, kind))


def _count(history: dict[UUID, str], pattern: str) -> Counter[UUID]:
    found = {key: len(re.findall(pattern, row)) for key, row in history.items()}
    return Counter({key: many for key, many in found.items() if many})
