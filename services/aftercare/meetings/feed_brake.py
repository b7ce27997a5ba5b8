"""Is this snapshot to be believed? Pure.

A list that loses its meetings overnight says more about the exporter than about the meetings: 449 rows became
none on one 30 June, fifteen empty snapshots followed, and not one meeting had closed (aftercare.md 2.6). What
is refused changes nothing, is no sighting and counts no absence; staff are alarmed instead.
"""

from dataclasses import dataclass
from enum import StrEnum

SMALL = 20  # rows: a shorter list is kept by hand and may change as it likes
SHRUNKEN = 0.8  # of the last good snapshot; fewer is refused
# Of the meetings our clients go to, more than a tenth at once. Each goes missing on 0.8 % of days (5.5 of 100
# in a week), so of a few that share is passed by chance: two of 19 once in three months, three once in years.
# Less than three missing is therefore no reason: a refused list would stand still for one closed meeting.
# But two of two or three go in one night once in decades by chance. One is never a reason: it may just close.
ENROLLED_MISSING = 0.1
ENROLLED_AT_LEAST = 3
MOST_OF_A_FEW = 0.5
A_FEW_AT_LEAST = 2
# States: a tenth of the open ones closing at once is a storm, a pandemic or a wrong column. The other way it
# is half of the closed ones: an upgrade once opened all that were "temporarily closed" (issue #484), and they
# are few beside the open ones, so that a share of all would never notice.
CLOSED = 0.1
OPENED = 0.5
FLIPS_AT_LEAST = 10


class Doubt(StrEnum):
    """Why a readable snapshot is not believed; an unreadable one has the reader's own code."""

    EMPTY = "empty"
    MUCH_SMALLER = "much_smaller_than_before"
    ENROLLED_MISSING = "enrolled_meetings_missing"
    MANY_CLOSED = "many_closed_at_once"
    MANY_OPENED = "many_opened_at_once"


@dataclass(frozen=True)
class Share:
    """`part` of the `whole`, in meetings."""

    part: int
    whole: int

    def exceeds(self, share: float, at_least: int) -> bool:
        return self.part >= at_least and self.part > share * self.whole


@dataclass(frozen=True)
class Shift:
    """What the snapshot would change. `last_good` is None for the first one of a source.

    `enrolled_missing`: of the meetings somebody goes to that were listed until now. `closed`: of those that
    were open and are listed still; `opened`: of those that were closed and are listed still.
    """

    accepted: int
    last_good: int | None
    enrolled_missing: Share = Share(0, 0)
    closed: Share = Share(0, 0)
    opened: Share = Share(0, 0)


def doubt(shift: Shift) -> Doubt | None:
    """The first reason not to believe it, gravest first; None is a good snapshot."""
    if shift.accepted == 0:
        return Doubt.EMPTY
    small = shift.last_good is None or shift.last_good < SMALL
    if not small and shift.accepted < SHRUNKEN * (shift.last_good or 0):
        return Doubt.MUCH_SMALLER
    missing = shift.enrolled_missing
    if missing.exceeds(ENROLLED_MISSING, ENROLLED_AT_LEAST) or missing.exceeds(MOST_OF_A_FEW, A_FEW_AT_LEAST):
        return Doubt.ENROLLED_MISSING
    if not small and shift.closed.exceeds(CLOSED, FLIPS_AT_LEAST):
        return Doubt.MANY_CLOSED
    if not small and shift.opened.exceeds(OPENED, FLIPS_AT_LEAST):
        return Doubt.MANY_OPENED
    return None


def may_be_believed(reason: str) -> bool:
    """Can a director take it all the same? There is nothing to believe in an empty or unreadable one."""
    return reason in set(Doubt) - {Doubt.EMPTY}
