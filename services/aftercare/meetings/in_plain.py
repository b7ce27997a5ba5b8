"""What a reading is shown as, on the command line and in the API."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from services.aftercare.meetings.normal_form import Meeting
from services.aftercare.meetings.reading import Reading


def summary_of(reading: Reading) -> dict[str, Any]:
    """Counts and the rejected rows; accepted + rejected = rows."""
    shown: dict[str, Any] = {
        "rows": reading.rows,
        "source_rows": reading.source_rows,
        "accepted": len(reading.meetings),
        "rejected": [asdict(one) for one in reading.rejected],
        "by_appointment": reading.by_appointment,
        "inactive": reading.inactive,
        "unzoned": reading.unzoned,
    }
    return shown | ({"problem": reading.problem} if reading.problem else {})


def meetings_in_plain(meetings: Iterable[Meeting]) -> list[dict[str, Any]]:
    return [_in_plain(meeting) for meeting in meetings]


def _in_plain(meeting: Meeting) -> dict[str, Any]:
    rule = meeting.recurrence
    return {
        "source_id": meeting.source_id,
        "name": meeting.name,
        "programme": meeting.programme.value,
        "weekday": rule.byday if rule else None,
        "time": f"{rule.wall_time:%H:%M}" if rule else None,
        "rhythm": {"freq": rule.freq.value, "interval": rule.interval, "setpos": list(rule.setpos)}
        if rule
        else None,
        "not_on": [day.isoformat() for day in rule.except_on] if rule else [],
        "duration_minutes": meeting.duration,
        "duration_basis": meeting.duration_basis.value,
        "timezone": rule.tz if rule else None,
        "timezone_basis": rule.tz_basis.value if rule and rule.tz_basis else None,
        "modalities": sorted(meeting.modalities),
        "state": meeting.state.value,
        "types": list(meeting.types),
        "languages": list(meeting.languages),
        "audiences": sorted(meeting.audiences),
        "conference_url": meeting.join.url,
        "conference_phone": meeting.join.phone,
        "address": meeting.venue.address,
        "content_hash": meeting.content_hash,
    }
