"""The same meeting under another id: its enrolments must follow it. Pure.

A sheet without ids gets ids built from the row, time included, so a new time is a new id; some lists renumber
everything. A vanished and a fresh row are taken for one meeting only when there is nothing else they could
be. In doubt they stay two: the old one runs out in nine days, and the client is asked; a wrong join would
quietly send somebody to another group.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.aftercare.meetings.content_changes import same_but_ids
from services.aftercare.meetings.normal_form import Meeting, without_passcode

BUILT = "built:"  # how ids begin that the importers made themselves
# So many, and this share of all that are missing, found again under new ids: the list renumbers its rows.
_RENUMBERED, _RENUMBERED_AT_LEAST = 0.5, 10


@dataclass(frozen=True)
class Vanished:
    """A meeting on file that the snapshot does not have under its id."""

    id: UUID
    meeting: Meeting


def rejoin(
    vanished: Iterable[Vanished], fresh: Iterable[Meeting], everything: Sequence[Meeting]
) -> dict[str, UUID]:
    """Which row of the list, by its new source_id, is which meeting on file.

    `fresh` are the rows of `everything` (the whole snapshot) whose ids nobody knows. In turn: the very same
    content; the same name, place, day and time; at last the same name, place and day at a new time, where ids
    cannot be trusted and no other row of the list could be meant.
    """
    gone, new = list(vanished), list(fresh)
    joined: dict[str, UUID] = {}
    if not gone:
        return joined
    missing = len(gone)
    for recognised in (same_but_ids, _place_and_time):
        joined |= _pair(gone, new, recognised)
    renumbered = len(joined) >= max(_RENUMBERED * missing, _RENUMBERED_AT_LEAST)
    if gone and new:
        namesakes = Counter(map(_place_and_day, everything))
        alone = [one for one in new if _place(one) and namesakes[_place_and_day(one)] == 1]
        if not renumbered:
            alone = [one for one in alone if built_by_us(one.source_id)]
            gone = [one for one in gone if built_by_us(one.meeting.source_id)]
        joined |= _pair(gone, alone, _place_and_day)
    return joined


def built_by_us(source_id: str) -> bool:
    """Made from the row's content, wholly or (`slug~…`, where slugs repeat) in part."""
    return source_id.startswith(BUILT) or "~" in source_id


def _pair(gone: list[Vanished], new: list[Meeting], key: Callable[[Meeting], Hashable]) -> dict[str, UUID]:
    """Join what has a key to itself on both sides, and take it out of both lists."""
    left: dict[Hashable, list[Vanished]] = defaultdict(list)
    right: dict[Hashable, list[Meeting]] = defaultdict(list)
    for one in gone:
        left[key(one.meeting)].append(one)
    for row in new:
        right[key(row)].append(row)
    pairs = {
        rows[0].source_id: left[found][0].id
        for found, rows in right.items()
        if len(rows) == 1 and len(left.get(found, ())) == 1
    }
    found_again = set(pairs.values())
    gone[:] = [one for one in gone if one.id not in found_again]
    new[:] = [row for row in new if row.source_id not in pairs]
    return pairs


def _place(meeting: Meeting) -> str:
    """The address; of an online meeting the room, or the number to dial."""
    return meeting.venue.address.casefold() or without_passcode(meeting.join.url) or meeting.join.phone


def _place_and_day(meeting: Meeting) -> Hashable:
    rule = meeting.recurrence
    return meeting.name.casefold(), _place(meeting), rule and rule.byday


def _place_and_time(meeting: Meeting) -> Hashable:
    rule = meeting.recurrence
    rhythm = rule and (rule.freq, rule.interval, rule.setpos, rule.wall_time, rule.tz)
    return _place_and_day(meeting), rhythm
