"""SMART's meeting finder: rows with the next start in UTC and words for the rhythm (aftercare.md 1.2).

There is no public interface, and the finder is SMART's. Nothing here fetches anything: rows come in a file
{"smart_finder": [...]}, and they are read only when the centre has recorded SMART's permission in its
settings (`smart_finder_permission`).

A row: {"id", "name", "next_start" (ISO, UTC), "schedule", "duration_minutes", "programme", "audience",
"language", "city", "state", "latitude", "longitude", "online" (bool), "in_person" (bool), "address",
"join_url", "facilitators" (a count), "timezone"}. Facilitators' names are not among them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.aftercare.meetings import cells, zones
from services.aftercare.meetings.drafts import Draft, Terms, Unusable, meeting_of
from services.aftercare.meetings.joining import known
from services.aftercare.meetings.normal_form import Join, Meeting, Modality, Programme
from services.aftercare.meetings.programmes import Words
from services.aftercare.meetings.schedule_texts import schedule
from services.aftercare.meetings.venues import point_of, venue

ENVELOPE = "smart_finder"
_LANGUAGES = {
    "english": "en",
    "spanish": "es",
    "español": "es",
    "russian": "ru",
    "french": "fr",
    "français": "fr",
}
_AUDIENCES = {
    "women": "W", "men": "M", "lgbtqia+": "LGBTQ", "bipoc": "POC", "young adults": "Y", "teens": "Y",
}  # fmt: skip
_LONGEST = 24 * 60


def entries(rows: Iterable[Any], terms: Terms) -> Iterator[tuple[int, Meeting | Unusable]]:
    terms = replace(terms, programme=Programme.SMART)
    for index, row in enumerate(rows):
        try:
            yield index, _meeting(row, terms)
        except Unusable as reason:
            yield index, reason


def _meeting(row: Any, terms: Terms) -> Meeting:
    if not isinstance(row, dict):
        raise Unusable("not_an_object")
    where = zones.place("", cells.text(row.get("city"), 100), cells.text(row.get("state"), 100), "", "")
    point = point_of(row)
    stated = cells.text(row.get("timezone"))
    zone, _ = zones.zone_of(stated, where, point, terms.zone)
    if zone is None:
        raise Unusable("utc_rule_without_zone")
    when = schedule(cells.text(row.get("schedule")), _next_start(row.get("next_start")), zone)
    if when is None:
        raise Unusable("schedule_unreadable")
    address = cells.label(row.get("address"))
    join = Join(known(row.get("join_url")))
    ways = set()
    if row.get("online") is True and join.url:
        ways.add(Modality.ONLINE)
    if row.get("in_person") is True and address:
        ways.add(Modality.IN_PERSON)
    there = Modality.IN_PERSON in ways
    length = row.get("duration_minutes")
    language = _LANGUAGES.get(cells.text(row.get("language")).lower())
    audience = cells.text(row.get("audience")).lower().removesuffix(" only")
    return meeting_of(
        Draft(
            key=cells.key(row.get("id")),
            name=cells.label(row.get("name")),
            called=f"SMART {where.city}".strip(),
            slot=when.slot,
            starts=when.starts,
            minutes=length if type(length) is int and 0 < length <= _LONGEST else None,
            stated_zone=stated,
            place=where,
            point=point,
            venue=venue(address if there else where.city, point if there else None, where if there else None),
            join=join,
            modalities=frozenset(ways),
            types=(_AUDIENCES[audience],) if audience in _AUDIENCES else (),
            languages=(language,) if language else (),
            words=Words(group=cells.text(row.get("programme")), entity="SMART Recovery"),
            facilitators=_count(row.get("facilitators")),
            anchor=when.anchor,
        ),
        terms,
    )


def _next_start(value: Any) -> datetime:
    """UTC, as the finder gives it, with or without its Z."""
    try:
        found = datetime.fromisoformat(cells.text(value, 40))
    except ValueError:
        raise Unusable("next_start_unreadable") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 1000 else None
