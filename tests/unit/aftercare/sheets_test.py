"""Sheets and envelopes: the same rows in every shape they are handed out in."""

import json
from typing import Any

import pytest

from services.aftercare.meetings.reading import Reading, read
from services.aftercare.tables.lists import FeedFormat

HEADER = ("Name", "ID", "Day", "Time", "End Time", "Formatted Address", "Conference URL", "Types")
LINE = (
    "Tools, café",
    "t1",
    "Tuesday",
    "7:00 PM",
    "8:30 PM",
    "1 A St, Denver, CO 80203, USA",
    "Http://zoom.us/j/1",
    "O",
)
ROW = dict(zip(("name", "slug", "day", "time"), ("Tools", "t1", 2, "19:00"), strict=True))


def sheet(delimiter: str, *lines: tuple[str, ...]) -> str:
    quoted = (delimiter.join(f'"{cell}"' for cell in line) for line in (HEADER, *lines))
    return "\r\n".join(quoted) + "\r\n"


def assert_it_is_the_meeting(found: Reading) -> None:
    assert (found.problem, found.rejected, len(found.meetings)) == (None, (), 1)
    meeting = found.meetings[0]
    assert (meeting.source_id, meeting.duration, meeting.join.url) == ("t1", 90, "http://zoom.us/j/1")
    assert meeting.recurrence is not None
    assert (meeting.recurrence.byday, meeting.recurrence.tz) == (2, "America/Denver")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_any_delimiter_in_any_encoding(delimiter: str, encoding: str) -> None:
    found = read(sheet(delimiter, LINE).encode(encoding), "test")
    assert_it_is_the_meeting(found)
    assert found.meetings[0].name == "Tools, café"


def test_a_title_and_empty_lines_around_the_rows_are_no_rows() -> None:
    assert_it_is_the_meeting(read(("Our meetings\n\n" + sheet(",", LINE) + "\n,,,\n").encode(), "test"))


def test_a_line_with_more_cells_than_columns_is_refused_and_a_short_one_read() -> None:
    raw = b"name,day,time,city\nA,1,19:00,1 St, Denver, CO\nB,2,20:00\n"
    found = read(raw, "test")
    assert [(one.row, one.reason) for one in found.rejected] == [(0, "more_cells_than_columns")]
    assert (found.source_rows, found.meetings[0].name) == (2, "B")


def test_a_list_of_days_in_a_cell_is_split() -> None:
    found = read(b'name,day,time\nA,"1,3",19:00\n', "test")
    assert (found.source_rows, found.rows, len(found.meetings)) == (1, 2, 2)


def test_a_bmlt_sheet_is_read_as_bmlt() -> None:
    raw = b'"id_bigint","weekday_tinyint","start_time","meeting_name"\n"5","1","19:00:00","X"\n'
    rule = read(raw, "test").meetings[0].recurrence
    assert rule is not None
    assert rule.byday == 0


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"a,b\n1,2\n", "no_header"),
        (b"", "empty_file"),
        (b"\x00\x01\x02" * 50, "not_text"),
        (b'"' * 9, "no_header"),
    ],
)
def test_what_is_no_sheet_is_refused_as_a_whole(raw: bytes, problem: str) -> None:
    assert read(raw, "test", format=FeedFormat.CSV).problem == problem


@pytest.mark.parametrize(
    "document",
    [
        [ROW], {"meetings": [ROW]}, {"data": [ROW]}, {"data": {"meetings": [ROW]}},
        {"records": [{"id": "rec1", "fields": ROW}]}, {"values": [list(ROW), list(ROW.values())]},
        [list(ROW), list(ROW.values())], {"range": "A1", "values": [["Name", "ID", "Day", "Time"],
                                                                    ["Tools", "t1", "Tuesday", "7:00 PM"]]},
    ],
)  # fmt: skip
def test_envelopes(document: Any) -> None:
    (meeting,) = read(json.dumps(document).encode(), "test").meetings
    assert (meeting.name, meeting.source_id) == ("Tools", "t1")


def test_a_hosted_tables_own_id_stands_in_for_a_missing_slug() -> None:
    record = {"id": "rec1", "fields": {"Name": "Tools", "Day": ["Tuesday"], "Time": "19:00"}}
    assert read(json.dumps({"records": [record]}).encode(), "test").meetings[0].source_id == "rec1-2"
