"""What may leave now, and how. Pure: decisions on codes and times, each refusal with its reason for staff."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from services.aftercare.messages.purposes import Purpose
from shared.contracts.aftercare import MessageChannel, OccurrenceState

# A second copy does no harm, one that never came might: a calendar entry is the same by UID and SEQUENCE,
# a page repeats itself anyway. Anything else that may or may not have left is not sent again.
TWICE_IS_HARMLESS = frozenset({Purpose.INVITATION, Purpose.PAGE_STAFF})

_ABOUT_A_DATE = frozenset(
    {
        Purpose.REMINDER_DAY,
        Purpose.REMINDER_HOUR,
        Purpose.REMINDER_JOIN,
        Purpose.UNCONFIRMED,
        Purpose.IS_IT_HELD,
    }
)
_AFTER_A_DATE = frozenset({Purpose.HOW_WAS_IT, Purpose.HOW_WAS_IT_AGAIN})
_OFF = frozenset({OccurrenceState.CANCELLED, OccurrenceState.NOT_HELD})
_STILL_OPEN = frozenset(
    {OccurrenceState.PLANNED, OccurrenceState.REMINDED, OccurrenceState.UNCONFIRMED, OccurrenceState.UNKNOWN}
)
# The client asked for it, this minute.
_ASKED_FOR = frozenset({Purpose.NEW_LINK})

_PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 15, 30, 60, 120, 240))
_PAGE_PAUSE = timedelta(seconds=30)
MOST_TRIES = 12  # about a day


def held_by_plan(state: str, purpose: Purpose, *, ending: bool) -> str | None:
    """Why a plan in this state writes no such message; None when it may.

    CLOSED is a death: nothing at all. `ending`: the message takes a series off the calendar, which is owed
    to a client whose discharge was cancelled, or whose plan rests or is over.
    """
    if state == "closed":
        return "closed"
    if ending or purpose in _ASKED_FOR or state in ("offered", "active", "lost_contact"):
        return None
    if state == "paused":
        return "paused"
    return "not_left_yet" if state == "draft" else "plan_over"


def held_by_date(purpose: Purpose, state: OccurrenceState | None) -> str | None:
    """Why a message about a date in this state says nothing any more. None: the date itself is gone."""
    if state is None:
        return "date_off" if purpose in _ABOUT_A_DATE or purpose in _AFTER_A_DATE else None
    if purpose in _ABOUT_A_DATE and state in _OFF:
        return "date_off"
    if purpose in _ABOUT_A_DATE and state is OccurrenceState.EXCUSED:
        return "cannot_come"
    if purpose in _AFTER_A_DATE and state in _OFF:
        return "date_off"
    if purpose in _AFTER_A_DATE and state not in _STILL_OPEN:
        return "answered"
    return None


def ways(
    purpose: Purpose,
    wanted: Iterable[MessageChannel],
    invitations_by_email: bool,
    configured: Collection[MessageChannel],
    stopped: Collection[MessageChannel | None],
    failed: Collection[str],
) -> tuple[list[MessageChannel], str]:
    """The channels to try, in the client's order; with none, the reason."""
    left = list(wanted)
    if purpose is Purpose.INVITATION:  # a calendar entry has no place in a text
        left = [one for one in left if one is MessageChannel.EMAIL and invitations_by_email]
    reason = "not_wanted"
    for refused, why in ((stopped, "stopped"), (failed, "address_refused")):
        if left:
            reason = why
        left = [one for one in left if one not in refused]
    if left:
        reason = "no_channel"
    return [one for one in left if one in configured], reason


def pause_after(tries: int, purpose: Purpose) -> timedelta:
    """How long to wait after the `tries`-th attempt was not taken."""
    if purpose is Purpose.PAGE_STAFF:
        return _PAGE_PAUSE
    return _PAUSES[min(tries, len(_PAUSES)) - 1]


def worth_waiting(until: datetime, useless_after: datetime | None) -> bool:
    return useless_after is None or until <= useless_after
