"""What stands above many patients is part of each of their answers; no file may make a flood of that.

Two megabytes can hold tens of thousands of refusals above tens of thousands of patients.
"""

from collections.abc import Iterable, Sequence

from services.insurance.x12.levels import Level
from services.insurance.x12.notes import Notes
from services.insurance.x12.segments import Segment

LARGEST = 25_000_000  # characters over all answers; a batch of five thousand families stays far below
ROW = 50  # what a segment costs besides its characters
DETAILS = ("EB", "EQ")


def allowed(
    levels: Sequence[Level], patients: Iterable[Level], segments: Sequence[Segment], notes: Notes
) -> tuple[bool, bool]:
    """Whether the refusals, and whether the benefits, of upper levels can be repeated for everybody below.

    Benefits of a subscriber are only information for a dependant. A refusal is not: where they are too many
    the transaction counts as damaged.
    """
    for patient in patients:
        level: Level | None = patient
        while level is not None:
            level.carried += 1
            level = level.above
    names = details = 0
    for place, level in enumerate(levels):
        if level.carried < 2:
            continue
        end = levels[place + 1].position if place + 1 < len(levels) else None
        own, below = _weights(_between(segments, level.position, end))
        names += own * level.carried
        details += below * level.carried
    refusals = names <= LARGEST
    if not refusals:
        notes.damaged.append("More stands above the patients than can be repeated for each of them.")
    benefits = names + details <= LARGEST
    if not benefits:
        notes.odd.append("Subscribers' benefits are not repeated for their many dependants.")
    return refusals, benefits


def _between(segments: Sequence[Segment], position: int, end: int | None) -> Sequence[Segment]:
    """Positions count on without a gap within a transaction."""
    first = segments[0].position
    return segments[position - first : None if end is None else end - first]


def _weights(segments: Iterable[Segment]) -> tuple[int, int]:
    """Of what is said of the level itself, refusals of benefits included, and of its benefits."""
    own = details = 0
    inside = False
    for segment in segments:
        weight = ROW + sum(map(len, segment.elements))
        inside = inside or segment.id in DETAILS
        if inside and segment.id != "AAA":
            details += weight
        else:
            own += weight
    return own, details
