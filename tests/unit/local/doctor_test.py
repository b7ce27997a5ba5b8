"""The doctor's findings: a sentence each, and a remedy for whatever is wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.local.doctor.finding import Finding
from shared.local.doctor.machine import clock, disk, folder, keys, python_version
from shared.local.doctor.stack import (
    POSTGRES_NEEDS,
    SQLITE_NEEDS,
    judged_durability,
    judged_on_call,
)
from shared.local.keys import make_keys
from shared.local.nats_server import GIGABYTE

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "finding",
    [
        python_version((3, 11)),
        disk(50 * GIGABYTE),
        clock(NOW, NOW - timedelta(days=1)),
        clock(NOW, None),
        judged_on_call(2, needed=True),
        judged_on_call(0, needed=False),
        judged_durability("intake", SQLITE_NEEDS, {"journal_mode": "WAL", "synchronous": "2"}),
        judged_durability("intake", POSTGRES_NEEDS, dict.fromkeys(POSTGRES_NEEDS, "on")),
    ],
)
def test_what_is_right_needs_no_remedy(finding: Finding) -> None:
    assert finding.well


@pytest.mark.parametrize(
    ("finding", "remedy"),
    [
        (python_version((3, 10)), "Install Python 3.11"),
        (disk(GIGABYTE), "make room"),
        (judged_on_call(0, needed=True), "THROUGHCARE_ON_CALL"),
        (clock(datetime(1970, 1, 1, tzinfo=UTC), None), "clock"),
        (clock(NOW, NOW + timedelta(hours=1)), "time synchronisation"),
        (
            judged_durability("intake", SQLITE_NEEDS, {"journal_mode": "wal", "synchronous": "1"}),
            "synchronous = 2",
        ),
        (
            judged_durability(
                "intake",
                POSTGRES_NEEDS,
                {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "on"},
            ),
            "fsync = on",
        ),
    ],
)
def test_what_is_wrong_comes_with_what_to_do(finding: Finding, remedy: str) -> None:
    assert not finding.well
    assert remedy in str(finding.remedy)


def test_an_open_key_file_is_found(tmp_path: Path) -> None:
    make_keys(tmp_path)
    (tmp_path / "intake.key").chmod(0o644)
    (finding,) = [finding for finding in keys(tmp_path) if not finding.well]
    assert finding.sentence.endswith("intake.key can be read by others (mode 644).")
    assert "chmod 600" in str(finding.remedy)


def test_a_lost_key_file_is_found(tmp_path: Path) -> None:
    make_keys(tmp_path)
    (tmp_path / "aftercare.key").unlink()
    assert [finding.sentence for finding in keys(tmp_path) if not finding.well] == [
        f"The key file {tmp_path / 'aftercare.key'} is missing."
    ]


def test_a_replaced_signing_key_is_found(tmp_path: Path) -> None:
    make_keys(tmp_path)
    (tmp_path / "insurance.signing").unlink()
    before = (tmp_path / "trusted.json").read_bytes()
    make_keys(tmp_path)
    assert (tmp_path / "trusted.json").read_bytes() == before
    assert [finding.sentence for finding in keys(tmp_path) if not finding.well] == [
        "trusted.json does not hold the key of insurance, so their calls are refused."
    ]


def test_a_folder_that_does_not_exist_yet_is_judged_by_the_one_above(tmp_path: Path) -> None:
    assert folder(tmp_path / "not" / "there").well
    assert not (tmp_path / "not").exists()
