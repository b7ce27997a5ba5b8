"""From a client's wishes and the listed meetings to a ranked choice, with a reason for every other one. Pure.

Points are integers, ties are fixed (earliest first, then ids): the same input gives the same answer for good.
Nothing here looks at age, insurer, payment or how others attended.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, product
from zoneinfo import ZoneInfo

from services.aftercare.matching.fitness import Rejected, Suitable, judge
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

    @property
    def score(self) -> int:
        return sum(self.points.values())

    @property
    def weekday(self) -> int:
        return self.meeting.first_at.isoweekday() % 7

    @property
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
    verdicts = [judge(client, listing, around) for listing in listings]
    feasible = _ranked(_scored(client, verdict) for verdict in verdicts if isinstance(verdict, Suitable))
    rejected = tuple(verdict for verdict in verdicts if isinstance(verdict, Rejected))
    sets = _sets(client, feasible)
    taken = set(sets[0].ids) if sets else set()
    return Match(feasible, rejected, sets, _fall_back(client, feasible, around, taken))


def _ranked(scored: Iterable[Scored]) -> tuple[Scored, ...]:
    return tuple(sorted(scored, key=lambda one: (-one.score, one.meeting.first_at, one.id)))


def _scored(client: Client, suitable: Suitable) -> Scored:
    meeting = suitable.listing.meeting
    online = suitable.modality is Modality.ONLINE
    miles = suitable.miles or 0.0
    today = client.start.astimezone(ZoneInfo(client.zone)).date()
    unchanged = (today - suitable.listing.unchanged_since).days
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
    return Scored(suitable, points, suitable.first_at <= client.start + _IN_TIME)


def _sets(client: Client, feasible: tuple[Scored, ...]) -> tuple[MeetingSet, ...]:
    """The best sets of the wanted size, or of the largest possible one.

    The terms that tie meetings together depend only on the weekday, on being in time and on being SMART,
    so the best meeting of each such class stands for all of it: at most four a day, 5^7 combinations.
    """
    best: dict[tuple[int, bool, bool], Scored] = {}
    for one in feasible:  # best first
        best.setdefault((one.weekday, one.in_time, one.is_smart), one)
    by_day: dict[int, list[Scored]] = {}
    for one in best.values():
        by_day.setdefault(one.weekday, []).append(one)
    for size in range(min(client.target, len(by_day)), 0, -1):
        found = [
            _as_set(client, chosen)
            for days in combinations(sorted(by_day), size)
            for chosen in product(*(by_day[day] for day in days))
            if _keeps_pathway(client, chosen)
        ]
        if found:
            return tuple(sorted(found, key=_preference)[:_SETS_SHOWN])
    return ()


def _keeps_pathway(client: Client, chosen: tuple[Scored, ...]) -> bool:
    smart = sum(one.is_smart for one in chosen)
    return client.pathway is not Pathway.SMART_FIRST or 2 * smart >= len(chosen)


def _as_set(client: Client, chosen: tuple[Scored, ...]) -> MeetingSet:
    days = sorted(one.weekday for one in chosen)
    gap = max((later - day) % 7 or 7 for day, later in zip(days, [*days[1:], days[0]], strict=True))
    score = sum(one.score for one in chosen) - _GAP_COST * max(0, gap - _GAP_ALLOWED)
    ordered = tuple(sorted(chosen, key=lambda one: (one.meeting.first_at, one.id)))
    late = not any(one.in_time for one in chosen)
    return MeetingSet(ordered, score, gap, late, short=len(chosen) < client.target)


def _preference(candidate: MeetingSet) -> tuple[object, ...]:
    return candidate.late, -candidate.score, candidate.meetings[0].meeting.first_at, candidate.ids


def _fall_back(
    client: Client, feasible: tuple[Scored, ...], around: Surroundings, taken: set[str]
) -> Scored | None:
    """The best meeting to join from home when one cannot go: kept beside the set, not counted in it."""
    if Modality.ONLINE not in client.modalities:
        return None
    at_home = replace(client, modalities=(Modality.ONLINE,))
    others = (one.meeting for one in feasible if one.id not in taken)
    verdicts = [
        one if one.modality is Modality.ONLINE else judge(at_home, one.listing, around) for one in others
    ]
    return next(iter(_ranked(_scored(at_home, one) for one in verdicts if isinstance(one, Suitable))), None)
