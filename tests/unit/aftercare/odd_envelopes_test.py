"""Lists in wrappings other programs use, and what is said of files that are no list."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aftercare.meetings.normal_form import Modality, to_plain
from services.aftercare.meetings.problems import in_words
from services.aftercare.meetings.reading import Rejection, read

ROW: dict[str, Any] = {
    "slug": "hope", "name": "Hope", "day": 2, "time": "19:00", "timezone": "America/New_York",
    "conference_url": "https://zoom.us/j/123456789?pwd=open",
}  # fmt: skip
OTHER = ROW | {"slug": "calm", "name": "Calm", "day": 4}


def names(raw: str) -> list[str]:
    found = read(raw.encode(), "test")
    assert (found.problem, found.rejected) == (None, ())
    return [meeting.name for meeting in found.meetings]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n"])
def test_one_object_a_line_is_a_list(newline: str) -> None:
    assert names(newline.join(map(json.dumps, (ROW, OTHER, {"id": 7, "fields": ROW | {"slug": "c"}})))) == [
        "Hope", "Calm", "Hope",
    ]  # fmt: skip


def test_a_broken_line_among_them_is_refused_and_counted() -> None:
    found = read("\n".join((json.dumps(ROW), '{"slug": "half', json.dumps(OTHER))).encode(), "test")
    assert (found.source_rows, found.rows, len(found.meetings)) == (3, 3, 2)
    assert found.rejected == (Rejection(1, "not_an_object"),)


@pytest.mark.parametrize("line", ['"half": 1}', "# made on Tuesday", "{" * 100_000, '["Hope", 2]'])
def test_it_is_refused_and_counted_whatever_it_looks_like(line: str) -> None:
    found = read("\n".join((json.dumps(ROW), line, json.dumps(OTHER))).encode(), "test")
    assert (found.rows, len(found.meetings)) == (3, 2)
    assert [one.row for one in found.rejected] == [1]


@pytest.mark.parametrize("begins", ["", '{"meetings": [\n', "[\n"])
def test_a_list_that_breaks_off_at_the_end_of_a_row_is_no_list_of_one_meeting(begins: str) -> None:
    found = read((begins + ",\n".join(map(json.dumps, (ROW, OTHER)))).encode(), "test")
    assert (found.problem, found.meetings) == ("not_json", ())


@pytest.mark.parametrize(
    "call",
    [
        "callback({});",
        "/**/ my.list_1 ( {} )\n",
        "cb({})",
        "/**/ typeof cb === 'function' && cb({});",  # so Express, a server much used, writes it
    ],
)
def test_a_list_in_a_scripts_call_is_a_list(call: str) -> None:
    assert names(call.replace("{}", json.dumps([ROW, OTHER]))) == ["Hope", "Calm"]
    assert names(call.replace("{}", json.dumps({"meetings": [ROW]}))) == ["Hope"]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_sheet_in_a_scripts_call_is_no_empty_list(indent: int | None) -> None:
    columns = ["name", "day", "time", "timezone", "conference_url"]
    sheet = [columns, *([row[name] for name in columns] for row in (ROW, OTHER))]
    assert names(f"show({json.dumps(sheet, indent=indent)})") == ["Hope", "Calm"]


def test_a_map_of_meetings_is_a_list_with_its_points_the_right_way_round() -> None:
    there = {key: value for key, value in ROW.items() if key not in ("timezone", "conference_url", "slug")}
    there |= {"formatted_address": "12 Harbour Street, Boston, MA 02108, USA"}
    feature = {
        "type": "Feature",
        "id": "here",
        "geometry": {"type": "Point", "coordinates": [-71.0636, 42.3581]},
        "properties": there,
    }
    (meeting,) = read(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode(), "t").meetings
    assert (meeting.source_id, meeting.venue.lat, meeting.venue.lon) == ("here", 42.3581, -71.0636)
    assert meeting.modalities == {Modality.IN_PERSON}
    assert meeting.recurrence is not None
    assert meeting.recurrence.tz == "America/New_York"


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_column_beside_the_point_does_not_take_the_point_away(nothing: str | None) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-71.0636, 42.3581]},
        "properties": {
            "name": "Hope", "day": 0, "time": "19:00", "latitude": nothing, "longitude": nothing,
            "formatted_address": "12 Harbour Street, Boston, MA 02108, USA",
        },
    }  # fmt: skip
    (meeting,) = read(json.dumps({"features": [feature]}).encode(), "test").meetings
    assert (meeting.venue.lat, meeting.venue.lon, meeting.venue.precision) == (42.3581, -71.0636, "point")
    assert meeting.recurrence is not None


@pytest.mark.parametrize("wrapping", ["lines", "map"])
def test_whom_to_call_is_kept_of_no_wrapping(wrapping: str) -> None:
    private = {
        "contact_1_name": "Ann Doe", "contact_1_email": "ann.doe@example.org",
        "contact_1_phone": "617-555-0142", "email": "ann.doe@example.org", "phone": "617-555-0142",
        "name": "Hope, ask Ann: ann.doe@example.org or 617-555-0142", "slug": None,
    }  # fmt: skip
    row = {"type": "Feature", "id": "ann.doe@example.org", "geometry": None, "properties": ROW | private}
    raw = "\n".join([json.dumps(row)] * 2) if wrapping == "lines" else json.dumps({"features": [row]})
    found = read(raw.encode(), "test")
    assert len(found.meetings) == 1
    kept = json.dumps([to_plain(meeting) for meeting in found.meetings]) + repr(found.rejected)
    assert "example.org" not in kept
    assert "555" not in kept


@pytest.mark.parametrize("properties", [None, [], "x", 7])
@pytest.mark.parametrize("geometry", [None, [], {"type": "Point", "coordinates": []}, {"type": "Point"}])
def test_a_feature_that_says_nothing_is_refused_and_counted(properties: Any, geometry: Any) -> None:
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    found = read(json.dumps({"features": [feature, feature]}).encode(), "test")
    assert (found.rows, len(found.rejected)) == (2, 2)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "nothing in it"),
        (b"PK\x03\x04" + bytes(range(32)) * 20, "save a workbook as CSV"),
        (b"<!DOCTYPE html><title>Moved</title>", "a web page"),
        (b'{"ok": true}', "without a list"),
        (b'[{"name": "Ho', "it broke off"),
        (b'[{"name": "Hope"}]\n\ninvalid text', "other text around it"),
        (b"dear all,\nno meeting on Tuesday", "neither whole JSON nor a sheet or calendar"),
    ],
)
def test_what_is_no_list_is_said_in_plain_words(raw: bytes, says: str) -> None:
    problem = read(raw, "test").problem
    assert problem is not None
    assert says in in_words(problem)


@pytest.mark.parametrize(
    ("day", "weekday"), [(2, 3), (6, 0), ("Saturday", 0), ("Sunday", 1)]
)  # fmt: skip
def test_twenty_four_oclock_is_the_midnight_that_ends_the_day(day: Any, weekday: int) -> None:
    (meeting,) = read(json.dumps([ROW | {"day": day, "time": "24:00"}]).encode(), "test").meetings
    assert meeting.recurrence is not None
    assert (meeting.recurrence.byday, f"{meeting.recurrence.wall_time:%H:%M}") == (weekday, "00:00")


def test_it_is_so_written_without_a_colon_too() -> None:
    (meeting,) = read(json.dumps([ROW | {"day": 6, "time": "2400"}]).encode(), "test").meetings
    assert meeting.recurrence is not None
    assert (meeting.recurrence.byday, f"{meeting.recurrence.wall_time:%H:%M}") == (0, "00:00")


@pytest.mark.parametrize(
    ("starts", "ends", "minutes"),
    [
        ("24:00", "01:00", 60), ("22:30", "24:00", 90), ("22:30", "2400", 90), ("00:00", "24:00", 24 * 60),
        ("24:00", "24:00", 60),  # an end that is the start says nothing: the format's usual hour
    ],
)  # fmt: skip
def test_twenty_four_oclock_as_an_end(starts: str, ends: str, minutes: int) -> None:
    (meeting,) = read(json.dumps([ROW | {"time": starts, "end_time": ends}]).encode(), "test").meetings
    assert meeting.duration == minutes


def test_twenty_four_oclock_is_read_so_in_the_other_format_too() -> None:
    row = {
        "id_bigint": "1", "weekday_tinyint": "7", "start_time": "24:00:00", "meeting_name": "Late",
        "time_zone": "America/New_York", "format_shared_id_list": "", "duration_time": "01:00:00",
    }  # fmt: skip
    (meeting,) = read(json.dumps([row]).encode(), "test").meetings
    assert meeting.recurrence is not None
    assert (meeting.recurrence.byday, meeting.recurrence.wall_time.hour) == (0, 0)


def test_midnight_in_words_and_00_00_stay_on_their_day() -> None:
    for written in ("midnight", "00:00", "12:00 AM"):
        (meeting,) = read(json.dumps([ROW | {"day": 6, "time": written}]).encode(), "test").meetings
        assert meeting.recurrence is not None
        assert (meeting.recurrence.byday, meeting.recurrence.wall_time.hour) == (6, 0)


@pytest.mark.parametrize("day", ["1st Saturday", "every other Saturday"])
def test_the_day_after_the_first_saturday_is_no_rhythm_of_ours(day: str) -> None:
    found = read(json.dumps([ROW | {"day": day, "time": "24:00"}]).encode(), "test")
    assert found.rejected == (Rejection(0, "time_unreadable"),)


def test_the_code_that_opens_the_room_stays_in_the_link() -> None:
    (meeting,) = read(json.dumps([ROW]).encode(), "test").meetings
    assert meeting.join.url == ROW["conference_url"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("24:00"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "day",
                    "time",
                    "type",
                    "properties",
                    "geometry",
                    "coordinates",
                    "fields",
                    "id",
                    "features",
                ]
            ),
            inner | st.sampled_from(["Feature", "Point"]),
            max_size=6,
        )
    ),
    max_leaves=16,
)


@given(
    st.lists(anything, max_size=5),
    st.sampled_from(["lines", "call", "map"]),
    st.binary(max_size=4),
    st.integers(0),
)
@settings(deadline=None, max_examples=300)
def test_no_wrapping_makes_a_row_get_lost(rows: list[Any], wrapping: str, noise: bytes, at: int) -> None:
    whole = {
        "lines": "\n".join(map(json.dumps, rows)),
        "call": f"show({json.dumps(rows)})",
        "map": json.dumps({"type": "FeatureCollection", "features": rows}),
    }[wrapping].encode()
    if wrapping != "lines":
        assert read(whole, "test").source_rows == read(json.dumps(rows).encode(), "test").source_rows
    elif len(rows) > 1 and all(isinstance(row, dict) for row in rows):
        assert read(whole, "test").source_rows == len(rows)
    cut = at % (len(whole) + 1)
    for raw in (whole, whole[:cut] + noise + whole[cut:]):
        found = read(raw, "test")
        assert len(found.meetings) + len(found.rejected) == found.rows
        assert found.rows >= found.source_rows or found.problem
