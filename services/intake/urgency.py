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
    *, waiting: bool, priority: Priority, respond_by: datetime, received_at: datetime, now: datetime
) -> tuple[int, int, datetime]:
    """Sort key, smallest first: P0, then overdue, then the waiting by deadline, then everyone else.

    `waiting`: nobody has tried to reach the person yet, so the response clock still runs.
    """
    if not waiting:
        return (3, 0, received_at)
    if priority is Priority.P0:
        return (0, 0, respond_by)
    return (1 if respond_by <= now else 2, int(priority.value[1]), respond_by)
