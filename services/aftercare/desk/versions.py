"""If-Match: which version of a row a staff member saw when they decided (RFC 9110 13.1.1)."""

import re
from typing import Annotated

from fastapi import Depends, Header

from shared.problems import Problem


class Stale(Problem):
    def __init__(self, current: int) -> None:
        detail = "Somebody changed this meanwhile. Look at it again before you decide."
        super().__init__(409, "stale_version", "Changed meanwhile", detail, current_version=current)
        self.headers = {"etag": f'"{current}"'}


def _seen(if_match: Annotated[str | None, Header(max_length=40)] = None) -> int | None:
    """The version in If-Match, `"7"`; None when the caller does not say, or says any (`*`)."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if match is None:
        raise Problem(400, "malformed_header", "Malformed If-Match", 'If-Match is a version, like "7".')
    return int(match[1])


Seen = Annotated[int | None, Depends(_seen)]


def check_seen(seen: int | None, current: int) -> None:
    """Raises Stale when the caller decided on an older version."""
    if seen is not None and seen != current:
        raise Stale(current)
