"""The tour, as `make tour` runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.local.settings import child_environment

ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(150)
def test_the_tour_walks_the_whole_way(tmp_path: Path) -> None:
    walked = subprocess.run(
        [sys.executable, "-m", "shared.local.cli", "tour"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env=child_environment({"TMPDIR": str(tmp_path)}),
    )
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert walked.stdout.count("ok ") == 19
    assert "All as it should be" in walked.stdout
    assert list(tmp_path.iterdir()) == []
