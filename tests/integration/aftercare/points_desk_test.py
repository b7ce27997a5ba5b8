"""What staff see of a client's own work over HTTP: that it exists, and its words only while shared."""

from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.plans.opening import latest_plan
from services.aftercare.smart.points import progress
from services.aftercare.smart.worksheets import find_worksheet, keep, share
from shared.audit import audit
from shared.contracts.aftercare import PointStage, Tool
from shared.contracts.fact import new_id
from shared.identity import Role

from .conftest import Aftercare, bearer, discharged

URGE = {"at": "2026-11-24T21:30", "strength": 7, "trigger": "payday"}


async def with_urge(aftercare: Aftercare, *, consent: bool = True) -> tuple[UUID, UUID]:
    """A client with one private worksheet: the case and the worksheet."""
    fact = discharged(consent=consent)
    await aftercare.hear(fact)
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, fact.case_id)
        assert plan is not None
        sheet = await keep(session, plan, Tool.URG, URGE, name := new_id(), complete=True)
        assert sheet
        await progress(session, plan, 2, PointStage.LEARNING, 5)
    return fact.case_id, name


async def set_shared(aftercare: Aftercare, case_id: UUID, name: UUID, shared: bool) -> None:
    async with aftercare.database.transaction() as session:
        sheet = await find_worksheet(session, case_id, name, lock=True)
        assert sheet is not None
        share(sheet, shared)


async def test_staff_read_a_worksheet_only_while_it_is_shared(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id, name = await with_urge(aftercare)
    (listed,) = (await web.get(f"/api/v1/cases/{case_id}/worksheets")).json()["worksheets"]
    assert (listed["tool"], listed["shared"], "answers" in listed) == ("urg", False, False)
    url = f"/api/v1/cases/{case_id}/worksheets/{name}"
    private = await web.get(url)
    assert (private.status_code, private.json()["code"]) == (403, "not_shared")
    await set_shared(aftercare, case_id, name, True)
    answers = (await web.get(url)).json()["answers"]
    assert answers[1:] == [
        {"label": "How strong was it?", "lines": ["7 / 10"]},
        {"label": "What was going on just before?", "lines": ["payday"]},
    ]
    await set_shared(aftercare, case_id, name, False)
    assert (await web.get(url)).status_code == 403
    async with aftercare.database.reading() as session:
        actions = await session.scalars(select(audit.c.action).where(audit.c.case_id == case_id))
        assert list(actions).count("worksheet.read") == 1  # of a refused look: nothing was seen


async def test_one_case_does_not_open_another_cases_worksheet(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id, name = await with_urge(aftercare)
    other, _ = await with_urge(aftercare)
    await set_shared(aftercare, case_id, name, True)
    assert (await web.get(f"/api/v1/cases/{other}/worksheets/{name}")).status_code == 404
    assert (await web.get(f"/api/v1/cases/{case_id}/worksheets/{new_id()}")).status_code == 404


async def test_staff_see_where_the_client_says_they_are(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id, _ = await with_urge(aftercare)
    points = (await web.get(f"/api/v1/cases/{case_id}/points")).json()["points"]
    assert [one["stage"] for one in points] == ["new", "learning", "new", "new"]
    assert (points[1]["cycle"], points[1]["self_rating"], len(points[1]["history"])) == (1, 5, 1)


@pytest.mark.parametrize("path", ["points", "worksheets"])
async def test_only_those_who_care_for_the_client_look(
    aftercare: Aftercare, web: httpx2.AsyncClient, keys_dir: Path, path: str
) -> None:
    case_id, _ = await with_urge(aftercare)
    unconsented, _ = await with_urge(aftercare, consent=False)
    seen = {
        role: (await web.get(f"/api/v1/cases/{case_id}/{path}", headers=bearer(keys_dir, role))).status_code
        for role in Role
        if role is not Role.SERVICE
    }
    allowed = {Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN}
    assert {role for role, status in seen.items() if status == 200} == allowed
    assert {status for role, status in seen.items() if role not in allowed} == {403}
    alumni = bearer(keys_dir, Role.ALUMNI)
    assert (await web.get(f"/api/v1/cases/{unconsented}/{path}", headers=alumni)).status_code == 404
    assert (await web.get(f"/api/v1/cases/{unconsented}/{path}")).status_code == 200
