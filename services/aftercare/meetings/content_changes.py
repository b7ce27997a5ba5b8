"""How much a meeting's new content matters. Pure.

A list rewrites addresses, counts facilitators and stamps every row with the time of its export; telling
clients "your meeting changed" every night would teach them not to read it (12-step-meeting-list PR #1282).
"""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.aftercare.meetings.normal_form import Meeting, without_passcode


class Difference(StrEnum):
    """NOISE is kept on file and nothing more (a passcode rotates); WORDS is a new name or note; VISIT
    changes when, where, how or for whom."""

    NONE = "none"
    NOISE = "noise"
    WORDS = "words"
    VISIT = "visit"


def difference(before: Meeting, after: Meeting, today: date) -> Difference:
    """Compare two contents of one meeting, whatever ids its list gives it. Exceptions that lie behind us
    are nobody's business any more.

    Both are hashed by today's formula: one that was stored under an older formula is no change.
    """
    before = replace(before, source=after.source, source_id=after.source_id)
    if before == after:
        return Difference.NONE
    if before.content_hash == after.content_hash:
        return Difference.NOISE
    return Difference.VISIT if _visit(before, today) != _visit(after, today) else Difference.WORDS


def same_but_ids(meeting: Meeting) -> str:
    """A hash of the content alone, to find a meeting again under another id."""
    return replace(meeting, source="", source_id="").content_hash


def _visit(meeting: Meeting, today: date) -> tuple[Any, ...]:
    """What a visitor acts on. How a zone is known and where the pin sits on the map is not among it."""
    rule = meeting.recurrence
    return (
        rule and replace(rule, tz_basis=None, except_on=tuple(day for day in rule.except_on if day >= today)),
        meeting.duration,
        meeting.modalities,
        meeting.venue.address.casefold(),
        without_passcode(meeting.join.url),
        meeting.join.phone,
        meeting.programme,
        meeting.languages,
        meeting.exclusive_audiences,
        meeting.access,
        meeting.verification,
    )
