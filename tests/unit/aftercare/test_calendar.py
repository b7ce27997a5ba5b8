"""The calendar file: read back by the library, expanded across the clock change, silent about its subject."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar

from services.aftercare.calendar.entry import Entry
from services.aftercare.calendar.series import calendar_of
from services.aftercare.meetings.normal_form import Frequency

from .worked_example import MEETINGS, NY

LINK = "https://aftercare.example.org/my/0123456789abcdef0123456789abcdef"
ID = UUID("0192f000-0000-7000-8000-000000000001")
TUESDAY = next(one.meeting for one in MEETINGS if one.id == "M04")  # Tuesdays 19:00 New York, 90 minutes
FIRST = datetime(2027, 3, 2, 19, tzinfo=ZoneInfo(NY))
ENTRY = Entry(ID, TUESDAY, 0, FIRST, datetime(2027, 2, 26, 18, tzinfo=UTC), date(2028, 2, 25))
LOUD = re.compile(r"\b(smart|recovery|aa|na|rehab|addiction|sober)\b", re.IGNORECASE)


def parsed(*entries: Entry) -> list[Any]:
    return Calendar.from_ical(calendar_of(entries, LINK)).walk("VEVENT")


def starts(event: Any, count: int) -> list[datetime]:
    """The dates a calendar application works out from DTSTART and RRULE."""
    rule = rrulestr(event["rrule"].to_ical().decode(), dtstart=event["dtstart"].dt)
    return list(islice(rule, count))


def test_a_series_keeps_the_wall_clock_of_the_meeting_across_the_clock_change() -> None:
    (event,) = parsed(ENTRY)
    found = starts(event, 6)
    assert {f"{one:%a %H:%M}" for one in found} == {"Tue 19:00"}
    london = [one.astimezone(ZoneInfo("Europe/London")) for one in found]
    assert [f"{one:%a %H:%M}" for one in london] == [
        "Wed 00:00", "Wed 00:00", "Tue 23:00", "Tue 23:00", "Wed 00:00", "Wed 00:00",
    ]  # fmt: skip


def test_the_series_ends_on_the_review_day_and_says_so_in_utc() -> None:
    (event,) = parsed(ENTRY)
    (until,) = event["rrule"]["UNTIL"]
    assert until == datetime(2028, 2, 26, 4, 59, 59, tzinfo=UTC)
    assert starts(event, 100)[-1].date() == date(2028, 2, 22)
    assert "UNTIL=20280226T045959Z" in calendar_of([ENTRY], LINK).decode()


def test_the_entry_is_private_short_and_fixed_in_its_identity() -> None:
    (event,) = parsed(ENTRY)
    assert str(event["uid"]) == str(ID)
    assert (event["sequence"], event["summary"], event["class"]) == (0, "Group", "PRIVATE")
    assert event["duration"].dt == timedelta(minutes=90)
    assert event["dtstart"].params["TZID"] == NY
    assert event["url"] == LINK
    assert "location" not in event
    (alarm,) = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(minutes=-60)
    assert calendar_of([ENTRY], LINK) == calendar_of([ENTRY], LINK)


def test_the_file_never_says_what_kind_of_group_it_is() -> None:
    text = calendar_of(
        [replace(ENTRY, id=UUID(int=n), meeting=one.meeting) for n, one in enumerate(MEETINGS)], LINK
    )
    assert not LOUD.search(text.decode())
    for one in MEETINGS:
        assert one.meeting.name not in text.decode()


def test_the_time_zone_is_bounded_and_complete() -> None:
    calendar = Calendar.from_ical(calendar_of([ENTRY], LINK))
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == NY
    assert len(calendar_of([ENTRY], LINK)) < 3000
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}


def test_both_clock_changes_are_dated_by_the_clock_before_them() -> None:
    text = calendar_of([ENTRY], LINK).decode()
    daylight = text.split("BEGIN:DAYLIGHT")[1].split("END:DAYLIGHT")[0]
    standard = text.split("BEGIN:STANDARD")[-1].split("END:STANDARD")[0]
    assert "20270314T020000" in daylight
    assert "20270314T030000" not in daylight
    assert "20271107T020000" in standard


def test_an_ended_series_keeps_its_past_and_loses_its_future() -> None:
    ended = replace(ENTRY, sequence=1, ended_at=datetime(2027, 3, 20, 12, tzinfo=UTC))
    (event,) = parsed(ended)
    assert [one.date().day for one in starts(event, 100)] == [2, 9, 16]
    assert (event["sequence"], event["status"]) == (1, "CONFIRMED")


def test_a_series_that_never_began_is_cancelled() -> None:
    (event,) = parsed(replace(ENTRY, sequence=1, ended_at=datetime(2027, 2, 27, tzinfo=UTC)))
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert event.walk("VALARM") == []


def test_month_ordinals_and_every_other_week_are_written_as_rules() -> None:
    assert TUESDAY.recurrence is not None
    monthly = replace(TUESDAY.recurrence, freq=Frequency.MONTHLY, setpos=(1, -1))
    (event,) = parsed(replace(ENTRY, meeting=replace(TUESDAY, recurrence=monthly)))
    assert [f"{one:%m-%d}" for one in starts(event, 4)] == ["03-02", "03-30", "04-06", "04-27"]
    fortnight = replace(TUESDAY.recurrence, interval=2, anchor=date(2027, 3, 2))
    (event,) = parsed(replace(ENTRY, meeting=replace(TUESDAY, recurrence=fortnight)))
    assert [f"{one:%m-%d}" for one in starts(event, 3)] == ["03-02", "03-16", "03-30"]


def test_a_start_in_the_hour_that_does_not_exist_can_be_read_back() -> None:
    assert TUESDAY.recurrence is not None
    rule = replace(TUESDAY.recurrence, byday=0, wall_time=time(2, 30))
    gap = datetime(2027, 3, 14, 2, 30, tzinfo=ZoneInfo(NY)).astimezone(UTC)
    (event,) = parsed(replace(ENTRY, first_at=gap, meeting=replace(TUESDAY, recurrence=rule)))
    assert f"{event['dtstart'].dt.astimezone(UTC):%H:%M}" == "07:30"


def test_no_meetings_is_an_empty_calendar() -> None:
    assert parsed() == []
