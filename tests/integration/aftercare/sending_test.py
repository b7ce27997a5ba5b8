"""A message leaves once, at a decent hour, only while everything still allows it, and is never lost."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.responses import Response
from sqlalchemy import update

from services.aftercare.messages.outgoing import hold_back, page_staff
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.stops import resume_writing, stop_writing
from services.aftercare.settings import Settings
from services.aftercare.tables import Message, MessageState, Plan, PlanState
from shared import clock
from shared.contracts.aftercare import MessageChannel, OccurrenceState
from shared.contracts.fact import new_id

from .conftest import ZONE, Aftercare, SetClock
from .letters import (
    NOON,
    Outside,
    date_on_file,
    enrolment_on_file,
    on_file,
    outside,
    plan_on_file,
    queue,
    states,
    tasks,
)

TEXT: dict[str, Any] = {"channels": [MessageChannel.TEXT]}
EMAIL: dict[str, Any] = {"channels": [MessageChannel.EMAIL]}
SEND = ("send_message", "send_page")


@pytest.fixture(autouse=True)
def noon(set_clock: SetClock) -> None:
    set_clock(NOON)


@pytest.fixture
async def world(aftercare: Aftercare, tmp_path: Path) -> AsyncGenerator[Outside]:
    async with outside(tmp_path) as servers:
        aftercare.settings = servers.settings
        yield servers


def later(set_clock: SetClock, **by: float) -> None:
    set_clock(clock.now() + timedelta(**by))


async def set_state(aftercare: Aftercare, plan: Plan, state: PlanState) -> None:
    async with aftercare.database.transaction() as session:
        await session.execute(update(Plan).where(Plan.id == plan.id).values(state=state))


async def test_a_message_asked_for_twice_is_sent_once(aftercare: Aftercare, world: Outside) -> None:
    plan = await plan_on_file(aftercare.database, **TEXT)
    for _ in range(2):
        await queue(aftercare.database, plan, Purpose.WELCOME, "welcome")
    await aftercare.run_jobs(*SEND)
    await aftercare.run_jobs(*SEND)
    assert len(world.gateway.asked) == 1
    (message,) = await on_file(aftercare, plan)
    assert (message.state, message.channel, message.tries) == (MessageState.SENT, MessageChannel.TEXT, 1)
    assert world.gateway.asked[0]["to"] == "+15005550123"
    assert "https://week.example.org/my/enter/" in world.texts[0]
    assert message.tray is None


async def test_an_e_mail_goes_first_where_the_client_has_said_nothing(
    aftercare: Aftercare, world: Outside
) -> None:
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(*SEND)
    assert world.subjects == ["Your week"]
    assert world.texts == []


async def test_the_first_text_says_how_to_end_them_and_the_second_does_not(
    aftercare: Aftercare, world: Outside
) -> None:
    plan = await plan_on_file(aftercare.database, **TEXT)
    for number in range(2):
        await queue(aftercare.database, plan, Purpose.REVIEW, f"review:{number}")
        await aftercare.run_jobs(*SEND)
    assert ["STOP" in text for text in world.texts] == [True, False]


async def test_the_clients_language_is_the_one_they_chose_or_first_asked_in(
    aftercare: Aftercare, world: Outside
) -> None:
    aftercare.door.language = "es"
    asked = await plan_on_file(aftercare.database)
    chose = await plan_on_file(aftercare.database, written_in="en")
    for plan in (asked, chose):
        await queue(aftercare.database, plan, Purpose.WELCOME)
        await aftercare.run_jobs(*SEND)
    assert world.subjects == ["Su semana", "Your week"]


async def test_at_ten_at_night_a_message_waits_for_nine_in_the_morning(
    aftercare: Aftercare, world: Outside, set_clock: SetClock
) -> None:
    night = datetime(2027, 3, 13, 22, tzinfo=ZoneInfo(ZONE)).astimezone(
        UTC
    )  # the clocks change in this night
    set_clock(night)
    plan = await plan_on_file(aftercare.database, **TEXT)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(*SEND)
    assert world.texts == []
    set_clock(night + timedelta(hours=9, minutes=58))
    await aftercare.run_jobs(*SEND)
    assert world.texts == []
    set_clock(night + timedelta(hours=10))
    await aftercare.run_jobs(*SEND)
    assert len(world.texts) == 1
    assert clock.now().astimezone(ZoneInfo(ZONE)).hour == 9


async def test_a_reminder_that_would_come_after_the_meeting_is_not_sent(
    aftercare: Aftercare, world: Outside, set_clock: SetClock
) -> None:
    set_clock(datetime(2027, 1, 12, 21, 30, tzinfo=ZoneInfo(ZONE)))
    plan = await plan_on_file(aftercare.database, **TEXT)
    starts = clock.now() + timedelta(hours=1)
    await queue(aftercare.database, plan, Purpose.REMINDER_HOUR, useless_after=starts)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("held_back", "quiet_hours")]


async def test_a_consent_taken_back_between_queueing_and_sending_counts(
    aftercare: Aftercare, world: Outside
) -> None:
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    aftercare.door.refused = {"email", "text"}
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("held_back", "consent_missing")]
    assert (world.texts, world.subjects) == ([], [])


async def test_without_a_consent_for_one_channel_the_other_is_used(
    aftercare: Aftercare, world: Outside
) -> None:
    plan = await plan_on_file(aftercare.database)
    aftercare.door.refused = {"email"}
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(*SEND)
    assert (len(world.texts), world.subjects) == (1, [])


async def test_while_intake_is_away_a_message_waits_and_is_not_lost(
    aftercare: Aftercare, world: Outside, set_clock: SetClock
) -> None:
    plan = await plan_on_file(aftercare.database)
    aftercare.door.status = 503
    await queue(aftercare.database, plan, Purpose.WELCOME)
    for _ in range(20):  # more often than a failing job is tried
        await aftercare.run_jobs(*SEND)
        later(set_clock, minutes=2)
    assert await states(aftercare, plan) == [("waiting", None)]
    aftercare.door.status = 200
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("sent", None)]
    assert len(world.subjects) == 1


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (PlanState.CLOSED, "closed"),
        (PlanState.PAUSED, "paused"),
        (PlanState.DRAFT, "not_left_yet"),
        (PlanState.COMPLETED, "plan_over"),
        (PlanState.ENDED_BY_CLIENT, "plan_over"),
    ],
)
async def test_a_plan_that_died_rests_or_is_over_writes_nothing(
    aftercare: Aftercare, world: Outside, state: PlanState, reason: str
) -> None:
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await set_state(aftercare, plan, state)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("held_back", reason)]
    assert aftercare.door.asked.total() == 0
    assert (world.texts, world.subjects) == ([], [])


async def test_what_was_held_back_is_never_sent_but_staff_are_still_called(
    aftercare: Aftercare, world: Outside
) -> None:
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    async with aftercare.database.transaction() as session:
        await page_staff(session, new_id(), plan, 0)
        await hold_back(session, plan.case_id, "deceased")
    await set_state(aftercare, plan, PlanState.CLOSED)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("held_back", "deceased"), ("sent", None)]
    assert len(world.texts) == 1
    assert "acknowledge" in world.texts[0]


async def test_each_turn_calls_the_next_on_the_list_at_any_hour(
    aftercare: Aftercare, world: Outside, set_clock: SetClock
) -> None:
    set_clock(datetime(2027, 1, 12, 3, tzinfo=ZoneInfo(ZONE)))
    plan, concern = await plan_on_file(aftercare.database), new_id()
    for turn in range(3):
        async with aftercare.database.transaction() as session:
            await page_staff(session, concern, plan, turn)
            await page_staff(session, concern, plan, turn)
    await aftercare.run_jobs(*SEND)
    assert [body["to"] for body in world.gateway.asked] == ["+15005550111"] * 2
    assert world.subjects == ["Somebody needs you now"]
    assert aftercare.door.asked.total() == 0


async def test_with_nobody_on_call_a_page_says_so(aftercare: Aftercare, world: Outside) -> None:
    aftercare.settings = world.settings.model_copy(update={"on_call": ""})
    plan = await plan_on_file(aftercare.database)
    async with aftercare.database.transaction() as session:
        await page_staff(session, new_id(), plan, 0)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("held_back", "nobody_on_call")]


async def test_a_stop_counts_for_what_waits_already(aftercare: Aftercare, world: Outside) -> None:
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    async with aftercare.database.transaction() as session:
        await stop_writing(session, plan.case_id, MessageChannel.EMAIL)
    await aftercare.run_jobs(*SEND)
    assert (len(world.texts), world.subjects) == (1, [])
    await queue(aftercare.database, plan, Purpose.REVIEW)
    async with aftercare.database.transaction() as session:
        await stop_writing(session, plan.case_id, None)
        await stop_writing(session, plan.case_id, None)
    assert (await states(aftercare, plan))[-1] == ("held_back", "stopped")
    assert (await aftercare.said(plan.case_id)).count("messages_stopped") == 2
    async with aftercare.database.transaction() as session:
        await resume_writing(session, plan.case_id)
    await queue(aftercare.database, plan, Purpose.DOOR_OPEN)
    await aftercare.run_jobs(*SEND)
    assert (await states(aftercare, plan))[-1] == ("sent", None)


async def test_nothing_configured_is_seen_by_staff(aftercare: Aftercare) -> None:
    aftercare.settings = Settings(centre_zone=ZONE)
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("held_back", "no_channel")]
    assert aftercare.door.asked.total() == 0


async def test_an_address_that_is_not_there_becomes_a_persons_task(
    aftercare: Aftercare, world: Outside
) -> None:
    plan = await plan_on_file(aftercare.database)
    aftercare.door.addresses = {}
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("held_back", "no_address")]
    assert await tasks(aftercare, plan) == ["check_contact"]


async def test_a_refused_number_is_written_to_by_e_mail_instead(aftercare: Aftercare, world: Outside) -> None:
    plan = await plan_on_file(aftercare.database, channels=[MessageChannel.TEXT, MessageChannel.EMAIL])
    for number in range(2):
        world.gateway.says = [Response(status_code=422)]
        await queue(aftercare.database, plan, Purpose.REVIEW, f"review:{number}")
        await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("sent", None)] * 2
    assert len(world.subjects) == 2
    assert await tasks(aftercare, plan) == ["check_contact"]  # after the second, once


async def test_an_address_refused_for_good_ends_there(aftercare: Aftercare, world: Outside) -> None:
    plan = await plan_on_file(aftercare.database, **EMAIL)
    world.mail.room.to_recipient = "550 5.1.1 no such mailbox"
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("failed", "address_refused")]


async def test_a_gateway_in_trouble_is_tried_again_and_nobody_is_texted_twice(
    aftercare: Aftercare, world: Outside, set_clock: SetClock
) -> None:
    plan = await plan_on_file(aftercare.database, **TEXT)
    world.gateway.says = [
        Response(status_code=500),
        None,
        Response(b"garbage", 200),
    ]  # None: its answer is lost
    await queue(aftercare.database, plan, Purpose.WELCOME)
    for minutes in (2, 6, 16, 0):
        await aftercare.run_jobs(*SEND)
        later(set_clock, minutes=minutes)
    (message,) = await on_file(aftercare, plan)
    assert (message.state, message.tries) == (MessageState.SENT, 4)
    assert len(world.gateway.texted) == 1


async def test_a_reminder_no_gateway_took_in_time_fails(
    aftercare: Aftercare, world: Outside, set_clock: SetClock
) -> None:
    plan = await plan_on_file(aftercare.database, **TEXT)
    world.gateway.says = [Response(status_code=500)] * 3
    starts = clock.now() + timedelta(minutes=3)
    await queue(aftercare.database, plan, Purpose.REMINDER_JOIN, useless_after=starts)
    await aftercare.run_jobs(*SEND)
    later(set_clock, minutes=2)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("failed", "gateway_busy")]


async def test_an_e_mail_that_may_have_left_is_not_sent_again(aftercare: Aftercare, world: Outside) -> None:
    plan = await plan_on_file(aftercare.database, **EMAIL)
    world.mail.room.breaks_off = True
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("failed", "uncertain")]
    assert len(world.subjects) == 1


@pytest.mark.parametrize(
    ("purpose", "state", "reason"),
    [
        (Purpose.REMINDER_DAY, OccurrenceState.CANCELLED, "date_off"),
        (Purpose.REMINDER_HOUR, OccurrenceState.NOT_HELD, "date_off"),
        (Purpose.HOW_WAS_IT, OccurrenceState.ATTENDED, "answered"),
        (Purpose.HOW_WAS_IT_AGAIN, OccurrenceState.MISSED, "answered"),
    ],
)
async def test_a_date_that_is_off_or_answered_for_is_not_written_about(
    aftercare: Aftercare, world: Outside, purpose: Purpose, state: OccurrenceState, reason: str
) -> None:
    plan = await plan_on_file(aftercare.database, **TEXT)
    enrolment = await enrolment_on_file(aftercare.database, plan, clock.now())
    date = await date_on_file(aftercare.database, plan, enrolment, clock.now() + timedelta(hours=2), state)
    await queue(aftercare.database, plan, purpose, about=date.id)
    await aftercare.run_jobs(*SEND)
    assert await states(aftercare, plan) == [("held_back", reason)]


async def test_a_reminder_says_the_time_as_it_is_when_it_leaves(aftercare: Aftercare, world: Outside) -> None:
    plan = await plan_on_file(aftercare.database, channels=[MessageChannel.TEXT], full_names=True)
    enrolment = await enrolment_on_file(aftercare.database, plan, clock.now())
    moved = clock.now() + timedelta(hours=26)
    date = await date_on_file(
        aftercare.database, plan, enrolment, clock.now() + timedelta(hours=24), moved_to=moved
    )
    await queue(aftercare.database, plan, Purpose.REMINDER_DAY, about=date.id)
    await aftercare.run_jobs(*SEND)
    assert "Wed 13 Jan 2:00 pm" in world.texts[0]
    assert "your group" not in world.texts[0]  # this client wants to see the meeting's name


async def test_the_words_of_a_message_are_nowhere_on_file(aftercare: Aftercare, world: Outside) -> None:
    plan = await plan_on_file(aftercare.database)
    await queue(aftercare.database, plan, Purpose.WELCOME)
    await aftercare.run_jobs(*SEND)
    async with aftercare.database.reading() as session:
        row = (await session.execute(Message.__table__.select())).mappings().one()
    everything = repr(dict(row))
    for word in ("rowan", "example.org", "Your week", "enter/"):
        assert word not in everything
