"""Meetings of nobody, for tests of the rules."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from services.aftercare.meetings.normal_form import (
    Basis,
    Frequency,
    Join,
    Meeting,
    Modality,
    Programme,
    Recurrence,
    Venue,
)

RULE = Recurrence(Frequency.WEEKLY, 1, 2, (), time(19), "America/Denver", Basis.STATED)
MEETING = Meeting(
    source="list",
    source_id="tuesday-tools",
    programme=Programme.SMART,
    name="Tuesday Tools",
    recurrence=RULE,
    duration=90,
    duration_basis=Basis.STATED,
    modalities=frozenset({Modality.IN_PERSON}),
    venue=Venue("12 Invented St, Denver, CO, USA", 39.7, -104.9, "point"),
    join=Join("https://zoom.us/j/5550100?pwd=first"),
)
TODAY = date(2026, 7, 1)


def meeting(
    source_id: str = "tuesday-tools", *, at: str | None = None, day: int | None = None, **changes: Any
) -> Meeting:
    """The meeting above with these changes; `at` HH:MM and `day` 0 = Sunday are its recurrence's."""
    rule = changes.pop("recurrence", RULE)
    if at is not None:
        rule = replace(rule, wall_time=time.fromisoformat(at))
    if day is not None:
        rule = replace(rule, byday=day)
    return replace(MEETING, source_id=source_id, recurrence=rule, **changes)
