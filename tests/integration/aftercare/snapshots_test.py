"""A list as a source that changes: what is believed, what is counted, and how clients follow a meeting."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select, update

from services.aftercare.meetings.normal_form import (
    Basis,
    Frequency,
    Join,
    ListingState,
    Programme,
    Recurrence,
)
from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.reading import Reading
from services.aftercare.meetings.schedule_texts import schedule
from services.aftercare.meetings.sighting import ListingChanges
from services.aftercare.meetings.snapshots import Taken, confirm_snapshot, take_snapshot
from services.aftercare.meetings.suspicion import clear_suspicion, note_report
from services.aftercare.meetings.taking_off import put_back, take_off
from services.aftercare.tables import (
    Enrolment,
    EnrolmentState,
    Feed,
    FeedFormat,
    Import,
    Meeting,
    Verdict,
)
from shared import clock
from shared.contracts.aftercare import EnrolmentMode
from shared.contracts.fact import new_id
from shared.database import Database
from tests.conftest import MakeDatabase
from tests.unit.aftercare.invented_meetings import meeting

from .conftest import SetClock
from .logged import errors_logged

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LIST = [meeting(f"group-{number}", name=f"Group {number}", day=number % 7) for number in range(40)]


async def take(
    database: Database, meetings: list[NormalMeeting], *, source: str = "list", believe: bool = False
) -> Taken:
    reading = Reading(len(meetings), len(meetings), tuple(meetings))
    async with database.transaction() as session:
        return await take_snapshot(session, source, repr(meetings).encode(), reading, believe=believe)


async def row_of(database: Database, source_id: str) -> Meeting:
    async with database.reading() as session:
        return (await session.scalars(select(Meeting).where(Meeting.source_id == source_id))).one()


async def enrol(database: Database, *source_ids: str) -> None:
    async with database.transaction() as session:
        for source_id in source_ids:
            meeting_id = await session.scalar(select(Meeting.id).where(Meeting.source_id == source_id))
            assert meeting_id is not None
            session.add(
                Enrolment(
                    plan_id=new_id(),
                    case_id=new_id(),
                    meeting_id=meeting_id,
                    state=EnrolmentState.ACTIVE,
                    mode=EnrolmentMode.SELF_ATTEND,
                    modality="in_person",
                    score=50,
                    reasons=b"sealed",
                    first_occurrence_at=clock.now(),
                    suggested_at=clock.now(),
                )
            )


def without(*numbers: int) -> list[NormalMeeting]:
    return [one for one in LIST if int(one.source_id.removeprefix("group-")) not in numbers]


def moved(number: int, at: str = "18:15") -> list[NormalMeeting]:
    return [
        meeting(one.source_id, name=one.name, day=number % 7, at=at)
        if one.source_id == f"group-{number}"
        else one
        for one in LIST
    ]


async def test_a_list_looked_at_every_hour_loses_no_meeting_in_one_bad_night(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOON)
    await take(database, LIST)
    told = []
    for hour in range(1, 31):  # until the next evening
        set_clock(NOON + timedelta(hours=hour))
        told.append((await take(database, without(3))).changes)
    assert not any(told)
    row = await row_of(database, "group-3")
    # Seen on the first day, missing on the second, however often somebody looked.
    assert (row.listed, row.unseen, row.last_seen) == (False, 1, date(2026, 7, 1))


async def test_gone_in_the_evening_and_unchanged_ever_after_it_is_withdrawn_all_the_same(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOON)
    await take(database, LIST)
    set_clock(NOON + timedelta(hours=6))
    await take(database, without(3))
    told: list[tuple[int, ListingChanges]] = []
    for day in range(1, 11):
        set_clock(NOON + timedelta(days=day))
        async with database.transaction() as session:
            taken = await confirm_snapshot(session, "list")
            assert taken is not None
            again = await confirm_snapshot(session, "list")
            assert again is not None
            assert (again.snapshot.id, bool(again.changes)) == (taken.snapshot.id, False)
        if taken.changes:
            told.append((day, taken.changes))
    gone = (await row_of(database, "group-3")).id
    assert told == [(2, ListingChanges(unconfirmed=(gone,))), (9, ListingChanges(withdrawn=(gone,)))]
    assert (await row_of(database, "group-4")).last_seen == date(2026, 7, 11)


async def test_a_source_that_says_nothing_is_new_before_anything_was_taken_says_nothing(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("aftercare")
    async with database.transaction() as session:
        assert await confirm_snapshot(session, "list") is None


async def test_a_rotated_passcode_reaches_the_file_and_disturbs_nobody(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOON)
    await take(database, LIST)
    set_clock(NOON + timedelta(days=1))
    fresh = Join("https://zoom.us/j/5550100?pwd=second")
    taken = await take(
        database, [meeting(LIST[0].source_id, name=LIST[0].name, day=0, join=fresh), *LIST[1:]]
    )
    assert (taken.snapshot.changed, bool(taken.changes)) == (0, False)
    row = await row_of(database, "group-0")
    assert row.listing["join"]["url"] == fresh.url
    assert row.unchanged_since == date(2026, 7, 1)


async def test_a_hash_of_an_older_version_is_no_change(make_database: MakeDatabase) -> None:
    database = await make_database("aftercare")
    await take(database, LIST)
    async with database.transaction() as session:
        await session.execute(update(Meeting).values(content_hash="0" * 64))
    taken = await take(database, LIST)
    assert (taken.snapshot.changed, bool(taken.changes)) == (0, False)
    assert (await row_of(database, "group-0")).content_hash == LIST[0].content_hash


async def test_a_new_time_is_told_and_a_new_name_is_only_kept(make_database: MakeDatabase) -> None:
    database = await make_database("aftercare")
    await take(database, LIST)
    taken = await take(database, moved(5))
    assert taken.changes == ListingChanges(changed=((await row_of(database, "group-5")).id,))
    renamed = [meeting(LIST[0].source_id, name="Group Nought", day=0), *moved(5)[1:]]
    taken = await take(database, renamed)
    assert (taken.snapshot.changed, bool(taken.changes)) == (1, False)
    assert (await row_of(database, "group-0")).name == "Group Nought"


async def test_without_the_meetings_clients_go_to_a_list_is_refused_until_a_director_believes_it(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("aftercare")
    await take(database, LIST)
    await enrol(database, *(f"group-{number}" for number in range(10)))
    async with database.transaction() as session:
        feed = Feed(
            source="list",
            location="lists/list.json",
            format=FeedFormat.AUTO,
            programme=Programme.OTHER,
            every_hours=24,
            enabled=True,
        )
        session.add(feed)
    with errors_logged() as codes:
        refused = await take(database, without(1, 2, 3))
    assert (refused.snapshot.verdict, refused.snapshot.reason) == (
        Verdict.REFUSED,
        "enrolled_meetings_missing",
    )
    assert not refused.changes
    assert (await row_of(database, "group-1")).listed
    assert codes == ["enrolled_meetings_missing"]
    assert await trouble_of(database) == "enrolled_meetings_missing"

    believed = await take(database, without(1, 2, 3), believe=True)
    assert (believed.snapshot.verdict, believed.snapshot.reason) == (
        Verdict.TAKEN,
        "enrolled_meetings_missing",
    )
    assert not (await row_of(database, "group-1")).listed
    assert await trouble_of(database) is None


async def trouble_of(database: Database) -> str | None:
    async with database.reading() as session:
        return await session.scalar(select(Feed.trouble))


async def test_an_empty_list_is_not_believed_by_anybody(make_database: MakeDatabase) -> None:
    database = await make_database("aftercare")
    await take(database, LIST)
    refused = await take(database, [], believe=True)
    assert (refused.snapshot.verdict, refused.snapshot.reason) == (Verdict.REFUSED, "empty")


async def test_all_that_were_closed_do_not_open_in_one_night(make_database: MakeDatabase) -> None:
    database = await make_database("aftercare")
    closed = [
        meeting(
            f"closed-{number}", name=f"Closed {number}", modalities=frozenset(), state=ListingState.INACTIVE
        )
        for number in range(12)
    ]
    await take(database, [*LIST, *closed])
    opened = [meeting(one.source_id, name=one.name) for one in closed]
    refused = await take(database, [*LIST, *opened])
    assert refused.snapshot.reason == "many_opened_at_once"
    assert (await row_of(database, "closed-0")).state is ListingState.INACTIVE
    one = await take(database, [*LIST, opened[0], *closed[1:]])
    assert one.changes.seen_again == ((await row_of(database, "closed-0")).id,)


async def test_clients_follow_a_meeting_whose_list_gives_it_another_id(make_database: MakeDatabase) -> None:
    database = await make_database("aftercare")
    sheet = [meeting(f"built:{number}", name=f"Group {number}") for number in range(30)]
    await take(database, sheet)
    await enrol(database, "built:7")
    before = await row_of(database, "built:7")
    taken = await take(database, [*sheet[:7], meeting("built:later", name="Group 7", at="18:15"), *sheet[8:]])
    assert (taken.snapshot.added, taken.snapshot.unseen) == (0, 0)
    after = await row_of(database, "built:later")
    assert after.id == before.id
    assert taken.changes == ListingChanges(changed=(before.id,))


async def test_a_withdrawn_meeting_returns_as_a_new_one_and_revives_no_enrolment(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOON)
    await take(database, LIST)
    await enrol(database, "group-3")
    for day in range(1, 10):
        set_clock(NOON + timedelta(days=day))
        taken = await take(database, without(3))
    assert taken.snapshot.withdrawn == 1
    set_clock(NOON + timedelta(days=20))
    taken = await take(database, LIST)
    row = await row_of(database, "group-3")
    assert (taken.snapshot.added, taken.snapshot.returned, bool(taken.changes)) == (0, 1, False)
    assert (row.withdrawn_on, row.unseen, row.first_seen) == (None, 0, date(2026, 7, 21))
    assert taken.snapshot.changes == {"back": [str(row.id)], "offered_anew": [str(row.id)]}


async def test_two_who_take_the_same_list_at_once_count_one_absence(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOON)
    await take(database, LIST)
    set_clock(NOON + timedelta(days=1))
    await asyncio.gather(*(take(database, [*without(3), meeting("new")]) for _ in range(3)))
    assert (await row_of(database, "group-3")).unseen == 1
    async with database.reading() as session:
        added = list(await session.scalars(select(Import.added).where(Import.unseen == 1)))
    assert sorted(added) == [0, 0, 1]


async def test_two_reports_that_nobody_was_there_make_a_listing_suspect_until_it_changes_or_staff_ask(
    make_database: MakeDatabase,
) -> None:
    database = await make_database("aftercare")
    await take(database, LIST)
    suspected = (await row_of(database, "group-5")).id
    reports = [False, True, False, False, False]
    assert [await report(database, suspected, held=held) for held in reports] == [
        *(False, False, False),
        True,
        False,
    ]
    assert not await report(database, suspected, held=True)  # one who found people does not clear it
    assert (await row_of(database, "group-5")).suspect_since is not None
    await take(database, LIST)
    assert (await row_of(database, "group-5")).suspect_since is not None
    taken = await take(database, moved(5))
    assert taken.changes == ListingChanges(changed=(suspected,), seen_again=(suspected,))
    assert (await row_of(database, "group-5")).not_held_reports == 0

    assert [await report(database, suspected, held=False) for _ in range(2)] == [False, True]
    async with database.transaction() as session:
        assert await clear_suspicion(session, suspected)
        assert not await clear_suspicion(session, new_id())
    assert (await row_of(database, "group-5")).suspect_since is None


async def report(database: Database, meeting_id: UUID, *, held: bool) -> bool:
    async with database.transaction() as session:
        return await note_report(session, meeting_id, held)


async def test_what_staff_took_off_stays_off_while_its_list_goes_on_showing_it(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOON)
    await take(database, LIST)
    meeting_id = (await row_of(database, "group-3")).id
    async with database.transaction() as session:
        assert await take_off(session, meeting_id)
    set_clock(NOON + timedelta(days=1))
    assert not (await take(database, moved(3))).changes
    row = await row_of(database, "group-3")
    assert (row.withdrawn_on, row.last_seen) == (date(2026, 7, 1), date(2026, 7, 2))
    async with database.transaction() as session:
        assert await put_back(session, meeting_id)
    row = await row_of(database, "group-3")
    assert (row.withdrawn_on, row.taken_off, row.first_seen) == (None, False, date(2026, 7, 2))


async def test_put_back_while_its_list_does_not_show_it_it_waits_for_the_list(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOON)
    await take(database, LIST)
    meeting_id = (await row_of(database, "group-3")).id
    async with database.transaction() as session:
        await take_off(session, meeting_id)
    await take(database, without(3))
    async with database.transaction() as session:
        await put_back(session, meeting_id)
    assert (await row_of(database, "group-3")).withdrawn_on is not None
    set_clock(NOON + timedelta(days=1))
    await take(database, LIST)
    assert (await row_of(database, "group-3")).withdrawn_on is None


async def test_tuesday_11_pm_before_the_clocks_go_back_and_wednesday_midnight_after_is_no_change(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    """SMART's finder writes the next start at one fixed offset; it is 7 pm in New York all along."""
    database = await make_database("aftercare")
    texts = {
        "Tuesday 11:00 PM": datetime(2026, 10, 27, 23, tzinfo=UTC),
        "Wednesday 12:00 AM": datetime(2026, 11, 4, 0, tzinfo=UTC),
        "every other Tuesday 11:00 PM": datetime(2026, 10, 20, 23, tzinfo=UTC),
        "every other Wednesday 12:00 AM": datetime(2026, 11, 4, 0, tzinfo=UTC),
    }
    weekly_before, weekly_after, other_before, other_after = (
        _by_text(words, next_start) for words, next_start in texts.items()
    )
    assert weekly_before.recurrence is not None
    assert (weekly_before.recurrence.byday, weekly_before.recurrence.wall_time) == (2, time(19))
    assert weekly_before.content_hash == weekly_after.content_hash
    assert other_before.content_hash == other_after.content_hash
    set_clock(datetime(2026, 10, 26, 12, tzinfo=UTC))
    await take(database, [weekly_before, replace(other_before, source_id="other")])
    set_clock(datetime(2026, 11, 2, 12, tzinfo=UTC))
    taken = await take(database, [weekly_after, replace(other_after, source_id="other")])
    assert (taken.snapshot.changed, bool(taken.changes)) == (0, False)
    assert (await row_of(database, "other")).unchanged_since == date(2026, 10, 26)


def _by_text(words: str, next_start: datetime) -> NormalMeeting:
    found = schedule(words, next_start, "America/New_York")
    assert found is not None
    slot = found.slot
    rule = Recurrence(
        Frequency.WEEKLY,
        slot.interval,
        slot.weekday,
        slot.setpos,
        found.starts,
        "America/New_York",
        Basis.INFERRED,
        found.anchor,
    )
    return meeting("smart-1", recurrence=rule)


async def test_a_clock_that_once_ran_ahead_does_not_stop_the_counting(
    make_database: MakeDatabase, set_clock: SetClock
) -> None:
    database = await make_database("aftercare")
    set_clock(NOON + timedelta(days=400))
    await take(database, LIST)
    for day in range(10):
        set_clock(NOON + timedelta(days=day))
        await take(database, LIST[:-1])
        set_clock(NOON + timedelta(days=day, seconds=-30))  # put right a little: the same day still
        await take(database, LIST[:-1])
    assert (await row_of(database, LIST[-1].source_id)).withdrawn_on == (NOON + timedelta(days=8)).date()
