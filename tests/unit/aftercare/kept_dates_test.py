"""What is over stays where it was on the client's calendar, whatever becomes of the listing or the plan."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from services.aftercare.calendar.drawing import draw, first_from, slot_for
from services.aftercare.calendar.entry import Entry, SingleDate
from services.aftercare.calendar.series import Parties, calendar_of, invitation_of, method_of
from services.aftercare.meetings.normal_form import Frequency, Recurrence
from services.aftercare.meetings.recurrence import occurrences
from shared.contracts.aftercare import InvitationMethod

from .calendar_application import Application
from .worked_example import MEETINGS, NY

REQUEST, CANCEL = InvitationMethod.REQUEST, InvitationMethod.CANCEL
LINK = "https://week.example.org/my"
PARTIES = Parties("hello@week.example.org", "rowan@example.org")
TUESDAYS = next(one.meeting for one in MEETINGS if one.id == "M04")  # Tuesdays 19:00 New York, 90 minutes
STAMP = datetime(2027, 2, 26, 18, tzinfo=UTC)
RULE = TUESDAYS.recurrence
assert RULE is not None


def march(day: int, hour: int = 19, zone: str = NY) -> datetime:
    """Of March 2027, days of April following; the clocks change on the 14th."""
    start = datetime(2027, 3, 1, hour, tzinfo=ZoneInfo(zone)) + timedelta(days=day - 1)
    return start.astimezone(UTC)


def went(day: int, hour: int = 19, minutes: int = 90) -> SingleDate:
    return SingleDate(march(day, hour), march(day, hour), march(day, hour) + timedelta(minutes=minutes))


ENTRY = Entry(
    UUID("0192f000-0000-7000-8000-000000000001"), TUESDAYS, 3, march(2), STAMP, date(2027, 4, 20),
    dates=(went(2), went(9), went(16)), since=march(18, 12),
)  # fmt: skip
ON_TUESDAYS = [march(2), march(9), march(16)]
AFTER = [march(23), march(30), march(37), march(44), march(51)]  # to the review on the 20th of April


def listed(entry: Entry = ENTRY, **differs: Any) -> Entry:
    """The same, with the listing's rhythm as it says since Thursday the 18th."""
    assert RULE is not None
    return replace(entry, meeting=replace(entry.meeting, recurrence=replace(RULE, **differs)))


def shown(entry: Entry) -> list[datetime]:
    application = Application()
    application.take(calendar_of([entry], LINK))
    by_mail = Application()
    by_mail.take(invitation_of(entry, method_of(entry, REQUEST), PARTIES, LINK, STAMP))
    found = [start for start, _ in application.shown(march(100))]
    assert [start for start, _ in by_mail.shown(march(100))] == found
    return found


def wednesdays(*days: int) -> list[datetime]:
    return [march(day, 20) for day in days]


def test_nothing_is_special_about_a_series_whose_listing_never_changed() -> None:
    (event,) = Calendar.from_ical(calendar_of([ENTRY], LINK)).walk("VEVENT")
    assert "exdate" not in event
    assert shown(ENTRY) == ON_TUESDAYS + AFTER


def test_a_listing_that_moves_to_another_day_leaves_the_past_where_it_was() -> None:
    moved = listed(byday=3, wall_time=time(20))
    assert shown(moved) == ON_TUESDAYS + wednesdays(24, 31, 38, 45)


def test_a_listing_that_moves_to_another_hour_does_too() -> None:
    assert shown(listed(wall_time=time(8))) == ON_TUESDAYS + [march(day, 8) for day in (23, 30, 37, 44, 51)]


