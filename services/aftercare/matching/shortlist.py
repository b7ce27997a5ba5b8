"""What a client and a counsellor look at together: a handful of meetings that fit, with reasons. Pure.

A state may not require twelve steps without a secular choice (Hazle v. Crofoot, 2013; United States v.
Rourke, 2024): somebody who must attend is always shown one. It is shown beside the others; what is chosen,
and how many points anything gets, is the same as for everybody.
"""

from dataclasses import dataclass

from services.aftercare.matching.fitness import Rejected, nearest_first
from services.aftercare.matching.sets import Match, Scored
from services.aftercare.matching.wishes import Client, is_secular

LENGTH = 5


@dataclass(frozen=True)
class SecularChoice:
    """`shown` fits and is on the shortlist. Without it `nearest` came closest; both None: none is listed."""

    shown: Scored | None
    nearest: Rejected | None


def shortlist(client: Client, found: Match) -> tuple[Scored, ...]:
    """The chosen set, then the best of the rest; for a mandated client one secular meeting if any fits."""
    chosen = found.chosen
    ids = {one.id for one in chosen}
    others = [one for one in found.feasible if one.id not in ids][: max(LENGTH - len(chosen), 0)]
    secular = _best_secular(found) if client.mandated else None
    if secular and not any(_is_secular(one) for one in (*chosen, *others)):
        others = [*others[: max(LENGTH - len(chosen) - 1, 0)], secular]
    return (*chosen, *others)


def secular_choice(client: Client, found: Match) -> SecularChoice | None:
    """For a mandated client: the secular meeting shown, or why there is none. None for everybody else."""
    if not client.mandated:
        return None
    shown = next((one for one in shortlist(client, found) if _is_secular(one)), None)
    refused = [one for one in found.rejected if is_secular(one.listing.meeting)]
    return SecularChoice(shown, next(iter(nearest_first(refused)), None) if shown is None else None)


def _best_secular(found: Match) -> Scored | None:
    return next((one for one in found.feasible if _is_secular(one)), None)


def _is_secular(one: Scored) -> bool:
    return is_secular(one.meeting.listing.meeting)
