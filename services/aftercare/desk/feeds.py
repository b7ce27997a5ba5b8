"""The staff's JSON API of feeds: lists that are looked at by themselves, and how they are doing."""

import re
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.meeting_views import Keeper, Reader
from services.aftercare.meetings import zones
from services.aftercare.meetings.feed_addresses import NotAllowed, allowed_target
from services.aftercare.meetings.feed_fetching import is_address, path_of
from services.aftercare.meetings.feeds import begin_looking, look_now
from services.aftercare.meetings.normal_form import Programme
from services.aftercare.meetings.seats import HOUSE
from services.aftercare.settings import Settings
from services.aftercare.tables import Feed, FeedFormat, Import, Verdict
from shared import audit, clock
from shared.contracts.fact import new_id
from shared.problems import Problem

router = APIRouter(prefix="/api/v1/feeds", tags=["meetings"])

_REFUSED = {
    "https_only": "Lists are fetched over https only; give an address that begins with https://.",
    "address_unreadable": "This address cannot be read. Give it as the list's site shows it.",
    "host_not_allowed": "This host is not on the list THROUGHCARE_FEED_HOSTS; whoever runs the service can "
    "add it there.",
    "no_folder_set": "Files are read from THROUGHCARE_FEED_FOLDER only, and it is not set.",
    "outside_the_folder": "Name a file or folder inside THROUGHCARE_FEED_FOLDER.",
}


class FeedBody(BaseModel):
    """`location`: an https address, or a file or folder inside the feeds' folder (its newest file counts)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    location: str = Field(min_length=1, max_length=2000)
    format: FeedFormat = FeedFormat.AUTO
    timezone: str | None = Field(default=None, max_length=60)
    programme: Programme = Programme.OTHER
    every_hours: int = Field(default=24, ge=1, le=24 * 7)
    enabled: bool = True

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name and (found := zones.canonical(name)):
            return found
        if name:
            raise ValueError("Use an IANA name such as America/Denver.")
        return None


class NewFeed(FeedBody):
    source: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$")

    @model_validator(mode="after")
    def _not_ours(self) -> Self:
        if self.source.lower() == HOUSE:
            raise ValueError("This name is kept for the groups of the house; give the list another one.")
        return self


class FeedMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No feed", "There is no such feed.")


class FeedChanged(Problem):
    def __init__(self) -> None:
        detail = "Somebody changed this feed meanwhile. Load it again and repeat your change."
        super().__init__(412, "stale_version", "Changed meanwhile", detail)


def _seen(if_match: Annotated[str | None, Header(max_length=40)] = None) -> int:
    """The version in If-Match, `"7"`."""
    match = re.fullmatch(r'(?:W/)?"(\d{1,9})"', (if_match or "").strip())
    if match is None:
        detail = 'Send the version you have seen as If-Match, like "7"; the feed\'s ETag has it.'
        raise Problem(428, "version_missing", "Version needed", detail)
    return int(match[1])


Seen = Annotated[int, Depends(_seen)]


@router.post("", status_code=201)
async def add_feed(request: Request, response: Response, body: NewFeed, caller: Keeper) -> dict[str, Any]:
    """Look at a list from now on, at once for the first time."""
    _check(settings_of(request), body.location)
    feed = Feed(id=new_id(), version=1, **body.model_dump())
    try:
        async with store_of(request).transaction() as session:
            await audit.record(session, caller, "feed.add", None)
            session.add(feed)
            await session.flush()
            if feed.enabled:
                await begin_looking(session, feed)
    except IntegrityError:
        detail = "A feed with this source exists. Change that one, or choose another name."
        raise Problem(409, "source_taken", "Name taken", detail) from None
    return _shown(feed, 0, response)


@router.get("")
async def feeds(request: Request, _caller: Reader) -> dict[str, Any]:
    """Every feed with its health: how old its last good list is, what was refused since, what is wrong."""
    async with store_of(request).reading() as session:
        rows = (await session.scalars(select(Feed).order_by(Feed.source))).all()
        return {"feeds": [_in_plain(row, await _refused_since(session, row)) for row in rows]}


@router.get("/{feed_id}")
async def one_feed(request: Request, response: Response, feed_id: UUID, _caller: Reader) -> dict[str, Any]:
    async with store_of(request).reading() as session:
        feed = await session.get(Feed, feed_id)
        if feed is None:
            raise FeedMissing
        return _shown(feed, await _refused_since(session, feed), response)


@router.put("/{feed_id}")
async def change_feed(
    request: Request, response: Response, feed_id: UUID, body: FeedBody, seen: Seen, caller: Keeper
) -> dict[str, Any]:
    """Change a feed at the version in If-Match, or switch it off and on. The list is then read anew."""
    if body.enabled:
        _check(settings_of(request), body.location)
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "feed.change", None)
        feed = await session.get(Feed, feed_id, with_for_update=True)
        if feed is None:
            raise FeedMissing
        if feed.version != seen:
            raise FeedChanged
        for name, value in body.model_dump().items():
            setattr(feed, name, value)
        # Another format or zone makes another reading of the same bytes: "nothing new" would hide it.
        feed.etag = feed.last_modified = feed.trouble = None
        feed.version += 1
        if feed.enabled:
            await begin_looking(session, feed)
        return _shown(feed, await _refused_since(session, feed), response)


@router.post("/{feed_id}/look-now", status_code=202)
async def look_at_once(request: Request, feed_id: UUID, caller: Keeper) -> dict[str, Any]:
    """Look beside the schedule; what was found shows in the feed's health a moment later."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "feed.look", None)
        feed = await session.get(Feed, feed_id)
        if feed is None:
            raise FeedMissing
        if not feed.enabled:
            raise Problem(409, "switched_off", "Switched off", "Switch this feed on first.")
        await look_now(session, feed)
        return _in_plain(feed, await _refused_since(session, feed))


def _check(settings: Settings, location: str) -> None:
    """Said while somebody is there to read it; asked again at every look."""
    try:
        if is_address(location):
            allowed_target(location, settings.feed_hosts)
        else:
            path_of(settings, location)
    except NotAllowed as refused:
        raise Problem(422, str(refused), "Not allowed", _REFUSED[str(refused)]) from None


async def _refused_since(session: AsyncSession, feed: Feed) -> int:
    """Snapshots refused since the last good one."""
    mine = Import.source == feed.source, Import.verdict == Verdict.REFUSED
    query = select(func.count()).select_from(Import).where(*mine)
    if feed.last_good_at:
        query = query.where(Import.fetched_at > feed.last_good_at)
    return await session.scalar(query) or 0


def _shown(feed: Feed, refused: int, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = f'"{feed.version}"'
    return _in_plain(feed, refused)


def _in_plain(feed: Feed, refused: int) -> dict[str, Any]:
    good = feed.last_good_at
    return {
        "feed_id": str(feed.id),
        "source": feed.source,
        "location": feed.location,
        "format": feed.format,
        "timezone": feed.timezone,
        "programme": feed.programme,
        "every_hours": feed.every_hours,
        "enabled": feed.enabled,
        "looked_at": feed.looked_at,
        "last_good_at": good,
        "hours_since_good": round((clock.now() - good).total_seconds() / 3600, 1) if good else None,
        "refused_since_good": refused,
        "trouble": feed.trouble,
        "version": feed.version,
    }
