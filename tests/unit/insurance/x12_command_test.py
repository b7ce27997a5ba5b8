"""`throughcare x12` on files."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.insurance import cli
from services.insurance.cli import app
from tests.unit.insurance.corpus import FOLDER, samples
from tests.unit.insurance.payer_answers import ACTIVE, answer, rows_of, text_of

run = CliRunner().invoke
CORPUS = samples()


def said(command: str, file: Path, *options: str) -> tuple[int, list[str]]:
    """Exit code and lines on standard output."""
    shown = run(app, [command, str(file), *options])
    assert shown.exception is None or isinstance(shown.exception, SystemExit)
    return shown.exit_code, shown.stdout.splitlines()


def test_a_file_is_shown_as_json(tmp_path: Path) -> None:
    file = tmp_path / "answer.x12"
    file.write_text(answer(["AAA", "N", "", "72", "C"], *ACTIVE))
    code, lines = said("read", file, "--json")
    assert code == 0
    (one,) = json.loads("\n".join(lines))["transactions"]
    assert set(one) == {"outcome", "plan", "member_id", "patient", "rejections", "benefits", "warnings"}
    assert one["outcome"] == "mixed"
    assert one["plan"] == "CHOICE PPO"
    assert one["member_id"] == "NSH100200300"
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
        "scope": "patient",
    }


def test_a_percent_is_a_fraction_however_the_payer_wrote_it() -> None:
    _, lines = said("read", FOLDER / "percents_either_way.edi", "--json")
    (one,) = json.loads("\n".join(lines))["transactions"]
    assert [b["percent"] for b in one["benefits"]] == [None, 0.2, 0.4, 0.8]
    assert any("whole percentage" in warning for warning in one["warnings"])


def test_an_answer_is_shown_in_words_with_what_hangs_below_each_benefit() -> None:
    _, lines = said("read", FOLDER / "carved_out.edi")
    text = "\n".join(lines)
    assert "active: CEDAR FLEX" in text
    assert "Contact the following for details (substance use care and mental health care)" in text
    assert "names QUIET HARBOUR BEHAVIOURAL, telephone 5550100001" in text
    assert '"CALL BEFORE ADMISSION"' in text


def test_a_question_is_shown_as_what_it_asks() -> None:
    code, lines = said("read", FOLDER / "inquiry.edi")
    assert code == 0
    assert lines == [
        "asks NORTHSTAR HEALTH PLAN about the subscriber",
        "  for: plan 2026-03-15",
        "  segment 14: the whole plan and mental health care",
    ]


def test_a_refusal_of_our_question_is_shown() -> None:
    assert said("read", FOLDER / "refused_999.edi")[1] == ["999: refused IK3:NM1:8 IK4:7 IK5:5"]
    assert said("read", FOLDER / "refused_ta1.edi")[1] == ["TA1: refused 020"]


def test_what_steers_a_terminal_is_not_printed(tmp_path: Path) -> None:
    file = tmp_path / "answer.x12"
    file.write_text(answer(["EB", "1", "", "30", "", "PLAN"], ["MSG", "\x1b[2JGONE"]))
    assert "\x1b" not in "\n".join(said("read", file)[1])


@pytest.mark.parametrize("command", [["check"], ["read"], ["read", "--json"]])
@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x00\xff\xfe", b"ISA*", b"\xff\xfe\x00\xd8" * 9])
def test_another_kind_of_file_is_one_sentence_and_exit_code_2(
    command: list[str], content: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)
    shown = run(app, [command[0], str(file), *command[1:]])
    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert len(shown.stderr.strip().splitlines()) == 1


def test_a_file_that_cannot_be_opened_is_one_sentence_too(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.write_bytes(b"ISA")
    locked.chmod(0)
    for file in (tmp_path, tmp_path / "none", *([] if os.geteuid() == 0 else [locked])):
        for command in ("read", "check"):
            shown = run(app, [command, str(file)])
            assert (shown.exit_code, shown.stdout) == (2, "")
            assert shown.stderr == "The file cannot be opened.\n"


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "LARGEST", 1000)
    shown = run(app, ["read", "/dev/zero"])
    assert (shown.exit_code, shown.stderr) == (2, "The file is too large to be an eligibility file.\n")


@given(
    before=st.sampled_from([b"", answer(*ACTIVE).encode()[:150], answer(*ACTIVE).encode()]),
    junk=st.binary(max_size=400),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_a_traceback(before: bytes, junk: bytes, tmp_path: Path) -> None:
    file = tmp_path / "junk"
    file.write_bytes(before + junk)
    for command, options in (("read", ()), ("read", ("--json",)), ("check", ())):
        assert said(command, file, *options)[0] in (0, 1, 2)


@pytest.mark.parametrize(
    "name", ["inquiry", "dental_only", "six_programmes", "family_amounts_only", "dependant_dropped"]
)
def test_a_right_file_is_found_right(name: str) -> None:
    assert said("check", FOLDER / f"{name}.edi") == (0, ["Nothing wrong found."])


@pytest.mark.parametrize("sample", CORPUS, ids=str)
def test_every_file_of_the_corpus_can_be_checked(sample: object) -> None:
    code, lines = said("check", FOLDER / f"{sample}.edi")
    assert code in (0, 1)
    assert all(line.endswith(".") for line in lines)
    assert (lines == ["Nothing wrong found."]) is (code == 0)


RIGHT = text_of(rows_of(*ACTIVE))


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("SE*15*", "SE*14*", "SE01 at segment 17 does not match the 15 segments there are."),
        ("GE*1*7", "GE*1*8", "GE02 at segment 18 does not repeat the control number of GS06."),
        ("IEA*1*000000007", "IEA*1*000000008", "IEA02 at segment 19 does not repeat the control number"),
        ("PAYER          *ZZ*", "PAYER*ZZ*", "ISA06 at segment 1 must be 15 characters long and is 5."),
        ("*00501*", "*00401*", "ISA12 at segment 1 is not version 00501."),
        ("*0*T*:", "*0*X*:", "ISA15 at segment 1 must be P (production) or T (test)."),
        ("GS*HB*", "GS*HS*", "GS01 at segment 2 must be HB for a 271."),
        ("GE*1*7~", "", "GE is missing before the IEA at segment 18."),
        ("BHT*0022*11*", "BHT*0022*13*", "BHT02 at segment 4 must be 11 for a 271."),
        ("BHT*0022*11*REF1*20260315*1200~", "", "BHT is missing behind the ST at segment 3."),
        ("HL*2*1*21*1", "HL*5*1*21*1", "HL01 at segment 7 must be 2: levels are counted from 1."),
        ("HL*3*2*22*0", "HL*3*1*22*0", "HL02 at segment 9 names no level this one can belong to."),
        ("HL*3*2*22*0", "HL*3*2*22*1", "HL04 at segment 9 is wrong: the subscriber has no level below it."),
        ("*XX*1234567893", "*XX*1234567890", "NM109 at segment 8 is not an NPI"),
        ("NM1*IL*", "NM1*PR*", "NM101 at segment 11 does not fit the subscriber."),
        ("D8*19880412", "D8*19880432", "DMG02 at segment 12 is not a date."),
        ("D8*19880412", "D8*20880412", "DMG02 at segment 12 is after the day the transaction was written."),
        ("*1990000001", "*99", "TRN03 at segment 10 must have ten characters."),
        ("EB*1**30", "EB***30", "EB01 at segment 13 is missing."),
        ("EB*1**30", "EB*1**30^ZZ", "EB03 at segment 13 has a service type the standard does not know."),
        ("EB*C*IND", "EB*C*ONE", "EB02 at segment 14 is not a code of the standard."),
        ("*23*2000", "*23*2,000", "EB07 at segment 14 is not a number."),
        ("MSG*SIM", "DTP*348*D8*2026~MSG*SIM", "DTP03 at segment 16 is not a date."),
        ("MSG*SIM", "MSG*SIM~REF*18*X", "REF at segment 17 stands behind MSG, where it has no place."),
        ("MSG*SIM", "NM1*VN*2*SOMEBODY~MSG*SIM", "NM1 at segment 16 must stand between LS and LE."),
        ("MSG*SIM", "EQ*30~MSG*SIM", "EQ at segment 16 has no place there in a 271."),
        ("MSG*SIM", "AAA*Q**72*C~MSG*SIM", "AAA01 at segment 16 is not a code of the standard."),
        ("DMG*D8*19880412*F~EB", "EB", "DMG"),
    ],
)
def test_what_is_wrong_with_a_271_is_said_in_words(old: str, new: str, finding: str, tmp_path: Path) -> None:
    assert old in RIGHT
    file = tmp_path / "answer.x12"
    file.write_text(RIGHT.replace(old, new))
    code, lines = said("check", file)
    if finding == "DMG":  # a birth date may be left out
        assert not any(finding in line for line in lines)
        return
    assert code == 1
    assert any(line.startswith(finding) for line in lines), lines
    assert not any(name in line for name in ("OKAFOR", "NSH100200300", "19880412") for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("****MI*NSH100200300", "", "The subscriber at segment 11 has no member id (NM108 MI, NM109)."),
        ("EQ*30^MH~\n", "", "EQ is missing: nothing is asked about the subscriber at segment 9."),
        ("EQ*30^MH", "EQ*30^30", "EQ01 at segment 14 has the same service type twice."),
        ("EQ*30^MH", "EQ", "EQ at segment 14 asks for nothing: neither EQ01 nor EQ02 is there."),
        ("DTP*291*D8*20260315~\nEQ*30^MH", "EQ*30^MH~\nDTP*291*D8*20260315~\nN3*X", "N3 at segment 15"),
        ("HL*3*2*22*0", "HL*3*2*24*0", "HL03 at segment 9 is not a known level."),
    ],
)
def test_what_is_wrong_with_a_270_is_said_in_words(old: str, new: str, finding: str, tmp_path: Path) -> None:
    right = (FOLDER / "inquiry.edi").read_text()
    assert old in right
    file = tmp_path / "inquiry.x12"
    file.write_text(right.replace(old, new))
    code, lines = said("check", file)
    assert code == 1
    assert any(line.startswith(finding) for line in lines), lines
