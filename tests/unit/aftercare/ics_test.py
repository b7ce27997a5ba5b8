"""Calendars: one event per series; what repeats at the wrong hour, or not at all, is refused."""

from collections.abc import Generator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.aftercare.meetings.normal_form import Basis, Frequency, Meeting
from services.aftercare.meetings.reading import Reading, read
from services.aftercare.meetings.recurrence import next_occurrences
from shared import clock

START = "DTSTART;TZID=America/Denver:20260106T190000"  # a Tuesday
PLACE = "LOCATION:Pine Hall\\, 1 Invented St\\, Denver\\, CO 80203"


@pytest.fixture(autouse=True)
def _a_day_in_march() -> Generator[None]:
    clock.shift(datetime(2026, 3, 2, tzinfo=UTC) - datetime.now(UTC))
    yield
    clock.shift(timedelta())


def calendar(*events: tuple[str, ...], before: str = "", zone: str | None = None) -> Reading:
    text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + before
    for number, lines in enumerate(events):
        own = () if any(line.startswith("UID") for line in lines) else (f"UID:u{number}",)
        inside = "\r\n".join(("BEGIN:VEVENT", "SUMMARY:Tools", *own, *lines, "END:VEVENT"))
        text += inside + "\r\n"
    found = read((text + "END:VCALENDAR\r\n").encode(), "test", zone=zone)
    assert len(found.meetings) + len(found.rejected) == found.rows
    return found


def one(*lines: str, start: str = START, before: str = "", zone: str | None = None) -> Meeting:
    found = calendar((start, *lines), before=before, zone=zone)
    assert found.rejected == ()
    (meeting,) = found.meetings
    return meeting


def reason(*lines: str, start: str = START) -> str:
    (rejected,) = calendar((start, *lines)).rejected
    return rejected.reason


def test_a_weekly_series() -> None:
    meeting = one("RRULE:FREQ=WEEKLY", "DURATION:PT1H30M", PLACE, "DESCRIPTION:Join https://zoom.us/j/1")
    rule = meeting.recurrence
    assert rule is not None
    assert (rule.freq, rule.byday, rule.wall_time) == (Frequency.WEEKLY, 2, time(19))
    assert (rule.tz, rule.tz_basis) == ("America/Denver", Basis.STATED)
    assert (meeting.source_id, meeting.duration, sorted(meeting.modalities)) == (
        "u0", 90, ["in_person", "online"],
    )  # fmt: skip


def test_several_weekdays_are_several_meetings() -> None:
    found = calendar((START, "RRULE:FREQ=WEEKLY;BYDAY=TU,TH"))
    assert (found.source_rows, found.rows) == (1, 2)
    assert [one.source_id for one in found.meetings] == ["u0-2", "u0-4"]


def test_every_other_week_is_counted_from_the_first_date() -> None:
    rule = one("RRULE:FREQ=WEEKLY;INTERVAL=2").recurrence
    assert rule is not None
    starts = next_occurrences(rule, datetime(2026, 3, 2, tzinfo=UTC), 2)
    assert [start.date() for start in starts] == [date(2026, 3, 3), date(2026, 3, 17)]


@pytest.mark.parametrize(
    ("rule", "setpos"),
    [("BYDAY=1TU,3TU,-1TU", (1, 3, -1)), ("BYDAY=TU;BYSETPOS=2,4", (2, 4)), ("BYDAY=2TU", (2,))],
)
def test_ordinals_of_the_month(rule: str, setpos: tuple[int, ...]) -> None:
    found = one(f"RRULE:FREQ=MONTHLY;{rule}").recurrence
    assert found is not None
    assert (found.freq, found.byday, found.setpos) == (Frequency.MONTHLY, 2, setpos)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "not_recurring"),
        (("RRULE:FREQ=WEEKLY;INTERVAL=3",), "rule_unsupported"),
        (("RRULE:FREQ=MONTHLY;BYDAY=5TU",), "rule_unsupported"),
        (("RRULE:FREQ=MONTHLY;BYMONTHDAY=6",), "rule_unsupported"),
        (("RRULE:FREQ=YEARLY",), "rule_unsupported"),
        (("RRULE:FREQ=WEEKLY;UNTIL=20260201T000000Z",), "series_over"),
        (("RRULE:FREQ=WEEKLY;COUNT=4",), "series_over"),
        (("RRULE:FREQ=WEEKLY", "STATUS:CANCELLED"), "cancelled"),
        (("RRULE:nonsense",), "rule_unsupported"),
    ],
)
def test_what_is_no_open_series_is_refused(lines: tuple[str, ...], why: str) -> None:
    assert reason(*lines) == why


@pytest.mark.parametrize("day", ["99991220", "99981231", "00010101", "90001231"])
@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY;BYDAY=1MO"])
def test_a_series_from_the_end_of_all_calendars_stops_nobody_elses_search(day: str, rule: str) -> None:
    """Programs write the first or the last day there is for a day they do not know."""
    found = calendar((f"DTSTART;TZID=America/Denver:{day}T190000", f"RRULE:{rule}"))
    for meeting in found.meetings:
        assert meeting.recurrence is not None
        assert len(next_occurrences(meeting.recurrence, clock.now(), 12)) == 12
    assert bool(found.rejected) is day.startswith("99")


def test_an_unknown_zone_is_refused_and_does_not_become_floating() -> None:
    assert reason("RRULE:FREQ=WEEKLY", start="DTSTART;TZID=Nowhere/Town:20260106T190000") == "unknown_zone"


@pytest.mark.parametrize(
    "name", ["US/Mountain", "Mountain Standard Time", "/citadel.org/20260101_1/America/Denver"]
)
def test_other_names_of_a_zone_are_known(name: str) -> None:
    rule = one("RRULE:FREQ=WEEKLY", start=f"DTSTART;TZID={name}:20260106T190000").recurrence
    assert rule is not None
    assert rule.tz == "America/Denver"


def test_a_rule_in_utc_is_read_in_the_calendars_zone_or_refused() -> None:
    utc = "DTSTART:20260107T020000Z"
    assert reason("RRULE:FREQ=WEEKLY", start=utc) == "utc_rule_without_zone"
    rule = one("RRULE:FREQ=WEEKLY", start=utc, before="X-WR-TIMEZONE:America/Denver\r\n").recurrence
    assert rule is not None
    assert (rule.byday, rule.wall_time, rule.tz) == (2, time(19), "America/Denver")
    placed = one("RRULE:FREQ=WEEKLY", PLACE, start=utc).recurrence
    assert placed is not None
    assert (placed.byday, placed.tz_basis) == (2, Basis.INFERRED)


def test_dates_that_fall_out_are_noted() -> None:
    found = calendar(
        (START, "UID:a", "RRULE:FREQ=WEEKLY", "EXDATE;TZID=America/Denver:20260310T190000"),
        ("DTSTART;TZID=America/Denver:20260318T190000", "UID:a",
         "RECURRENCE-ID;TZID=America/Denver:20260317T190000"),
    )  # fmt: skip
    (meeting,) = found.meetings
    assert meeting.recurrence is not None
    assert meeting.recurrence.except_on == (date(2026, 3, 10), date(2026, 3, 17))
    assert [(one.row, one.reason) for one in found.rejected] == [(1, "one_date_of_a_series")]


def test_one_broken_event_costs_no_other() -> None:
    found = calendar(("DTSTART:soon", "RRULE:FREQ=WEEKLY"), (START, "RRULE:FREQ=WEEKLY"), ("no colon here",))
    assert len(found.meetings) == 1
    assert [one.row for one in found.rejected] == [0, 2]
