"""A discharge that did not happen after all (HL7 v2 A13): within a minute of the A03, or days later."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from services.aftercare.calendar.subscription import address_of, file_for
from services.aftercare.tables import EnrolmentState, MessageState, PlanState, Purpose
from shared.contracts.aftercare import OccurrenceState
from shared.contracts.fact import new_id
from shared.contracts.intake import ClientDischarged, DischargeType

from .conftest import SETTINGS, Aftercare, SetClock, discharged
from .telling import cancelled, dates, messages, the_plan, written

MONDAY = datetime(2026, 10, 26, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_an_a13_within_a_minute_of_the_a03_leaves_a_draft_and_no_message(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    set_clock(MONDAY + MINUTE / 2)
    await aftercare.hear(cancelled(fact))
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.left_at, plan.held) == (PlanState.DRAFT, None, True)
    assert await aftercare.enrolments(fact.case_id) == []
    assert await written(aftercare, fact.case_id) == {}
    assert await aftercare.said(fact.case_id) == ["plan_drafted"]


async def test_an_a13_after_enrolment_cancels_every_series_and_texts_nobody(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs("choose_meetings")
    set_clock(MONDAY + MINUTE)
    await aftercare.hear(cancelled(fact))
    plan = await the_plan(aftercare, fact.case_id)
    assert plan.state is PlanState.DRAFT
    enrolments = await aftercare.enrolments(fact.case_id)
    assert [(one.state, one.sequence) for one in enrolments] == [(EnrolmentState.ENDED, 1)] * 3
    assert await dates(aftercare, fact.case_id) == []
    said = await aftercare.said(fact.case_id)
    assert said[-1] == "plan_withdrawn"
    assert said.count("enrolment_ended") == 3
    # The welcome and the reminders are held back; what takes the series off the calendar is not a text.
    waiting = [one for one in await messages(aftercare, fact.case_id) if one.state is MessageState.WAITING]
    assert {one.purpose for one in waiting} == {Purpose.INVITATION}
    assert {one.details["method"] for one in waiting} == {"CANCEL"}
    async with aftercare.database.transaction() as session:
        token = (await address_of(session, plan, SETTINGS)).rsplit("/", 1)[1].removesuffix(".ics")
        file = (await file_for(session, token, SETTINGS) or b"").decode()
    assert file.count("STATUS:CANCELLED") == file.count("BEGIN:VEVENT") == 3


async def test_the_order_in_which_a03_and_a13_arrive_is_no_matter(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    told = discharged()
    set_clock(MONDAY + MINUTE)
    taken_back = cancelled(told)
    twice = [told, taken_back, told.model_copy(update={"event_id": new_id()})]
    for order in permutations(twice):
        case_id, stay_id = new_id(), new_id()
        own = {"case_id": case_id, "stay_id": stay_id}
        await aftercare.hear(*(one.model_copy(update=own | {"event_id": new_id()}) for one in order))
        await aftercare.run_jobs()
        plans = await aftercare.plans(case_id)
        assert {plan.state for plan in plans} <= {PlanState.DRAFT}
        assert await aftercare.enrolments(case_id) == []
        assert await written(aftercare, case_id) == {}


async def test_a_real_discharge_later_brings_the_plan_back_with_newer_versions(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    set_clock(MONDAY)
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    set_clock(MONDAY + MINUTE)
    await aftercare.hear(cancelled(fact))
    await aftercare.run_jobs()
    later = MONDAY + timedelta(days=7)
    set_clock(later)
    again = ClientDischarged(
        occurred_at=later,
        case_id=fact.case_id,
        stay_id=fact.stay_id,
        discharged_at=later,
        type=DischargeType.COMPLETED,
        aftercare_consent_id=fact.aftercare_consent_id,
    )
    await aftercare.hear(again)
    await aftercare.run_jobs()
    plan = await the_plan(aftercare, fact.case_id)
    assert (plan.state, plan.left_at, plan.held) == (PlanState.ACTIVE, later, False)
    enrolments = await aftercare.enrolments(fact.case_id)
    going = [one for one in enrolments if one.state is EnrolmentState.ACTIVE]
    assert len(going) == 3
    assert all(one.sequence == 2 for one in going if one.suggested_at < later)
    ahead = await dates(aftercare, fact.case_id)
    assert {one.state for one in ahead} == {OccurrenceState.PLANNED}
    assert min(one.starts_at for one in ahead) > later
    # This leaving is another one: it is welcomed anew.
    assert (await written(aftercare, fact.case_id))[Purpose.WELCOME] == 2
