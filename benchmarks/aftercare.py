"""Lists taken in, clients matched, plans rebalanced: how long at the sizes promised, and how each grows.

Run: python -m benchmarks.aftercare [--quick] [--database sqlite|postgres]. All data are invented, and the
same in every run.
"""

import argparse
import asyncio
import gc
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.aftercare_data import ZONE, open_plans, rows, wishes
from services.aftercare.matching.sets import match
from services.aftercare.meetings.normal_form import Listing, Programme
from services.aftercare.meetings.reading import read
from services.aftercare.meetings.snapshots import take_snapshot
from services.aftercare.plans.rebalancing import REBALANCE, rebalance
from services.aftercare.settings import Settings
from services.aftercare.tables import Enrolment, EnrolmentState
from shared.database import Database
from shared.job_runner import JobRunner
from shared.jobs import jobs
from shared.local.postgres_server import postgres_server
from shared.migrating import upgrade
from shared.sealing import KeyRing
from shared.web import spare_the_collector

TIMES = (1, 2, 4)
ROWS, LISTINGS, PLANS = 24_000, 500, 1_000
GOALS = {"rows taken in": 60.0, "a match": 0.050, "plans rebalanced": 60.0}  # seconds


@dataclass(frozen=True)
class Measured:
    """Seconds at each of `TIMES` times `size`."""

    what: str
    size: int
    seconds: list[float]


async def take_in(database: Database, raw: bytes, source: str) -> None:
    reading = await asyncio.to_thread(read, raw, source, zone=None, programme=Programme.AA)
    async with database.transaction() as session:
        taken = await take_snapshot(session, source, raw, reading)
    if taken.snapshot.added != len(reading.meetings):
        raise RuntimeError("The list was not taken in.")


async def import_rows(database: Database, count: int) -> float:
    raw = json.dumps(rows(count)).encode()
    with stopwatch() as taken:
        await take_in(database, raw, f"list of {count}")
    return taken[0]


async def match_one(count: int, rounds: int) -> float:
    """One client, all criteria in use, on listings that are in memory."""
    reading = read(json.dumps(rows(count)).encode(), "list", zone=None, programme=Programme.AA)
    start = datetime(2026, 10, 23, 18, tzinfo=UTC)
    listings = [
        Listing(one.source_id, one, start.date(), start.date() - timedelta(days=90))
        for one in reading.meetings
    ]
    client = wishes(0).as_client(start)
    taken = []
    for _ in range(rounds):
        with stopwatch() as one:
            found = match(client, listings)
        taken.append(one[0])
    if not found.chosen:
        raise RuntimeError("Nothing was found.")
    return statistics.median(taken)


async def rebalance_plans(database: Database, count: int, listings: int) -> float:
    """Every plan has three meetings, of which one was withdrawn; the service's own runner does the jobs."""
    settings = Settings(centre_zone=ZONE, courtesy_cap=1_000_000)
    await take_in(database, json.dumps(rows(listings)).encode(), "list")
    await open_plans(database, count)
    runner = JobRunner(database, {REBALANCE: partial(rebalance, database, settings)})
    with stopwatch() as taken:
        task = asyncio.create_task(runner.run())
        while await waiting(database):
            await asyncio.sleep(0.5)  # a look costs the service time as well
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with database.reading() as session:
        replaced = select(func.count()).where(Enrolment.state == EnrolmentState.REPLACED)
        if await session.scalar(replaced) != count:
            raise RuntimeError("Not every plan was rebalanced.")
    return taken[0]


async def waiting(database: Database) -> int:
    async with database.reading() as session:
        open_jobs = select(func.count()).where(jobs.c.kind == REBALANCE, jobs.c.done_at.is_(None))
        return await session.scalar(open_jobs) or 0


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Seconds, in a list of one, once the block is left. Garbage of before is collected before."""
    gc.collect()
    taken: list[float] = []
    start = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - start)


@asynccontextmanager
async def fresh_database(server: str | None) -> AsyncGenerator[Database]:
    """An empty one with the service's tables: a file, or a database on the server."""
    with tempfile.TemporaryDirectory(prefix="throughcare-") as folder:
        url = f"sqlite+aiosqlite:///{folder}/aftercare.db"
        if server:
            name = f"bench_{time.monotonic_ns()}"
            admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
            async with admin.connect() as connection:
                await connection.execute(text(f"create database {name}"))
            await admin.dispose()
            url = server.rsplit("/", 1)[0] + f"/{name}"
        await upgrade(url, "aftercare")
        database = Database(url, "aftercare", KeyRing(b"w" * 32, b"i" * 32))
        yield database
        await database.dispose()


async def measure(server: str | None, *, quick: bool) -> list[Measured]:
    part = 20 if quick else 1
    found = []

    async def on_fresh(work: Callable[[Database], Awaitable[float]]) -> float:
        async with fresh_database(server) as database:
            return await work(database)

    imported = [await on_fresh(partial(import_rows, count=ROWS // part * by)) for by in TIMES]
    found.append(Measured("rows taken in", ROWS // part, imported))
    matched = [await match_one(LISTINGS * by, 5 if quick else 30) for by in TIMES]
    found.append(Measured("a match", LISTINGS, matched))
    plans = [
        await on_fresh(partial(rebalance_plans, count=PLANS // part * by, listings=LISTINGS)) for by in TIMES
    ]
    found.append(Measured("plans rebalanced", PLANS // part, plans))
    return found


def table_of(found: list[Measured], *, quick: bool) -> str:
    head = f"{'':18}{'size':>8}" + "".join(f"{f'{by}x':>12}" for by in TIMES) + f"{'growth':>16}"
    lines = [head]
    for one in found:
        growth = " ".join(f"{later / one.seconds[0]:6.2f}x" for later in one.seconds[1:])
        times = "".join(f"{_shown(seconds):>12}" for seconds in one.seconds)
        goal = GOALS[one.what]
        verdict = "" if quick else f"  goal {_shown(goal)}: {'met' if one.seconds[0] < goal else 'missed'}"
        lines.append(f"{one.what:18}{one.size:>8,}{times}{growth:>16}{verdict}")
    return "\n".join(lines)


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.aftercare")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the rows and plans")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    spare_the_collector()  # as a service does when it starts
    if asked.database == "sqlite":
        found = asyncio.run(measure(None, quick=asked.quick))
    else:
        with (
            tempfile.TemporaryDirectory(prefix="throughcare-") as folder,
            postgres_server(Path(folder) / "data") as url,
        ):
            found = asyncio.run(measure(url, quick=asked.quick))
    print(
        f"Aftercare on {asked.database}; a match is the median of its rounds, on {LISTINGS} listings and more"
    )
    print(table_of(found, quick=asked.quick))


if __name__ == "__main__":
    main()
