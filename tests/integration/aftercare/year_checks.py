"""After the year: everything on file against what it should be, worked out a second way (year_oracle.py)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar
from sqlalchemy import select

from services.aftercare.measures import reading
from services.aftercare.measures.after_leaving import Counted, clinical, leavings, mutual_help
from services.aftercare.meetings.normal_form import from_plain
from services.aftercare.tables import Enrolment, Meeting, Message, MessageState, Occurrence, Purpose
from shared import clock
from shared.contracts.aftercare import MessageChannel
from shared.jobs import jobs

from .telling import dates, messages
from .year_oracle import Date, Line, Series, expected, tallied
from .year_tale import HOME, Tale, at

_ABOUT_DATES = {
    "reminder_day", "reminder_hour", "reminder_join", "unconfirmed", "is_it_held", "how_was_it",
    "how_was_it_again",
}  # fmt: skip
_REMINDERS = {*_ABOUT_DATES, "sorry_not_held", "changed"}
_AT_ONCE = {"stopped", "resumed"}


async def check_everything(tale: Tale) -> None:
    rows = await messages(tale.people.aftercare, tale.case_id)
    every = await _series(tale)
    held = {one.id: (one.enrolment_id, one.original_start) for one in await _dates(tale)}
    _check_dates(await _dates(tale), every)
    _check_messages_about_dates(tale, rows, every, held)
    _check_check_ins(tale, rows)
    _check_hours(tale, rows)
    _check_refusals(tale, rows)
    await _check_end(tale, rows)
    await _check_sequences(tale, rows)
    await _check_words(tale, rows)
    await _check_jobs(tale)
    await _check_attendance(tale, every, held)
    await _check_measures(tale)


async def _dates(tale: Tale) -> Sequence[Occurrence]:
    return await dates(tale.people.aftercare, tale.case_id)


async def _series(tale: Tale) -> list[Series]:
    """What was on the calendar, from when to when; the rhythm is the list's."""
    query = select(Enrolment, Meeting).join(Meeting, Meeting.id == Enrolment.meeting_id)
    mine = query.where(Enrolment.case_id == tale.case_id, Enrolment.active_at.is_not(None))
    async with tale.people.aftercare.database.reading() as session:
        pairs = (await session.execute(mine.order_by(Enrolment.id))).all()
    found = []
    for enrolment, row in pairs:
        meeting = from_plain(row.listing)
        rule = meeting.recurrence
        assert rule is not None
        assert rule.wall_time is not None
        assert rule.tz is not None
        assert enrolment.active_at is not None
        assert enrolment.ended_at is not None
        found.append(
            Series(
                enrolment.id,
                ((rule.byday or 0) - 1) % 7,
                rule.wall_time,
                rule.tz,
                timedelta(minutes=meeting.duration),
                enrolment.active_at,
                enrolment.ended_at,
            )
        )
        if row.source_id in tale.world.doubts:
            tale.world.doubted[enrolment.id] = tale.world.doubts[row.source_id]
    return found


def _check_dates(found: Sequence[Occurrence], every: Sequence[Series]) -> None:
    """The dates of the year are those a calendar gives."""
    walked = [(series.enrolment, start) for series in every for start in series.starts()]
    assert sorted((one.enrolment_id, one.original_start) for one in found) == sorted(walked)


def _check_messages_about_dates(
    tale: Tale, rows: Sequence[Message], every: Sequence[Series], held: dict[UUID, Date]
) -> None:
    tale.world.told = {held[one]: moment for one, (moment, _) in tale.people.told.items()}
    found = sorted(
        Line(*held[one.about], one.purpose.value, _fate(one))
        for one in rows
        if one.purpose.value in _ABOUT_DATES and one.about is not None
    )
    wanted = expected(tale.world, every, clock.now())
    assert Counter(found) - Counter(wanted) == Counter(), "written, but not expected"
    assert Counter(wanted) - Counter(found) == Counter(), "expected, but not written"
    fates = Counter((line.purpose, line.fate) for line in found)
    print(f"About {len(held)} dates: " + ", ".join(f"{n} {p} {f}" for (p, f), n in sorted(fates.items())))


def _fate(one: Message) -> str:
    sent = one.state is MessageState.SENT and one.channel
    return str(one.channel.value if sent and one.channel else one.reason)


def _check_check_ins(tale: Tale, rows: Sequence[Message]) -> None:
    """Thirteen Wednesdays, then every fourth one, and once more two days after use was reported."""
    asked = [
        one.created_at.astimezone(tale.world.zone(one.created_at))
        for one in rows
        if one.purpose is Purpose.CHECK_IN
    ]
    first = at("2026-06-03", "09:00").date()
    weekly = [first + timedelta(weeks=number) for number in range(13)]
    monthly = [weekly[-1] + timedelta(weeks=4 * number) for number in range(1, 10)]
    again = at("2026-08-28", "12:00").date()
    assert sorted(one.date() for one in asked) == sorted([*weekly, *monthly, again])


def _check_hours(tale: Tale, rows: Sequence[Message]) -> None:
    """Everything left at an hour of day at which the client may be written to, where the client was."""
    for one in rows:
        ending = "ending" in one.details
        if one.sent_at is None or one.purpose.value in _AT_ONCE or ending:
            continue
        here = one.sent_at.astimezone(tale.world.zone(one.sent_at)).time()
        opens, closes = (time(8), time(21)) if one.purpose.value in _REMINDERS else (time(9), time(20))
        assert opens <= here < closes, (one.purpose, here)


