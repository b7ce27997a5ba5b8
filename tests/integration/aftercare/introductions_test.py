"""Somebody at a meeting is told that the client is coming: only with a consent that names them."""

from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from services.aftercare.plans.introductions import open_introduction
from services.aftercare.plans.opening import locked
from services.aftercare.tables import EnrolmentState, Introduction, PlanState
from services.aftercare.workplace import Workplace
from shared.contracts.aftercare import EnrolmentMode
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem
from shared.identity import Role

from .conftest import Aftercare, bearer, discharged
from .intake_door import NOTICE
from .telling import revoked, the_plan

NAMED = "Robin Vale"


@pytest.fixture
def place(aftercare: Aftercare, web: httpx2.AsyncClient) -> Workplace:
    """The desk asks the same intake as the jobs do."""
    found = Workplace(aftercare.database, aftercare.settings, aftercare.door.peer())
    transport = web._transport
    assert isinstance(transport, httpx2.ASGITransport)
    transport.app.state.place = found  # type: ignore[attr-defined]
    return found


async def going(aftercare: Aftercare) -> tuple[UUID, str]:
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    first, *_ = await aftercare.enrolments(fact.case_id)
    return fact.case_id, f"/api/v1/cases/{fact.case_id}/plan/enrolments/{first.id}/introduction"


async def modes(aftercare: Aftercare, case_id: UUID) -> list[EnrolmentMode]:
    return sorted(one.mode for one in await aftercare.enrolments(case_id))


async def test_the_named_person_is_shown_once_with_the_notice_and_kept_nowhere(
    aftercare: Aftercare, web: httpx2.AsyncClient, place: Workplace
) -> None:
    case_id, path = await going(aftercare)
    consent = new_id()
    aftercare.door.recipients[consent] = NAMED
    for _ in range(2):
        answer = await web.post(path, json={"consent_id": str(consent)})
        assert answer.json() == {"recipient": NAMED, "notice": NOTICE, "expires_at": None}
    (asked,) = [name for name in aftercare.door.asked if name.startswith("introduction:")]
    assert aftercare.door.asked[asked] == 2  # the same request to intake: one disclosure
    assert EnrolmentMode.INTRODUCED in await modes(aftercare, case_id)
    async with aftercare.database.reading() as session:
        rows = await session.execute(text("select * from introductions"))
        assert NAMED not in str(rows.all())


async def test_a_consent_revoked_during_an_open_introduction_ends_it_and_the_meetings_stay(
    aftercare: Aftercare, web: httpx2.AsyncClient, place: Workplace
) -> None:
    case_id, path = await going(aftercare)
    consent, other = new_id(), new_id()
    aftercare.door.recipients[consent] = NAMED
    await web.post(path, json={"consent_id": str(consent)})
    await aftercare.hear(revoked(case_id, ConsentItem.INTRODUCTION, other))
    assert EnrolmentMode.INTRODUCED in await modes(aftercare, case_id)

    del aftercare.door.recipients[consent]
    await aftercare.hear(revoked(case_id, ConsentItem.INTRODUCTION, consent))
    await aftercare.hear(revoked(case_id, ConsentItem.INTRODUCTION, consent))
    assert await modes(aftercare, case_id) == [EnrolmentMode.SELF_ATTEND] * 3
    assert {one.state for one in await aftercare.enrolments(case_id)} == {EnrolmentState.ACTIVE}
    assert (await the_plan(aftercare, case_id)).state is PlanState.ACTIVE
    answer = await web.post(path, json={"consent_id": str(consent)})
    assert (answer.status_code, answer.json()["code"]) == (403, "consent_missing")
    assert await modes(aftercare, case_id) == [EnrolmentMode.SELF_ATTEND] * 3


async def test_a_consent_revoked_while_intake_is_being_asked_shows_no_name(
    aftercare: Aftercare, web: httpx2.AsyncClient, place: Workplace
) -> None:
    case_id, path = await going(aftercare)
    consent = new_id()
    aftercare.door.recipients[consent] = NAMED
    aftercare.door.meanwhile = lambda: aftercare.hear(revoked(case_id, ConsentItem.INTRODUCTION, consent))
    answer = await web.post(path, json={"consent_id": str(consent)})
    assert answer.status_code == 409
    assert NAMED not in answer.text
    assert await modes(aftercare, case_id) == [EnrolmentMode.SELF_ATTEND] * 3


@pytest.mark.parametrize("status", [500, 503, 404])
async def test_without_an_answer_from_intake_nobody_may_be_told(
    aftercare: Aftercare, web: httpx2.AsyncClient, place: Workplace, status: int
) -> None:
    case_id, path = await going(aftercare)
    aftercare.door.status = status
    answer = await web.post(path, json={"consent_id": str(new_id())})
    assert (answer.status_code, answer.json()["code"]) == (503, "intake_unreachable")
    assert await modes(aftercare, case_id) == [EnrolmentMode.SELF_ATTEND] * 3


async def test_the_alumni_team_discloses_nothing(
    aftercare: Aftercare, web: httpx2.AsyncClient, place: Workplace, keys_dir: Path
) -> None:
    _, path = await going(aftercare)
    web.headers.update(bearer(keys_dir, Role.ALUMNI))
    assert (await web.post(path, json={"consent_id": str(new_id())})).status_code == 403


async def test_an_introduction_ends_with_the_meeting(
    aftercare: Aftercare, web: httpx2.AsyncClient, place: Workplace
) -> None:
    case_id, path = await going(aftercare)
    consent = new_id()
    aftercare.door.recipients[consent] = NAMED
    await web.post(path, json={"consent_id": str(consent)})
    await web.post(f"/api/v1/cases/{case_id}/plan/end")
    assert await modes(aftercare, case_id) == [EnrolmentMode.SELF_ATTEND] * 3
    assert (await web.post(path, json={"consent_id": str(consent)})).status_code == 409


async def test_a_suggestion_nobody_said_yes_to_introduces_nobody(aftercare: Aftercare) -> None:
    fact = discharged(consent=False)
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    plan = await the_plan(aftercare, fact.case_id)
    first, *_ = await aftercare.enrolments(fact.case_id)
    async with aftercare.database.transaction() as session:
        found = await locked(session, plan.id)
        assert found is not None
        assert await open_introduction(session, found, first, new_id()) is None
        assert await session.get(Introduction, new_id()) is None
