"""Reading other people's lists: nothing raises, nothing is lost silently, nothing personal is kept."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aftercare.meetings.normal_form import Basis, Frequency, Meeting, from_plain, to_plain
from services.aftercare.meetings.reading import Reading, read

ROW = {
    "name": "Tuesday Tools",
    "slug": "tuesday-tools",
    "day": 2,
    "time": "19:00",
    "end_time": "20:30",
    "timezone": "America/Los_Angeles",
    "formatted_address": "1200 Invented St, Los Angeles, CA 90036, USA",
    "latitude": 34.07,
    "longitude": -118.35,
    "types": ["O", "X"],
}
ONLINE = {"conference_url": "https://zoom.us/j/5550100", "formatted_address": "Los Angeles, CA, USA"}


def feed(*rows: Any) -> Reading:
    return read(json.dumps(rows).encode(), "test")


def one(**changes: Any) -> Meeting:
    found = feed({**ROW, **changes})
    assert found.rejected == (), found.rejected
    (meeting,) = found.meetings
    return meeting


def ways(meeting: Meeting) -> list[str]:
    return sorted(meeting.modalities)


def test_a_plain_row_is_read_as_written() -> None:
    meeting = one()
    assert meeting.recurrence is not None
    assert (meeting.recurrence.byday, meeting.recurrence.wall_time) == (2, time(19))
    assert (meeting.recurrence.tz, meeting.recurrence.tz_basis) == ("America/Los_Angeles", Basis.STATED)
    assert (meeting.duration, meeting.duration_basis) == (90, Basis.STATED)
    assert ways(meeting) == ["in_person"]
    assert (meeting.venue.lat, meeting.venue.precision) == (34.07, "point")
    assert meeting.access == {"wheelchair"}


def test_a_list_of_days_becomes_one_meeting_a_day_before_anything_else() -> None:
    found = feed({**ROW, "day": [1, "3", 5]}, ROW, {**ROW, "slug": "x", "day": ["9", 2]})
    assert (found.source_rows, found.rows, len(found.meetings)) == (3, 6, 5)
    assert [m.source_id for m in found.meetings][:3] == [
        "tuesday-tools-1",
        "tuesday-tools-3",
        "tuesday-tools-5",
    ]
    assert [(r.row, r.reason) for r in found.rejected] == [(2, "day_unreadable")]


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        (0, [0]), ("6", [6]), ("Monday", [1]), ("fri", [5]), ("miércoles", [3]), ("dimanche", [0]),
        (["1"], [1]), ([1], [1]),
        ("Mon-Fri", [1, 2, 3, 4, 5]), ("Friday to Sunday", [5, 6, 0]), ("weekdays", [1, 2, 3, 4, 5]),
        (2.0, [2]), ("1,4", [1, 4]), ("Tue & Thu", [2, 4]), ("daily", [0, 1, 2, 3, 4, 5, 6]),
    ],
)  # fmt: skip
def test_days_in_every_shape_seen(cell: Any, days: list[int]) -> None:
    found = feed({**ROW, "day": cell})
    assert [m.recurrence and m.recurrence.byday for m in found.meetings] == days


def test_a_day_with_ordinals_is_monthly() -> None:
    rule = one(day="Saturday - Only 2nd and last").recurrence
    assert rule is not None
    assert (rule.freq, rule.byday, rule.setpos) == (Frequency.MONTHLY, 6, (2, -1))


@pytest.mark.parametrize(
    "cell",
    [7, "7", -1, 1.5, True, "someday", "Saturday - Only 5th", "Fridays except the last", {"a": 1}, [[1]]],
)
def test_a_day_nobody_can_read_is_refused_with_a_reason(cell: Any) -> None:
    assert [r.reason for r in feed({**ROW, "day": cell}).rejected] == ["day_unreadable"]


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("9:00", time(9)), ("8:00 PM", time(20)), ("7pm", time(19)), ("12:15 a.m.", time(0, 15)),
        ("19:00:00", time(19)), ("noon", time(12)), ("Midnight", time(0)), ("19:30 PM", time(19, 30)),
    ],
)  # fmt: skip
def test_times_in_every_shape_seen(cell: str, clock: time) -> None:
    rule = one(time=cell).recurrence
    assert rule is not None
    assert rule.wall_time == clock


@pytest.mark.parametrize("cell", ["25:00", "evening", 19, [], "7"])
def test_a_time_nobody_can_read_is_refused_with_a_reason(cell: Any) -> None:
    assert [r.reason for r in feed({**ROW, "time": cell}).rejected] == ["time_unreadable"]


@pytest.mark.parametrize(
    ("start", "end", "minutes", "basis"),
    [
        ("19:00", None, 60, Basis.DEFAULT), ("19:00", "", 60, Basis.DEFAULT),
        ("19:00", "19:00", 60, Basis.DEFAULT), ("19:00", "later", 60, Basis.DEFAULT),
        ("23:00", "00:30", 90, Basis.STATED), ("00:00", "23:59", 1440, Basis.STATED),
        ("11:00 PM", "midnight", 60, Basis.STATED),
    ],
)  # fmt: skip
def test_the_length_of_a_meeting(start: str, end: str | None, minutes: int, basis: Basis) -> None:
    meeting = one(time=start, end_time=end)
    assert (meeting.duration, meeting.duration_basis) == (minutes, basis)


def test_without_day_or_time_a_meeting_is_by_appointment_and_never_offered() -> None:
    found = feed({**ROW, "day": None}, {**ROW, "slug": "b", "time": ""})
    assert found.by_appointment == 2
    assert not any(m.offerable for m in found.meetings)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("O, X, W", ("O", "W", "X")), (["open", "Women"], ("O", "W")), (["[open]"], ("O",)), (None, ()),
        ([11, "12X12"], ("11", "12x12")), ("ASBI", ("ABSI",)), (["O", "C"], ("C",)), (["ZZZ", None], ()),
        ("ONL", ()), ({"a": 1}, ()),
    ],
)  # fmt: skip
def test_types_in_every_shape_seen(cell: Any, codes: tuple[str, ...]) -> None:
    assert one(types=cell).types == codes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["in_person"]),
        ({"types": "TC"}, []),
        (ONLINE, ["online"]),
        ({"conference_url": "https://zoom.us/j/1"}, ["in_person", "online"]),
        ({"conference_url": "Https://US02web.Zoom.us/j/1", "types": "TC"}, ["online"]),
        ({**ONLINE, "conference_url": "https://example.com/how-to-join"}, []),
        ({**ONLINE, "conference_url": "javascript:alert(1)"}, []),
        ({**ONLINE, "conference_url": None, "conference_url_notes": "at https://zoom.us/j/1."}, ["online"]),
        ({**ONLINE, "conference_url": None, "notes": "https://zoom.us/j/1", "types": "ONL"}, ["online"]),
        ({**ONLINE, "conference_url": None, "conference_phone": "+1 (555) 555-0100,,123#"}, ["online"]),
        ({**ONLINE, "conference_url": None, "conference_phone": "555-0100"}, []),
        ({"approximate": "yes"}, []),
        ({"approximate": True}, []),
        ({"formatted_address": "Los Angeles, CA, USA", "approximate": "no"}, ["in_person"]),
        ({"formatted_address": "", "address": "1 A St", "city": "Los Angeles", "state": "CA"}, ["in_person"]),
        ({"formatted_address": "", "address": "1 A St", "city": "Los Angeles"}, []),
        ({"attendance_option": "inactive"}, []),
        ({"attendance_option": "online", **ONLINE, "approximate": "no"}, ["online"]),
        ({"attendance_option": "hybrid", "notes": "Zoom: https://zoom.us/j/1"}, ["in_person", "online"]),
        ({"coordinates": "34.1,-118.2"}, ["in_person"]),
        ({"coordinates": "34.1,-118.2,34.2,-118.1"}, []),
    ],
)  # fmt: skip
def test_ways_to_attend_are_those_deployed_readers_show(changes: dict[str, Any], expected: list[str]) -> None:
    meeting = one(**changes)
    assert ways(meeting) == expected
    assert (meeting.state == "inactive") == (not expected)


def test_the_point_of_an_online_meeting_never_becomes_a_distance() -> None:
    assert one(**ONLINE).venue.lat is None


def test_a_place_without_a_point_gets_the_middle_of_its_zip_area() -> None:
    venue = one(latitude="0", longitude=None).venue
    assert venue.precision == "zip"
    assert venue.lat == pytest.approx(34.07, abs=0.01)


@pytest.mark.parametrize(
    ("changes", "zone", "basis"),
    [
        ({"timezone": "US/Eastern"}, "America/New_York", Basis.STATED),
        ({"timezone": "america/chicago"}, "America/Chicago", Basis.STATED),
        ({"timezone": "Nowhere/Town"}, "America/Los_Angeles", Basis.INFERRED),
        ({"formatted_address": "Philadelphia, PA, USA"}, "America/New_York", Basis.INFERRED),
        ({"formatted_address": "El Paso, TX, USA"}, "America/Denver", Basis.INFERRED),
        ({"formatted_address": "1 A St, Nowhere, Ohio"}, "America/New_York", Basis.INFERRED),
        ({"formatted_address": "Nowhere, TX, USA"}, None, None),
        ({"formatted_address": "London, UK"}, "Europe/London", Basis.INFERRED),
        ({"formatted_address": "8318 104 St, Edmonton, Alberta, T6E 4E8, Canada"}, "America/Edmonton",
         Basis.INFERRED),
        ({"formatted_address": "", "city": "Boston", "state": "MA", "postal_code": 2108}, "America/New_York",
         Basis.INFERRED),
        ({"formatted_address": "", "city": "San Francisco", "postal_code": "94123"}, "America/Los_Angeles",
         Basis.INFERRED),
        ({"formatted_address": "", "city": "Berlin", "postal_code": "10115"}, None, None),
        ({"formatted_address": ""}, None, None),
        ({"latitude": "53.5", "longitude": "-113.5"}, "America/Edmonton", Basis.INFERRED),
        ({"formatted_address": "", "coordinates": "33.4,-112.1"}, "America/Phoenix", Basis.INFERRED),
        ({"formatted_address": "Rome, Italy", "coordinates": "41.8,12.4,41.9,12.6"}, "Europe/Rome",
         Basis.INFERRED),
        ({"formatted_address": "Madeira", "latitude": 30, "longitude": -40}, None, None),
    ],
)  # fmt: skip
def test_the_zone_and_how_it_is_known(changes: dict[str, Any], zone: str | None, basis: Basis | None) -> None:
    rule = one(**{"timezone": None, "latitude": None, "longitude": None, **changes}).recurrence
    assert rule is not None
    assert (rule.tz, rule.tz_basis) == (zone, basis)


def test_the_importing_person_may_know_the_zone_of_the_whole_list() -> None:
    raw = json.dumps(
        [{**ROW, "timezone": None, "latitude": 0, "formatted_address": "Nowhere, Canada"}]
    ).encode()
    (meeting,) = read(raw, "test", zone="America/Edmonton").meetings
    assert meeting.recurrence is not None
    assert meeting.recurrence.tz_basis is Basis.DEFAULT


def test_html_and_invisible_characters_are_stripped() -> None:
    meeting = one(
        name="<b>Tom&#8217;s</b>\u00a0&amp; Co<script>x</script>\u200b\x00",
        location_notes="<p>Ring\r\nthe <i>bell</i></p>",
    )
    assert meeting.name == "Tom\u2019s & Co x"
    assert meeting.venue.directions == "Ring the bell"


def test_personal_contact_data_is_never_kept() -> None:
    personal = {
        "contact_1_name": "Avery Invented",
        "contact_1_email": "avery@example.org",
        "contact_1_phone": "(555) 010-0142",
        "venmo": "@avery-invented",
        "feedback_emails": "avery@example.org",
        "notes": "Call Avery Invented",
        "location_notes": "North door, ask avery@example.org or (555) 010-0142",
    }
    kept = json.dumps(to_plain(one(**personal))).lower()
    for secret in ("avery", "010-0142", "5550100142"):
        assert secret not in kept
    assert "north door" in kept


def test_slugs_are_made_unique_and_stable() -> None:
    rows = [ROW, {**ROW, "name": "Other"}, {**ROW, "slug": None, "id": 42}, {**ROW, "slug": ""}, ROW]
    found, again = feed(*rows), feed(*rows)
    ids = [m.source_id for m in found.meetings]
    assert len(set(ids)) == 4
    assert ids[0].startswith("tuesday-tools~")
    assert ids[1].startswith("tuesday-tools~")
    assert ids[2] == "42"
    assert ids[3].startswith("built:")
    # Two rows that change places stay the meetings they were.
    assert set(ids) == {m.source_id for m in feed(*reversed(rows)).meetings}
    assert ids == [m.source_id for m in again.meetings]
    assert [(r.row, r.reason) for r in found.rejected] == [(4, "duplicate_row")]


def test_an_empty_name_is_built_from_place_and_time() -> None:
    assert one(name="", location="Pine Hall").name == "Pine Hall Tuesday 19:00"
    assert [r.reason for r in feed({}, "text", None, 7).rejected] == [
        "nothing_to_name_it_by", "not_an_object", "not_an_object", "not_an_object",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "programme"),
    [
        ({"name": "SMART Recovery at noon"}, "smart"), ({"group": "SMART Family & Friends"}, "smart_family"),
        ({"name": "Work smart"}, "other"), ({"entity": "Alcoholics Anonymous of Anytown"}, "aa"),
        ({"url": "https://aa-anytown.example/m"}, "aa"), ({"types": "B"}, "aa"),
        ({"name": "NA: Clean"}, "na"),
        ({"entity": "Overeaters Anonymous", "types": "B"}, "other"), ({"group": "Al-Anon"}, "other"),
    ],
)  # fmt: skip
def test_the_programme_is_judged_by_what_the_row_says(changes: dict[str, str], programme: str) -> None:
    assert one(**changes).programme == programme


def test_noise_does_not_change_the_hash_and_a_change_does() -> None:
    known = one(**ONLINE, updated="2026-01-01 00:00:00")
    rotated = {**ONLINE, "conference_url": "https://zoom.us/j/5550100?pwd=abc"}
    assert known.content_hash == one(**rotated, updated="1/2/2026 10:10:30 AM").content_hash
    assert known.content_hash != one(**ONLINE, time="19:30").content_hash


def test_the_plain_form_can_be_read_back() -> None:
    for meeting in (one(), one(**ONLINE), one(day=None), one(day="last Friday")):
        assert from_plain(json.loads(json.dumps(to_plain(meeting)))) == meeting
        assert replace(meeting, listed_updated="x").content_hash == meeting.content_hash


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty_file"), (b" \n", "empty_file"), (b"<html>", "markup"),
        (b"[1,2", "not_json"), (b"[] invalid text", "not_json"), (b"{}", "not_a_list"),
        (b"\xff\xfe\x00", "not_text"), (b"[" * 100_000, "not_json"), (b"7", "not_a_list"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_as_a_whole(raw: bytes, problem: str) -> None:
    assert read(raw, "test").problem == problem


def test_other_envelopes_and_encodings_are_read() -> None:
    wrapped = json.dumps({"meetings": [ROW]})
    sheet = json.dumps({"values": [["Name", "ID", "Day", "Time"], ["Tools", "t1", "Tuesday", "7:00 PM"]]})
    for raw in (wrapped.encode("utf-8-sig"), wrapped.encode("utf-16"), sheet.encode()):
        assert len(read(raw, "test").meetings) == 1
    assert read(sheet.encode(), "test").meetings[0].source_id == "t1"
    assert read('[{"name": "Café", "slug": 1}]'.encode("cp1252"), "test").meetings[0].name == "Café"


def assert_nothing_is_lost(found: Reading) -> None:
    assert len(found.meetings) + len(found.rejected) == found.rows
    assert found.rows >= found.source_rows
    assert all(reason.reason for reason in found.rejected)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    *ROW, *ONLINE, "id", "coordinates", "approximate", "conference_phone", "notes", "location_notes", "city",
    "state", "postal_code", "country", "updated", "entity", "group", "url", "location",
]  # fmt: skip


def seen_cells() -> Iterator[Any]:
    yield from (
        "",
        "0",
        "monday",
        "24:00",
        "yes",
        "https://[",
        "http://zoom.us",
        "\ud800",
        "1" * 400,
        [0, [1], {}],
    )


rows = st.dictionaries(st.sampled_from(FIELDS), anything | st.sampled_from(list(seen_cells())), max_size=12)


@given(st.lists(rows | anything, max_size=6))
@settings(deadline=None, max_examples=200)
def test_random_rows_never_raise_and_none_is_lost(document: list[Any]) -> None:
    found = read(json.dumps(document).encode(), "test")
    assert_nothing_is_lost(found)
    assert found == read(json.dumps(document).encode(), "test")
    for meeting in found.meetings:
        assert from_plain(json.loads(json.dumps(to_plain(meeting)))) == meeting
        assert len(meeting.content_hash) == 64


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=200)
def test_random_bytes_never_raise(raw: bytes) -> None:
    assert_nothing_is_lost(read(raw, "test"))