def _check_refusals(tale: Tale, rows: Sequence[Message]) -> None:
    """No text without leave, nothing at all after "stop everything"."""
    for one in rows:
        if one.sent_at is None or one.purpose.value in _AT_ONCE:
            continue
        moment = one.sent_at
        assert not any(since < moment < until for since, until in tale.world.stopped), one.purpose
        if one.channel is MessageChannel.TEXT:
            assert not any(since < moment < until for since, until in tale.world.no_texts), one.purpose
    assert [one.purpose.value for one in rows if one.purpose.value in _AT_ONCE] == ["stopped", "resumed"]
    assert {one.state for one in rows} == {MessageState.SENT, MessageState.HELD_BACK}


async def _check_end(tale: Tale, rows: Sequence[Message]) -> None:
    ended = (await tale.plan()).ended_at
    assert ended is not None
    late = [one for one in rows if one.sent_at and one.sent_at > ended]
    assert {one.purpose for one in late} == {Purpose.INVITATION}
    assert all("ending" in one.details for one in late)


async def _check_sequences(tale: Tale, rows: Sequence[Message]) -> None:
    """Each calendar entry that left: one UID a meeting, SEQUENCE rising, a date off by its RECURRENCE-ID."""
    seen: dict[str, list[int]] = defaultdict(list)
    off = 0
    for one in sorted((one for one in rows if one.purpose is Purpose.INVITATION and one.sent_at), key=_when):
        calendar = Calendar.from_ical((await tale.people.words_of(one))["calendar"])
        event = calendar.walk("VEVENT")[0]
        assert str(event["uid"]) == str(one.about)
        seen[str(event["uid"])].append(int(str(event["sequence"])))
        if "recurrence-id" in event:
            off += 1
            assert (calendar["method"], event["status"]) == ("CANCEL", "CANCELLED")
    assert off == len(tale.world.called_off)
    for numbers in seen.values():
        assert all(later > earlier for earlier, later in pairwise(numbers)), numbers


def _when(one: Message) -> datetime:
    return one.sent_at or datetime.max.replace(tzinfo=UTC)


async def _check_words(tale: Tale, rows: Sequence[Message]) -> None:
    """A reminder says the time on the clock where the client is, on both sides of both changes."""
    starts = {one.id: one.starts_at for one in await _dates(tale)}
    said = set()
    for one in rows:
        if one.purpose not in (Purpose.REMINDER_DAY, Purpose.REMINDER_HOUR) or one.sent_at is None:
            continue
        here = starts[one.about].astimezone(tale.world.zone(one.sent_at)) if one.about else None
        assert here is not None
        clock_time = f"{here.hour % 12 or 12}:{here:%M} {'am' if here.hour < 12 else 'pm'}"
        assert clock_time in (await tale.people.words_of(one))["text"]
        said.add((here.tzinfo, clock_time))
    print("Times said:", ", ".join(sorted(f"{when} ({zone})" for zone, when in said)))


async def _check_jobs(tale: Tale) -> None:
    """Every timer fired once, at its time; nothing was given up, nothing is due."""
    async with tale.people.aftercare.database.reading() as session:
        rows = (await session.execute(select(jobs))).all()
    assert [row for row in rows if row.gave_up_at is not None] == []
    assert [row for row in rows if row.done_at is None and row.due_at <= clock.now()] == []
    for row in rows:
        if row.done_at is not None:
            assert row.attempts == 1, (row.kind, row.attempts, row.last_code)
            assert timedelta() <= row.done_at - row.due_at < timedelta(minutes=5), (row.kind, row.due_at)
    print(f"{len(rows)} jobs, each run once at its time")


async def _check_attendance(tale: Tale, every: Sequence[Series], held: dict[UUID, Date]) -> None:
    said = {held[one]: went.value for one, (_, went) in tale.people.told.items()}
    ended = (await tale.plan()).ended_at
    assert ended is not None
    walked = [(series.enrolment, start) for series in every for start in series.starts()]
    wanted = tallied(said, walked, tale.world.called_off)
    found = Counter(one.state.value for one in await _dates(tale))
    assert found == Counter(wanted)
    print("Dates:", ", ".join(f"{number} {state}" for state, number in sorted(found.items())))


async def _check_measures(tale: Tale) -> None:
    """This one client's part in the figures: a clinical visit on day 4, a meeting the first evening."""
    here = ZoneInfo(HOME)
    since, until = at("2026-06-01", "00:00"), at("2026-07-01", "00:00")
    async with tale.people.aftercare.database.reading() as session:
        left = leavings(await reading.stays(session, since, until, here), since.date(), until.date())
        visits = await reading.visits(session, since)
        meetings = await reading.meetings(session, since)
        signs = await reading.signs(session, since, until)
    by_day = {case: {moment.astimezone(here).date() for moment in found} for case, found in visits.items()}
    came = {case: {moment.astimezone(here).date() for moment in found} for case, found in meetings.items()}
    today = clock.now().date()
    assert clinical(left, by_day, today, days=(7, 30)) == Counted(1, {7: 1, 30: 1})
    assert mutual_help(left, came, today, days=(2, 7, 30)) == Counted(1, {2: 1, 7: 1, 30: 1})
    left_at = at("2026-06-02")
    weeks = {(moment - left_at) // timedelta(weeks=1) for found in signs.values() for moment in found}
    print(f"Seen or spoken with in {len(weeks & set(range(52)))} of 52 weeks")
    assert len(set(range(52)) - weeks) <= 1, sorted(set(range(52)) - weeks)
