"""SMART's schedule texts, and its finder's rows: words that move with the clocks are no change."""

import json
from datetime import UTC, datetime, time
from typing import Any

import pytest

from services.aftercare.meetings.normal_form import Meeting, Programme
from services.aftercare.meetings.reading import read
from services.aftercare.meetings.schedule_texts import Rhythm, rhythm_of, schedule

ROW = {"id": "smart-1", "name": "Tools", "city": "Los Angeles", "state": "CA", "online": True,
       "join_url": "https://meetings.smartrecovery.org/meetings/1", "duration_minutes": 90,
       "audience": "Women", "language": "Spanish", "programme": "4-Point Recovery"}  # fmt: skip


def finder(**changes: Any) -> Meeting:
    raw = json.dumps({"smart_finder": [{**ROW, **changes}]}).encode()
    found = read(raw, "smart", smart_finder=True)
    assert found.rejected == ()
    return found.meetings[0]


@pytest.mark.parametrize(
    ("words", "rhythm"),
    [
        ("weekly", Rhythm()), ("Tuesday 11:00 PM", Rhythm()), ("Every other Tuesday", Rhythm(2)),
        ("second and fourth", Rhythm(1, (2, 4))), ("the fourth Monday of the month", Rhythm(1, (4,))),
        ("second, third, fourth, and last", Rhythm(1, (2, 3, 4, -1))), ("the fifth Monday", None),
        ("every third week", None), ("monthly", None), ("every second week", Rhythm(2)),
    ],
)  # fmt: skip
def test_rhythms(words: str, rhythm: Rhythm | None) -> None:
    assert rhythm_of(words) == rhythm


def test_the_finders_autumn_is_no_change() -> None:
    before = finder(schedule="Tuesday 11:00 PM", next_start="2026-10-28T03:00:00Z")
    after = finder(schedule="Wednesday 12:00 AM", next_start="2026-11-04T04:00:00Z")
    assert before.recurrence is not None
    assert (before.recurrence.byday, before.recurrence.wall_time) == (2, time(20))
    assert before.recurrence.tz == "America/Los_Angeles"
    assert before == after
    assert before.content_hash == after.content_hash
    moved = finder(schedule="Wednesday 12:00 AM", next_start="2026-11-04T05:00:00Z")
    assert moved.content_hash != before.content_hash


def test_every_other_week_is_the_same_series_at_each_of_its_starts() -> None:
    first, second, between = (
        schedule("every other Tuesday", datetime(2026, 10, day, 3, tzinfo=UTC), "America/Los_Angeles")
        for day in (7, 21, 14)
    )
    assert first is not None
    assert first == second != between


def test_ordinals_that_the_next_start_contradicts_are_refused() -> None:
    assert schedule("second and fourth", datetime(2026, 10, 7, 19, tzinfo=UTC), "UTC") is None
    assert schedule("second and fourth", datetime(2026, 10, 14, 19, tzinfo=UTC), "UTC") is not None


def test_the_finder_is_read_only_with_smarts_permission() -> None:
    raw = json.dumps({"smart_finder": [ROW]}).encode()
    assert read(raw, "smart").problem == "permission_missing"


def test_a_finders_row() -> None:
    meeting = finder(schedule="weekly", next_start="2026-10-28T03:00:00")
    assert (meeting.programme, meeting.languages, meeting.duration) == (Programme.SMART, ("es",), 90)
    assert meeting.audiences == {"women"}
