"""`throughcare meetings`: the shape other programs read, and the demonstration's own list."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import services.aftercare
from services.aftercare.cli import app

DEMO = Path(services.aftercare.__file__).parent / "demo_meetings.json"


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def test_reading_a_list_prints_counts_and_meetings() -> None:
    found: dict[str, Any] = json.loads(run("read", str(DEMO), "--json"))
    assert {"rows", "source_rows", "accepted", "rejected", "by_appointment", "inactive", "unzoned"} <= set(
        found
    )
    assert found["accepted"] + len(found["rejected"]) == found["rows"]
    assert len(found["meetings"]) == found["accepted"]
    first = found["meetings"][0]
    assert (first["source_id"], first["weekday"], first["time"]) == ("juniper-monday", 1, "18:30")
    assert (first["timezone"], first["timezone_basis"]) == ("America/Los_Angeles", "stated")
    assert (first["duration_minutes"], first["modalities"], first["programme"]) == (
        90,
        ["in_person"],
        "smart",
    )
    assert first["types"] == ["POA", "X"] or first["types"] == ["O", "POA", "X"]


def test_the_demonstration_list_is_whole_and_wholly_invented() -> None:
    found = json.loads(run("read", str(DEMO), "--json"))
    assert (found["source_rows"], found["rejected"], found["unzoned"]) == (40, [], 0)
    assert {one["programme"] for one in found["meetings"]} == {"smart", "smart_family", "aa"}
    hosts = {word.split("/")[2] for word in DEMO.read_text().split('"') if "://" in word}
    assert hosts == {"meet.example.org", "meetings.example.org"}


@pytest.mark.parametrize(("content", "problem"), [("[1,", "not_json"), ("{}", "not_a_list")])
def test_an_unusable_file_is_said_to_be_one(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "list.json"
    file.write_text(content)
    assert json.loads(run("read", str(file), "--json", code=1))["problem"] == problem


@pytest.mark.parametrize(
    ("name", "content", "day"),
    [
        ("list.csv", "name;day;time\nTools;Monday;7 PM\n", 1),
        (
            "list.json",
            '[{"id_bigint": "1", "meeting_name": "Tools", "weekday_tinyint": "2", "start_time": "19:00:00"}]',
            1,
        ),
        (
            "list.ics",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Tools\nDTSTART;TZID=America/Denver:20260105T190000\n"
            "RRULE:FREQ=WEEKLY\nEND:VEVENT\nEND:VCALENDAR\n",
            1,
        ),
    ],
)
def test_every_format_is_told_by_its_bytes(tmp_path: Path, name: str, content: str, day: int) -> None:
    file = tmp_path / name
    file.write_text(content)
    found = json.loads(run("read", str(file), "--json"))
    assert (found["accepted"], found["rejected"]) == (1, [])
    assert (found["meetings"][0]["weekday"], found["meetings"][0]["time"]) == (day, "19:00")
    asked = json.loads(
        run("read", str(file), "--format", "meeting_guide", "--json", code=0 if name == "list.json" else 1)
    )
    assert asked["accepted"] + len(asked["rejected"]) == asked["rows"]


def test_matching_prints_ranked_sets_with_reasons(tmp_path: Path) -> None:
    client = tmp_path / "client.json"
    client.write_text(
        json.dumps(
            {
                "zone": "America/Los_Angeles",
                "zip_code": "90036",
                "max_miles": 8,
                "discharged_at": "2026-10-23T11:00:00-07:00",
            }
        )
    )
    found = json.loads(run("match", str(client), str(DEMO), "--json"))
    assert found["sets"][0]["flags"] == []
    assert len(found["sets"][0]["meetings"]) == 3
    assert [one["score"] for one in found["sets"]] == sorted(
        (one["score"] for one in found["sets"]), reverse=True
    )
    reasons = {one["meeting_id"]: one for one in found["rejected"]}
    assert reasons["online-wednesday-az"]["reason"] == "TIME_SHIFT"
    assert reasons["online-wednesday-az"]["data"]["until"] == "2026-10-28"
    assert reasons["bluff-monday"]["reason"] == "DISTANCE"
    assert "No meeting fits" not in run("match", str(client), str(DEMO))


def test_a_client_file_with_a_mistake_names_the_field_and_not_its_value(tmp_path: Path) -> None:
    client = tmp_path / "client.json"
    client.write_text('{"zone": "Avery/Invented"}')
    said = run("match", str(client), str(DEMO), code=2)
    assert "zone" in said
    assert "Avery" not in said


def test_a_finder_s_rows_are_read_only_with_permission(tmp_path: Path) -> None:
    file = tmp_path / "finder.json"
    row = {
        "id": "1", "name": "Tools", "next_start": "2026-12-01T02:00:00Z", "schedule": "weekly",
        "timezone": "America/Denver", "online": True, "join_url": "https://zoom.us/j/1",
    }  # fmt: skip
    file.write_text(json.dumps({"smart_finder": [row]}))
    assert json.loads(run("read", str(file), "--json", code=1))["problem"] == "permission_missing"
    allowed = "Granted by e-mail on 2 March 2027"
    found = json.loads(run("read", str(file), "--json", "--smart-finder-permission", allowed))
    assert [(one["weekday"], one["time"]) for one in found["meetings"]] == [(1, "19:00")]


def test_what_is_printed_suits_every_terminal(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text('[{"name": "Caf\u00e9 \U0001f389", "day": 1, "time": "19:00"}]')
    said = run("read", str(file), "--json")
    assert said.isascii()
    assert json.loads(said)["meetings"][0]["name"] == "Caf\u00e9 \U0001f389"
