"""The sheet of a group of the house: who was expected, who came, all kept at once."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select, text, update

from services.aftercare.follow_up.attendance import record_attendance
from services.aftercare.meetings.seats import HOUSE
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import Attendance, Enrolment, Meeting, Occurrence, PlanState
from shared.contracts.aftercare import Attended, OccurrenceState
from shared.contracts.fact import new_id
from shared.identity import Role
from tests.conftest import eventually

from .conftest import Aftercare, SetClock, bearer
from .follow_up_case import LEFT, Client


class Group:
    """Two clients with the same date of one group of the house, in the order of their plans."""

    def __init__(self, clients: list[Client], dates: list[Occurrence], group_id: UUID) -> None:
        self.clients, self.dates, self.id = clients, dates, group_id
        self.here = f"/api/v1/groups/{group_id}/sheet"
        self.starts_at = dates[0].starts_at.isoformat()

    def sheet(self, *outcomes: str, strangers: int = 0) -> dict[str, Any]:
        cases = [client.case_id for client in self.clients] + [new_id() for _ in range(strangers)]
        said = [*outcomes, *["attended"] * strangers]
        lines = [{"case_id": str(case), "outcome": one} for case, one in zip(cases, said, strict=False)]
        return {"starts_at": self.starts_at, "lines": lines}


@pytest.fixture
async def group(aftercare: Aftercare, set_clock: SetClock) -> Group:
    clients = [Client(aftercare, set_clock) for _ in range(2)]
    for client in clients:
        await client.leaves()
    plans = {client.case_id: (await client.plan()).id for client in clients}
    clients.sort(key=lambda client: plans[client.case_id])
    dates = [await client.date(1) for client in clients]
    async with aftercare.database.transaction() as session:
        query = select(Enrolment.meeting_id).where(Enrolment.id.in_([date.enrolment_id for date in dates]))
        (group_id,) = set(await session.scalars(query))
        await session.execute(update(Meeting).where(Meeting.id == group_id).values(source=HOUSE))
    set_clock(LEFT.replace(day=2, hour=20))
    return Group(clients, dates, group_id)


async def test_the_sheet_shows_who_is_expected_and_keeps_who_came(
    group: Group, web: httpx2.AsyncClient
) -> None:
    blank = (await web.get(group.here, params={"starts_at": group.starts_at})).json()["lines"]
    assert {line["case_id"] for line in blank} == {str(client.case_id) for client in group.clients}
    assert {line["evidence"] for line in blank} == {None}

    kept = (await web.put(group.here, json=group.sheet("attended", "missed", strangers=1))).json()
    assert set(kept["kept"]) == {str(client.case_id) for client in group.clients}
    assert len(kept["not_expected"]) == 1
    filled = (await web.get(group.here, params={"starts_at": group.starts_at})).json()["lines"]
    assert {line["case_id"]: (line["state"], line["evidence"]) for line in filled} == {
        str(group.clients[0].case_id): ("attended", 4),
        str(group.clients[1].case_id): ("missed", 4),
    }


async def test_a_sheet_corrects_a_sheet_and_a_clients_word_does_not(
    group: Group, web: httpx2.AsyncClient
) -> None:
    first, _ = group.clients
    await web.put(group.here, json=group.sheet("attended"))
    assert not await first.said(group.dates[0], Attended.MISSED)
    assert (await web.put(group.here, json=group.sheet("missed"))).json()["kept"] == [str(first.case_id)]
    assert (await first.plan()).last_attended_at is None


async def test_a_date_called_off_or_of_another_hour_is_not_expected(
    group: Group, web: httpx2.AsyncClient
) -> None:
    async with group.clients[0].aftercare.database.transaction() as session:
        date = await session.get_one(Occurrence, group.dates[0].id)
        date.state = OccurrenceState.CANCELLED
    said = (await web.put(group.here, json=group.sheet("attended", "attended"))).json()
    assert said["not_expected"] == [str(group.clients[0].case_id)]
    other = group.sheet("attended", "attended") | {"starts_at": LEFT.isoformat()}
    assert (await web.put(group.here, json=other)).json()["kept"] == []


async def test_a_group_that_has_not_begun_has_nobody_who_came(
    group: Group, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    set_clock(LEFT)
    said = (await web.put(group.here, json=group.sheet("attended", "excused"))).json()
    assert said["kept"] == [str(group.clients[1].case_id)]  # excused is said beforehand


async def test_one_case_on_two_lines_of_a_sheet_is_asked_about(group: Group, web: httpx2.AsyncClient) -> None:
    sheet = group.sheet("attended")
    sheet["lines"] += group.sheet("missed")["lines"]
    assert (await web.put(group.here, json=sheet)).status_code == 422


async def test_a_sheet_is_for_those_who_may_know(
    group: Group, web: httpx2.AsyncClient, keys_dir: Path
) -> None:
    one, another = group.clients
    async with one.aftercare.database.transaction() as session:
        plan = await latest_plan(session, one.case_id, lock=True)
        assert plan is not None
        plan.consent_id = None
    alumni, outsider = bearer(keys_dir, Role.ALUMNI), bearer(keys_dir, Role.AUDITOR)
    where = {"starts_at": group.starts_at}
    seen = (await web.get(group.here, params=where, headers=alumni)).json()["lines"]
    assert [line["case_id"] for line in seen] == [str(another.case_id)]
    said = await web.put(group.here, json=group.sheet("attended", "attended"), headers=alumni)
    assert said.json()["not_expected"] == [str(one.case_id)]
    assert (await web.get(group.here, params=where, headers=outsider)).status_code == 403


async def test_a_client_who_answers_while_the_sheet_is_kept_waits_for_nobody_for_ever(
    group: Group, web: httpx2.AsyncClient, kind: str
) -> None:
    """Both say the group was held, which locks the group; each has the plan the other one needs."""
    database = group.clients[0].aftercare.database
    answering = group.clients[1]

    async def sheet_waits() -> bool:
        if kind == "sqlite":  # one writer at a time: nothing to wait for
            return True
        waiting = "select count(*) from pg_locks where not granted"
        async with database.reading() as session:
            return bool(await session.scalar(text(waiting)))

    async with database.transaction() as session:
        plan = await latest_plan(session, answering.case_id, lock=True)
        date = await session.get_one(Occurrence, group.dates[1].id)
        assert plan is not None
        keeping = asyncio.create_task(web.put(group.here, json=group.sheet("attended", "attended")))
        await eventually(sheet_waits)
        assert await record_attendance(session, plan, date, Attended.ATTENDED, evidence=1)
    kept = await keeping
    assert (kept.status_code, len(kept.json()["kept"])) == (200, 2)
    async with database.reading() as session:
        assert (await session.get_one(Attendance, group.dates[1].id)).evidence == 4
    assert (await answering.plan()).state is PlanState.ACTIVE
