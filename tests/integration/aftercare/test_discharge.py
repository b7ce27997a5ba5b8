"""From a discharge to meetings on the client's calendar: once, with consent, and never after a death."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.plans.choosing import CHOOSE_MEETINGS, choose_meetings
from services.aftercare.plans.preferences import Hours, Preferences, keep_preferences
from services.aftercare.tables import EnrolmentState, PlanState
from shared import audit
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType

from .conftest import SETTINGS, ZONE, Aftercare, discharged
from .crashing import crash_at_every_statement

ENROLLED_TWICE_NEVER = ["plan_drafted", "meetings_suggested", "plan_activated"] + [
    "meeting_enrolled",
    "invitation_issued",
] * 3


async def test_a_discharge_with_consent_enrols_the_client_in_three_meetings(aftercare: Aftercare) -> None:
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    enrolments = await aftercare.enrolments(fact.case_id)
    assert plan.state is PlanState.ACTIVE
    assert [one.state for one in enrolments] == [EnrolmentState.ACTIVE] * 3
    assert all(one.first_occurrence_at > fact.discharged_at for one in enrolments)
    assert min(one.first_occurrence_at for one in enrolments) < fact.discharged_at + timedelta(hours=48)
    assert await aftercare.said(fact.case_id) == ENROLLED_TWICE_NEVER


async def test_the_same_discharge_told_twice_is_one_plan_and_one_enrolment_each(aftercare: Aftercare) -> None:
    fact = discharged()
    again = fact.model_copy(update={"event_id": new_id()})
    await aftercare.hear(fact, fact, again)
    await aftercare.run_jobs()
    await aftercare.hear(again, fact.model_copy(update={"event_id": new_id()}))
    await aftercare.run_jobs()
    assert len(await aftercare.plans(fact.case_id)) == 1
    assert len(await aftercare.enrolments(fact.case_id)) == 3
    assert await aftercare.said(fact.case_id) == ENROLLED_TWICE_NEVER


async def test_without_consent_meetings_are_only_suggested(aftercare: Aftercare) -> None:
    fact = discharged(consent=False)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    assert plan.state is PlanState.OFFERED
    assert {one.state for one in await aftercare.enrolments(fact.case_id)} == {EnrolmentState.SUGGESTED}
    assert await aftercare.said(fact.case_id) == ["plan_drafted", "meetings_suggested", "follow_up_due"]


async def test_an_unknown_discharge_only_suggests_even_with_consent(aftercare: Aftercare) -> None:
    fact = discharged(kind=DischargeType.UNKNOWN)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    said = await aftercare.said(fact.case_id)
    assert set(said) == {"plan_drafted", "follow_up_due", "meetings_suggested"}


async def test_a_death_offers_nothing(aftercare: Aftercare) -> None:
    fact = discharged(kind=DischargeType.DECEASED)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    assert plan.state is PlanState.CLOSED
    assert await aftercare.enrolments(fact.case_id) == []
    assert await aftercare.said(fact.case_id) == ["plan_ended"]


@pytest.mark.parametrize("enrolled_before", [True, False])
async def test_a_death_told_later_takes_everything_off_the_calendar(
    aftercare: Aftercare, enrolled_before: bool
) -> None:
    fact = discharged()
    await aftercare.hear(fact)
    if enrolled_before:
        await aftercare.run_jobs()
    died = fact.model_copy(update={"event_id": new_id(), "type": DischargeType.DECEASED})
    await aftercare.hear(died)
    await aftercare.run_jobs()
    assert {one.state for one in await aftercare.enrolments(fact.case_id)} <= {EnrolmentState.ENDED}
    said = await aftercare.said(fact.case_id)
    assert said[-1] == "plan_ended"
    assert said.count("enrolment_ended") == (3 if enrolled_before else 0)


async def test_a_transfer_waits_as_a_draft_until_staff_correct_it(aftercare: Aftercare) -> None:
    fact = discharged(kind=DischargeType.TRANSFERRED)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    assert plan.state is PlanState.DRAFT
    assert await aftercare.said(fact.case_id) == ["plan_drafted"]

    await aftercare.hear(fact.model_copy(update={"event_id": new_id(), "type": DischargeType.HOME}))
    await aftercare.run_jobs()
    assert len(await aftercare.enrolments(fact.case_id)) == 3


async def test_an_unknown_discharge_that_staff_name_goes_on_to_enrolment(aftercare: Aftercare) -> None:
    fact = discharged(kind=DischargeType.UNKNOWN)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    named = {"event_id": new_id(), "type": DischargeType.COMPLETED}
    await aftercare.hear(fact.model_copy(update=named))
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    assert (plan.state, plan.disposition) == (PlanState.ACTIVE, DischargeType.COMPLETED)
    assert [one.state for one in await aftercare.enrolments(fact.case_id)] == [EnrolmentState.ACTIVE] * 3


async def test_a_second_stay_gets_a_plan_of_its_own(aftercare: Aftercare) -> None:
    fact = discharged()
    await aftercare.hear(fact, discharged(fact.case_id))
    assert len(await aftercare.plans(fact.case_id)) == 2


async def test_when_nothing_fits_a_person_is_asked_and_a_later_list_is_tried(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    fact = discharged()
    async with aftercare.database.transaction() as session:
        only_at_night = Preferences(
            zone=ZONE, windows=[Hours(days=[2], opens="03:00", closes="05:00")], target=1
        )
        await keep_preferences(session, fact.case_id, only_at_night)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    (row,) = (await web.get("/api/v1/roster")).json()["plans"]
    assert row["needs"] == "No meeting fits: look for one together with the client."
    assert await aftercare.enrolments(fact.case_id) == []

    night = {
        "slug": "night",
        "name": "SMART Recovery Nightshift",
        "day": 2,
        "time": "03:30",
        "timezone": ZONE,
    }
    rows = [night | {"conference_url": "https://meet.example.org/night"}]
    await web.post("/api/v1/meetings/imports", params={"source": "night"}, json=rows)
    await aftercare.run_jobs()
    (enrolment,) = await aftercare.enrolments(fact.case_id)
    assert enrolment.state is EnrolmentState.ACTIVE


async def test_not_more_than_three_clients_are_sent_to_one_meeting(aftercare: Aftercare) -> None:
    facts = [discharged() for _ in range(5)]
    await aftercare.hear(*facts)
    await aftercare.run_jobs()
    rooms: dict[UUID, int] = {}
    for fact in facts:
        enrolments = await aftercare.enrolments(fact.case_id)
        assert len(enrolments) == 3
        for one in enrolments:
            rooms[one.meeting_id] = rooms.get(one.meeting_id, 0) + 1
    assert max(rooms.values()) <= 3


async def test_a_crash_at_any_statement_leaves_the_client_enrolled_once(aftercare: Aftercare) -> None:
    fact = discharged()
    await aftercare.hear(fact)

    async def nothing_happened() -> None:
        assert await aftercare.enrolments(fact.case_id) == []
        assert await aftercare.said(fact.case_id) == ["plan_drafted"]

    work = partial(choose_meetings, aftercare.database, SETTINGS)
    assert await crash_at_every_statement(aftercare, CHOOSE_MEETINGS, work, nothing_happened) > 10
    assert len(await aftercare.enrolments(fact.case_id)) == 3
    assert await aftercare.said(fact.case_id) == ENROLLED_TWICE_NEVER


async def test_the_wishes_are_read_only_after_an_audit_row(aftercare: Aftercare) -> None:
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs(CHOOSE_MEETINGS)
    async with aftercare.database.reading() as session:
        written = select(audit.audit.c.action).where(audit.audit.c.case_id == fact.case_id)
        assert list(await session.scalars(written)) == ["preferences.use"]
