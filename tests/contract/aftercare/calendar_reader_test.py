"""An independent reader (recurring-ical-events) sees on our calendar the dates we mean.

It needs a Python of its own, named by CALENDAR_READER: its dateutil is older than ours.
"""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

import services.aftercare
from services.aftercare.calendar.entry import Entry, SingleDate
from services.aftercare.calendar.series import Parties, calendar_of, invitation_of
from services.aftercare.meetings.normal_form import Basis, Frequency, Meeting, Recurrence
from services.aftercare.meetings.reading import read
from services.aftercare.meetings.recurrence import occurrences
from shared.contracts.aftercare import InvitationMethod
from tests.conftest import missing
from tests.settings import TestSettings

SCRIPT = Path(__file__).with_name("expand_calendar.py")
DEMO = (Path(services.aftercare.__file__).parent / "demo_meetings.json").read_bytes()
LISTED = [meeting for meeting in read(DEMO, "demo").meetings if meeting.offerable]
NY = "America/New_York"
LINK = "https://week.example.org/my"
SINCE, UNTIL = datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)


def expand(content: bytes) -> list[tuple[datetime, int, str]]:
    """(start, minutes, status) of every date the other reader shows."""
    reader = TestSettings().calendar_reader
    if not reader:
        missing("CALENDAR_READER names no Python with recurring-ical-events")
    command = [reader, str(SCRIPT), SINCE.isoformat(), UNTIL.isoformat()]
    done = subprocess.run(command, input=content, capture_output=True, timeout=30, check=True)
    return [
        (datetime.fromisoformat(start), minutes, status)
        for start, minutes, status, _ in json.loads(done.stdout)
    ]


def rule(**differs: object) -> Recurrence:
    plain = Recurrence(Frequency.WEEKLY, 1, 2, (), time(19), NY, Basis.STATED)
    return replace(plain, **differs)  # type: ignore[arg-type]


def entry(recurrence: Recurrence, first: datetime) -> Entry:
    meeting: Meeting = replace(LISTED[0], recurrence=recurrence, duration=90)
    issued = datetime(2026, 10, 1, tzinfo=UTC)
    return Entry(UUID(int=7), meeting, 0, first, issued, date(2027, 10, 1))


def expected(one: Entry) -> list[datetime]:
    last = datetime.combine(one.review_on, time(23, 59, 59), one.start.tzinfo)
    found = []
    for start in occurrences(one.rule, one.first_at - timedelta(seconds=1)):
        if start > last:
            break
        found.append(start.astimezone(UTC))
    return found


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(NY)).astimezone(UTC)


@pytest.mark.parametrize(
    ("recurrence", "first"),
    [
        (rule(), "2026-10-06T19:00"),
        (rule(interval=2, anchor=date(2026, 10, 6)), "2026-10-06T19:00"),
        (rule(freq=Frequency.MONTHLY, byday=1, setpos=(1, 3, -1)), "2026-10-05T19:00"),
        (rule(byday=0, wall_time=time(2, 30)), "2026-10-04T02:30"),
        (rule(byday=0, wall_time=time(1, 30)), "2026-10-04T01:30"),
        (rule(tz="America/Phoenix"), "2026-10-06T22:00"),
        (rule(tz="Australia/Sydney", byday=3), "2026-10-06T05:00"),
    ],
    ids=["weekly", "every-other", "1st-3rd-last", "half-past-two", "half-past-one", "no-dst", "south"],
)
def test_another_reader_sees_the_dates_we_mean_across_both_clock_changes(
    recurrence: Recurrence, first: str
) -> None:
    one = entry(recurrence, here(first))
    found = expand(calendar_of([one], LINK))
    assert [start for start, _, _ in found] == expected(one)
    assert {(minutes, status) for _, minutes, status in found} == {(90, "CONFIRMED")}


def test_another_reader_sees_every_listed_meeting_where_we_do() -> None:
    entries = []
    for number, meeting in enumerate(LISTED):
        assert meeting.recurrence is not None
        first = next(occurrences(meeting.recurrence, datetime(2026, 10, 1, tzinfo=UTC)), None)
        if first is not None:
            issued = datetime(2026, 10, 1, tzinfo=UTC)
            entries.append(Entry(UUID(int=number + 1), meeting, 0, first, issued, date(2027, 10, 1)))
    assert len(entries) > 20
    shown = sorted(start for start, _, _ in expand(calendar_of(entries, LINK)))
    assert shown == sorted(start for one in entries for start in expected(one))


def test_another_reader_sees_one_date_off_one_moved_and_one_unsure() -> None:
    def single(day: str, to: str = "", **state: bool) -> SingleDate:
        starts = here(to or day)
        return SingleDate(here(day), starts, starts + timedelta(minutes=90), **state)

    dates = (
        single("2026-10-27T19:00", cancelled=True),
        single("2026-11-03T19:00", "2026-11-04T18:00"),
        single("2027-03-16T19:00", unconfirmed=True),
    )
    one = replace(entry(rule(), here("2026-10-06T19:00")), sequence=3, dates=dates)
    found = {start: status for start, _, status in expand(calendar_of([one], LINK))}
    assert here("2026-10-27T19:00") not in found
    assert here("2026-11-03T19:00") not in found
    assert found[here("2026-11-04T18:00")] == "CONFIRMED"
    assert found[here("2027-03-16T19:00")] == "TENTATIVE"
    assert len(found) == len(expected(one)) - 1
    invitation = invitation_of(
        one, InvitationMethod.REQUEST, Parties("a@example.org", "b@example.org"), LINK, SINCE
    )
    assert {start: status for start, _, status in expand(invitation)} == found


def test_another_reader_sees_the_past_of_a_series_that_ended() -> None:
    one = replace(entry(rule(), here("2026-10-06T19:00")), sequence=1, ended_at=here("2026-10-22T12:00"))
    assert [start for start, _, _ in expand(calendar_of([one], LINK))] == [
        here("2026-10-06T19:00"), here("2026-10-13T19:00"), here("2026-10-20T19:00"),
    ]  # fmt: skip
