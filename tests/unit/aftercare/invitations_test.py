"""Invitations by e-mail: what each message says, and what a calendar shows after them, in any order."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from services.aftercare.calendar.entry import Entry, SingleDate
from services.aftercare.calendar.series import (
    Parties,
    calendar_of,
    invitation_of,
    method_of,
)
from shared.contracts.aftercare import InvitationMethod

from .calendar_application import Application
from .worked_example import MEETINGS, NY

REQUEST, CANCEL = InvitationMethod.REQUEST, InvitationMethod.CANCEL
LINK = "https://week.example.org/my"
PARTIES = Parties("hello@week.example.org", "rowan@example.org")
TUESDAY = next(one.meeting for one in MEETINGS if one.id == "M04")  # Tuesdays 19:00 New York, 90 minutes
STAMP = datetime(2027, 2, 26, 18, tzinfo=UTC)
ENTRY = Entry(
    UUID("0192f000-0000-7000-8000-000000000001"),
    TUESDAY,
    0,
    datetime(2027, 3, 2, 19, tzinfo=ZoneInfo(NY)),
    STAMP,
    date(2028, 2, 25),
)
END_OF_MARCH = datetime(2027, 4, 1, tzinfo=UTC)


def tuesday(day: int, hour: int = 19) -> datetime:
    return datetime(2027, 3, day, hour, tzinfo=ZoneInfo(NY)).astimezone(UTC)


def single(day: int, to: datetime | None = None, **state: bool) -> SingleDate:
    starts = to or tuesday(day)
    return SingleDate(tuesday(day), starts, starts + timedelta(minutes=90), **state)


def sent(entry: Entry, method: InvitationMethod = REQUEST, about: datetime | None = None) -> bytes:
    return invitation_of(entry, method, PARTIES, LINK, STAMP + timedelta(days=entry.sequence), about)


def event_in(content: bytes) -> Any:
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    return event


def at(hour: int, entry: Entry) -> Entry:
    """The same, after its listing moved to another hour of the Tuesday."""
    assert entry.meeting.recurrence is not None
    moved = replace(entry.meeting.recurrence, wall_time=time(hour))
    return replace(entry, meeting=replace(entry.meeting, recurrence=moved))


OFF_9 = single(9, cancelled=True)
AT_EIGHT = [tuesday(day, 20) for day in (2, 16, 23, 30)]  # all but the 9th, after the move


def test_a_series_is_asked_for_by_its_whole_rule() -> None:
    content = sent(ENTRY)
    calendar = Calendar.from_ical(content)
    event = event_in(content)
    assert calendar["method"] == "REQUEST"
    assert str(event["uid"]) == str(ENTRY.id)
    assert event["dtstart"].params["TZID"] == NY
    assert "UNTIL=20280226T045959Z" in content.decode()
    assert (event["class"], event["summary"], event["status"]) == ("PRIVATE", "Group", "CONFIRMED")
    assert event["dtstamp"].dt == STAMP
    assert event["url"] == LINK
    assert "location" not in event
    assert event["duration"].dt == timedelta(minutes=90)
    assert [alarm["trigger"].dt for alarm in event.walk("VALARM")] == [timedelta(minutes=-60)]


def test_who_sends_and_who_is_asked_stand_in_it_and_nothing_is_to_be_answered() -> None:
    event = event_in(sent(ENTRY))
    assert event["organizer"] == "mailto:hello@week.example.org"
    assert event["attendee"] == "mailto:rowan@example.org"
    assert dict(event["attendee"].params) == {
        "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE",
    }  # fmt: skip


def test_the_file_to_subscribe_to_names_no_attendee() -> None:
    (event,) = Calendar.from_ical(calendar_of([ENTRY], LINK, "hello@week.example.org")).walk("VEVENT")
    assert event["organizer"] == "mailto:hello@week.example.org"
    assert "attendee" not in event


def test_a_date_that_is_off_is_cancelled_by_its_own_id_and_nothing_else_is() -> None:
    off = replace(ENTRY, sequence=1, dates=(OFF_9,))
    event = event_in(sent(off, CANCEL, tuesday(9)))
    assert event["recurrence-id"].dt.astimezone(UTC) == tuesday(9)
    assert event["recurrence-id"].params["TZID"] == NY
    assert event["status"] == "CANCELLED"
    assert "rrule" not in event
    assert event.walk("VALARM") == []
    application = Application()
    application.take(sent(ENTRY))
    application.take(sent(off, CANCEL, tuesday(9)))
    assert [start for start, _ in application.shown(END_OF_MARCH)] == [tuesday(n) for n in (2, 16, 23, 30)]


def test_the_end_of_a_series_ends_its_single_dates_too() -> None:
    moved = replace(ENTRY, sequence=1, dates=(single(9, tuesday(9, 20)),))
    ended = replace(moved, sequence=2, ended_at=STAMP)
    application = Application()
    for content in (sent(ENTRY), sent(moved, REQUEST, tuesday(9)), sent(ended, method_of(ended, CANCEL))):
        application.take(content)
    assert application.shown(END_OF_MARCH) == []


def test_a_date_that_moved_keeps_its_identity() -> None:
    moved = replace(ENTRY, sequence=1, dates=(single(9, tuesday(10, 18)),))
    event = event_in(sent(moved, REQUEST, tuesday(9)))
    assert event["recurrence-id"].dt.astimezone(UTC) == tuesday(9)
    assert event["dtstart"].dt.astimezone(UTC) == tuesday(10, 18)
    assert event["dtstart"].params["TZID"] == NY
    assert "rrule" not in event


def test_a_date_nobody_could_confirm_is_tentative_and_still_shown() -> None:
    unsure = replace(ENTRY, sequence=1, dates=(single(9, unconfirmed=True),))
    application = Application()
    application.take(sent(ENTRY))
    application.take(sent(unsure, REQUEST, tuesday(9)))
    shown = dict(application.shown(END_OF_MARCH))
    assert shown[tuesday(9)] == "TENTATIVE"
    assert len(shown) == 5


def test_a_date_that_is_certain_again_is_said_so() -> None:
    application = Application()
    application.take(
        sent(replace(ENTRY, sequence=1, dates=(single(9, unconfirmed=True),)), REQUEST, tuesday(9))
    )
    again = replace(ENTRY, sequence=2, dates=(single(9),))
    application.take(sent(again, REQUEST, tuesday(9)))
    application.take(sent(again))
    assert dict(application.shown(END_OF_MARCH))[tuesday(9)] == "CONFIRMED"


def test_an_invitation_for_a_date_the_entry_does_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="needs that date"):
        sent(ENTRY, REQUEST, tuesday(9))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_date_off_then_the_series_moved_looks_the_same_however_late_each_is_delivered(
    order: tuple[int, ...],
) -> None:
    """The series moved from seven to eight o'clock after the 9th was called off."""
    off = replace(ENTRY, sequence=1, dates=(OFF_9,))
    moved = at(20, replace(off, sequence=2))
    letters = [sent(ENTRY), sent(off, CANCEL, tuesday(9)), sent(moved)]
    application = Application()
    for number in order:
        application.take(letters[number])
    assert [start for start, _ in application.shown(END_OF_MARCH)] == [
        tuesday(n, 20) for n in (2, 16, 23, 30)
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_series_moved_then_one_date_off_looks_the_same_too(order: tuple[int, ...]) -> None:
    moved = at(20, replace(ENTRY, sequence=1))
    off = SingleDate(tuesday(9, 20), tuesday(9, 20), tuesday(9, 21), cancelled=True)
    letters = [
        sent(ENTRY),
        sent(moved),
        sent(replace(moved, sequence=2, dates=(off,)), CANCEL, tuesday(9, 20)),
    ]
    application = Application()
    for number in order:
        application.take(letters[number])
    assert [start for start, _ in application.shown(END_OF_MARCH)] == [
        tuesday(n, 20) for n in (2, 16, 23, 30)
    ]


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_series_somebody_went_to_ends_early_and_keeps_its_past(order: tuple[int, ...]) -> None:
    ended = replace(ENTRY, sequence=1, ended_at=datetime(2027, 3, 20, 12, tzinfo=UTC))
    assert method_of(ended, CANCEL) is REQUEST
    letters = [sent(ENTRY), sent(ended, method_of(ended, CANCEL))]
    application = Application()
    for number in order:
        application.take(letters[number])
    assert [start for start, _ in application.shown(END_OF_MARCH)] == [tuesday(n) for n in (2, 9, 16)]


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_series_nobody_has_been_to_is_cancelled_as_a_whole(order: tuple[int, ...]) -> None:
    ended = replace(ENTRY, sequence=1, ended_at=STAMP)
    assert method_of(ended, CANCEL) is CANCEL
    content = sent(ended, CANCEL)
    assert Calendar.from_ical(content)["method"] == "CANCEL"
    assert event_in(content)["status"] == "CANCELLED"
    application = Application()
    for number in order:
        application.take([sent(ENTRY), content][number])
    assert application.shown(END_OF_MARCH) == []


def test_the_file_leaves_out_what_is_off_and_shows_what_moved() -> None:
    dates = (OFF_9, single(16, tuesday(17, 18)), single(23, unconfirmed=True))
    application = Application()
    application.take(calendar_of([replace(ENTRY, sequence=3, dates=dates)], LINK))
    assert application.shown(END_OF_MARCH) == [
        (tuesday(2), "CONFIRMED"),
        (tuesday(17, 18), "CONFIRMED"),
        (tuesday(23), "TENTATIVE"),
        (tuesday(30), "CONFIRMED"),
    ]


def test_a_call_off_of_a_day_the_series_no_longer_has_is_forgotten() -> None:
    assert TUESDAY.recurrence is not None
    on_wednesdays = replace(TUESDAY, recurrence=replace(TUESDAY.recurrence, byday=3))
    (event,) = Calendar.from_ical(
        calendar_of([replace(ENTRY, meeting=on_wednesdays, dates=(OFF_9,))], LINK)
    ).walk("VEVENT")
    assert "exdate" not in event


@pytest.mark.parametrize("day", [9, 16])  # before and after the clocks change on the 14th
def test_a_single_date_is_named_by_the_wall_clock_on_both_sides_of_the_change(day: int) -> None:
    off = replace(ENTRY, sequence=1, dates=(single(day, cancelled=True),))
    content = sent(off, CANCEL, tuesday(day)).decode()
    assert f"RECURRENCE-ID;TZID=America/New_York:202703{day:02}T190000" in content
    assert f"EXDATE;TZID=America/New_York:202703{day:02}T190000" in calendar_of([off], LINK).decode()


def test_half_past_two_is_written_as_half_past_two_even_on_the_day_that_has_none() -> None:
    """14 March 2027: written as 03:30, every later Sunday would be an hour late (RFC 5545 3.3.5)."""
    assert TUESDAY.recurrence is not None
    early = replace(TUESDAY.recurrence, byday=0, wall_time=time(2, 30))
    gap = datetime(2027, 3, 14, 2, 30, tzinfo=ZoneInfo(NY)).astimezone(UTC)
    entry = replace(ENTRY, first_at=gap, meeting=replace(TUESDAY, recurrence=early))
    assert "DTSTART;TZID=America/New_York:20270314T023000" in sent(entry).decode()
    later = replace(entry, first_at=datetime(2027, 3, 7, 2, 30, tzinfo=ZoneInfo(NY)))
    off = replace(later, dates=(SingleDate(gap, gap, gap + timedelta(hours=1), cancelled=True),))
    assert "EXDATE;TZID=America/New_York:20270314T023000" in sent(off).decode()


def test_a_rule_is_never_written_in_utc_and_its_end_always_is() -> None:
    for listing in MEETINGS:
        content = sent(replace(ENTRY, meeting=listing.meeting)).decode().replace("\r\n ", "")
        start = next(line for line in content.splitlines() if line.startswith("DTSTART;TZID=Am"))
        assert not start.endswith("Z")
        rule = next(line for line in content.splitlines() if line.startswith("RRULE:FREQ=WEEKLY"))
        until = rule.split("UNTIL=")[1].split(";")[0]
        assert len(until) == len("20280226T045959Z")
        assert until.endswith("Z")


def test_a_listing_that_lost_its_time_can_still_be_taken_off_the_calendar() -> None:
    by_appointment = replace(ENTRY, meeting=replace(TUESDAY, recurrence=None), sequence=1, ended_at=STAMP)
    application = Application()
    application.take(sent(ENTRY))
    application.take(sent(by_appointment, CANCEL))
    assert application.shown(END_OF_MARCH) == []
