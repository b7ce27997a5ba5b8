"""From a client's wishes and the listed meetings to a ranked choice, with a reason for every other one. Pure.

Points are integers, ties are fixed (earliest first, then ids): the same input gives the same answer for good.
Nothing here looks at age, insurer, payment or how others attended.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from itertools import combinations, product

from services.aftercare.matching.fitness import Rejected, Suitable, judge, today
from services.aftercare.matching.wishes import KINDS, WEIGHTS, Client, Pathway, Surroundings
from services.aftercare.meetings.normal_form import Listing, Modality, Verification

_IN_TIME = timedelta(hours=48)  # the first days are the dangerous ones
_GAP_ALLOWED, _GAP_COST = 4, 10  # days round the week without a meeting; points for each day more
_SETS_SHOWN = 5


@dataclass(frozen=True)
class Scored:
    """A suitable meeting with its points by criterion; `weekday` and `in_time` on the client's clock."""

    meeting: Suitable
    points: dict[str, int]
    in_time: bool

    @property
    def id(self) -> str:
        return self.meeting.listing.id

    @cached_property
    def score(self) -> int:
        return sum(self.points.values())

    @cached_property
    def weekday(self) -> int:
        return self.meeting.first_at.isoweekday() % 7

    @cached_property
    def is_smart(self) -> bool:
        return KINDS[self.meeting.listing.meeting.programme] == "smart"


@dataclass(frozen=True)
class MeetingSet:
    """Meetings on different days. `late`: the first is not within 48 h. `short`: fewer than wanted."""

    meetings: tuple[Scored, ...]
    score: int
    gap: int
    late: bool
    short: bool

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(meeting.id for meeting in self.meetings))


@dataclass(frozen=True)
class Match:
    """`feasible` and `sets` (at most five) best first; `fall_back` is an online meeting outside the set."""

    feasible: tuple[Scored, ...]
    rejected: tuple[Rejected, ...]
    sets: tuple[MeetingSet, ...]
    fall_back: Scored | None

    @property
    def chosen(self) -> tuple[Scored, ...]:
        return self.sets[0].meetings if self.sets else ()


def match(client: Client, listings: Iterable[Listing], around: Surroundings | None = None) -> Match:
    """Filter, score and choose. A few hundred listings take some tens of milliseconds."""
    around = around or Surroundings()
    feasible, rejected = sifted(client, listings, around)
    sets = best_sets(client, feasible)
    taken = set(sets[0].ids) if sets else set()
    return Match(feasible, rejected, sets, fall_back(client, feasible, around, taken))


def sifted(
    client: Client, listings: Iterable[Listing], around: Surroundings
) -> tuple[tuple[Scored, ...], tuple[Rejected, ...]]:
    """What fits, best first, and what does not, in the order of the list."""
    verdicts = [judge(client, listing, around) for listing in listings]
    feasible = _ranked(scored(client, one, around) for one in verdicts if isinstance(one, Suitable))
    return feasible, tuple(one for one in verdicts if isinstance(one, Rejected))


def _ranked(scored: Iterable[Scored]) -> tuple[Scored, ...]:
    return tuple(sorted(scored, key=lambda one: (-one.score, one.meeting.first_at, one.id)))


def scored(client: Client, suitable: Suitable, around: Surroundings) -> Scored:
    """The points of one meeting by criterion (6.3), and whether it begins in the first days."""
    meeting = suitable.listing.meeting
    online = suitable.modality is Modality.ONLINE
    miles = suitable.miles or 0.0
    unchanged = (today(client, around) - suitable.listing.unchanged_since).days
    points = {
        "modality": 25 if suitable.modality is client.modalities[0] else 12,
        "travel": 10 if online else round(20 * (1 - miles / client.max_miles)),
        "audience": 15 if meeting.audiences & client.audiences else 5,
        "language": 10 if client.languages[0] in meeting.languages else 5,
        "stability": 10 if unchanged >= 180 else 7 if unchanged >= 60 else 4 if unchanged >= 28 else 1,
        "pathway": 10 * WEIGHTS[client.pathway][KINDS[meeting.programme]],
    }
    if client.verification_needed:
        points["verification"] = 10 if meeting.verification is Verification.INSTANT else 5
    in_time = suitable.first_at <= (client.discharged_at or client.start) + _IN_TIME
    return Scored(suitable, points, in_time)


def best_sets(
    client: Client, feasible: Iterable[Scored], kept: tuple[Scored, ...] = ()
) -> tuple[MeetingSet, ...]:
    """The best sets of the wanted size, or of the largest possible one; each holds all of `kept`.

    `feasible` is best first. The terms that tie meetings together depend only on the weekday, on being in
    time and on being SMART, so the best meeting of each such class stands for all of it: at most four a day,
    5^7 combinations.
    """
    taken = {one.weekday for one in kept}
    best: dict[tuple[int, bool, bool], Scored] = {}
    for one in feasible:
        if one.weekday not in taken:
            best.setdefault((one.weekday, one.in_time, one.is_smart), one)
    by_day: dict[int, list[Scored]] = {}
    for one in best.values():
        by_day.setdefault(one.weekday, []).append(one)
    largest = min(max(client.target - len(kept), 0), len(by_day))
    for size in range(largest, 0 if not kept else -1, -1):
        found = [
            as_set(client, kept + chosen)
            for days in combinations(sorted(by_day), size)
            for chosen in product(*(by_day[day] for day in days))
            if _keeps_pathway(client, kept, chosen)
        ]
        if found:
            return tuple(sorted(found, key=preference)[:_SETS_SHOWN])
    return ()


def _keeps_pathway(client: Client, kept: tuple[Scored, ...], added: tuple[Scored, ...]) -> bool:
    """SMART first: at least half is SMART, or, where the client accepted other things, all that is added."""
    if client.pathway is not Pathway.SMART_FIRST or all(one.is_smart for one in added):
        return True
    return 2 * sum(one.is_smart for one in kept + added) >= len(kept) + len(added)


def as_set(client: Client, chosen: tuple[Scored, ...]) -> MeetingSet:
    days = sorted({one.weekday for one in chosen})  # what was accepted may lie on one day twice
    gap = max((later - day) % 7 or 7 for day, later in zip(days, [*days[1:], days[0]], strict=True))
    score = sum(one.score for one in chosen) - _GAP_COST * max(0, gap - _GAP_ALLOWED)
    ordered = tuple(sorted(chosen, key=lambda one: (one.meeting.first_at, one.id)))
    late = not any(one.in_time for one in chosen)
    return MeetingSet(ordered, score, gap, late, short=len(chosen) < client.target)


def preference(candidate: MeetingSet) -> tuple[object, ...]:
    """In time, then more points, then earlier, then ids: no two sets are alike."""
    starts = tuple(one.meeting.first_at for one in candidate.meetings)
    return candidate.late, -candidate.score, starts, candidate.ids


def fall_back(
    client: Client, feasible: Iterable[Scored], around: Surroundings, taken: Collection[str]
) -> Scored | None:
    """The best meeting to join from home when one cannot go: kept beside the set, not counted in it."""
    if Modality.ONLINE not in client.modalities:
        return None
    at_home = replace(client, modalities=(Modality.ONLINE,))
    others = (one.meeting for one in feasible if one.id not in taken)
    verdicts = [
        one if one.modality is Modality.ONLINE else judge(at_home, one.listing, around) for one in others
    ]
    return next(
        iter(_ranked(scored(at_home, one, around) for one in verdicts if isinstance(one, Suitable))), None
    )
