"""What staff and client are shown of a match: sets, a shortlist with reasons, why the rest does not fit."""

from typing import Any

from services.aftercare.matching.fitness import Reason, Rejected, nearest_first
from services.aftercare.matching.sets import Match, MeetingSet, Scored
from services.aftercare.matching.shortlist import secular_choice, shortlist
from services.aftercare.matching.wishes import Client, is_secular
from services.aftercare.meetings.normal_form import Modality

REPORT = "plans.report"  # where the sealed documents live (table.column)
REASONS = "enrolments.reasons"
_SHOWN = 60
_NEAR = 10  # points of travel: half the way the client would go, or less
_STEADY = 7  # points of stability: unchanged for two months or more


def report_of(client: Client, found: Match) -> dict[str, Any]:
    """JSON-ready, bounded: of many rejected meetings those that came nearest to fitting."""
    chosen = {one.id for one in found.chosen}
    return {
        "feasible": len(found.feasible),
        "sets": [set_in_plain(one) for one in found.sets],
        "shortlist": [
            scored_in_plain(one) | {"chosen": one.id in chosen, "why": why(one)}
            for one in shortlist(client, found)
        ],
        "secular": _secular_in_plain(client, found),
        "fall_back": found.fall_back.id if found.fall_back else None,
        "rejected_count": len(found.rejected),
        "rejected": [rejected_in_plain(one) for one in nearest_first(found.rejected)[:_SHOWN]],
    }


def scored_in_plain(one: Scored) -> dict[str, Any]:
    meeting = one.meeting.listing.meeting
    return {
        "meeting_id": one.id,
        "name": meeting.name,
        "score": one.score,
        "points": one.points,
        "modality": one.meeting.modality.value,
        "first_at": one.meeting.first_at.isoformat(),
        "secular": is_secular(meeting),
    }


def why(one: Scored) -> list[str]:
    """What speaks for a meeting, as codes; the pages say them in the reader's language."""
    points, online = one.points, one.meeting.modality is Modality.ONLINE
    speaks = {
        "first_way": points["modality"] == 25,
        "near": not online and points["travel"] >= _NEAR,
        "audience": points["audience"] == 15,
        "language": points["language"] == 10,
        "steady": points["stability"] >= _STEADY,
        "pathway": points["pathway"] > 0,
        "proof": points.get("verification", 0) > 0,
        "soon": one.in_time,
    }
    return [code for code, holds in speaks.items() if holds]


def rejected_in_plain(one: Rejected) -> dict[str, Any]:
    return {
        "meeting_id": one.listing.id,
        "name": one.listing.meeting.name,
        "reason": one.reason.value,
        "data": dict(one.data),
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


def _secular_in_plain(client: Client, found: Match) -> dict[str, Any] | None:
    """For a mandated client: {"meeting_id": …}, or {"meeting_id": None, "words": why there is none}."""
    choice = secular_choice(client, found)
    if choice is None:
        return None
    if choice.shown:
        return {"meeting_id": choice.shown.id}
    if choice.nearest is None:
        return {"meeting_id": None, "words": "No secular meeting is listed."}
    nearest = choice.nearest
    words = f"No secular meeting fits. The nearest is {nearest.listing.meeting.name}: {in_words(nearest)}"
    return {"meeting_id": None, "words": words}


_WORDS = {
    Reason.PROGRAM_NOT_IN_PATHWAY: "Not a programme the client chose.",
    Reason.AUDIENCE_EXCLUSIVE: "Only for people the client is not among.",
    Reason.LANGUAGE: "Held in another language.",
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


_STALE = {
    "unseen": "Not seen in its list lately.",
    "closed": "Its list says that it is closed, or names no way in.",
    "by_appointment": "Held by appointment only.",
    "unzoned": "Its time zone is not known.",
}


def in_words(one: Rejected) -> str:
    """The reason as a sentence for staff."""
    data = one.data
    if one.reason is Reason.DISTANCE:
        return f"{data['miles']} miles away." if data["miles"] else "The distance is not known."
    if one.reason is Reason.STALE_LISTING:
        return _STALE[str(data["why"])]
    if one.reason is Reason.TIME and "week" in data:
        return "Every other week, and the list does not say which."
    if one.reason is Reason.TIME_SHIFT:
        if "until" in data:
            return f"Fits only until {data['until']}: {data['before']} then, {data['after']} afterwards."
        return f"Fits only from {data['from']}: {data['before']} before, {data['after']} from then on."
    return _WORDS[one.reason]
