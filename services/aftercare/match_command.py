"""What `throughcare meetings match` answers: one client's wishes against one list, on no database.

A single list has no history: every meeting counts as seen today and as new, so that steadiness gives the
least points to all of them.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, ValidationError

from services.aftercare.matching.report import rejected_in_plain, report_of, scored_in_plain, why
from services.aftercare.matching.sets import match
from services.aftercare.meetings.normal_form import Listing, Meeting
from services.aftercare.plans.preferences import Preferences
from shared import clock


class Asked(Preferences):
    """CLIENT.json: preferences, and from when the client is free (now when left out)."""

    discharged_at: AwareDatetime | None = None


def mistakes_in(error: ValidationError) -> list[str]:
    """Which fields cannot be used and what they should be; never what they hold."""
    return sorted(
        f"{'.'.join(map(str, item['loc'])) or 'the file'}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors()
    )


def answer(asked: Asked, meetings: list[Meeting]) -> dict[str, Any]:
    """JSON-ready: `sets` best first, what fits with its points, why everything else does not."""
    start = asked.discharged_at or clock.now()
    today = start.astimezone(ZoneInfo(asked.zone)).date()
    client = asked.as_client(start)
    found = match(client, [Listing(one.source_id, one, today, today) for one in meetings])
    report = report_of(client, found)
    return {
        "sets": report["sets"],
        "feasible": [scored_in_plain(one) | {"why": why(one)} for one in found.feasible],
        "fall_back": report["fall_back"],
        "shortlist": [one["meeting_id"] for one in report["shortlist"]],
        "secular": report["secular"],
        "rejected": [rejected_in_plain(one) for one in found.rejected],
    }


def in_words(result: dict[str, Any]) -> str:
    """The same for a person: the sets, each meeting that fits, each that does not with its reason."""
    fits = {one["meeting_id"]: one for one in result["feasible"]}
    lines = []
    for one in result["sets"]:
        names = " + ".join(fits[item]["name"] for item in one["meetings"])
        first = _moment(one["first_at"])
        flags = "".join(f" {flag}" for flag in one["flags"])
        lines.append(f"{one['score']:>4}  {names}  (first {first}, longest gap {one['gap']} days){flags}")
    lines = ["Sets, best first:", *lines] if lines else ["No meeting fits."]
    if fits:
        lines += ["", "Fits:"]
        lines += [f"{one['score']:>4}  {_fitting(one)}" for one in fits.values()]
    if result["fall_back"]:
        lines += ["", f"To fall back on: {fits[result['fall_back']]['name']}"]
    if result["secular"]:
        shown = result["secular"]["meeting_id"]
        lines += ["", f"Secular choice: {fits[shown]['name'] if shown else result['secular']['words']}"]
    if result["rejected"]:
        lines += ["", "Does not fit:"]
        lines += [f"   -  {one['name']}: {one['words']}" for one in result["rejected"]]
    return "\n".join(lines)


def _fitting(one: dict[str, Any]) -> str:
    points = ", ".join(f"{name} {value}" for name, value in one["points"].items())
    way = one["modality"].replace("_", " ")
    return f"{one['name']}, {way}, next {_moment(one['first_at'])}  ({points})"


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written):%a %d %b %H:%M}"
