"""Taking a list into the database: whether to believe it, what is new, what changed, what went missing.

All that a snapshot means is written in the caller's transaction, what clients must learn of it included: a
crash leaves all of it or nothing, and the same snapshot again on the same day changes nothing more.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings import on_file
from services.aftercare.meetings.comparing import Compared, compare, shift_of
from services.aftercare.meetings.feed_brake import doubt, may_be_believed
from services.aftercare.meetings.import_retention import forget_old
from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.reading import Reading
from services.aftercare.meetings.sighting import ListingChanges, Outcome, Sighted, look
from services.aftercare.plans.listing_changes import listings_changed
from services.aftercare.plans.opening import rethink_empty_plans
from services.aftercare.tables import Feed, Import, Verdict
from shared import clock
from shared.contracts.fact import new_id

log = logging.getLogger(__name__)

_NOTHING_YET: dict[str, Any] = dict.fromkeys(("added", "changed", "unseen", "returned", "withdrawn"), 0)


@dataclass(frozen=True)
class Taken:
    """The snapshot as recorded, and what it means for those who go to its meetings."""

    snapshot: Import
    changes: ListingChanges


async def take_snapshot(
    session: AsyncSession, source: str, raw: bytes, reading: Reading, *, believe: bool = False
) -> Taken:
    """Record the list and, unless it is refused, what it says. The same bytes are a sighting, no change.

    `believe`: a person looked and says that so many meetings really did close. An empty or unreadable list
    is refused all the same. A refusal is an alarm: an ERROR in the log, and the feed's `trouble`.
    """
    await asyncio.to_thread(_hash_all, reading.meetings)
    await on_file.take_turn(session, source)
    before = await on_file.last_good(session, source)
    known = await on_file.known_meetings(session, source)
    compared = await compare(session, known, reading.meetings)
    reason = reading.problem or doubt(await shift_of(session, source, before, compared))
    snapshot = _snapshot(source, raw, reading)
    snapshot.reason = reason
    session.add(snapshot)
    await forget_old(session, source)
    if reason and not (believe and may_be_believed(reason)):
        snapshot.verdict = Verdict.REFUSED
        log.error("a meeting list was refused", extra={"code": reason, "count": reading.rows})
        await session.execute(update(Feed).where(Feed.source == source).values(trouble=reason))
        return Taken(snapshot, ListingChanges())
    # What the source would call unchanged next time is no longer what was taken last; a look by itself
    # writes its own validators afterwards.
    await session.execute(update(Feed).where(Feed.source == source).values(etag=None, last_modified=None))
    return await _take(session, snapshot, before, compared)


async def confirm_snapshot(session: AsyncSession, source: str) -> Taken | None:
    """The source says that nothing is new (HTTP 304): the last good list once more. None: there is none.

    A second time on one day it cannot mean anything, and nothing is written.
    """
    await on_file.take_turn(session, source)
    before = await on_file.last_good(session, source)
    if before is None:
        return None
    at = clock.now()
    await session.execute(update(Feed).where(Feed.source == source).values(last_good_at=at, trouble=None))
    if before.fetched_at.date() >= at.date():
        return Taken(before, ListingChanges())
    rows = [row.known for row in (await on_file.known_meetings(session, source)).values()]
    kept = ("sha256", "source_rows", "rows", "accepted", "rejected", "by_appointment", "inactive", "unzoned")
    again = Import(
        id=new_id(),
        source=source,
        fetched_at=at,
        verdict=Verdict.TAKEN,
        reason=None,
        **{name: getattr(before, name) for name in kept},
        **_NOTHING_YET,
    )
    session.add(again)
    await forget_old(session, source)
    present = tuple(Sighted(one, one.state, differs=False) for one in rows if one.listed)
    absent = tuple(one for one in rows if not one.listed)
    return await _take(session, again, before, Compared(present, absent, ()))


async def _take(session: AsyncSession, snapshot: Import, before: Import | None, compared: Compared) -> Taken:
    today = snapshot.fetched_at.date()
    first_of_day = before is None or before.fetched_at.date() < today
    outcome = look(compared.present, compared.absent, today, first_of_day=first_of_day)
    if compared.fresh or outcome.offered_anew or outcome.opened:
        # Before any meeting's row is locked: everybody locks plans first.
        await rethink_empty_plans(session)
    await on_file.add(session, compared.fresh, today)
    await on_file.rewrite(session, compared.rewritten, today)
    await on_file.write(session, outcome, today)
    snapshot.added = len(compared.fresh)
    snapshot.changed = sum(not one.unchanged for one in compared.rewritten)
    snapshot.returned = len(outcome.back)
    snapshot.withdrawn = len(outcome.withdrawn)
    snapshot.unseen = await on_file.missing_now(session, snapshot.source)
    snapshot.changes = _in_plain(outcome)
    await session.execute(
        update(Feed)
        .where(Feed.source == snapshot.source)
        .values(last_good_at=snapshot.fetched_at, trouble=None)
    )
    if outcome.changes:
        await listings_changed(session, outcome.changes)
    return Taken(snapshot, outcome.changes)


def _snapshot(source: str, raw: bytes, reading: Reading) -> Import:
    return Import(
        id=new_id(),
        source=source,
        fetched_at=clock.now(),
        sha256=hashlib.sha256(raw).hexdigest(),
        verdict=Verdict.TAKEN,
        reason=None,
        source_rows=reading.source_rows,
        rows=reading.rows,
        accepted=len(reading.meetings),
        rejected=[asdict(one) for one in reading.rejected],
        by_appointment=reading.by_appointment,
        inactive=reading.inactive,
        unzoned=reading.unzoned,
        **_NOTHING_YET,
    )


def _in_plain(outcome: Outcome) -> dict[str, list[str]]:
    """What staff see of it: what clients are told, and what comes and goes beside that."""
    told = {name: ids for name, ids in vars(outcome.changes).items() if ids}
    beside = {"missing": outcome.gone, "back": outcome.back, "offered_anew": outcome.offered_anew}
    shown = told | {name: ids for name, ids in beside.items() if ids}
    return {name: [str(one) for one in ids] for name, ids in shown.items()}


def _hash_all(meetings: Iterable[NormalMeeting]) -> None:
    """In a thread: 24,000 hashes take a second that the event loop needs for others."""
    for meeting in meetings:
        _ = meeting.content_hash
