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
    assert one.rhythm is not None
    last = datetime.combine(one.review_on, time(23, 59, 59), one.zone)
    found = []
    for start in occurrences(one.rhythm, one.first_at - timedelta(seconds=1)):
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


WEDNESDAYS_AT_EIGHT = {"byday": 3, "wall_time": time(20)}


@pytest.mark.parametrize(
    "differs",
    [
        WEDNESDAYS_AT_EIGHT,
        {"wall_time": time(7, 30)},
        {"interval": 2, "anchor": date(2027, 3, 30)},
        {"freq": Frequency.MONTHLY, "byday": 1, "setpos": (2,)},
        {"tz": "Europe/London", "byday": 0, "wall_time": time(1, 30)},
    ],
    ids=["day", "hour", "every-other", "monthly", "london"],
)
def test_another_reader_sees_the_past_where_it_was_after_the_listing_moved(
    differs: dict[str, object],
) -> None:
    """Tuesdays until the 20th of March, over the change of the clocks in autumn and that in spring."""
    before = [
        start
        for start in expected(entry(rule(), here("2026-10-06T19:00")))
        if start < here("2027-03-20T12:00")
    ]
    dates = tuple(SingleDate(start, start, start + timedelta(minutes=90)) for start in before)
    moved = entry(rule(**differs), here("2026-10-06T19:00"))
    moved = replace(moved, dates=dates, since=here("2027-03-20T12:00"), sequence=1)
    found = expand(calendar_of([moved], LINK))
    ahead = [start for start in expected(moved) if start > here("2027-03-20T12:00")]
    assert [start for start, _, _ in found] == before + ahead
    assert {minutes for _, minutes, _ in found} == {90}
    invitation = invitation_of(
        moved, InvitationMethod.REQUEST, Parties("a@example.org", "b@example.org"), LINK, SINCE
    )
    assert expand(invitation) == found


def test_another_reader_sees_a_pause_as_a_gap_and_a_day_the_list_takes_out_as_none() -> None:
    went = [here(f"2026-10-{day:02}T19:00") for day in (6, 13)]
    dates = tuple(SingleDate(start, start, start + timedelta(minutes=90)) for start in went)
    one = entry(rule(except_on=(date(2026, 11, 24),)), here("2026-10-06T19:00"))
    rested = replace(one, dates=dates, since=here("2026-11-08T12:00"), sequence=2)
    found = [start for start, _, _ in expand(calendar_of([rested], LINK))]
    assert found[:4] == [*went, here("2026-11-10T19:00"), here("2026-11-17T19:00")]
    assert found[4] == here("2026-12-01T19:00")


def test_another_reader_sees_a_date_moved_onto_another_one_and_that_other_one_off() -> None:
    onto = here("2026-10-27T19:00")
    length = timedelta(minutes=90)
    moved = SingleDate(here("2026-10-20T19:00"), onto, onto + length)
    one = replace(entry(rule(), here("2026-10-06T19:00")), dates=(moved,))
    assert [start for start, _, _ in expand(calendar_of([one], LINK))].count(onto) == 2
    off = replace(one, dates=(moved, SingleDate(onto, onto, onto + length, cancelled=True)))
    found = [start for start, _, _ in expand(calendar_of([off], LINK))]
    assert (found.count(onto), found.count(here("2026-10-20T19:00"))) == (1, 0)


def test_another_reader_can_read_a_calendar_with_nothing_in_it() -> None:
    assert expand(calendar_of([], LINK)) == []


@pytest.mark.parametrize("moved_to", ["2026-11-01T05:30+00:00", "2026-11-01T06:30+00:00"])
def test_another_reader_tells_the_two_half_past_ones_of_one_night_apart(moved_to: str) -> None:
    moment = datetime.fromisoformat(moved_to)
    moved = SingleDate(here("2026-11-03T19:00"), moment, moment + timedelta(minutes=60))
    one = replace(entry(rule(), here("2026-10-06T19:00")), dates=(moved,))
    assert moment in [start for start, _, _ in expand(calendar_of([one], LINK))]
