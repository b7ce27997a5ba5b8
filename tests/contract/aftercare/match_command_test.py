"""`throughcare meetings match`: sets with reasons for a program, the same in words for a person."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import services.aftercare
from services.aftercare.cli import app

DEMO = Path(services.aftercare.__file__).parent / "demo_meetings.json"
WISHES = {
    "zone": "America/Los_Angeles",
    "zip_code": "90036",
    "max_miles": 8,
    "discharged_at": "2026-10-23T11:00:00-07:00",
}


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["match", *arguments])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def client(tmp_path: Path) -> Path:
    return asking(tmp_path)


def asking(folder: Path, **more: Any) -> Path:
    file = folder / "client.json"
    file.write_text(json.dumps(WISHES | more))
    return file


def test_a_program_reads_sets_points_and_reasons(client: Path) -> None:
    found = json.loads(run(str(client), str(DEMO), "--json"))
    best = found["sets"][0]
    assert set(best) == {"meetings", "score", "gap", "first_at", "flags"}
    fits = {one["meeting_id"]: one for one in found["feasible"]}
    assert set(best["meetings"]) <= set(fits)
    assert all(sum(one["points"].values()) == one["score"] for one in fits.values())
    assert found["fall_back"] in fits
    assert found["shortlist"][:3] == best["meetings"]
    assert all(one["reason"].isupper() and one["words"] for one in found["rejected"])
    listed = CliRunner().invoke(app, ["read", str(DEMO), "--json"]).output
    assert len(fits) + len(found["rejected"]) == json.loads(listed)["accepted"]


def test_a_person_reads_the_same_in_words(client: Path) -> None:
    said = run(str(client), str(DEMO))
    assert said.startswith("Sets, best first:\n")
    for part in ("Fits:", "To fall back on:", "Does not fit:", "miles away.", "Fits only until"):
        assert part in said


def test_where_nothing_fits_that_is_said(tmp_path: Path) -> None:
    at_night = asking(tmp_path, windows=[{"days": [2], "opens": "03:00", "closes": "05:00"}])
    said = run(str(at_night), str(DEMO))
    assert said.startswith("No meeting fits.")
    assert "Does not fit:" in said


def test_a_mandated_client_is_told_of_the_secular_choice(tmp_path: Path) -> None:
    must = asking(tmp_path, mandated=True, pathway="twelve_first")
    assert "Secular choice: Monday Toolbox" in run(str(must), str(DEMO))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[", "the file: Invalid JSON"),
        ('{"zone": "Avery/Invented"}', "zone: must be an IANA time zone such as America/Los_Angeles"),
        ('{"zone": "America/Denver", "target": 9}', "target: Input should be less than or equal to 7"),
    ],
)
def test_a_mistake_in_the_clients_file_names_the_field_and_what_it_should_be(
    tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "client.json"
    file.write_text(content)
    output = run(str(file), str(DEMO), code=2)
    assert said in output
    assert "Avery" not in output


def test_a_list_that_cannot_be_read_is_said_to_be_one(client: Path, tmp_path: Path) -> None:
    broken = tmp_path / "list.json"
    broken.write_text("[1,")
    assert "(not_json)." in run(str(client), str(broken), code=2)


def test_meetings_that_come_as_a_sheet_are_matched_too(client: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "list.csv"
    sheet.write_text(
        "ID,Name,Day,Time,Timezone,Conference URL,Types\n"
        "eve,SMART Recovery Evening,Friday,19:00,America/Los_Angeles,https://meet.example.org/eve,O\n"
    )
    found = json.loads(run(str(client), str(sheet), "--json"))
    assert [one["name"] for one in found["feasible"]] == ["SMART Recovery Evening"]
