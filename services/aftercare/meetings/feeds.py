"""Lists that are looked at by themselves: one job a due instant, the last good list never lost.

The next look is put into the queue before the address is asked, in a transaction of its own: whatever becomes
of this look, a dead process or a server that is away for days, there is always a next one. A change by staff
begins a new row of looks; the old row's next job sees another version and ends.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.feed_addresses import NotAllowed
from services.aftercare.meetings.feed_fetching import Fetched, FetchFailed, fetch
from services.aftercare.meetings.reading import Reading, read
from services.aftercare.meetings.snapshots import confirm_snapshot, take_snapshot
from services.aftercare.tables import Feed, Verdict
from services.aftercare.workplace import Workplace
from shared import clock
from shared.jobs import Job, finish, schedule

LOOK_AT_FEED = "look_at_feed"
_NOW = "now"


async def begin_looking(session: AsyncSession, feed: Feed) -> None:
    """The first look of a feed as it is now: at once."""
    await _schedule(session, feed.id, feed.version, clock.now())


async def look_now(session: AsyncSession, feed: Feed) -> None:
    """Once more beside the schedule. Asked for twice in a minute it is one look."""
    at = clock.now().replace(second=0, microsecond=0)
    key = f"{LOOK_AT_FEED}:{feed.id}:{feed.version}:{_NOW}:{at:%Y%m%dT%H%M}"
    await schedule(session, LOOK_AT_FEED, feed.id, key=key)


async def look_at_feed(place: Workplace, job: Job) -> None:
    """Raises FetchFailed after it is recorded, so that the runner tries again with growing pauses."""
    feed = await _start(place, job)
    if feed is None:
        return
    try:
        fetched = await fetch(place.settings, feed.location, etag=feed.etag, last_modified=feed.last_modified)
    except NotAllowed as refused:  # trying again would ask the same settings
        await _note_trouble(place, feed, str(refused), job)
        return
    except FetchFailed as failed:
        await _note_trouble(place, feed, str(failed), None)
        raise
    reading = None
    if fetched.raw is not None:
        reading = await asyncio.to_thread(_read, place, feed, fetched.raw)
    async with place.database.transaction() as session:
        now = await session.get(Feed, feed.id)
        # Changed or switched off meanwhile: what was found is not wanted any more.
        if now and now.enabled and now.version == feed.version:
            await _record(session, feed, fetched, reading)
        await finish(session, job)


async def _start(place: Workplace, job: Job) -> Feed | None:
    """Schedule the next look. None when this one is not wanted any more; the runner then marks it done."""
    version, due = _asked(job.key)
    async with place.database.transaction() as session:
        feed = await session.get(Feed, job.subject_id)
        if feed is None or not feed.enabled or feed.version != version:
            return None
        if due is not None:
            await _schedule(session, feed.id, version, _next_due(due, feed.every_hours, clock.now()))
        return feed


def _read(place: Workplace, feed: Feed, raw: bytes) -> Reading:
    permitted = bool(place.settings.smart_finder_permission.strip())
    return read(
        raw,
        feed.source,
        format=feed.format,
        zone=feed.timezone,
        programme=feed.programme,
        smart_finder=permitted,
    )


async def _record(session: AsyncSession, feed: Feed, fetched: Fetched, reading: Reading | None) -> None:
    """Validators belong to a list that was believed: a 304 to a refused one must confirm nothing.

    The row of the feed is written last: whoever takes in a list locks its source first.
    """
    if reading is None or fetched.raw is None:
        good = await confirm_snapshot(session, feed.source) is not None
    else:
        taken = await take_snapshot(session, feed.source, fetched.raw, reading)
        good = taken.snapshot.verdict is Verdict.TAKEN
    etag, last_modified = (fetched.etag, fetched.last_modified) if good else (None, None)
    seen = {"looked_at": clock.now(), "etag": etag, "last_modified": last_modified}
    await session.execute(update(Feed).where(Feed.id == feed.id).values(seen))


async def _note_trouble(place: Workplace, feed: Feed, code: str, job: Job | None) -> None:
    """Only of the feed as it was asked. `job`: this was the last try of it."""
    mine = Feed.id == feed.id, Feed.version == feed.version
    async with place.database.transaction() as session:
        await session.execute(update(Feed).where(*mine).values(looked_at=clock.now(), trouble=code))
        if job:
            await finish(session, job)


async def _schedule(session: AsyncSession, feed_id: UUID, version: int, due: datetime) -> None:
    due = due.astimezone(UTC).replace(microsecond=0)
    key = f"{LOOK_AT_FEED}:{feed_id}:{version}:{due:%Y%m%dT%H%M%S}"
    await schedule(session, LOOK_AT_FEED, feed_id, key=key, due_at=due)


def _asked(key: str) -> tuple[int, datetime | None]:
    """The version of the feed a job is about, and the instant it was due; None: beside the schedule."""
    version, due = key.split(":")[2:4]
    if due == _NOW:
        return int(version), None
    return int(version), datetime.strptime(due, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _next_due(due: datetime, every_hours: int, now: datetime) -> datetime:
    """The first instant of the schedule that is yet to come: looks missed while the service was down are
    not made up for one by one."""
    step = timedelta(hours=every_hours)
    return due + step * max(1, (now - due) // step + 1)
