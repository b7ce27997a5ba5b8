"""The no-show ladder (aftercare.md 8.7): which rung somebody stands on. Pure.

It climbs towards a person, never towards an end: the last rung keeps the door open. One date nobody answered
for is no miss; two in a row are a reason to ask, whatever they were.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from shared.contracts.intake import ContactChannel

_TWO_IN_A_ROW, _WEEK = 2, 7
_THREE_IN_A_ROW, _FORTNIGHT = 3, 14
_SILENT, _LOST = 21, 30  # days without a sign of life
LOST_AFTER = timedelta(days=_LOST)
_TRIES, _CHANNELS = 3, 2
_CALLED_AT_ONCE = 14  # days after leaving in which the intensive tier is called the same day


class Rung(IntEnum):
    """NONE also stands for a meeting that was not held: that is the meeting's failure, not the client's."""

    NONE = 0
    WARM_WORD = 1
    PEER_CALL = 2
    COUNSELLOR = 3
    SUPPORT_PERSON = 4
    LOST_CONTACT = 5


@dataclass(frozen=True)
class Try:
    """One attempt that did not reach the client, on the client's own clock."""

    channel: ContactChannel
    day: date
    hour: int


@dataclass(frozen=True)
class Standing:
    """What is known now. `in_a_row`: missed or unknown dates since the last one attended, not counting those
    excused, cancelled or not held; `missed`: how many of them are known to be missed."""

    in_a_row: int
    missed: int
    days_without_meeting: int
    days_without_contact: int
    tries: Collection[Try] = ()
    goes_to_meetings: bool = True  # there is something on the calendar to be missed


def rung_of(standing: Standing) -> Rung:
    """The highest rung whose condition holds."""
    if standing.days_without_contact >= _LOST:
        return Rung.LOST_CONTACT
    if standing.days_without_contact >= _SILENT and tried_enough(standing.tries):
        return Rung.SUPPORT_PERSON
    if not standing.goes_to_meetings:
        return Rung.NONE
    if standing.in_a_row >= _THREE_IN_A_ROW or standing.days_without_meeting >= _FORTNIGHT:
        return Rung.COUNSELLOR
    if standing.in_a_row >= _TWO_IN_A_ROW or standing.days_without_meeting >= _WEEK:
        return Rung.PEER_CALL
    return Rung.WARM_WORD if standing.missed else Rung.NONE


def tried_enough(tries: Collection[Try]) -> bool:
    """Three attempts on three days, at three hours of the day, by two channels or more."""
    return (
        len({one.day for one in tries}) >= _TRIES
        and len({one.hour for one in tries}) >= _TRIES
        and len({one.channel for one in tries}) >= _CHANNELS
    )


def is_called_at_once(days_since_left: int, *, intensive: bool) -> bool:
    """In the dangerous first days the closely followed are called, not texted."""
    return intensive and days_since_left < _CALLED_AT_ONCE


# Monthly to day 90, then quarterly: days after leaving on which somebody silent hears that the door is open.
LIGHT_TOUCHES = (30, 60, 90, 180, 270, 365)


def light_touch_due(days_since_left: int) -> int | None:
    """The touch that is due on this day or was in the week before, for a service that was at rest."""
    return next((day for day in LIGHT_TOUCHES if day <= days_since_left < day + _WEEK), None)
