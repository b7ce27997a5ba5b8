"""Whether requirements.lock satisfies pyproject.toml, without asking any package index.

Every requirement, extras included, must be locked at a version it allows. Exits 1 with a sentence for
each that is not.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def out_of_step(project: str, lock: str) -> list[str]:
    """A sentence for each requirement of pyproject.toml's text that the lock's text does not meet."""
    versions: dict[str, list[str]] = {}
    for name, version in LOCKED.findall(lock):
        versions.setdefault(canonicalize_name(name), []).append(version)
    table = tomllib.loads(project)["project"]
    wanted = [
        *table["dependencies"],
        *(line for extra in table["optional-dependencies"].values() for line in extra),
    ]
    problems = []
    for requirement in map(Requirement, wanted):
        locked = versions.get(canonicalize_name(requirement.name), [])
        if not any(requirement.specifier.contains(version, prereleases=True) for version in locked):
            problems.append(
                f"{requirement} is not met by the lock ({', '.join(locked) or 'absent'}): run make lock."
            )
    return problems


if __name__ == "__main__":
    root = Path(__file__).parent.parent
    problems = out_of_step((root / "pyproject.toml").read_text(), (root / "requirements.lock").read_text())
    sys.exit("\n".join(problems) or None)
