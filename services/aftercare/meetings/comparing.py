"""A snapshot laid beside what is on file: who is there, who is missing, who is new, and what differs."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings import on_file
from services.aftercare.meetings.content_changes import Difference, difference
from services.aftercare.meetings.feed_brake import Share, Shift
from services.aftercare.meetings.normal_form import ListingState, Meeting
from services.aftercare.meetings.on_file import OnFile, Rewritten
from services.aftercare.meetings.rejoining import Vanished, rejoin
from services.aftercare.meetings.sighting import Known, Sighted
from services.aftercare.tables import Import
from shared import clock


@dataclass(frozen=True)
class Compared:
    """Known meetings that are there, known ones that are not, and rows nobody knows."""

    present: tuple[Sighted, ...]
    absent: tuple[Known, ...]
    fresh: tuple[Meeting, ...]
    rewritten: tuple[Rewritten, ...] = ()


async def compare(session: AsyncSession, known: dict[str, OnFile], meetings: tuple[Meeting, ...]) -> Compared:
    pairs = [(known[one.source_id], one) for one in meetings if one.source_id in known]
    fresh = [one for one in meetings if one.source_id not in known]
    found = {row.known.id for row, _ in pairs}
    absent = [row for row in known.values() if row.known.id not in found]
    doubtful = [row for row, one in pairs if _may_differ(row, one)]
    missing = [row for row in absent if not row.known.withdrawn] if fresh else []
    stored = await on_file.contents(session, [row.known.id for row in (*doubtful, *missing)])

    vanished = [Vanished(row.known.id, stored[row.known.id]) for row in missing if row.known.id in stored]
    joined = await asyncio.to_thread(rejoin, vanished, fresh, meetings)
    rejoined = set(joined.values())
    by_id = {row.known.id: row for row in missing}
    pairs += [(by_id[joined[one.source_id]], one) for one in fresh if one.source_id in joined]

    present: list[Sighted] = []
    rewritten: list[Rewritten] = []
    for row, one in pairs:
        differs = _difference(row, one, stored.get(row.known.id))
        present.append(Sighted(row.known, one.state, differs is Difference.VISIT))
        if differs is not Difference.NONE or row.source_id != one.source_id:
            unchanged = differs in (Difference.NONE, Difference.NOISE)
            rewritten.append(Rewritten(row.known.id, one, unchanged))
    return Compared(
        tuple(present),
        tuple(row.known for row in absent if row.known.id not in rejoined),
        tuple(one for one in fresh if one.source_id not in joined),
        tuple(rewritten),
    )


def _may_differ(row: OnFile, now: Meeting) -> bool:
    return row.content_hash != now.content_hash or row.join_url != now.join.url


def _difference(row: OnFile, now: Meeting, before: Meeting | None) -> Difference:
    """`before` was fetched for those that may differ; missing there, it could not be read: a change."""
    if before is not None:
        found = difference(before, now, clock.now().date())
        # The stored hash is of an older formula: write today's, or it is looked at again every time.
        stale = found is Difference.NONE and row.content_hash != now.content_hash
        return Difference.NOISE if stale else found
    return Difference.VISIT if _may_differ(row, now) else Difference.NONE


async def shift_of(session: AsyncSession, source: str, before: Import | None, compared: Compared) -> Shift:
    """What the snapshot would change, in the brake's numbers."""
    enrolled = await on_file.gone_to(session, source)
    missing = sum(one.listed and one.id in enrolled for one in compared.absent)
    there = sum(one.known.listed and one.known.id in enrolled for one in compared.present)
    return Shift(
        accepted=len(compared.present) + len(compared.fresh),
        last_good=before.accepted if before else None,
        enrolled_missing=Share(missing, missing + there),
        closed=_flips(compared.present, ListingState.ACTIVE),
        opened=_flips(compared.present, ListingState.INACTIVE),
    )


def _flips(present: Iterable[Sighted], was: ListingState) -> Share:
    """How many of those that were in this state are in the other now."""
    so_far = [one for one in present if one.known.state is was and not one.known.withdrawn]
    return Share(sum(one.state is not was for one in so_far), len(so_far))
