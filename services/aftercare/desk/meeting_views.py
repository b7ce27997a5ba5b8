"""What staff are shown of meetings and of the snapshots of their lists; and who may look, who may change."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends

from services.aftercare.meetings.recurrence import in_words
from services.aftercare.meetings.sighting import WITHDRAWN_AT, Standing, standing
from services.aftercare.plans.listings import listing_of
from services.aftercare.tables import Import, Meeting
from shared.identity import Caller, Role, allowed

Keeper = Annotated[Caller, Depends(allowed(Role.ALUMNI, Role.CASE_MANAGER, Role.DIRECTOR))]
Reader = Annotated[
    Caller,
    Depends(allowed(Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.COORDINATOR, Role.DIRECTOR)),
]


def meeting_in_plain(row: Meeting) -> dict[str, Any]:
    listing = listing_of(row)
    rule = listing.meeting.recurrence
    stands = standing(row.state, row.unseen, row.withdrawn_on)
    return {
        "meeting_id": str(row.id),
        "source": row.source,
        "name": row.name,
        "programme": row.programme,
        "when": f"{in_words(rule)}, {rule.wall_time:%H:%M}" if rule else "by appointment",
        "weekday": rule.byday if rule else None,
        "time": f"{rule.wall_time:%H:%M}" if rule else None,
        "timezone": rule.tz if rule else None,
        "duration_minutes": listing.meeting.duration,
        "modalities": sorted(listing.meeting.modalities),
        "address": listing.meeting.venue.address,
        "languages": listing.meeting.languages,
        "audiences": sorted(listing.meeting.audiences),
        "state": stands,
        "unseen_days": row.unseen,
        "suspect_since": row.suspect_since.isoformat() if row.suspect_since else None,
        "last_seen": row.last_seen.isoformat(),
        "offerable": listing.meeting.offerable
        and stands in (Standing.ACTIVE, Standing.UNSEEN)
        and row.suspect_since is None,
    }


def sightings_in_plain(row: Meeting, snapshots: list[Import]) -> dict[str, Any]:
    """How the list has told of it over time; `events` are newest first and only what was not as before."""
    return {
        "first_seen": row.first_seen.isoformat(),
        "last_seen": row.last_seen.isoformat(),
        "unchanged_since": row.unchanged_since.isoformat(),
        "listed": row.listed,
        "unseen_days": row.unseen,
        "withdrawn_after_days": WITHDRAWN_AT,
        "withdrawn_on": row.withdrawn_on.isoformat() if row.withdrawn_on else None,
        "taken_off": row.taken_off,
        "not_held_reports": row.not_held_reports,
        "events": [
            {"import_id": str(one.id), "at": _instant(one.fetched_at), "what": what}
            for one in snapshots
            if (what := [name for name, ids in one.changes.items() if str(row.id) in ids])
        ],
    }


def snapshot_in_plain(row: Import) -> dict[str, Any]:
    counts = ("source_rows", "rows", "accepted", "by_appointment", "inactive", "unzoned")
    effects = ("added", "changed", "unseen", "returned", "withdrawn")
    return {
        "import_id": str(row.id),
        "source": row.source,
        "fetched_at": _instant(row.fetched_at),
        "sha256": row.sha256,
        "verdict": row.verdict,
        "reason": row.reason,
        "rejected": len(row.rejected),
        **{name: getattr(row, name) for name in (*counts, *effects)},
    }


def _instant(at: datetime) -> str:
    return at.isoformat()
