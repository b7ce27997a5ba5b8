"""Proof of attendance: what to pick on the supplier's page, and until when it is free (aftercare.md 1.3).

At once is easiest; within 24 hours everybody still remembers; after seven days it costs. The proof is the
client's own, and they decide who gets it. Pure.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.aftercare.meetings.normal_form import Meeting, Verification
from services.aftercare.portal.dates import Reader
from services.aftercare.portal.when import day_words, moment_words
from services.aftercare.smart.days import day_in_words, time_in_words
from services.aftercare.tables import Occurrence

BEST_WITHIN = timedelta(hours=24)
FREE_FOR = timedelta(days=7)


@dataclass(frozen=True)
class ProofView:
    """`day` and `time` are the meeting's own: that is what its list shows. `last_day`: today is the last."""

    id: UUID
    name: str
    day: str
    time: str
    instant: bool
    best_by: str
    free_until: str
    last_day: bool


def proof_view(date: Occurrence, meeting: Meeting, reader: Reader) -> ProofView | None:
    """None once the free days are over."""
    ends = date.ends_at
    free_until = ends + FREE_FOR
    if reader.now >= free_until:
        return None
    own = meeting.recurrence.tz if meeting.recurrence and meeting.recurrence.tz else reader.zone
    there = date.starts_at.astimezone(ZoneInfo(own))
    today = reader.now.astimezone(reader.tzinfo).date()
    last = free_until.astimezone(reader.tzinfo).date()
    best = ends + BEST_WITHIN
    return ProofView(
        id=date.id,
        name=meeting.name,
        day=day_in_words(there.date(), reader.language),
        time=time_in_words(there, reader.language),
        instant=meeting.verification is Verification.INSTANT,
        best_by=moment_words(best, reader.zone, reader.now, reader.language) if reader.now < best else "",
        free_until=day_words(last, today, reader.language),
        last_day=last == today,
    )
