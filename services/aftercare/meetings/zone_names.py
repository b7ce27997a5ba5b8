"""What people write for a time zone: IANA's names old and new, Windows' names, and "Eastern".

"EST" is written all year round by people who mean the clock on the wall in New York. IANA has a zone of that
name without summer time: taken at its word, a meeting would be an hour late from March to November.
"""

import re
import zoneinfo
from datetime import UTC, datetime, time
from functools import cache, lru_cache

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from services.aftercare.meetings import cells
from services.aftercare.meetings.countries import tzdata

# By what the zone is called in winter: the usual zone, and the other words for it. Short words only count
# in capitals: "et" and "ct" are words of other languages.
_SPOKEN = {
    "EST": ("America/New_York", "eastern", "ET", "EDT"),
    "CST": ("America/Chicago", "central", "CT", "CDT"),
    "MST": ("America/Denver", "mountain", "MT", "MDT"),
    "PST": ("America/Los_Angeles", "pacific", "PT", "PDT"),
    "AKST": ("America/Anchorage", "alaska", "AKT", "AKDT"),
    "HST": ("Pacific/Honolulu", "hawaii", "HAST"),
    "AST": ("America/Halifax", "atlantic", "ADT"),
    "NST": ("America/St_Johns", "newfoundland", "NDT"),
}
_WINTER = {word.lower(): winter for winter, (_, *words) in _SPOKEN.items() for word in (winter, *words)} | {
    "arizona": "MST"
}
# "7pm Mountain View" is a place, "7pm Mountain Time" is not; "AT" in capitals is no zone either.
_IN_TEXT = (
    r"(?P<zone>(?i:eastern|central|mountain|pacific|alaska|hawaii|atlantic|newfoundland)"
    r"(?!\s+(?!(?:Standard|Daylight|Time|USA?)\b)[A-Z])(?!\s+(?i:europe|africa|america|asia))"
    r"|[ECMP][SD]?T|A[SD]T|AK[SD]?T|HA?ST|N[SD]T)\b(?:\s+(?i:standard|daylight))?(?:\s+(?i:time))?"
)
_SAID = re.compile(rf"(?:\([^)]*\)\s*)?(?:US |USA )?{_IN_TEXT}\s*(?:\([^)]*\))?")
_BESIDE_A_TIME = re.compile(
    rf"(?<![\d:])(?P<hour>\d{{1,2}})(?::(?P<minute>\d{{2}}))?\s*(?P<half>(?i:[ap]\.?m)\b\.?)?[\s,(]*{_IN_TEXT}"
)


@cache
def _names() -> dict[str, str]:
    """Every name in lower case, old ones led to today's (tzdata.zi: "L America/New_York US/Eastern")."""
    known = {name.lower(): name for name in zoneinfo.available_timezones() if "/" in name}
    own = {line.split("\t")[2] for line in tzdata("zone.tab").splitlines() if not line.startswith("#")}
    links = (line.split(" ") for line in tzdata("tzdata.zi").splitlines() if line.startswith("L "))
    # Towns that share a zone with another keep their own name.
    known |= {old.lower(): zone for _, zone, old in links if old not in own and zone in own}
    known |= {"utc": "UTC", "gmt": "GMT", "est5edt": "America/New_York", "cst6cdt": "America/Chicago"}
    known |= {"mst7mdt": "America/Denver", "pst8pdt": "America/Los_Angeles"}
    return known | {winter.lower(): zone for winter, (zone, *_) in _SPOKEN.items()}


@cache
def _windows() -> dict[str, str]:
    return {name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()}


def canonical(name: str) -> str | None:
    """The IANA name behind a stated one (any case, old names included), or None."""
    return _names().get(name.strip().lower().replace(" ", "_"))


@lru_cache(maxsize=4096)
def meant(stated: str, here: str | None = None) -> str | None:
    """The zone somebody means, or None. `here`: the zone of the place, which decides where a word fits many:
    "Mountain" in Phoenix has no summer time."""
    words = stated.strip()
    if said := _SAID.fullmatch(words):
        return _spoken(said["zone"], here)
    if words.lower() in _WINTER:
        return _spoken(words, here)
    return canonical(words) or _windows().get(words.lower())


def beside_time(starts: time | None, *texts: str) -> str:
    """The zone word beside the meeting's own time in its name or notes: "2am Eastern" on a row at 02:00.

    "" when there is none, or when the texts give that time in two zones.
    """
    if starts is None:
        return ""
    found = {
        _WINTER[match["zone"].lower()]: match["zone"]
        for text in texts
        for match in _BESIDE_A_TIME.finditer(text)
        if _is(starts, match)
    }
    return next(iter(found.values())) if len(found) == 1 else ""


def _is(starts: time, match: re.Match[str]) -> bool:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        said = cells.clock(f"{hour}:{minute:02} {match['half']}")
        return said == starts
    # "7:00 Eastern" may be the morning or the evening; which one, the row has said.
    return minute == starts.minute and (
        hour == starts.hour or (0 < hour <= 12 and hour % 12 == starts.hour % 12)
    )


def _spoken(word: str, here: str | None) -> str:
    winter = _WINTER[word.lower()]
    if word.lower() == "arizona":
        return "America/Phoenix"
    return here if here and _called_in_winter(here) == winter else _SPOKEN[winter][0]


@lru_cache(maxsize=512)
def _called_in_winter(zone: str) -> str:
    return datetime(2026, 1, 15, 12, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo(zone)).tzname() or ""
