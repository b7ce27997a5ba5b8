"""Rows as strangers write them: what is read all the same, what is refused, what is nobody's to keep."""

import json
from typing import Any

import pytest

from services.aftercare.meetings.in_plain import meetings_in_plain
from services.aftercare.meetings.normal_form import Meeting, to_plain
from services.aftercare.meetings.reading import Reading, read

ROW = {"name": "Tools", "slug": "tools", "day": 2, "time": "19:00",
       "formatted_address": "1 A St, Denver, CO 80203, USA"}  # fmt: skip


def feed(*rows: Any) -> Reading:
    found = read(json.dumps(rows).encode(), "test")
    assert len(found.meetings) + len(found.rejected) == found.rows
    return found


def one(**changes: Any) -> Meeting:
    (meeting,) = feed({**ROW, **changes}).meetings
    return meeting


def test_no_telephone_number_or_address_of_a_person_is_kept_wherever_it_stands() -> None:
    row = {
        **ROW,
        "slug": "avery@example.org",
        "name": "Avery's group (555) 987-6543 avery@example.org",
        "location": "Home of the group, 555.222.3333",
        "group": "avery (at) example (dot) org",
        "formatted_address": "c/o avery@example.org, 1 A St, Denver, CO 80203-1234, USA",
        "location_notes": "ring +44 20 7946 0958",
        "conference_phone": "+1 646-555-0100,,999#",
        "types": ["O", "avery@example.org"],
        "timezone": "avery@example.org",
    }
    bmlt = {
        "id_bigint": "7", "weekday_tinyint": "2", "start_time": "19:00:00",
        "meeting_name": "Clean (call 555-987-6543)", "location_text": "Hall, tel. 555.222.3333",
        "location_street": "1 A St, avery@example.org",
    }  # fmt: skip
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Tools 555-987-6543\r\n"
        "LOCATION:c/o avery@example.org\\, 1 A St\\, Denver\\, CO 80203\r\n"
        "ORGANIZER:mailto:avery@example.org\r\n"
        "DTSTART;TZID=America/Denver:20260106T190000\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    found = [*feed(row).meetings, *feed(bmlt).meetings, *read(calendar.encode(), "test").meetings]
    assert len(found) == 3
    kept = json.dumps([*map(to_plain, found), *meetings_in_plain(found)])
    for secret in ("avery@", "(at)", "987-6543", "222.3333", "7946"):
        assert secret not in kept
    assert found[0].join.phone == "+16465550100,,999#"
    assert "CO 80203-1234" in found[0].venue.address
    assert found[0].source_id == feed({**row, "name": "Other"}).meetings[0].source_id


def test_a_sheet_that_calls_its_meetings_meeting_name_is_no_bmlt() -> None:
    for raw in (
        b"Meeting_Name,Day,Time\nTools,Monday,7 PM\n",
        b'[{"meeting_name":"Tools","day":1,"time":"19:00"}]',
    ):
        (meeting,) = read(raw, "test").meetings
        assert meeting.recurrence is not None
        assert (meeting.recurrence.byday, meeting.programme) == (1, "other")


def test_an_unpublished_row_is_refused_however_the_server_writes_no() -> None:
    rows = [{"id_bigint": str(n), "weekday_tinyint": "2", "start_time": "19:00:00", "published": no}
            for n, no in enumerate(("0", 0, False, "false"))]  # fmt: skip
    assert [one.reason for one in feed(*rows).rejected] == ["not_published"] * 4


def test_two_servers_known_by_number_only_are_two_servers() -> None:
    row = {"id_bigint": "1", "weekday_tinyint": "2", "start_time": "19:00:00", "meeting_name": "x"}
    found = feed({**row, "root_server_id": "3"}, {**row, "root_server_id": "4"})
    assert [meeting.source_id for meeting in found.meetings] == ["3#1", "4#1"]


@pytest.mark.parametrize(
    ("cell", "weekday", "interval", "setpos"),
    [
        ("Primer martes del mes", 2, 1, (1,)), ("Último domingo", 0, 1, (-1,)), ("Cada dos martes", 2, 2, ()),
        ("Sunday fortnightly", 0, 2, ()), ("Every third Thursday", 4, 1, (3,)),
        ("We meet Monday", 1, 1, ()), ("[1]", 1, 1, ()), ("Mo", 1, 1, ()),
    ],
)  # fmt: skip
def test_rhythms_in_other_words(cell: str, weekday: int, interval: int, setpos: tuple[int, ...]) -> None:
    rule = one(day=cell).recurrence
    assert rule is not None
    assert (rule.byday, rule.interval, rule.setpos) == (weekday, interval, setpos)


