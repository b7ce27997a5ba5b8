"""The staff's JSON API of meeting lists: take one in, look for a meeting, take one off."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import select

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.meeting_views import (
    Keeper,
    Reader,
    meeting_in_plain,
    sightings_in_plain,
    snapshot_in_plain,
)
from services.aftercare.meetings import zones
from services.aftercare.meetings.in_plain import summary_of
from services.aftercare.meetings.normal_form import Modality, Programme
from services.aftercare.meetings.problems import in_words
from services.aftercare.meetings.reading import read
from services.aftercare.meetings.searching import Wanted, search
from services.aftercare.meetings.seats import HOUSE
from services.aftercare.meetings.sighting import Standing
from services.aftercare.meetings.snapshots import Taken, take_snapshot
from services.aftercare.meetings.suspicion import clear_suspicion
from services.aftercare.meetings.taking_off import put_back, take_off
from services.aftercare.tables import FeedFormat, Import, Meeting, Verdict
from shared import audit
from shared.identity import Role
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["meetings"])

_LARGEST_LIST = 64 * 1024 * 1024  # bytes; a national list of 24,000 meetings is about 30 MB
_HISTORY = 400  # snapshots looked through for one meeting's history: a year of daily ones

Source = Annotated[str, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$")]


class MeetingMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No meeting", "There is no such meeting on file.")


class NotListed(Problem):
    def __init__(self) -> None:
        detail = "Groups of the house are in no list: change or close them under /groups."
        super().__init__(409, "group_of_the_house", "A group of the house", detail)


@router.post("/meetings/imports", status_code=201, max_body_size=_LARGEST_LIST)
async def import_meetings(
    request: Request,
    caller: Keeper,
    source: Source,
    format: FeedFormat = FeedFormat.AUTO,  # noqa: A002  (the parameter's public name)
    timezone: str | None = None,
    programme: Programme = Programme.OTHER,
    believe: bool = False,
) -> dict[str, Any]:
    """Take in a list. `timezone` and `programme` stand for rows that do not say.

    422 snapshot_refused for a list that cannot be believed: unreadable, empty, suddenly much smaller, without
    many of the meetings clients go to, or with many closed or opened at once. When that is what really
    happened, a director takes the same list in with `believe=true`; not an empty or unreadable one.
    """
    if believe and caller.role is not Role.DIRECTOR:
        detail = "Only a director may take in a list that was refused."
        raise Problem(403, "not_allowed", "Not allowed", detail)
    if source.lower() == HOUSE:
        detail = "This name is kept for the groups of the house; give the list another one."
        raise Problem(422, "source_reserved", "Name taken", detail)
    zone = zones.canonical(timezone) if timezone else None
    if timezone and zone is None:
        raise Problem(422, "unknown_zone", "Unknown time zone", "Use an IANA name such as America/Denver.")
    raw = await request.body()
    permitted = bool(settings_of(request).smart_finder_permission.strip())
    reading = await asyncio.to_thread(
        read, raw, source, format=format, zone=zone, programme=programme, smart_finder=permitted
    )
    async with store_of(request).transaction() as session:
        taken = await take_snapshot(session, source, raw, reading, believe=believe)
        # Last, not first: nobody's values are read here, and the audit's lock would hold up everybody else.
        await audit.record(session, caller, "meetings.believe" if believe else "meetings.import", None)
    result = summary_of(reading) | _effect(taken)
    if taken.snapshot.verdict is Verdict.REFUSED:
        detail = "This list was not taken in; the meetings on file stay as they are."
        if reading.problem:
            detail += f" It cannot be read: {in_words(reading.problem)}."
        else:
            detail += " If so much really changed, a director can take it in with believe=true."
        raise Problem(422, "snapshot_refused", "List refused", detail, reason=taken.snapshot.reason, **result)
    return result


@router.get("/meetings/imports")
async def imports(
    request: Request,
    _caller: Reader,
    source: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 60,
) -> dict[str, Any]:
    """The snapshots taken or refused, newest first."""
    query = select(Import).order_by(Import.fetched_at.desc(), Import.id.desc()).limit(limit)
    if source:
        query = query.where(Import.source == source)
    async with store_of(request).reading() as session:
        return {"imports": [snapshot_in_plain(row) for row in await session.scalars(query)]}


@router.get("/meetings/imports/{import_id}")
async def one_import(request: Request, import_id: UUID, _caller: Reader) -> dict[str, Any]:
    """One snapshot: the rows it lost and why, and the known meetings by what happened to them."""
    async with store_of(request).reading() as session:
        row = await session.get(Import, import_id)
    if row is None:
        raise Problem(404, "not_found", "No import", "There is no such snapshot on file.")
    return snapshot_in_plain(row) | {"rejected": row.rejected, "changes": row.changes}


@router.get("/meetings")
async def meetings(
    request: Request,
    _caller: Reader,
    weekday: Annotated[int | None, Query(ge=0, le=6)] = None,
    programme: Programme | None = None,
    modality: Modality | None = None,
    state: Standing | None = None,
    source: str | None = None,
    text: Annotated[str | None, Query(min_length=2, max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    after: UUID | None = None,
) -> dict[str, Any]:
    """The meetings on file in order of arrival; `after` continues behind the last `meeting_id` of a page.

    `text` is looked for in names and addresses; `weekday` counts from 0 = Sunday.
    """
    wanted = Wanted(weekday, programme, modality, state, source, text)
    async with store_of(request).reading() as session:
        rows = (await session.scalars(search(wanted, limit, after))).all()
    return {"meetings": [meeting_in_plain(row) for row in rows]}


@router.get("/meetings/{meeting_id}")
async def one_meeting(request: Request, meeting_id: UUID, _caller: Reader) -> dict[str, Any]:
    """One meeting as listed, and how its list has told of it over time."""
    async with store_of(request).reading() as session:
        row = await session.get(Meeting, meeting_id)
        if row is None:
            raise MeetingMissing
        query = select(Import).where(Import.source == row.source, Import.verdict == Verdict.TAKEN)
        snapshots = list(await session.scalars(query.order_by(Import.fetched_at.desc()).limit(_HISTORY)))
    return meeting_in_plain(row) | {"listing": row.listing, "sightings": sightings_in_plain(row, snapshots)}


@router.post("/meetings/{meeting_id}/clear-suspicion")
async def clear(request: Request, meeting_id: UUID, caller: Keeper) -> dict[str, Any]:
    """Somebody asked, and it is held: the reports that nobody was there are struck, it is offered again."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "meeting.clear_suspicion", None)
        if not await clear_suspicion(session, meeting_id):
            raise MeetingMissing
        return meeting_in_plain(await session.get_one(Meeting, meeting_id))


@router.post("/meetings/{meeting_id}/take-off")
async def take_meeting_off(request: Request, meeting_id: UUID, caller: Keeper) -> dict[str, Any]:
    """Offer it to nobody, whatever its list says, and help those who go there to another one."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "meeting.take_off", None)
        return _found(await take_off(session, meeting_id), await session.get(Meeting, meeting_id))


@router.post("/meetings/{meeting_id}/put-back")
async def put_meeting_back(request: Request, meeting_id: UUID, caller: Keeper) -> dict[str, Any]:
    """Undo that: a new offer as long as its list has it. Plans that left it are not put back into it."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "meeting.put_back", None)
        return _found(await put_back(session, meeting_id), await session.get(Meeting, meeting_id))


def _found(meeting: Meeting | None, on_file: Meeting | None) -> dict[str, Any]:
    if meeting is None:
        raise MeetingMissing if on_file is None else NotListed
    return meeting_in_plain(meeting)


def _effect(taken: Taken) -> dict[str, Any]:
    snapshot = taken.snapshot
    names = ("added", "changed", "unseen", "returned", "withdrawn")
    counts = {name: getattr(snapshot, name) for name in names}
    return {"import_id": str(snapshot.id), "sha256": snapshot.sha256, **counts}
