"""What staff are shown of a match: the sets, the runners-up, and why each other meeting does not fit."""

from typing import Any

from services.aftercare.matching.fitness import Reason, Rejected
from services.aftercare.matching.sets import Match, MeetingSet

REPORT = "plans.report"  # where the sealed documents live (table.column)
REASONS = "enrolments.reasons"
_SHOWN = 60
_ORDER = list(Reason)


def report_of(found: Match) -> dict[str, Any]:
    """JSON-ready, bounded: of many rejected meetings those that came nearest to fitting."""
    nearest = sorted(found.rejected, key=lambda one: (-_ORDER.index(one.reason), one.listing.id))
    return {
        "feasible": len(found.feasible),
        "sets": [set_in_plain(one) for one in found.sets],
        "fall_back": found.fall_back.id if found.fall_back else None,
        "rejected_count": len(found.rejected),
        "rejected": [rejected_in_plain(one) for one in nearest[:_SHOWN]],
    }


def rejected_in_plain(one: Rejected) -> dict[str, Any]:
    return {
        "meeting_id": one.listing.id,
        "name": one.listing.meeting.name,
        "reason": one.reason.value,
        "data": one.data,
        "words": in_words(one),
    }


def set_in_plain(one: MeetingSet) -> dict[str, Any]:
    return {
        "meetings": [meeting.id for meeting in one.meetings],
        "score": one.score,
        "gap": one.gap,
        "first_at": one.meetings[0].meeting.first_at.isoformat(),
        "flags": [flag for flag, set_ in (("LATE", one.late), ("SHORT", one.short)) if set_],
    }


_WORDS = {
    Reason.PROGRAM_NOT_IN_PATHWAY: "Not a programme the client chose.",
    Reason.AUDIENCE_EXCLUSIVE: "Only for people the client is not among.",
    Reason.LANGUAGE: "Held in another language.",
    Reason.STALE_LISTING: "The listing is old or says the meeting is closed.",
    Reason.BLOCKED: "The client does not want this one.",
    Reason.MODALITY: "Not a way of attending the client wants.",
    Reason.NO_DEVICE: "The client has no device to join with.",
    Reason.ACCESSIBILITY: "Not known to be accessible.",
    Reason.NO_VERIFICATION: "Gives no proof of attendance.",
    Reason.TIME: "At no time the client is free.",
    Reason.CLASH: "Clashes with something fixed.",
    Reason.COURTESY_CAP: "Enough of our clients go there already.",
    Reason.CAPACITY: "No seat left.",
}


def in_words(one: Rejected) -> str:
    """The reason as a sentence for staff."""
    data = one.data
    if one.reason is Reason.DISTANCE:
        return f"{data['miles']} miles away." if data["miles"] else "The distance is not known."
    if one.reason is Reason.TIME_SHIFT:
        if "until" in data:
            return f"Fits only until {data['until']}: {data['before']} then, {data['after']} afterwards."
        return f"Fits only from {data['from']}: {data['before']} before, {data['after']} from then on."
    return _WORDS[one.reason]
