"""Records of old snapshots go: the last 400 taken of a list and a year's refusals stay."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from services.aftercare.meetings import import_retention
from services.aftercare.meetings.import_retention import forget_old
from services.aftercare.tables import Import, Verdict
from shared.contracts.fact import new_id
from tests.conftest import MakeDatabase

from .conftest import SetClock

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def record(source: str, at: datetime, verdict: Verdict) -> Import:
    counts = dict.fromkeys(("source_rows", "rows", "accepted", "by_appointment", "inactive", "unzoned"), 1)
    return Import(
        id=new_id(), source=source, fetched_at=at, sha256="0" * 64, verdict=verdict, rejected=[], added=0,
        changed=0, **counts,
    )  # fmt: skip


async def test_each_list_keeps_its_last_400_good_snapshots_and_a_year_of_refusals(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOW)
    hours = [record("busy", NOW - timedelta(hours=n), Verdict.TAKEN) for n in range(1, 1302)]
    refused = [record("busy", NOW - timedelta(days=n), Verdict.REFUSED) for n in (30, 364, 366, 900)]
    slow = [record("slow", NOW - timedelta(days=30 * n), Verdict.TAKEN) for n in range(1, 60)]
    async with database.transaction() as session:
        session.add_all([*hours, *refused, *slow])
    went = []
    for _ in range(4):  # a crowd of old ones goes in several turns
        async with database.transaction() as session:
            went.append(await forget_old(session, "busy"))
            went.append(await forget_old(session, "slow"))
    assert sum(went) == 901 + 2
    assert max(went) <= 500
    async with database.reading() as session:
        rows = await session.execute(select(Import.source, func.count()).group_by(Import.source))
        kept = {row[0]: row[1] for row in rows}
        oldest = await session.scalar(
            select(func.min(Import.fetched_at)).where(
                Import.source == "busy", Import.verdict == Verdict.TAKEN
            )
        )
    assert kept == {"busy": import_retention.KEPT_TAKEN + 2, "slow": 59}
    assert oldest == NOW - timedelta(hours=400)
