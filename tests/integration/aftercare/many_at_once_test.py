"""Everybody at once on PostgreSQL: staff's answers, rebalancing, a list's news, intake's facts, timers.

All lock in one order (the plan first), so nothing waits in a circle, and no version of a calendar entry is
given twice.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select, text

from services.aftercare.main import WORK
from services.aftercare.plans.opening import rethink
from services.aftercare.tables import Enrolment, EnrolmentState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.intake import DischargeType
from shared.job_runner import JobRunner
from shared.jobs import jobs
from shared.messaging.outbox import outbox

from .conftest import LIST, Aftercare, SetClock, discharged
from .telling import corrected, gave, revoked

MONDAY = datetime(2026, 10, 26, 18, tzinfo=UTC)
PEOPLE = 16
pytestmark = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)


async def _turns(calls: list[Callable[[], Awaitable[object]]]) -> None:
    for call in calls:
        await call()


@pytest.mark.long
async def test_many_at_once_wait_in_no_circle_and_give_no_calendar_version_twice(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    facts = [discharged() for _ in range(PEOPLE)]
    await aftercare.hear(*facts)
    await aftercare.run_jobs("choose_meetings")
    set_clock(MONDAY + timedelta(hours=20))
    place = Workplace(aftercare.database, aftercare.settings, aftercare.door.peer())
    runner = asyncio.create_task(
        JobRunner(aftercare.database, {kind: partial(work, place) for kind, work in WORK.items()}).run()
    )
    answers: list[int] = []

    async def ask(method: str, path: str, **values: object) -> None:
        answer = await web.request(method, path, **values)  # type: ignore[arg-type]
        answers.append(answer.status_code)

    async def staff(case_id: UUID) -> None:
        plan = f"/api/v1/cases/{case_id}/plan"
        for _ in range(4):
            dates = (await web.get(f"{plan}/dates")).json()["dates"]
            ahead = [one for one in dates if datetime.fromisoformat(one["starts_at"]) > clock.now()]
            for one in ahead[:2]:
                await ask("POST", f"{plan}/dates/{one['occurrence_id']}/call-off")
            for one in await _suggested(aftercare, case_id):
                await ask("POST", f"{plan}/enrolments/{one}/accept")
            await ask("POST", f"{plan}/pause", json={"reason": "client_wish"})
            await ask("POST", f"{plan}/resume")

    async def list_says() -> None:
        for hour in range(4):
            await aftercare.import_list(_moved(hour))
            async with aftercare.database.transaction() as session:
                await rethink(session, facts[hour].case_id)

    async def intake_says() -> None:
        for round_ in range(4):
            kind = (DischargeType.HOME, DischargeType.COMPLETED)[round_ % 2]
            for fact in facts[:6]:
                await aftercare.hear(corrected(fact, kind))
            for fact in facts[6:9]:
                await aftercare.hear(revoked(fact.case_id), gave(fact.case_id))

    try:
        async with asyncio.timeout(150):
            await asyncio.gather(*(staff(fact.case_id) for fact in facts), list_says(), intake_says())
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
    await aftercare.run_jobs()

    assert not {code for code in answers if code >= 500}
    async with aftercare.database.transaction() as session:
        deadlocks = await session.scalar(
            text("select deadlocks from pg_stat_database where datname = current_database()")
        )
        failed = (
            await session.execute(
                select(jobs.c.kind, jobs.c.last_code).where(jobs.c.last_code.like("%Error%"))
            )
        ).all()
        given_up = await session.scalar(select(jobs.c.kind).where(jobs.c.gave_up_at.is_not(None)))
    assert (deadlocks, failed, given_up) == (0, [], None)
    versions: dict[str, list[int]] = defaultdict(list)
    async with aftercare.database.reading() as session:
        issued = select(outbox.c.body).where(outbox.c.subject == "events.aftercare.invitation_issued.v1")
        for body in await session.scalars(issued.order_by(outbox.c.id)):
            told = json.loads(body)
            versions[told["enrolment_id"]].append(told["sequence"])
        last = {str(one.id): one.sequence for one in await session.scalars(select(Enrolment))}
    for enrolment, numbers in versions.items():
        assert numbers == sorted(set(numbers)), enrolment
        assert numbers[-1] == last[enrolment]


async def _suggested(aftercare: Aftercare, case_id: UUID) -> list[UUID]:
    async with aftercare.database.reading() as session:
        query = select(Enrolment.id).where(
            Enrolment.case_id == case_id, Enrolment.state == EnrolmentState.SUGGESTED
        )
        return list(await session.scalars(query))


def _moved(hour: int) -> bytes:
    rows = json.loads(LIST)
    for one in rows[::2]:
        one["time"] = f"{17 + hour % 3}:{15 * (hour % 4):02}"
        one.pop("end_time", None)
    return json.dumps(rows).encode()
