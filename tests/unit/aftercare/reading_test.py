"""The oracle of every importer: nothing raises on any bytes, nothing is lost, twice is once."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.aftercare.meetings.reading import Reading, read
from services.aftercare.tables.lists import FeedFormat

GUIDE = json.dumps(
    [
        {
            "name": "A",
            "slug": "a",
            "day": [1, 2],
            "time": "19:00",
            "formatted_address": "1 A St, Denver, CO 80203, USA",
        }
    ]
)
BMLT = json.dumps(
    {"meetings": [{"id_bigint": "1", "weekday_tinyint": "2", "start_time": "19:00:00", "meeting_name": "B",
                   "format_shared_id_list": "4"}], "formats": [{"id": "4", "world_id": "OPEN"}]}
)  # fmt: skip
SHEET = 'name;day;time;types\n"C";Monday;7 PM;O\nD;"1,2";noon;X\n'
ICS = (
    "BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:America/Denver\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:E\r\n"
    "DTSTART;TZID=America/Denver:20260106T190000\r\nRRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=700\r\n"
    "EXDATE:20260113T020000Z\r\nGEO:39.7;-104.9\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
VALID = [text.encode() for text in (GUIDE, BMLT, SHEET, ICS)]
PIECES = [b"[", b"{", b'"', b"\x00", b"\xff\xfe", b"\r\n", b",", b"DTSTART:", b"RRULE:FREQ=", b"INTERVAL=0",
          b"\xf0\x9f",
          b"99999999999", b"-", b"BEGIN:VEVENT\r\n", b"UNTIL=", b"null", b"[1,[2]]", b";", b"BYDAY=",
          b":"]  # fmt: skip


def assert_nothing_is_lost(found: Reading) -> None:
    assert len(found.meetings) + len(found.rejected) == found.rows
    assert found.rows >= found.source_rows or found.problem
    assert len({meeting.source_id for meeting in found.meetings}) == len(found.meetings)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    raw = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        until = draw(st.integers(at, min(len(raw), at + 12)))
        raw = raw[:at] + draw(st.sampled_from(PIECES) | st.binary(max_size=4)) + raw[until:]
    return raw


@given(st.binary(max_size=300) | mutated(), st.sampled_from(FeedFormat))
@example(b"[" * 200_000, FeedFormat.AUTO)
@example(b'{"a":' * 100_000, FeedFormat.BMLT)
@example(b"[" + b"[" * 900 + b"]" * 900 + b"]", FeedFormat.AUTO)
@example(b'[{"name":"x","latitude":' + b"9" * 5000 + b"}]", FeedFormat.AUTO)
@example(ICS.replace("COUNT=700", "COUNT=700;INTERVAL=0").encode(), FeedFormat.AUTO)
@example(ICS.replace("20260106T190000", "99991231T190000").encode(), FeedFormat.AUTO)
@settings(deadline=None, max_examples=400)
def test_no_bytes_raise_and_no_row_is_lost(raw: bytes, wanted: FeedFormat) -> None:
    assert_nothing_is_lost(read(raw, "test", format=wanted))


def test_each_format_is_told_by_its_bytes_and_read_the_same_twice() -> None:
    for raw, rows in zip(VALID, (2, 1, 3, 1), strict=True):
        found = read(raw, "test")
        assert (found.problem, len(found.meetings)) == (None, rows)
        assert found == read(raw, "test")


def test_a_row_that_names_one_day_twice_is_one_meeting() -> None:
    found = read(GUIDE.replace("[1, 2]", "[1, 1]").encode(), "test")
    assert (found.rows, len(found.meetings), found.rejected[0].reason) == (2, 1, "duplicate_row")