@pytest.mark.parametrize(
    "differs",
    [
        {"freq": Frequency.MONTHLY, "setpos": (1, -1)},
        {"interval": 2, "anchor": date(2027, 3, 23)},
        {"tz": "America/Los_Angeles"},
        {"tz": "Australia/Sydney", "wall_time": time(2, 30), "byday": 0},
        {"byday": 0, "wall_time": time(2, 30)},
    ],
    ids=["monthly", "every-other", "west", "south", "half-past-two"],
)
def test_so_does_one_that_meets_in_quite_another_rhythm(differs: dict[str, Any]) -> None:
    found = shown(listed(**differs))
    assert found[:3] == ON_TUESDAYS
    assert min(found[3:]) > march(18)


def test_so_does_every_other_week_counted_from_the_beginning_of_time() -> None:
    """Programs that know no first day write the first one there is, 1 January of the year 1."""
    found = shown(listed(interval=2, byday=1, anchor=date(1, 1, 1)))
    assert found[:3] == ON_TUESDAYS
    assert found[3:] == [march(29), march(43)]  # the first is 105,724 weeks later


def test_a_longer_meeting_makes_no_past_date_longer() -> None:
    longer = replace(ENTRY, meeting=replace(TUESDAYS, duration=120))
    events = Calendar.from_ical(calendar_of([longer], LINK)).walk("VEVENT")
    lengths = {event["recurrence-id"].dt.day: event["duration"].dt for event in events[1:]}
    assert events[0]["duration"].dt == timedelta(hours=2)
    assert lengths == dict.fromkeys((2, 9, 16), timedelta(minutes=90))
    assert shown(longer) == ON_TUESDAYS + AFTER


def test_two_changes_of_the_listing_leave_both_pasts_alone() -> None:
    """Tuesdays, then Wednesdays for two weeks, then Tuesdays again."""
    dates = (went(2), went(9), went(17, 20), went(24, 20))
    back = replace(ENTRY, dates=dates, since=march(26))
    assert shown(back) == [march(2), march(9), march(17, 20), march(24, 20), *AFTER[1:]]


def test_weeks_of_a_pause_stay_empty_when_the_plan_goes_on() -> None:
    rested = replace(ENTRY, dates=(went(2),), since=march(18))
    assert shown(rested) == [march(2), *AFTER]


def test_a_past_date_that_was_off_stays_off() -> None:
    off = replace(ENTRY, dates=(went(2), replace(went(9), cancelled=True), went(16)))
    assert shown(off) == [march(2), march(16), *AFTER]
    assert shown(listed(off, byday=3, wall_time=time(20))) == [
        march(2),
        march(16),
        *wednesdays(24, 31, 38, 45),
    ]


def test_the_end_of_a_series_whose_listing_moved_keeps_the_dates_before() -> None:
    ended = listed(replace(ENTRY, ended_at=march(19)), byday=3)
    assert method_of(ended, CANCEL) is REQUEST
    assert shown(ended) == ON_TUESDAYS


def test_a_listing_that_changes_after_the_end_changes_nothing() -> None:
    ended = listed(replace(ENTRY, ended_at=march(10), dates=(went(2), went(9)), since=march(60)), byday=5)
    assert shown(ended) == ON_TUESDAYS[:2]


@pytest.mark.parametrize("lost", [None, replace(RULE, tz=None), replace(RULE, interval=2)])
def test_a_listing_that_lost_its_time_loses_the_future_and_not_the_past(lost: Recurrence | None) -> None:
    by_appointment = replace(ENTRY, meeting=replace(TUESDAYS, recurrence=lost))
    assert shown(by_appointment) == ON_TUESDAYS
    assert method_of(by_appointment, REQUEST) is REQUEST


def test_one_nobody_has_been_to_is_taken_off_when_it_loses_its_time() -> None:
    untouched = replace(ENTRY, meeting=replace(TUESDAYS, recurrence=None), dates=())
    assert method_of(untouched, REQUEST) is CANCEL
    assert shown(untouched) == []


