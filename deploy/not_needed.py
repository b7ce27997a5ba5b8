"""Prints the installed distributions that running Throughcare does not need, for `pip uninstall -r`."""

import sys
from importlib.metadata import distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

KEPT = {"pip"}  # removed last, by whoever wants it gone: it is what does the removing


def needed(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """The names a distribution needs here, with the extras asked for, and its own."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(canonicalize_name(name), extras)]
    while waiting:
        entry = waiting.pop()
        if entry in seen:
            continue
        seen.add(entry)
        found, chosen = entry
        for requirement in map(Requirement, distribution(found).requires or []):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in (*chosen, "")):
                waiting.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return {name for name, _ in seen}


if __name__ == "__main__":
    here = {canonicalize_name(found.metadata["Name"]) for found in distributions()}
    sys.stdout.write("\n".join(sorted(here - needed("throughcare") - KEPT)))
