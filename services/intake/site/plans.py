"""The plan names the form suggests while typing: a local list, so that nobody is asked about anybody.

The list that comes with intake is that of the built-in clearinghouse, all invented; a centre names its own.
"""

from functools import cache
from pathlib import Path


@cache
def plan_names(path: Path | None = None) -> tuple[str, ...]:
    """One name a line, as printed on cards. A centre may give a file of its own."""
    text = (path or Path(__file__).with_name("plans.txt")).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip())
