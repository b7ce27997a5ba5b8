"""`throughcare x12` on files."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.insurance.cli import app
from tests.unit.insurance.payer_answers import ACTIVE, answer

run = CliRunner().invoke


@pytest.mark.parametrize("command", [["check"], ["read", "--json"]])
def test_a_file_is_shown_as_json(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "answer.x12"
    file.write_text(answer(["AAA", "N", "", "72", "C"], *ACTIVE))
    shown = run(app, [command[0], str(file), *command[1:]])
    assert shown.exit_code == 0
    (one,) = json.loads(shown.stdout)["transactions"]
    assert one["outcome"] == "mixed"
    assert one["plan"] == "CHOICE PPO"
    assert one["rejections"] == [
        {"loop": "2100C", "valid": "N", "reason": "72", "followup": "C", "action": "correct"}
    ]
    assert one["benefits"][1] == {
        "information": "C",
        "coverage_level": "IND",
        "service_types": ["30"],
        "period": "23",
        "amount": "2000",
        "percent": None,
        "network": "Y",
        "authorization": None,
        "quantity": None,
        "messages": [],
    }


def test_a_file_is_shown_in_words(tmp_path: Path) -> None:
    file = tmp_path / "answer.x12"
    file.write_text(answer(*ACTIVE))
    assert "active: CHOICE PPO" in run(app, ["read", str(file)]).stdout


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x00\xff\xfe", b"ISA*"])
def test_another_kind_of_file_is_one_sentence_and_exit_code_2(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)
    shown = run(app, ["check", str(file)])
    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert len(shown.stderr.strip().splitlines()) == 1


def test_a_missing_file_is_one_sentence_too(tmp_path: Path) -> None:
    assert run(app, ["check", str(tmp_path / "none")]).exit_code == 2
