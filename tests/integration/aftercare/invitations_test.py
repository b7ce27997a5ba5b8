"""Calendar entries by e-mail and by subscription, from rows on file to what a calendar shows."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from services.aftercare.calendar.invitations import issue
from services.aftercare.calendar.subscription import address_of, file_for, revoke_address
from services.aftercare.meetings.recurrence import occurrences
from services.aftercare.messages.outgoing import hold_back
from services.aftercare.plans.listings import listing_of
from services.aftercare.plans.occurrences import forget_coming
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Occurrence, Plan, PlanState
from shared import clock
from shared.contracts.aftercare import InvitationMethod, MessageChannel, OccurrenceState
from tests.unit.aftercare.calendar_application import Application

from .conftest import ZONE, Aftercare, SetClock
from .letters import (
    NOON,
    Outside,
    date_on_file,
    enrolment_on_file,
    outside,
    plan_on_file,
    states,
)

REQUEST, CANCEL, PUBLISH = InvitationMethod.REQUEST, InvitationMethod.CANCEL, InvitationMethod.PUBLISH
SEND = "send_message"


@pytest.fixture(autouse=True)
def noon(set_clock: SetClock) -> None:
    set_clock(NOON)


@pytest.fixture
async def world(aftercare: Aftercare, tmp_path: Path) -> AsyncGenerator[Outside]:
    async with outside(tmp_path) as servers:
        aftercare.settings = servers.settings
        yield servers


async def weekly(
    aftercare: Aftercare, *, since_weeks: int = 0, **wishes: Any
) -> tuple[Plan, Enrolment, list[datetime]]:
    """A plan, an enrolment, and the next dates of its meeting."""
    plan = await plan_on_file(aftercare.database, **wishes)
    enrolment = await enrolment_on_file(aftercare.database, plan, clock.now())
    async with aftercare.database.transaction() as session:
        meeting = listing_of(await session.get_one(Meeting, enrolment.meeting_id)).meeting
        assert meeting.recurrence is not None
        coming = occurrences(meeting.recurrence, clock.now() - timedelta(weeks=since_weeks))
        starts = [next(coming).astimezone(UTC) for _ in range(4)]
        row = await session.get_one(Enrolment, enrolment.id)
        row.first_occurrence_at = starts[0]
    return plan, row, starts


async def send(
    aftercare: Aftercare,
    plan: Plan,
    enrolment: Enrolment,
    method: InvitationMethod,
    occurrence: Occurrence | None = None,
    *,
    ends: bool = False,
) -> None:
    """Raise the sequence as whoever changes an enrolment does, issue, and let it leave."""
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Enrolment, enrolment.id)
        if ends:
            row.state, row.ended_at = EnrolmentState.ENDED, clock.now()
        await issue(session, await session.get_one(Plan, plan.id), row, method, occurrence=occurrence)
        row.sequence += 1
    await aftercare.run_jobs(SEND)


def calendars(world: Outside) -> list[tuple[str, bytes]]:
    """(method in the MIME type, content) of every invitation that arrived."""
    found = []
    for message in world.mail.room.taken:
        part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found.append((str(part.get_param("method")), content))
    return found


async def test_an_invitation_arrives_as_a_calendar_entry_for_this_client(
    aftercare: Aftercare, world: Outside
) -> None:
    plan, enrolment, starts = await weekly(aftercare)
    await send(aftercare, plan, enrolment, REQUEST)
    ((method, content),) = calendars(world)
    event = Calendar.from_ical(content).walk("VEVENT")[0]
    assert method == str(Calendar.from_ical(content)["method"]) == "REQUEST"
    assert str(event["uid"]) == str(enrolment.id)
    assert event["attendee"] == "mailto:rowan@example.org"
    assert event["organizer"] == "mailto:hello@week.example.org"
    assert event["url"] == "https://week.example.org/my"
    application = Application()
    application.take(content)
    assert [start for start, _ in application.shown(starts[-1])] == starts
    assert "invitation_issued" in await aftercare.said(plan.case_id)


async def test_one_date_off_one_moved_and_one_unsure_reach_the_calendar(
    aftercare: Aftercare, world: Outside
) -> None:
    plan, enrolment, starts = await weekly(aftercare)
    await send(aftercare, plan, enrolment, REQUEST)
    off = await date_on_file(aftercare.database, plan, enrolment, starts[0], OccurrenceState.CANCELLED)
    later = starts[1] + timedelta(hours=1)
    moved = await date_on_file(aftercare.database, plan, enrolment, starts[1], moved_to=later)
    unsure = await date_on_file(aftercare.database, plan, enrolment, starts[2], OccurrenceState.UNCONFIRMED)
    await send(aftercare, plan, enrolment, CANCEL, off)
    await send(aftercare, plan, enrolment, REQUEST, moved)
    await send(aftercare, plan, enrolment, REQUEST, unsure)
    application = Application()
    for _, content in calendars(world):
        application.take(content)
    wanted = [(later, "CONFIRMED"), (starts[2], "TENTATIVE"), (starts[3], "CONFIRMED")]
    assert application.shown(starts[-1]) == wanted
    assert [method for method, _ in calendars(world)] == ["REQUEST", "CANCEL", "REQUEST", "REQUEST"]
    async with aftercare.database.transaction() as session:
        token = (await address_of(session, plan, aftercare.settings)).rsplit("/", 1)[1].removesuffix(".ics")
        content_of_file = await file_for(session, token, aftercare.settings)
    subscribed = Application()
    assert content_of_file is not None
    subscribed.take(content_of_file)
    assert subscribed.shown(starts[-1]) == wanted


async def test_the_end_of_a_series_somebody_went_to_keeps_the_past(
    aftercare: Aftercare, world: Outside
) -> None:
    plan, enrolment, starts = await weekly(aftercare, since_weeks=2)
    for start in starts[:2]:
        await date_on_file(aftercare.database, plan, enrolment, start, OccurrenceState.ATTENDED)
    await send(aftercare, plan, enrolment, REQUEST)
    await send(aftercare, plan, enrolment, CANCEL, ends=True)
    application = Application()
    for _, content in calendars(world):
        application.take(content)
    assert [method for method, _ in calendars(world)] == ["REQUEST", "REQUEST"]
    assert [start for start, _ in application.shown(starts[-1])] == [s for s in starts if s < clock.now()]


async def test_the_end_of_a_series_nobody_has_been_to_takes_it_away(
    aftercare: Aftercare, world: Outside
) -> None:
    plan, enrolment, starts = await weekly(aftercare)
    await send(aftercare, plan, enrolment, REQUEST)
    await send(aftercare, plan, enrolment, CANCEL, ends=True)
    application = Application()
    for _, content in calendars(world):
        application.take(content)
    assert [method for method, _ in calendars(world)] == ["REQUEST", "CANCEL"]
    assert application.shown(starts[-1]) == []


async def test_a_cancelled_discharge_takes_everything_off_at_night_and_writes_nothing_else(
    aftercare: Aftercare, world: Outside, set_clock: SetClock
) -> None:
    plan, enrolment, _ = await weekly(aftercare)
    await send(aftercare, plan, enrolment, REQUEST)
    set_clock(NOON + timedelta(hours=14))  # two in the morning
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Plan, plan.id)
        mine = await session.get_one(Enrolment, enrolment.id)
        mine.state, mine.ended_at = EnrolmentState.ENDED, clock.now()
        await issue(session, row, mine, CANCEL)
        await hold_back(session, plan.case_id, "discharge_cancelled")
        row.state = PlanState.DRAFT
    await aftercare.run_jobs(SEND)
    assert len(calendars(world)) == 2
    assert world.texts == []


async def test_a_death_sends_nothing_not_even_a_cancellation(aftercare: Aftercare, world: Outside) -> None:
    plan, enrolment, _ = await weekly(aftercare)
    await send(aftercare, plan, enrolment, REQUEST)
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Plan, plan.id)
        await issue(session, row, await session.get_one(Enrolment, enrolment.id), CANCEL)
        row.state = PlanState.CLOSED
    await aftercare.run_jobs(SEND)
    assert len(calendars(world)) == 1
    assert (await states(aftercare, plan))[-1] == ("held_back", "closed")


async def test_of_two_versions_that_wait_only_the_newer_leaves(
    aftercare: Aftercare, world: Outside, set_clock: SetClock
) -> None:
    set_clock(NOON + timedelta(hours=10))  # ten at night
    plan, enrolment, _ = await weekly(aftercare)
    await send(aftercare, plan, enrolment, REQUEST)
    await send(aftercare, plan, enrolment, REQUEST)
    set_clock(NOON + timedelta(hours=21))
    await aftercare.run_jobs(SEND)
    assert await states(aftercare, plan) == [("held_back", "superseded"), ("sent", None)]


async def test_a_calendar_that_was_told_nothing_is_told_of_no_end(
    aftercare: Aftercare, world: Outside
) -> None:
    plan, enrolment, _ = await weekly(aftercare)
    await send(aftercare, plan, enrolment, CANCEL, ends=True)
    assert await states(aftercare, plan) == [("held_back", "never_invited")]


async def test_who_wants_no_invitations_subscribes_instead(aftercare: Aftercare, world: Outside) -> None:
    for wishes in ({"invitations_by_email": False}, {"channels": [MessageChannel.TEXT]}):
        plan, enrolment, _ = await weekly(aftercare, **wishes)
        await send(aftercare, plan, enrolment, REQUEST)
        assert await states(aftercare, plan) == [("held_back", "not_wanted")]
    assert calendars(world) == []


async def test_the_meetings_name_stands_in_the_calendar_only_for_who_ticked_it(
    aftercare: Aftercare, world: Outside
) -> None:
    quiet = await weekly(aftercare, written_in="es")
    open_about_it = await weekly(aftercare, full_names=True)
    for plan, enrolment, _ in (quiet, open_about_it):
        await send(aftercare, plan, enrolment, REQUEST)
    events = [Calendar.from_ical(content).walk("VEVENT")[0] for _, content in calendars(world)]
    summaries = [str(event["summary"]) for event in events]
    assert summaries[0] == "Grupo"
    assert summaries[1] not in ("Group", "Grupo", "")


async def test_an_address_taken_back_opens_nothing_any_more(aftercare: Aftercare) -> None:
    plan, _, _ = await weekly(aftercare)
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Plan, plan.id)
        old = (await address_of(session, row, aftercare.settings)).rsplit("/", 1)[1].removesuffix(".ics")
        assert await file_for(session, old, aftercare.settings)
        await revoke_address(session, row)
        await session.flush()
        assert await file_for(session, old, aftercare.settings) is None
        new = (await address_of(session, row, aftercare.settings)).rsplit("/", 1)[1].removesuffix(".ics")
        assert await file_for(session, new, aftercare.settings)


async def test_a_published_version_sends_no_e_mail(aftercare: Aftercare, world: Outside) -> None:
    plan, enrolment, _ = await weekly(aftercare)
    await send(aftercare, plan, enrolment, PUBLISH)
    assert await states(aftercare, plan) == []


async def subscribed(aftercare: Aftercare, plan: Plan, until: datetime) -> list[datetime]:
    """What the calendar shows that is subscribed to."""
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Plan, plan.id)
        token = (await address_of(session, row, aftercare.settings)).rsplit("/", 1)[1].removesuffix(".ics")
        content = await file_for(session, token, aftercare.settings)
    assert content is not None
    application = Application()
    application.take(content)
    return [start for start, _ in application.shown(until)]


async def test_a_listing_that_moves_to_another_day_moves_no_date_that_is_over(
    aftercare: Aftercare, world: Outside
) -> None:
    plan, enrolment, starts = await weekly(aftercare, since_weeks=2)
    for start in starts[:2]:
        await date_on_file(aftercare.database, plan, enrolment, start, OccurrenceState.ATTENDED)
    await send(aftercare, plan, enrolment, REQUEST)
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Meeting, enrolment.meeting_id)
        rule = row.listing["recurrence"]
        next_day = rule | {"byday": (rule["byday"] + 1) % 7}
        row.listing = row.listing | {"recurrence": next_day}
        row.unchanged_since = clock.now().date()
    await send(aftercare, plan, enrolment, REQUEST)
    wanted = [*starts[:2], *(start + timedelta(days=1) for start in starts[2:])]
    by_mail = Application()
    for _, content in calendars(world):
        by_mail.take(content)
    assert [start for start, _ in by_mail.shown(wanted[-1])] == wanted
    assert await subscribed(aftercare, plan, wanted[-1]) == wanted
    last = world.mail.room.taken[-1].get_body()
    assert last is not None
    assert f" {wanted[2].astimezone(ZoneInfo(ZONE)).day} " in last.get_content()


async def test_a_listing_that_loses_its_time_takes_only_what_lies_ahead_away(
    aftercare: Aftercare, world: Outside
) -> None:
    plan, enrolment, starts = await weekly(aftercare, since_weeks=2)
    untouched, other, later = await weekly(aftercare)
    for start in starts[:2]:
        await date_on_file(aftercare.database, plan, enrolment, start, OccurrenceState.ATTENDED)
    for whose, mine in ((plan, enrolment), (untouched, other)):
        await send(aftercare, whose, mine, REQUEST)
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Meeting, enrolment.meeting_id)
        row.listing = row.listing | {"recurrence": None}
        row.unchanged_since = clock.now().date()
    for whose, mine in ((plan, enrolment), (untouched, other)):
        await send(aftercare, whose, mine, REQUEST)
    assert await subscribed(aftercare, plan, later[-1]) == starts[:2]
    assert await subscribed(aftercare, untouched, later[-1]) == []
    assert [method for method, _ in calendars(world)] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]


async def test_a_date_moved_over_the_end_of_the_plan_does_not_return_to_its_first_day(
    aftercare: Aftercare, world: Outside
) -> None:
    plan, enrolment, starts = await weekly(aftercare, since_weeks=2)
    await date_on_file(aftercare.database, plan, enrolment, starts[0], OccurrenceState.ATTENDED)
    await date_on_file(aftercare.database, plan, enrolment, starts[1], moved_to=NOON + timedelta(days=1))
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Enrolment, enrolment.id)
        row.state, row.ended_at = EnrolmentState.ENDED, clock.now()
        await forget_coming(session, row, clock.now())
        meeting = await session.get_one(Meeting, enrolment.meeting_id)
        meeting.unchanged_since = (starts[0] - timedelta(days=9)).date()
    assert await subscribed(aftercare, plan, starts[-1]) == starts[:1]
