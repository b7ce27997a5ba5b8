"""Clock changes: what a client in another zone sees of a weekly meeting, date by date."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import MONTHLY, SU, WEEKLY, rrule

from services.aftercare.meetings.normal_form import Basis, Frequency, Recurrence
from services.aftercare.meetings.recurrence import ical_rule, in_words, next_occurrences

NY = "America/New_York"


def weekly(day: int, clock: str, tz: str | None, **more: object) -> Recurrence:
    rule = {"freq": Frequency.WEEKLY, "interval": 1, "setpos": (), "tz_basis": Basis.STATED} | more
    return Recurrence(byday=day, wall_time=time.fromisoformat(clock), tz=tz, **rule)  # type: ignore[arg-type]


TUESDAYS_AT_SEVEN = weekly(2, "19:00", NY)
ZONES = ("Europe/London", "America/Phoenix", "America/Los_Angeles", "Australia/Sydney")
SPRING = ("Wed 00:00", "Tue 17:00", "Tue 16:00", "Wed 11:00")
SUMMER_IN_AMERICA = ("Tue 23:00", "Tue 16:00", "Tue 16:00", "Wed 10:00")


@pytest.mark.parametrize(
    ("day", "seen"),
    [
        (date(2027, 3, 2), SPRING),
        (date(2027, 3, 9), SPRING),
        (date(2027, 3, 16), SUMMER_IN_AMERICA),
        (date(2027, 3, 23), SUMMER_IN_AMERICA),
        (date(2027, 3, 30), ("Wed 00:00", "Tue 16:00", "Tue 16:00", "Wed 10:00")),
        (date(2027, 4, 6), ("Wed 00:00", "Tue 16:00", "Tue 16:00", "Wed 09:00")),
        (date(2026, 10, 20), ("Wed 00:00", "Tue 16:00", "Tue 16:00", "Wed 10:00")),
        (date(2026, 10, 27), ("Tue 23:00", "Tue 16:00", "Tue 16:00", "Wed 10:00")),
        (date(2026, 11, 3), ("Wed 00:00", "Tue 17:00", "Tue 16:00", "Wed 11:00")),
    ],
)
def test_a_new_york_tuesday_at_seven_is_seen_in_each_zone_at_the_right_hour(
    day: date, seen: tuple[str, ...]
) -> None:
    morning = datetime.combine(day, time(8), ZoneInfo(NY))
    for zone, expected in zip(ZONES, seen, strict=True):
        (found,) = next_occurrences(TUESDAYS_AT_SEVEN, morning, 1, zone)
        assert f"{found:%a %H:%M}" == expected, zone


def test_six_weeks_in_a_row_keep_the_wall_clock_of_the_meeting() -> None:
    found = next_occurrences(TUESDAYS_AT_SEVEN, datetime(2027, 2, 28, tzinfo=UTC), 6)
    assert [f"{one:%m-%d %H:%M}" for one in found] == [
        f"{day} 19:00" for day in ("03-02", "03-09", "03-16", "03-23", "03-30", "04-06")
    ]
    assert {one.utcoffset() for one in found} == {one.utcoffset() for one in (found[0], found[-1])}


def test_half_past_two_on_the_night_it_does_not_exist_is_half_past_three() -> None:
    found = next_occurrences(weekly(0, "02:30", "America/Los_Angeles"), datetime(2027, 3, 12, tzinfo=UTC), 2)
    assert [f"{one:%m-%d %H:%M %z}" for one in found] == ["03-14 03:30 -0700", "03-21 02:30 -0700"]


def test_an_occurrence_that_starts_this_very_moment_is_not_next() -> None:
    start = datetime(2027, 3, 2, 19, tzinfo=ZoneInfo(NY))
    assert next_occurrences(TUESDAYS_AT_SEVEN, start, 1)[0].date() == date(2027, 3, 9)


def test_second_and_last_mondays_of_the_month() -> None:
    rule = weekly(1, "18:00", NY, freq=Frequency.MONTHLY, setpos=(2, -1))
    found = next_occurrences(rule, datetime(2027, 2, 1, tzinfo=UTC), 4)
    assert [f"{one:%m-%d}" for one in found] == ["02-08", "02-22", "03-08", "03-29"]
    assert in_words(rule) == "2nd and last Monday of the month"


def test_every_other_week_counts_from_its_known_week() -> None:
    rule = weekly(4, "12:00", NY, interval=2, anchor=date(2027, 1, 7))
    found = next_occurrences(rule, datetime(2027, 3, 1, tzinfo=UTC), 3)
    assert [f"{one:%m-%d}" for one in found] == ["03-04", "03-18", "04-01"]


def test_every_other_week_without_a_known_week_is_never_guessed() -> None:
    assert next_occurrences(weekly(4, "12:00", NY, interval=2), datetime(2027, 3, 1, tzinfo=UTC), 3) == []


def test_a_known_week_counts_on_for_years_and_over_new_year() -> None:
    rule = weekly(4, "12:00", NY, interval=2, anchor=date(2019, 12, 26))
    found = next_occurrences(rule, datetime(2026, 12, 20, tzinfo=UTC), 3)
    assert [f"{one:%Y-%m-%d}" for one in found] == ["2026-12-31", "2027-01-14", "2027-01-28"]
    assert all((one.date() - date(2019, 12, 26)).days % 14 == 0 for one in found)


def test_the_known_week_may_be_told_by_another_day_of_it() -> None:
    rule = weekly(4, "12:00", NY, interval=2, anchor=date(2027, 1, 4))  # that week's Monday
    assert next_occurrences(rule, datetime(2027, 1, 1, tzinfo=UTC), 1)[0].date() == date(2027, 1, 7)


def test_nothing_happens_before_the_first_day_a_list_tells() -> None:
    rule = weekly(2, "19:00", NY, anchor=date(2027, 3, 9))
    assert next_occurrences(rule, datetime(2027, 1, 1, tzinfo=UTC), 1)[0].date() == date(2027, 3, 9)


@pytest.mark.parametrize("zone", [None, "Europe/London"])
def test_a_day_the_list_takes_out_is_left_out(zone: str | None) -> None:
    rule = weekly(2, "19:00", NY, except_on=(date(2027, 3, 9), date(2027, 3, 23)))
    found = next_occurrences(rule, datetime(2027, 3, 1, tzinfo=UTC), 3, zone)
    own = [one.astimezone(ZoneInfo(NY)) for one in found]
    assert [f"{one:%m-%d %H:%M}" for one in own] == ["03-02 19:00", "03-16 19:00", "03-30 19:00"]


def test_half_past_one_on_the_night_it_comes_twice_is_the_first_of_the_two() -> None:
    found = next_occurrences(weekly(0, "01:30", NY), datetime(2026, 10, 30, tzinfo=UTC), 2)
    assert [f"{one:%m-%d %H:%M %z}" for one in found] == ["11-01 01:30 -0400", "11-08 01:30 -0500"]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Tokyo"])
@pytest.mark.parametrize("setpos", [(), (1,), (2, 4), (-1,), (2, 3, 4, -1)])
def test_ten_years_agree_with_the_rule_expanded_in_one_go(zone: str, setpos: tuple[int, ...]) -> None:
    freq = Frequency.MONTHLY if setpos else Frequency.WEEKLY
    rule = weekly(0, "02:15", zone, freq=freq, setpos=setpos)
    start = datetime(2026, 1, 1)  # noqa: DTZ001  (wall clock)
    days = (
        rrule(MONTHLY, dtstart=start, byweekday=[SU(n) for n in setpos])
        if setpos
        else rrule(WEEKLY, dtstart=start, byweekday=SU)
    )
    expected = [
        day.replace(hour=2, minute=15, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for day in days.between(start, datetime(2035, 12, 31))  # noqa: DTZ001
    ]
    found: list[datetime] = []
    moment = datetime(2025, 12, 31, 20, tzinfo=ZoneInfo(zone))
    while len(found) < len(expected):
        found += next_occurrences(rule, moment, 5)
        moment = found[-1]
    assert [one.astimezone(UTC) for one in found][: len(expected)] == expected


def test_a_meeting_without_a_zone_has_no_occurrences() -> None:
    assert next_occurrences(weekly(4, "12:00", None), datetime(2027, 3, 1, tzinfo=UTC), 3) == []


def test_the_calendar_rule_ends_in_utc() -> None:
    until = datetime(2027, 10, 22, 23, 59, tzinfo=ZoneInfo(NY))
    assert ical_rule(TUESDAYS_AT_SEVEN, until) == {
        "freq": "WEEKLY",
        "byday": "TU",
        "until": datetime(2027, 10, 23, 3, 59, tzinfo=UTC),
    }
