"""BMLT lists: every trap of the format, and no row lost."""

import json
from datetime import time
from typing import Any

import pytest

from services.aftercare.meetings.normal_form import Basis, Meeting, Programme, to_plain
from services.aftercare.meetings.reading import Reading, read

ROW = {
    "id_bigint": "17", "root_server_uri": "https://bmlt.example.org/main_server", "weekday_tinyint": "3",
    "start_time": "19:00:00", "duration_time": "01:30:00", "time_zone": "", "venue_type": "1",
    "formats": "O,WC",     "published": "1", "meeting_name": "Clear Water", "location_text": "Pine Hall",
    "location_street": "1 Invented St",
    "location_municipality": "Denver", "location_province": "CO", "location_postal_code_1": "80203",
    "location_nation": "USA", "latitude": "39.73", "longitude": "-104.98", "virtual_meeting_link": "",
    "phone_meeting_number": "", "comments": "", "location_info": "", "lang_enum": "es",
}  # fmt: skip
LINK = "https://zoom.us/j/5550100"


def feed(*rows: Any, formats: Any = None) -> Reading:
    document = list(rows) if formats is None else {"meetings": list(rows), "formats": formats}
    found = read(json.dumps(document).encode(), "test")
    assert len(found.meetings) + len(found.rejected) == found.rows
    return found


def one(known: Any = None, /, **changes: Any) -> Meeting:
    found = feed({**ROW, **changes}, formats=known)
    assert found.rejected == ()
    return found.meetings[0]


def test_a_plain_row_is_read_as_written() -> None:
    meeting = one()
    rule = meeting.recurrence
    assert rule is not None
    assert (rule.byday, rule.wall_time, rule.tz, rule.tz_basis) == (
        2, time(19), "America/Denver", Basis.INFERRED,
    )  # fmt: skip
    assert (meeting.duration, meeting.duration_basis) == (90, Basis.STATED)
    assert (meeting.programme, meeting.types, meeting.languages) == (Programme.NA, ("O", "X"), ("en",))
    assert sorted(meeting.modalities) == ["in_person"]
    assert meeting.venue.precision == "point"


@pytest.mark.parametrize(("cell", "weekday"), [("1", 0), ("7", 6), (4, 3)])
def test_weekdays_count_from_one(cell: Any, weekday: int) -> None:
    rule = one(weekday_tinyint=cell).recurrence
    assert rule is not None
    assert rule.byday == weekday


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weekday_tinyint": "0"}, "day_unreadable"), ({"weekday_tinyint": "8"}, "day_unreadable"),
        ({"start_time": "soon"}, "time_unreadable"), ({"published": "0"}, "not_published"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_a_reason(changes: dict[str, str], reason: str) -> None:
    assert [one.reason for one in feed({**ROW, **changes}).rejected] == [reason]


def test_rows_trimmed_to_nothing_are_refused_one_by_one() -> None:
    found = feed(*[{"service_body_bigint": "1", "longitude": "-78.8", "latitude": "42.8"}] * 3, 7)
    assert [row.reason for row in found.rejected] == ["nothing_to_name_it_by"] * 3 + ["not_an_object"]


@pytest.mark.parametrize(
    ("cell", "minutes", "basis"),
    [
        ("00:00:00", 60, Basis.DEFAULT), ("", 60, Basis.DEFAULT), ("24:00:00", 1440, Basis.STATED),
        ("01:15", 75, Basis.STATED), ("long", 60, Basis.DEFAULT),
    ],
)  # fmt: skip
def test_the_length_of_a_meeting(cell: str, minutes: int, basis: Basis) -> None:
    meeting = one(duration_time=cell)
    assert (meeting.duration, meeting.duration_basis) == (minutes, basis)


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({"venue_type": "2", "virtual_meeting_link": LINK}, ["online"]),
        ({"venue_type": "2"}, []),
        ({"venue_type": "3", "virtual_meeting_link": LINK}, ["in_person", "online"]),
        ({"venue_type": "3", "formats": "TC", "virtual_meeting_link": LINK}, ["online"]),
        ({"venue_type": "", "formats": "VM", "virtual_meeting_link": LINK}, ["online"]),
        ({"venue_type": "", "formats": "HY", "virtual_meeting_link": LINK}, ["in_person", "online"]),
        ({"venue_type": "", "formats": "VM,TC", "comments": f"Zoom {LINK}"}, ["online"]),
        ({"venue_type": "", "formats": "TC"}, []),
        ({"venue_type": "2", "phone_meeting_number": "+1 555 555 0100,,9#"}, ["online"]),
        ({"venue_type": "2", "phone_meeting_number": "555-0100"}, []),
    ],
)  # fmt: skip
def test_ways_to_attend(changes: dict[str, str], ways: list[str]) -> None:
    meeting = one(**changes)
    assert sorted(meeting.modalities) == ways
    assert (meeting.state == "inactive") == (not ways)


def test_the_nominal_point_of_a_virtual_meeting_never_becomes_a_distance() -> None:
    meeting = one(venue_type="2", virtual_meeting_link=LINK)
    assert (meeting.venue.lat, meeting.venue.precision) == (None, "")
    assert meeting.recurrence is not None
    assert meeting.recurrence.tz == "America/Denver"


def test_formats_are_resolved_by_their_world_ids() -> None:
    formats = [
        {"id": "4", "key_string": "VM", "world_id": "WCHR", "name_string": "Ramp"},
        {"id": "9", "key_string": "X9", "world_id": "VM", "name_string": "On a screen"},
        {"id": "5", "key_string": "EE", "world_id": "", "name_string": "Spanish"},
    ]
    meeting = one(formats, formats="VM,X9,EE", format_shared_id_list="4,5")
    assert (meeting.types, meeting.languages, sorted(meeting.modalities)) == (
        ("S", "X"), ("es",), ["in_person"],
    )  # fmt: skip
    remote = one(formats, venue_type="", format_shared_id_list="9", virtual_meeting_link=LINK)
    assert sorted(remote.modalities) == ["online"]


def test_two_servers_may_use_one_id() -> None:
    other = {**ROW, "root_server_uri": "https://other.example.org/main_server", "meeting_name": "Other"}
    ids = [meeting.source_id for meeting in feed(ROW, other).meetings]
    assert ids == ["https://bmlt.example.org/main_server#17", "https://other.example.org/main_server#17"]


def test_passcodes_and_persons_are_not_kept() -> None:
    personal = {"contact_name_1": "Avery Invented", "email_contact": "avery@example.org"}
    kept = json.dumps(to_plain(one(location_info="Side door. Passcode: 4711", **personal)))
    assert "Side door" in kept
    assert not [secret for secret in ("Avery", "avery", "4711") if secret in kept]
