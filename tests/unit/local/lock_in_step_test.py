"""CI notices a requirement that the lock does not meet, without asking an index."""

import runpy
from pathlib import Path

out_of_step = runpy.run_path(str(Path(__file__).parents[3] / "deploy" / "lock_in_step.py"))["out_of_step"]

PROJECT = """
[project]
dependencies = ["rich>=14", "Nats-Py>=2.16"]
[project.optional-dependencies]
dev = ["sqlalchemy[asyncio]>=2.1"]
"""


def test_a_lock_that_meets_everything_is_in_step() -> None:
    assert (
        out_of_step(
            PROJECT, "rich==15.0.0 \\\nnats-py==2.16.0 \\\nsqlalchemy==2.1.9 ; python_version > '3'\n"
        )
        == []
    )


def test_an_absent_and_an_old_version_are_named() -> None:
    assert out_of_step(PROJECT, "rich==13.1 \\\nsqlalchemy==2.1.9\n") == [
        "rich>=14 is not met by the lock (13.1): run make lock.",
        "Nats-Py>=2.16 is not met by the lock (absent): run make lock.",
    ]
