"""A suggested meeting closes in its list before the client says yes."""

import json
from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest

from services.aftercare.meetings.normal_form import Modality
from services.aftercare.plans.preferences import Preferences, keep_preferences
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting

from .conftest import LIST, ZONE, Aftercare, SetClock, discharged
from .own_browser import come_in

MONDAY = datetime(2027, 2, 1, 20, tzinfo=UTC)  # noon in Los Angeles
NEAR = Preferences(zone=ZONE, zip_code="90036", max_miles=20, modalities=[Modality.IN_PERSON])


@pytest.fixture
async def case_id(aftercare: Aftercare, set_clock: SetClock) -> UUID:
    """Three meetings in rooms near the client are suggested."""
    set_clock(MONDAY)
    await aftercare.import_list()
    fact = discharged(consent=False)
    async with aftercare.database.transaction() as session:
        await keep_preferences(session, fact.case_id, NEAR)
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    return fact.case_id


async def suggested(aftercare: Aftercare, case_id: UUID) -> list[tuple[Enrolment, str]]:
    """With what the list calls each."""
    found = []
    async with aftercare.database.reading() as session:
        for one in await aftercare.enrolments(case_id):
            found.append((one, (await session.get_one(Meeting, one.meeting_id)).source_id))
    return found


def without(slug: str, *ways_in: str) -> str:
    """The list with this one's room closed, and without these fields."""
    rows = json.loads(LIST)
    (row,) = [one for one in rows if one["slug"] == slug]
    row["types"] = [*row["types"], "TC"]
    return json.dumps([{k: v for k, v in one.items() if one is not row or k not in ways_in} for one in rows])


@pytest.mark.parametrize("which", [0, 1, 2])
async def test_a_yes_to_a_meeting_that_one_import_closed_is_no_longer_open(
    aftercare: Aftercare, web: httpx2.AsyncClient, case_id: UUID, which: int
) -> None:
    one, slug = (await suggested(aftercare, case_id))[which]
    snapshot = await aftercare.import_list(without(slug, "conference_url", "conference_phone").encode())
    assert (snapshot.reason, len(snapshot.changes["inactive"])) == (None, 1)
    staff = await web.post(f"/api/v1/cases/{case_id}/plan/enrolments/{one.id}/accept")
    assert (staff.status_code, staff.json()["code"]) == (409, "not_open")
    await come_in(aftercare, web, case_id)
    own = await web.post(f"/my/meetings/{one.id}/answer", data={"said": "yes"})
    assert own.headers["location"] == "/my?note=gone"
    states = {row.id: row.state for row in await aftercare.enrolments(case_id)}
    assert states[one.id] is EnrolmentState.SUGGESTED


async def test_nobody_is_sent_to_a_room_that_closed_while_the_meeting_goes_on_online(
    aftercare: Aftercare, web: httpx2.AsyncClient, case_id: UUID
) -> None:
    online_too = {one["slug"] for one in json.loads(LIST) if "conference_url" in one}
    offered = await suggested(aftercare, case_id)
    (one, slug), *_ = [pair for pair in offered if pair[1] in online_too]
    await aftercare.import_list(without(slug).encode())
    answer = await web.post(f"/api/v1/cases/{case_id}/plan/enrolments/{one.id}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_open")
