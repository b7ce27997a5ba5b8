"""Sixty-two snapshots of an invented list that behaves as a real one was measured to (aftercare.md 2.6).

457 meetings. 24 good daily snapshots, a changed page that gives 15 empty ones over a month, 23 good ones. Of
161 disappearances 102 come back: 70 after one missing snapshot, 26 after exactly seven (a skipped week), six
after two to eight; the others are for good. In a week 1.5 of 100 change their time, one its link or passcode.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

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
from services.aftercare.meetings.reading import Reading

SIZE = 457
FIRST_RUN, EMPTY, SECOND_RUN = 24, 15, 23
GOOD = FIRST_RUN + SECOND_RUN
BEGINS = datetime(2026, 6, 7, 12, tzinfo=UTC)
_RETURNS = [1] * 70 + [7] * 26 + [2, 3, 4, 5, 6, 8]
_FOR_GOOD = 59
_TIMES, _LINKS, _PASSCODES = 46, 15, 15  # over the whole series


@dataclass(frozen=True)
class Snapshot:
    """`good` is its number among the good ones, None for an empty one."""

    at: datetime
    good: int | None
    reading: Reading

    @property
    def raw(self) -> bytes:
        return repr(self.reading).encode()


@dataclass
class Feed:
    """`there[key]` has a "1" for each good snapshot the meeting is in, a "0" for each it is missing from."""

    snapshots: list[Snapshot] = field(default_factory=list)
    there: dict[str, str] = field(default_factory=dict)
    # (source_id, number of the good snapshot) of each change a visitor must know of.
    moved: set[tuple[str, int]] = field(default_factory=set)


def invent(seed: int = 7) -> Feed:
    chance = random.Random(seed)
    feed = Feed()
    keys = [f"group-{number:03}" for number in range(SIZE)]
    present = {key: [True] * GOOD for key in keys}
    restless = chance.sample(keys, len(_RETURNS) + _FOR_GOOD)
    for key, days in zip(restless, [*_RETURNS, *[GOOD] * _FOR_GOOD], strict=True):
        # Those that return do so within the series; nobody is missing from the first snapshot.
        begins = chance.randrange(1, GOOD - days if days < GOOD else GOOD)
        present[key][begins : begins + days] = [False] * len(present[key][begins : begins + days])
    feed.there = {key: "".join("1" if seen else "0" for seen in days) for key, days in present.items()}

    steady = [key for key in keys if key not in restless]
    changing = iter(chance.sample(steady, _TIMES + _LINKS + _PASSCODES))
    contents = {key: [_meeting(key, number)] * GOOD for number, key in enumerate(keys)}
    for kind, many in (("time", _TIMES), ("link", _LINKS), ("passcode", _PASSCODES)):
        for _ in range(many):
            key, day = next(changing), chance.randrange(1, GOOD)
            after = [_changed(kind, before) for before in contents[key][day:]]
            contents[key] = contents[key][:day] + after
            if kind != "passcode":
                feed.moved.add((key, day))
    for at, good in _days():
        rows = () if good is None else tuple(contents[key][good] for key in keys if present[key][good])
        feed.snapshots.append(Snapshot(at, good, Reading(len(rows), len(rows), rows)))
    return feed


def _days() -> Iterator[tuple[datetime, int | None]]:
    for number in range(FIRST_RUN):
        yield BEGINS + timedelta(days=number), number
    collapsed = BEGINS + timedelta(days=FIRST_RUN)
    for number in range(EMPTY):
        yield collapsed + timedelta(days=2 * number), None
    again = collapsed + timedelta(days=2 * EMPTY)
    for number in range(SECOND_RUN):
        yield again + timedelta(days=number), FIRST_RUN + number


def _meeting(key: str, number: int) -> Meeting:
    rule = Recurrence(
        Frequency.WEEKLY, 1, number % 7, (), time(8 + number % 13), "America/Denver", Basis.STATED
    )
    return Meeting(
        source="summer",
        source_id=key,
        programme=Programme.SMART,
        name=f"Group {number}",
        recurrence=rule,
        duration=90,
        duration_basis=Basis.STATED,
        modalities=frozenset({Modality.ONLINE}),
        venue=Venue("Denver, CO, USA"),
        join=Join(f"https://meet.example.org/{number}?pwd=first"),
    )


def _changed(kind: str, before: Meeting) -> Meeting:
    assert before.recurrence is not None
    if kind == "time":
        return replace(before, recurrence=replace(before.recurrence, wall_time=time(21, 15)))
    if kind == "link":
        return replace(before, join=Join(before.join.url.replace("example.org/", "example.org/new-")))
    return replace(before, join=Join(before.join.url.replace("first", "second")))
