"""A hole in a client's week is filled, the rest of it stays (aftercare.md 6.5). Pure.

What the client accepted is kept for as long as it is held and can be gone to. Holes are filled with the best
set that contains all of it. Something better only for its own sake is a proposal, and is worth one from 15
points.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from services.aftercare.matching.fitness import Rejected, Suitable, judge
from services.aftercare.matching.sets import (
    Match,
    MeetingSet,
    Scored,
    as_set,
    best_sets,
    fall_back,
    preference,
    scored,
    sifted,
)
from services.aftercare.matching.wishes import Client, Surroundings
from services.aftercare.meetings.normal_form import Listing

WORTH_A_SWAP = 15  # points


@dataclass(frozen=True)
class Swap:
    """`enters` would take the place of the meeting `leaves`, whose days are numbered when `gain` is None."""

    leaves: str
    enters: Scored
    gain: int | None


@dataclass(frozen=True)
class Refill:
    """`kept` stays; `lost` became impossible; `added` fills what is missing; `swaps` need the client's yes.

    The first set of `found` is the week as it will be: with `added`, before any swap.
    """

    kept: tuple[Scored, ...]
    lost: tuple[Rejected, ...]
    added: tuple[Scored, ...]
    swaps: tuple[Swap, ...]
    found: Match


def refill(
    client: Client,
    listings: Iterable[Listing],
    accepted: Collection[str],
    around: Surroundings | None = None,
    *,
    doubtful: Collection[str] = (),
) -> Refill:
    """`listings` has the accepted meetings too, also those that are no longer held.

    `doubtful`: accepted meetings at which nobody was found lately. They stay, and a replacement is proposed,
    as for those that will fit no longer once the clocks change.
    """
    around = around or Surroundings()
    listings = list(listings)
    mine = [judge(client, one, around, accepted=True) for one in listings if one.id in accepted]
    kept = tuple(
        sorted(
            (scored(client, one, around) for one in mine if isinstance(one, Suitable)),
            key=lambda one: (one.meeting.first_at, one.id),
        )
    )
    lost = tuple(sorted((one for one in mine if isinstance(one, Rejected)), key=lambda one: one.listing.id))
    feasible, rejected = sifted(client, (one for one in listings if one.id not in accepted), around)
    sets = best_sets(client, feasible, kept)
    week = sets[0] if sets else None
    added = tuple(one for one in week.meetings if one not in kept) if week else ()
    ending = [one for one in kept if one.meeting.drifts or one.id in doubtful]
    swaps = _replacements(client, feasible, week, ending)
    if week and not (lost or added or ending):
        swaps = _improvement(client, feasible, week)
    spare = fall_back(client, feasible, around, {one.id for one in (*kept, *added)})
    return Refill(kept, lost, added, swaps, Match(feasible, rejected, sets, spare))


def _replacements(
    client: Client, feasible: tuple[Scored, ...], week: MeetingSet | None, ending: list[Scored]
) -> tuple[Swap, ...]:
    """The best meeting for the place of each that will not last, all the rest of the week staying."""
    swaps: list[Swap] = []
    for leaving in ending:
        assert week is not None  # it holds all that is kept
        free = [one for one in feasible if one.id not in {swap.enters.id for swap in swaps}]
        if better := _instead(client, free, week, leaving):
            entering = next(one for one in better.meetings if one not in week.meetings)
            swaps.append(Swap(leaving.id, entering, None))
            # The next one is looked for as if the client had said yes to this one.
            week = better
    return tuple(swaps)


def _improvement(client: Client, feasible: tuple[Scored, ...], week: MeetingSet) -> tuple[Swap, ...]:
    """The one exchange that gains most, if it is worth asking for."""
    offers = []
    for leaving in week.meetings:
        better = _instead(client, feasible, week, leaving)
        if better and better.score - week.score >= WORTH_A_SWAP:
            offers.append((preference(better), leaving, better))
    if not offers:
        return ()
    _, leaving, better = min(offers, key=lambda offer: offer[0])
    entering = next(one for one in better.meetings if one not in week.meetings)
    return (Swap(leaving.id, entering, better.score - week.score),)


def _instead(
    client: Client, feasible: Iterable[Scored], week: MeetingSet, leaving: Scored
) -> MeetingSet | None:
    """The best week of the same length that has another meeting in the place of `leaving`."""
    others = tuple(one for one in week.meetings if one is not leaving)
    free = [one for one in feasible if one not in week.meetings]
    same_length = replace(client, target=len(week.meetings))
    best = next(iter(best_sets(same_length, free, others)), None)
    if best is None or len(best.meetings) < len(week.meetings):
        return None
    return as_set(client, best.meetings)
