"""Pure: how soon somebody must answer, and in which order the desk reads its list (spec 7.4)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.contracts.intake import Priority

ANSWER_WITHIN: Mapping[Priority, timedelta] = {
    Priority.P0: timedelta(minutes=2),
    Priority.P1: timedelta(minutes=5),
    Priority.P2: timedelta(minutes=15),
    # A follow-up has no caller waiting on the line; a day is the longest anybody goes unseen.
    Priority.P3: timedelta(hours=24),
}


def priority_of(*, danger: bool, asked_now: bool = False) -> Priority:
    """Danger beats everything; a request to be called at once beats any other new inquiry."""
    if danger:
        return Priority.P0
    return Priority.P1 if asked_now else Priority.P2


def respond_by(received_at: datetime, priority: Priority) -> datetime:
    return received_at + ANSWER_WITHIN[priority]


def urgency(
    *,
    reached: bool,
    tried: bool,
    held: bool,
    priority: Priority,
    respond_by: datetime,
    received_at: datetime,
    now: datetime,
) -> tuple[int, int, datetime]:
    """Sort key, smallest first: P0 nobody has spoken with (those nobody holds before the others), then
    overdue, then the waiting by deadline, then the others not reached, then the reached, by priority.

    Waiting means that nobody tried to reach the person and nobody holds the case: a lease that lapsed
    without a call puts the case back where it was.
    """
    rank = int(priority.value[1])
    if reached:
        return (4, rank, received_at)
    if priority is Priority.P0:
        return (0, int(held), respond_by)
    if tried or held:
        return (3, rank, received_at)
    return (1 if respond_by <= now else 2, rank, respond_by)