@pytest.mark.parametrize(
    "cell", ["Tuesday monthly", "Second to last Friday", "Tuesdays of odd weeks",
             "Every third week on Monday",
             "Mondays, no meeting in July", "M W F"]
)  # fmt: skip
def test_a_rhythm_nobody_can_be_sure_of_never_becomes_every_week(cell: str) -> None:
    found = feed({**ROW, "day": cell})
    assert not any(m.recurrence and not m.recurrence.setpos for m in found.meetings)


@pytest.mark.parametrize(("cell", "days"), [("M-F", 5), ("Tu/Th", 2), ("Mo,We,Fr", 3), ("[1,2]", 2)])
def test_several_days_in_one_cell(cell: str, days: int) -> None:
    assert len(feed({**ROW, "day": cell}).meetings) == days


def test_by_appointment_in_words_is_by_appointment() -> None:
    assert feed({**ROW, "day": "By appointment only"}).by_appointment == 1


@pytest.mark.parametrize(
    ("start", "end", "clock", "minutes"),
    [
        ("19:00-20:30", None, "19:00", 90), ("7-8:15 PM", None, "19:00", 75), ("11-1 pm", "", "11:00", 120),
        ("7:00 PM", "8:30", "19:00", 90), ("00:00", "24:00", "00:00", 1440), ("1900", "2000", "19:00", 60),
        ("23:00", "00:30", "23:00", 90), ("19:00", "18:00", "19:00", 1380),
    ],
)  # fmt: skip
def test_start_and_end_as_written(start: str, end: str | None, clock: str, minutes: int) -> None:
    meeting = one(time=start, end_time=end)
    assert meeting.recurrence is not None
    assert (f"{meeting.recurrence.wall_time:%H:%M}", meeting.duration) == (clock, minutes)


def test_one_absurd_cell_costs_no_other_row() -> None:
    raw = (
        b'[{"name":"A","slug":'
        + b"9" * 5000
        + b',"day":1,"time":"19:00"},{"name":"B\nC","day":1e400,"time":"1"}]'
    )
    found = read(raw, "test")
    assert (found.rows, len(found.meetings), found.rejected[0].reason) == (2, 1, "day_unreadable")
    sheet = b"name,day,time\n" + b"x" * 3_000_000 + b",1,19:00\nB,2,19:00\n"
    assert len(read(sheet, "test").meetings) == 2


def test_thousands_of_days_in_one_cell_are_seven_meetings() -> None:
    found = feed({**ROW, "day": list(range(7)) * 3_000})
    assert (found.rows, len(found.meetings), len({one.reason for one in found.rejected})) == (21_000, 7, 1)


def test_a_quotation_mark_that_is_never_closed_hides_no_rows() -> None:
    found = read(b'name,day,time\n"A, B",1,18:00\n"C,1,19:00\nD,2,20:00\n', "test")
    assert (found.source_rows, len(found.meetings)) == (3, 3)


def test_the_longest_and_strangest_cells_are_read_in_no_time() -> None:
    strange = {"name": "a." * 60_000 + "@", "location": "1-" * 50_000, "location_notes": "(" * 100_000,
               "conference_phone": "1" * 100_000, "notes": "7 pm " * 100_000}  # fmt: skip
    assert one(**strange).join.phone


def test_lists_that_php_wrote_as_objects_and_sheets_in_spanish() -> None:
    for document in (
        {"1": ROW},
        {"meetings": {"0": ROW, "5": {**ROW, "slug": "b"}}},
        {"response": {"data": [ROW]}},
    ):
        assert read(json.dumps(document).encode(), "test").meetings
    (meeting,) = read("Nombre;Día;Hora;Ciudad;Estado\nGrupo;Lunes;7 pm;Denver;CO\n".encode(), "test").meetings
    assert meeting.recurrence is not None
    assert (meeting.recurrence.byday, meeting.recurrence.tz) == (1, "America/Denver")
