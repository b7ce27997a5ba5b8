"""The staff's JSON API of meeting lists: take one in, look at what is on file."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import select

from services.aftercare.access import store_of
from services.aftercare.meetings import zones
from services.aftercare.meetings.in_plain import summary_of
from services.aftercare.meetings.meeting_guide import read
from services.aftercare.meetings.normal_form import ListingState, Programme
from services.aftercare.meetings.recurrence import in_words
from services.aftercare.meetings.snapshots import take_snapshot
from services.aftercare.plans.enrolment import reissue
from services.aftercare.plans.listings import listing_of
from services.aftercare.plans.opening import rethink_empty_plans
from services.aftercare.tables import Meeting, Verdict
from shared import audit
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["meetings"])

_LARGEST_LIST = 64 * 1024 * 1024  # bytes; a national list of 24,000 meetings is about 30 MB

Keeper = Annotated[Caller, Depends(allowed(Role.ALUMNI, Role.CASE_MANAGER, Role.DIRECTOR))]
Reader = Annotated[
    Caller,
    Depends(allowed(Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.COORDINATOR, Role.DIRECTOR)),
]


@router.post("/meetings/imports", status_code=201, max_body_size=_LARGEST_LIST)
async def import_meetings(
    request: Request,
    caller: Keeper,
    source: Annotated[str, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$")],
    timezone: str | None = None,
    programme: Programme = Programme.OTHER,
) -> dict[str, Any]:
    """Take in a Meeting Guide list. `timezone` and `programme` stand for rows that do not say.

    422 snapshot_refused for a list that cannot be believed: unreadable, empty, or suddenly much smaller.
    """
    zone = zones.canonical(timezone) if timezone else None
    if timezone and zone is None:
        raise Problem(422, "unknown_zone", "Unknown time zone", "Use an IANA name such as America/Denver.")
    raw = await request.body()
    reading = await asyncio.to_thread(read, raw, source, zone=zone, programme=programme)
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "meetings.import", None)
        taken = await take_snapshot(session, source, raw, reading)
        snapshot = taken.snapshot
        if snapshot.verdict is Verdict.TAKEN:
            await reissue(session, taken.changed)
            await rethink_empty_plans(session)
    result = summary_of(reading) | {
        "import_id": str(snapshot.id),
        "sha256": snapshot.sha256,
        "added": snapshot.added,
        "changed": snapshot.changed,
    }
    if snapshot.verdict is Verdict.REFUSED:
        detail = "This list was not taken in; the meetings on file stay as they are."
        raise Problem(422, "snapshot_refused", "List refused", detail, reason=snapshot.reason, **result)
    return result


@router.get("/meetings")
async def meetings(
    request: Request,
    _caller: Reader,
    state: ListingState | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    after: UUID | None = None,
) -> dict[str, Any]:
    """The meetings on file in order of arrival; `after` continues behind the last `meeting_id` of a page."""
    query = select(Meeting).order_by(Meeting.id).limit(limit)
    if state:
        query = query.where(Meeting.state == state)
    if after:
        query = query.where(Meeting.id > after)
    async with store_of(request).reading() as session:
        rows = (await session.scalars(query)).all()
    return {"meetings": [_in_plain(row) for row in rows]}


def _in_plain(row: Meeting) -> dict[str, Any]:
    listing = listing_of(row)
    rule = listing.meeting.recurrence
    return {
        "meeting_id": str(row.id),
        "source": row.source,
        "name": row.name,
        "programme": row.programme,
        "when": f"{in_words(rule)}, {rule.wall_time:%H:%M}" if rule else "by appointment",
        "timezone": rule.tz if rule else None,
        "duration_minutes": listing.meeting.duration,
        "modalities": sorted(listing.meeting.modalities),
        "languages": listing.meeting.languages,
        "state": row.state,
        "last_seen": row.last_seen.isoformat(),
        "offerable": listing.meeting.offerable,
    }