def test_a_date_moved_across_the_change_keeps_its_identity() -> None:
    """Tuesday the 16th was moved to Friday the 19th before the listing went to Wednesdays on the 18th; then
    that Friday is called off."""
    late = SingleDate(march(16), march(19, 18), march(19, 19))
    moved = listed(replace(ENTRY, dates=(went(2), went(9), late)), byday=3, wall_time=time(20))
    assert shown(moved) == [march(2), march(9), march(19, 18), *wednesdays(24, 31, 38, 45)]
    off = replace(late, cancelled=True)
    without = replace(moved, sequence=4, dates=(went(2), went(9), off))
    application = Application()
    application.take(invitation_of(moved, REQUEST, PARTIES, LINK, STAMP))
    application.take(invitation_of(without, CANCEL, PARTIES, LINK, STAMP, march(16)))
    assert [start for start, _ in application.shown(march(30))] == [march(2), march(9), march(24, 20)]
    assert slot_for(without, off) == slot_for(moved, late)


def test_a_date_moved_and_then_off_is_named_by_its_first_start_in_the_zone_of_the_series() -> None:
    off = SingleDate(march(23), march(25, 18), march(25, 19), cancelled=True)
    content = invitation_of(replace(ENTRY, dates=(off,)), CANCEL, PARTIES, LINK, STAMP, march(23)).decode()
    assert "RECURRENCE-ID;TZID=America/New_York:20270323T190000" in content
    assert march(25, 18) not in shown(replace(ENTRY, dates=(*ENTRY.dates, off)))


def test_a_date_moved_onto_another_date_of_the_series_is_there_beside_it() -> None:
    onto = SingleDate(march(23), march(30), march(30) + timedelta(minutes=90))
    both = replace(ENTRY, dates=(*ENTRY.dates, onto))
    assert shown(both).count(march(30)) == 2
    off = replace(went(30), cancelled=True)
    assert shown(replace(both, dates=(*both.dates, off))).count(march(30)) == 1


def test_a_day_the_list_itself_takes_out_is_not_on_the_calendar() -> None:
    assert shown(listed(except_on=(date(2027, 3, 30),))) == [*ON_TUESDAYS, AFTER[0], *AFTER[2:]]
    fresh = replace(listed(except_on=(date(2027, 3, 9),)), dates=(), since=None)
    assert shown(fresh)[:2] == [march(2), march(16)]


def test_a_date_moved_into_the_hour_that_comes_twice_is_not_an_hour_early() -> None:
    twice = datetime(2027, 11, 7, 6, 30, tzinfo=UTC)  # the second half past one in New York
    late = replace(ENTRY, review_on=date(2027, 12, 1), since=None)
    original = datetime(2027, 11, 9, 19, tzinfo=ZoneInfo(NY)).astimezone(UTC)
    moved = replace(late, dates=(SingleDate(original, twice, twice + timedelta(hours=1)),))
    assert b"DTSTART:20271107T063000Z" in calendar_of([moved], LINK)
    first = replace(late, dates=(SingleDate(original, twice - timedelta(hours=1), twice),))
    assert b"DTSTART;TZID=America/New_York:20271107T013000" in calendar_of([first], LINK)


def test_a_date_off_in_the_hour_the_clock_jumps_over_is_named_as_the_rule_names_it() -> None:
    """Half past two on Sunday the 14th does not exist in New York; the series says it all the same."""
    start = datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    off = SingleDate(start, start, start + timedelta(minutes=90), cancelled=True)
    sundays = listed(replace(ENTRY, dates=(off,), since=None), byday=0, wall_time=time(2, 30))
    content = invitation_of(sundays, CANCEL, PARTIES, LINK, STAMP, start).decode()
    assert "RECURRENCE-ID;TZID=America/New_York:20270314T023000" in content
    assert start not in shown(sundays)


def test_a_date_moved_to_before_the_end_from_after_it_is_there() -> None:
    early = SingleDate(march(58), march(49, 18), march(49, 19))  # from the 27th to the 18th of April
    assert shown(replace(ENTRY, dates=(*ENTRY.dates, early))) == sorted([*ON_TUESDAYS, *AFTER, march(49, 18)])


