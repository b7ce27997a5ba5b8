"""Refusals on request: a member id says which AAA comes, and where.

`TCAAA` + reason (AAA03) and, each optional, `L` + loop letter, `F` + follow-up (AAA04), `V` + Y or N (AAA01):
TCAAA72, TCAAA42LAFRVY, TCAAA75LDFN. Loop letters: S 2000A, A 2100A, B 2100B, C 2100C, D 2100D, E 2110C (with
the plan's own benefits before it).
"""

import re
from dataclasses import dataclass

LOOPS = {"S": "2000A", "A": "2100A", "B": "2100B", "C": "2100C", "D": "2100D", "E": "2110C"}
WRITTEN = re.compile(r"TCAAA([0-9A-Z]{2})(?:L([SABCDE]))?(?:F([A-Z]))?(?:V([YN]))?")
# Where a reason stands when the id does not say; all others at the subscriber (insurance.md 2.3).
PAYERS = frozenset({"04", "42", "79", "80", "T4"})
PROVIDERS = frozenset({"41", "43", "44", "45", "46", "47", "48", "50", "51", "97"})
BENEFITS = frozenset({"69", "70", "98"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """One AAA: `loop` as insurance.md names loops, `valid` AAA01, `reason` AAA03, `followup` AAA04."""

    loop: str
    reason: str
    followup: str = "C"
    valid: str = "N"


def asked_for(member_id: str) -> Refusal | None:
    """The refusal this id stands for."""
    found = WRITTEN.fullmatch(member_id.upper())
    if not found:
        return None
    reason, letter, followup, valid = found.groups()
    passing = reason in ("42", "80")
    return Refusal(
        LOOPS[letter or _letter(reason)],
        reason,
        followup or ("R" if passing else "C"),
        valid or ("Y" if passing else "N"),
    )


def _letter(reason: str) -> str:
    if reason in PAYERS:
        return "A"
    if reason in BENEFITS:
        return "E"
    return "B" if reason in PROVIDERS else "C"
