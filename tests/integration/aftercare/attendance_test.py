"""Did it happen: evidence, taking back, and what a date means for client and meeting."""

from datetime import timedelta

import pytest

from services.aftercare.follow_up.attendance import record_attendance
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.pausing import lose_contact
from services.aftercare.tables import Attendance, Enrolment, Meeting, Occurrence, PlanState, Purpose
from shared.contracts.aftercare import Attended, FollowUpKind
from shared.contracts.fact import new_id

from .conftest import Aftercare, SetClock
from .follow_up_case import LEFT, Client

WENT, MISSED, UNKNOWN, NOT_HELD = Attended.ATTENDED, Attended.MISSED, Attended.UNKNOWN, Attended.NOT_HELD


@pytest.fixture
async def client(aftercare: Aftercare, set_clock: SetClock) -> Client:
    client = Client(aftercare, set_clock)
    await client.leaves()
    assert (await client.plan()).state is PlanState.ACTIVE
    return client


async def test_better_evidence_replaces_weaker_and_never_the_reverse(client: Client) -> None:
    date = await client.date_with(1, MISSED, evidence=1)
    assert await client.said(date, WENT, evidence=3)
    assert not await client.said(date, MISSED, evidence=2)
    async with client.aftercare.database.reading() as session:
        known = await session.get_one(Attendance, date.id)
        assert (known.outcome, known.evidence) == (WENT, 3)


async def test_a_wrong_tap_is_taken_back_by_the_next_and_the_streak_with_it(client: Client) -> None:
    await client.date_with(1, WENT)
    first = (await client.plan()).last_attended_at
    wrong = await client.date_with(2, WENT)
    assert (await client.plan()).last_attended_at == wrong.starts_at
    assert await client.said(wrong, MISSED)
    plan = await client.plan()
    assert (plan.last_attended_at, plan.missed_in_a_row) == (first, 1)


async def test_the_same_word_twice_is_said_once(client: Client) -> None:
    date = await client.date_with(1, WENT)
    assert await client.said(date, WENT)
    assert (await client.aftercare.said(client.case_id)).count("attendance_recorded") == 1


async def test_a_date_that_is_still_to_come_can_be_excused_but_not_attended(client: Client) -> None:
    date = await client.date(5)
    assert not await client.said(date, WENT)
    assert await client.said(date, Attended.EXCUSED)


async def test_no_reply_is_not_a_miss(client: Client) -> None:
    await client.date_with(1, UNKNOWN, evidence=0)
    plan = await client.plan()
    assert (plan.missed_in_a_row, plan.rung) == (1, 0)
    assert await client.written(Purpose.MISSED_YOU) == []
    assert plan.last_contact_at is None  # time having passed is no sign of life


async def test_a_meeting_that_was_not_held_is_apologised_for_and_is_no_miss(client: Client) -> None:
    await client.date(2.2)  # the next chance, sooner than the meeting kept beside the week
    await client.date_with(2, NOT_HELD)
    (sorry,) = await client.written(Purpose.SORRY_NOT_HELD)
    assert sorry.details["next_at"] == (LEFT + timedelta(days=2.2)).isoformat()
    plan = await client.plan()
    assert (plan.missed_in_a_row, plan.rung) == (0, 0)
    assert await client.written(Purpose.MISSED_YOU) == []


async def meeting_of(date: Occurrence, client: Client) -> Meeting:
    async with client.aftercare.database.reading() as session:
        enrolment = await session.get_one(Enrolment, date.enrolment_id)
        return await session.get_one(Meeting, enrolment.meeting_id)


async def test_two_clients_who_found_nobody_make_a_listing_suspect(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    one, another = Client(aftercare, set_clock), Client(aftercare, set_clock)
    await one.leaves()
    await another.leaves()
    date = await one.date_with(1, NOT_HELD)
    other = await another.date_with(1, NOT_HELD)
    assert (await meeting_of(date, one)).id == (await meeting_of(other, another)).id
    meeting = await meeting_of(date, one)
    assert meeting.not_held_reports == 2
    assert meeting.suspect_since is not None


async def test_one_clients_second_report_is_no_second_witness_but_a_look_for_another_meeting(
    client: Client,
) -> None:
    await client.date_with(1, NOT_HELD)
    date = await client.date_with(2, NOT_HELD)
    meeting = await meeting_of(date, client)
    assert (meeting.not_held_reports, meeting.suspect_since) == (1, None)
    assert len(await client.tasks(FollowUpKind.REMATCH)) == 1


async def test_better_evidence_that_nobody_was_there_is_no_second_report(client: Client) -> None:
    date = await client.date_with(1, NOT_HELD, evidence=1)
    assert await client.said(date, NOT_HELD, evidence=2)
    meeting = await meeting_of(date, client)
    assert (meeting.not_held_reports, meeting.suspect_since) == (1, None)


async def test_a_tap_on_nobody_there_that_is_taken_back_leaves_no_report_behind(client: Client) -> None:
    date = await client.date_with(1, NOT_HELD)
    assert await client.said(date, MISSED)
    assert (await meeting_of(date, client)).not_held_reports == 0
    assert await client.said(date, NOT_HELD)
    assert (await meeting_of(date, client)).not_held_reports == 1


async def lose(client: Client) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        assert await lose_contact(session, plan)


@pytest.mark.parametrize(("outcome", "evidence"), [(WENT, 4), (WENT, 3), (MISSED, 1)])
async def test_whoever_was_seen_or_heard_is_not_lost(
    client: Client, outcome: Attended, evidence: int
) -> None:
    """On the sheet of a group, or on the telephone with staff who write down what the client says."""
    date = await client.date(31)
    client.set_clock(LEFT + timedelta(days=31, hours=2))
    await lose(client)
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        row = await session.get_one(Occurrence, date.id)
        assert plan is not None
        assert await record_attendance(session, plan, row, outcome, evidence=evidence, by=new_id())
    await client.aftercare.run_jobs("regain_contact")
    assert (await client.plan()).state is PlanState.ACTIVE


async def test_a_date_of_long_ago_that_is_written_down_now_is_no_sign_of_life(client: Client) -> None:
    date = await client.date(1)
    client.set_clock(LEFT + timedelta(days=35))
    await lose(client)
    assert await client.said(date, WENT, evidence=4)
    await client.aftercare.run_jobs("regain_contact")
    assert (await client.plan()).state is PlanState.LOST_CONTACT


async def test_a_wrong_line_of_a_sheet_is_taken_back_with_the_contact_it_meant(client: Client) -> None:
    date = await client.date_with(5, WENT, evidence=4)
    assert (await client.plan()).last_contact_at == date.starts_at
    assert await client.said(date, MISSED, evidence=4)
    plan = await client.plan()
    assert (plan.last_contact_at, plan.last_attended_at) == (None, None)


async def test_coming_once_clears_the_streak(client: Client) -> None:
    await client.date_with(1, MISSED)
    await client.date_with(2, MISSED)
    await client.date_with(3, WENT)
    plan = await client.plan()
    assert (plan.missed_in_a_row, plan.rung) == (0, 0)
    assert plan.last_contact_at is not None
    assert len(await client.tasks(FollowUpKind.PEER_CALL)) == 1  # asked for, and still worth making