def test_the_next_date_is_the_first_that_is_really_shown() -> None:
    off = replace(went(23), cancelled=True)
    assert first_from(replace(ENTRY, dates=(*ENTRY.dates, off)), march(18)) == march(30)
    assert first_from(replace(ENTRY, ended_at=march(18)), march(18)) is None


def test_a_year_of_dates_and_a_listing_that_moved_stays_a_small_file() -> None:
    weeks = tuple(went(2 + 7 * week) for week in range(50))
    old = listed(replace(ENTRY, dates=weeks, since=march(352), review_on=date(2028, 3, 10)), byday=3)
    drawing = draw(old)
    assert drawing is not None
    assert len(drawing.shown) == 50 + 4
    assert len(calendar_of([old], LINK)) < 25_000


rhythms = st.builds(
    Recurrence,
    st.just(Frequency.WEEKLY),
    st.sampled_from([1, 2]),
    st.integers(0, 6),
    st.just(()),
    st.sampled_from([time(0), time(1, 30), time(2, 30), time(12), time(23, 59)]),
    st.sampled_from([NY, "America/Phoenix", "Europe/London", "Australia/Sydney", "UTC"]),
    st.none(),
    st.just(date(2027, 3, 28)),
    st.sampled_from([(), (date(2027, 3, 30), date(2027, 4, 7))]),
) | st.builds(
    Recurrence,
    st.just(Frequency.MONTHLY),
    st.just(1),
    st.integers(0, 6),
    st.sampled_from([(1,), (2, -1), (1, 2, 3, 4, -1)]),
    st.sampled_from([time(1, 30), time(2, 30), time(19)]),
    st.sampled_from([NY, "America/Los_Angeles"]),
    st.none(),
)


@given(
    rhythms,
    st.sets(st.integers(0, 300), max_size=60),
    st.sets(st.integers(0, 300)),
    st.none() | st.integers(1, 60),
)
@settings(deadline=None, max_examples=150)
def test_whatever_was_and_whatever_comes_the_calendar_shows_just_that(
    rule: Recurrence, held: set[int], off: set[int], ended: int | None
) -> None:
    """Dates on any evenings of 300 days until the listing changed on the 18th, then the new rhythm."""
    day = timedelta(days=1)
    starts = {number: march(17) - number * day for number in sorted(held)}
    dates = tuple(
        SingleDate(start, start, start + timedelta(minutes=90), cancelled=number in off)
        for number, start in starts.items()
    )
    end = march(18, 12) + ended * day if ended else None
    entry = replace(
        ENTRY,
        meeting=replace(TUESDAYS, recurrence=rule),
        first_at=march(17) - 300 * day,
        dates=dates,
        ended_at=end,
    )
    until = min(filter(None, (end, datetime.combine(ENTRY.review_on, time(23, 59, 59), entry.zone))))
    ahead = takewhile(lambda start: start <= until, occurrences(rule, march(18, 12)))
    went = [start for number, start in starts.items() if number not in off]
    assert shown(entry) == sorted([*went, *(start.astimezone(UTC) for start in ahead)])


def test_the_file_of_a_plan_without_meetings_is_still_a_calendar() -> None:
    """RFC 5545 3.6: at least one component; applications refuse to subscribe to less."""
    calendar = Calendar.from_ical(calendar_of([], LINK))
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]


def test_no_line_is_longer_than_75_octets_and_no_letter_is_cut_in_two() -> None:
    name = "Grüße, 日本語の集まり; ñandú\\été\nÅngström " * 8
    content = calendar_of([replace(ENTRY, summary=name)], LINK)
    assert max(map(len, content.split(b"\r\n"))) <= 75
    for line in content.split(b"\r\n"):
        line.decode()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert str(Calendar.from_ical(content).walk("VEVENT")[0]["summary"]) == name
