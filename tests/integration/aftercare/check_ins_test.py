"""How are they: asked, answered, corrected, heard; an unanswered one is no bad news."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from services.aftercare.follow_up.check_ins import (
    Answered,
    Closed,
    answer,
    answers_of,
    enter,
    open_for_client,
)
from services.aftercare.follow_up.instruments import NotAnItem
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import CheckIn, PlanState, Purpose, Tier
from shared.contracts.aftercare import ConcernCause, FollowUpKind, FollowUpState, Instrument
from shared.contracts.fact import new_id

from .conftest import ZONE, Aftercare, SetClock
from .follow_up_case import LEFT, Client

GOOD = {"use": 0, "urge": 2, "mood": 7, "support": 8, "confidence": 8}


@pytest.fixture
async def client(aftercare: Aftercare, set_clock: SetClock) -> Client:
    """Left on a Monday; asked on Wednesdays."""
    client = Client(aftercare, set_clock)
    await client.leaves()
    await client.day_by_day(1, 2)
    return client


async def answered(client: Client, items: dict[str, int], words: str = "") -> Answered:
    (check_in,) = [one for one in await client.check_ins() if one.instrument is Instrument.WEEKLY]
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        row = await session.get_one(CheckIn, check_in.id)
        assert plan is not None
        return await answer(session, plan, row, items, words)


async def test_the_five_questions_come_on_the_fixed_day_and_are_open_for_two_days(client: Client) -> None:
    (check_in,) = await client.check_ins()
    assert f"{check_in.due_on:%A}" == "Wednesday"
    assert len(await client.written(Purpose.CHECK_IN)) == 1
    async with client.aftercare.database.reading() as session:
        assert len(await open_for_client(session, await client.plan())) == 1
    client.set_clock(check_in.open_until + timedelta(seconds=1))
    async with client.aftercare.database.reading() as session:
        assert await open_for_client(session, await client.plan()) == []
    with pytest.raises(Closed):
        await answered(client, GOOD)


async def test_an_unanswered_one_is_no_bad_news(client: Client) -> None:
    await client.day_by_day(3, 6)
    assert await client.concerns() == []
    assert await client.tasks(FollowUpKind.SAME_DAY_CALL, FollowUpKind.USE_REPORTED) == []


async def test_answers_are_kept_sealed_said_once_and_are_a_sign_of_life(client: Client) -> None:
    assert (await answered(client, GOOD, "a quiet week")).concern_level == 0
    assert (await answered(client, GOOD | {"mood": 6})).concern_level == 0
    (check_in,) = await client.check_ins()
    assert check_in.items is not None
    assert b"mood" not in check_in.items
    async with client.aftercare.database.transaction() as session:
        said = await answers_of(session, check_in)
    assert said["items"]["mood"] == 6
    assert (await client.aftercare.said(client.case_id)).count("check_in_scored") == 1
    assert (await client.plan()).last_contact_at is not None


async def test_reported_use_brings_a_call_the_same_day_a_question_in_two_days_and_ends_nothing(
    client: Client,
) -> None:
    assert (await answered(client, GOOD | {"use": 2})).concern_level == 2
    assert (await answered(client, GOOD | {"use": 1})).concern_level == 2  # corrected: still one call
    assert len(await client.tasks(FollowUpKind.USE_REPORTED)) == 1
    assert (await client.plan()).state is PlanState.ACTIVE
    await client.at(4.5)
    weekly = [one.due_on for one in await client.check_ins() if one.instrument is Instrument.WEEKLY]
    assert [(day - LEFT.date()).days for day in weekly] == [2, 4]


async def test_words_of_danger_page_somebody_even_when_the_answer_comes_too_late(client: Client) -> None:
    client.set_clock(LEFT + timedelta(days=6))
    assert (await answered(client, GOOD, "ya no quiero vivir")).concern_level == 3
    (concern,) = await client.concerns()
    assert (concern.level, concern.cause) == (3, ConcernCause.SELF_HARM)


async def test_use_that_is_reported_too_late_for_the_form_is_heard_all_the_same(client: Client) -> None:
    client.set_clock(LEFT + timedelta(days=6))
    assert (await answered(client, GOOD | {"use": 1})).concern_level == 2
    assert len(await client.tasks(FollowUpKind.USE_REPORTED)) == 1
    with pytest.raises(Closed):
        await answered(client, GOOD | {"urge": 9})  # what is no matter of today is too late


@pytest.mark.parametrize(
    ("hours", "due"),
    [(2.5, "Wed 20:00"), (6.5, "Wed 20:00"), (9.0, "Wed 23:59"), (13.5, "Wed 23:59"), (19.0, "Thu 12:00")],
)
async def test_who_reports_use_is_to_be_called_before_their_day_ends(
    client: Client, hours: float, due: str
) -> None:
    client.set_clock(LEFT + timedelta(days=2, hours=hours))  # so long after 10:00 on their clock
    await answered(client, GOOD | {"use": 1})
    before = await client.task(FollowUpKind.USE_REPORTED)
    assert before.due_by - before.due_from <= timedelta(hours=8)  # there before its evening is known
    await client.aftercare.run_jobs("by_tonight")
    call = await client.task(FollowUpKind.USE_REPORTED)
    assert f"{call.due_by.astimezone(ZoneInfo(ZONE)):%a %H:%M}" == due
    assert call.state is FollowUpState.OPEN
    (concern,) = await client.concerns()
    assert concern.due_by == call.due_by


async def test_what_the_client_wrote_is_not_written_over_by_staff(client: Client) -> None:
    await answered(client, GOOD, "my own words")
    (check_in,) = await client.check_ins()
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        with pytest.raises(Closed):
            await enter(
                session, plan, Instrument.WEEKLY, check_in.due_on, GOOD | {"mood": 1}, staff_id=new_id()
            )
        assert (await answers_of(session, check_in))["words"] == "my own words"


async def test_a_phq_from_paper_with_item_9_pages_and_follows_the_client_more_closely(client: Client) -> None:
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        items = {str(number): 1 for number in range(1, 10)}
        on = LEFT.date() + timedelta(days=2)
        check_in, heard = await enter(session, plan, Instrument.PHQ9, on, items, staff_id=new_id())
        again, _ = await enter(session, plan, Instrument.PHQ9, on, items, staff_id=new_id())
        assert check_in.id == again.id
        assert heard.concern_level == 3
        with pytest.raises(NotAnItem):
            await enter(session, plan, Instrument.PHQ9, on, {"9": 4}, staff_id=new_id())
    assert (await client.plan()).tier is Tier.INTENSIVE
    assert len(await client.concerns()) == 1


async def test_a_bam_answers_the_one_that_is_due_and_its_risk_counts_for_the_tier(client: Client) -> None:
    await client.day_by_day(30, 31)
    risky = {str(number): 2 for number in (1, 2, 3, 8, 11, 15)}
    async with client.aftercare.database.transaction() as session:
        plan = await latest_plan(session, client.case_id, lock=True)
        assert plan is not None
        on = LEFT.date() + timedelta(days=31)
        check_in, _ = await enter(session, plan, Instrument.BAM, on, risky, staff_id=None)
    assert check_in.due_on == LEFT.date() + timedelta(days=30)
    assert (await client.plan()).tier is Tier.CLOSE
