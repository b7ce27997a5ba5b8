"""The client's page: dates on the client's clock, and the way in when it is time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.aftercare.meetings.normal_form import Meeting
from services.aftercare.portal.dates import Reader, date_view, instead
from services.aftercare.portal.proofs import proof_view
from services.aftercare.tables import Occurrence
from shared.contracts.aftercare import OccurrenceState
from shared.contracts.fact import new_id

from .worked_example import LA, MEETINGS, NY

EMPIRE = next(one.meeting for one in MEETINGS if one.id == "M04")  # online, New York, 7 pm there
MONDAY = next(one.meeting for one in MEETINGS if one.id == "M01")  # in a room
TUESDAY = datetime(2027, 3, 9, 16, tzinfo=ZoneInfo(LA))


def date_of(
    meeting: Meeting, starts_at: datetime, state: OccurrenceState = OccurrenceState.PLANNED
) -> Occurrence:
    return Occurrence(
        id=new_id(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=meeting.duration),
        state=state,
        doubtful=False,
    )


def reader(now: datetime, language: str = "en") -> Reader:
    return Reader(LA, language, now)


def test_a_date_is_told_on_the_clients_clock_and_on_the_meetings_own() -> None:
    view = date_view(date_of(EMPIRE, TUESDAY), EMPIRE, "online", reader(TUESDAY - timedelta(days=1)))
    assert (view.day, view.time) == ("Tomorrow", "4:00 pm")
    assert view.there == "Tuesday, 7:00 pm in New York"
    here = Reader(NY, "en", TUESDAY)
    assert date_view(date_of(EMPIRE, TUESDAY), EMPIRE, "online", here).there == ""


@pytest.mark.parametrize(
    ("minutes", "shown"), [(-16, False), (-15, True), (0, True), (EMPIRE.duration - 1, True)]
)
def test_the_link_is_there_from_fifteen_minutes_before_until_the_end(minutes: int, shown: bool) -> None:
    now = TUESDAY + timedelta(minutes=minutes)
    entry = date_view(date_of(EMPIRE, TUESDAY), EMPIRE, "online", reader(now)).way_in
    assert (entry.is_open, bool(entry.url)) == (shown, shown)
    over = TUESDAY + timedelta(minutes=EMPIRE.duration)
    assert not date_view(date_of(EMPIRE, TUESDAY), EMPIRE, "online", reader(over)).way_in.url


def test_a_room_shows_its_address_at_any_time_and_never_a_link() -> None:
    entry = date_view(
        date_of(MONDAY, TUESDAY), MONDAY, "in_person", reader(TUESDAY - timedelta(days=3))
    ).way_in
    assert (entry.is_open, entry.url) == (True, "")


@pytest.mark.parametrize(
    ("state", "doubtful", "code"),
    [
        (OccurrenceState.PLANNED, False, ""),
        (OccurrenceState.REMINDED, True, "ask"),
        (OccurrenceState.UNCONFIRMED, False, "unconfirmed"),
        (OccurrenceState.CANCELLED, True, "cancelled"),
    ],
)
def test_a_doubtful_date_says_why(state: OccurrenceState, doubtful: bool, code: str) -> None:
    date = date_of(EMPIRE, TUESDAY, state)
    date.doubtful = doubtful
    assert date_view(date, EMPIRE, "online", reader(TUESDAY)).state == code


def test_the_fall_back_is_its_next_date_also_one_that_has_begun() -> None:
    found = instead(EMPIRE, reader(TUESDAY + timedelta(minutes=20)))
    assert found
    assert (found.when, found.way_in.is_open) == ("Today, 4:00 pm", True)
    later = instead(EMPIRE, reader(TUESDAY + timedelta(hours=5)))
    assert later
    assert (later.when, later.way_in.is_open) == ("Tuesday, March 16, 4:00 pm", False)


def test_proof_is_free_for_seven_days_and_the_last_of_them_is_named() -> None:
    date = date_of(EMPIRE, TUESDAY)
    soon = proof_view(date, EMPIRE, reader(date.ends_at + timedelta(hours=2)))
    assert soon
    # What is picked on the list's page is the meeting's own day and hour.
    assert (soon.day, soon.time) == ("March 9, 2027", "7:00 pm")
    assert (bool(soon.best_by), soon.last_day, soon.free_until) == (True, False, "Tuesday, March 16")
    last = proof_view(date, EMPIRE, reader(date.ends_at + timedelta(days=6, hours=20)))
    assert last
    assert (last.best_by, last.last_day, last.free_until) == ("", True, "Today")
    assert proof_view(date, EMPIRE, reader(date.ends_at + timedelta(days=7))) is None
