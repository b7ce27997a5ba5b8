"""In which time zone a listed meeting is held, and how we know.

Stated; else by the coordinates; else the ZIP code or city and state through the `zipcodes` package; else the
state, province or country, when it lies in one zone; else the zone the importing person gave for the whole
list; else unknown, and then the meeting is kept but never offered: an hour wrong is worse than not offered.
"""

import re
import zoneinfo
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import zipcodes

from services.aftercare.meetings import countries
from services.aftercare.meetings.countries import ELSEWHERE, US, country_of
from services.aftercare.meetings.normal_form import Basis
from services.aftercare.meetings.zone_map import zone_at
from services.aftercare.meetings.zone_names import canonical, meant

__all__ = ["Place", "canonical", "centre_of", "place", "zip_centre", "zone_of"]

_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA",
    "colorado": "CO", "connecticut": "CT", "delaware": "DE", "district of columbia": "DC",
    "florida": "FL", "georgia": "GA", "guam": "GU", "hawaii": "HI", "idaho": "ID", "illinois": "IL",
    "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA", "maine": "ME",
    "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN", "mississippi": "MS",
    "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV", "new hampshire": "NH",
    "new jersey": "NJ", "new mexico": "NM", "new york": "NY", "north carolina": "NC",
    "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA",
    "puerto rico": "PR", "rhode island": "RI", "south carolina": "SC", "south dakota": "SD",
    "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT", "virginia": "VA",
    "washington": "WA", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY",
}  # fmt: skip
_STATE_AND_ZIP = re.compile(r"(?P<state>[a-z][a-z .]*?)?[ ,]*(?P<zip>\d{4,5})?(?:-\d{4})?", re.IGNORECASE)


# One ZIP area of El Paso's 138 is listed in the wrong zone: a city is where nine in ten of its areas are.
_CITY_SHARE = 0.9


class Place(NamedTuple):
    """What a row says of where it is; "" for what it does not say.

    `state` is a US postal code; `country` ISO 3166, ELSEWHERE for somewhere abroad; `province` and `towns`
    (what may be the town's name) are for places abroad.
    """

    city: str = ""
    state: str = ""
    zip_code: str = ""
    country: str = ""
    province: str = ""
    towns: tuple[str, ...] = ()
    post_code: str = ""

    @property
    def abroad(self) -> bool:
        return self.country not in ("", US)


@dataclass(frozen=True)
class _Area:
    zone: str
    city_names: frozenset[str]
    state: str
    lat: float
    lon: float


def place(address: str, city: str, state: str, postal_code: str, country: str) -> Place:
    """Read a place from separate fields or, failing those, from the end of a formatted address."""
    parts = [part.strip() for part in address.split(",") if part.strip()]
    stated = (country_of(country) or ELSEWHERE) if country else ""
    if parts and (named := _country_at_the_end(parts)):
        parts.pop()
        stated = stated or named
    in_fields = bool(city or state or postal_code)
    written = [city, state, postal_code] if in_fields else parts[-3:]
    read = (city, state, postal_code) if in_fields else _at_the_end(parts) if parts else ("", "", "")
    # A town named Lebanon, Ontario or Victoria is in the state that is written behind it.
    american = stated == US or (not stated and read is not None and bool(_state_code(read[1])))
    if not american and (stated or _is_foreign(written)):
        return _abroad(stated, written, " ".join((postal_code, *parts[-2:])))
    if read is None:  # the last part is neither a state nor a ZIP: "London"
        return Place(parts[-1], country=stated or ELSEWHERE)
    city, state, postal_code = read
    code = _state_code(state)
    if state and not code and not stated:
        return Place(city, country=ELSEWHERE, towns=(city,))
    if not stated and state.strip().lower() in ("georgia", "de") and city and not _is_known(city, code):
        return Place(city, country=ELSEWHERE)  # Batumi, Georgia; Köln, DE
    # Spreadsheets eat the leading zero of New England's ZIP codes.
    found = re.fullmatch(r"(\d{3,5})(?:-\d{4})?", postal_code.strip())
    zip_code = found[1].zfill(5) if found and (len(found[1]) == 5 or code or stated == US) else ""
    return Place(city, code, zip_code, stated)


def _country_at_the_end(parts: list[str]) -> str:
    """The country an address ends with. CA, DE and Georgia are states first, unless what stands before is a
    province or the town of a zone there: "Edmonton, AB, CA", "Berlin, DE", "Tbilisi, Georgia"."""
    named = country_of(parts[-1])
    before = parts[-2] if len(parts) > 1 else ""
    if not named or named == US:
        return named
    if _state_code(parts[-1]):
        told = countries.named_after(named, before) or countries.province_of(before, named)[1]
        return named if told and not _is_known(before, _state_code(parts[-1])) else ""
    if named != "CA" and countries.province_of(parts[-1], "CA")[1]:  # SK is Slovakia and Saskatchewan
        canada = countries.named_after("CA", before) or countries.has_canadian_code(*parts[-2:])
        return named if countries.named_after(named, before) else "CA" if canada else ELSEWHERE
    return named


def _is_foreign(written: list[str]) -> bool:
    """A Canadian postal code, or a province or country where the state should be: "Dublin", "Ireland"."""
    behind = written[1:] or written
    return (
        countries.has_canadian_code(*written)
        or any(countries.province_of(part, "")[1] for part in behind)
        or any(len(part) > 3 and country_of(part) not in ("", US) for part in behind[:1])
    )


def _abroad(country: str, written: list[str], codes: str) -> Place:
    """`written`: what may be a town, a province, or a postal code, in this order."""
    told = [countries.province_of(part, country) for part in reversed(written) if part]
    found_in, province = next((one for one in told if one[1]), ("", ""))
    if not country:
        named = next(filter(None, (country_of(part) for part in written if len(part) > 3)), "")
        canadian = "CA" if countries.has_canadian_code(*written) else ""
        country = found_in or canadian or named or ELSEWHERE
    towns = tuple(part for part in written if part)
    return Place(towns[0] if towns else "", country=country, province=province, towns=towns, post_code=codes)


def _at_the_end(parts: list[str]) -> tuple[str, str, str] | None:
    """City, state and ZIP from the last parts of an address, None when they are not there."""
    found = _STATE_AND_ZIP.fullmatch(parts[-1])
    if found is None:
        return None
    state, zip_code = found["state"] or "", found["zip"] or ""
    before = parts[-2] if len(parts) > 1 else ""
    if _state_code(state) or (zip_code and not state):
        if not state and _state_code(before):
            return parts[-3] if len(parts) > 2 else "", before, zip_code
        return before, state, zip_code
    # "Reno NV 89501": without the comma, so only for a town that is known there.
    for words in (1, 2):
        city, end = " ".join(state.split()[:-words]), " ".join(state.split()[-words:])
        if city and (code := _state_code(end)) and _is_known(city, code):
            return city, end, zip_code
    return None


def _is_known(city: str, state: str) -> bool:
    return (city.lower(), state) in _cities()


def zone_of(
    stated: str, where: Place, point: tuple[float, float] | None = None, default: str | None = None
) -> tuple[str | None, Basis | None]:
    """(zone, basis), or (None, None) when nothing tells. `point` is (latitude, longitude)."""
    here = (zone_at(point) if point else None) or _zone_in(where)
    if stated and (name := meant(stated, here)):
        return name, Basis.STATED
    if here:
        return here, Basis.INFERRED
    return (default, Basis.DEFAULT) if default else (None, None)


@lru_cache(maxsize=65536)
def _zone_in(where: Place) -> str | None:
    if where.abroad:
        return countries.zone_abroad(where.country, where.province, where.towns, where.post_code)
    if area := _area(where):
        return area.zone
    if where.city and not where.state and where.country == US:
        return _only_zone(where.city)
    city = _cities().get((where.city.lower(), where.state))
    if city and city.most_common(1)[0][1] >= _CITY_SHARE * city.total():
        return city.most_common(1)[0][0]
    state = _states().get(where.state, set())
    return next(iter(state)) if len(state) == 1 else None


def _only_zone(city: str) -> str | None:
    """For a town of the US without its state: the zone, if all towns of that name lie in one."""
    zones = {zone for state in _states() for zone in _cities().get((city.lower(), state), ())}
    return next(iter(zones)) if len(zones) == 1 else None


def centre_of(where: Place) -> tuple[float, float] | None:
    """The middle of the ZIP area, good to a mile or so; None when unknown."""
    area = None if where.abroad else _area(where)
    return (area.lat, area.lon) if area else None


def zip_centre(zip_code: str) -> tuple[float, float] | None:
    """The middle of a US ZIP area as (latitude, longitude), or None."""
    area = _zips().get(zip_code[:5])
    return (area.lat, area.lon) if area else None


def _area(where: Place) -> _Area | None:
    """The ZIP area, unless city or state contradict it: five digits alone could be a code abroad."""
    area = _zips().get(where.zip_code)
    if area is None:
        return None
    if where.state:
        agrees = where.state == area.state
    else:
        agrees = where.city.lower() in area.city_names or (where.country == US and not where.city)
    return area if agrees else None


def _state_code(name: str) -> str:
    key = name.strip().strip(".").lower()
    code = key.replace(".", "").upper()
    return _STATES.get(key) or (code if code in _STATES.values() else "")


@cache
def _zips() -> dict[str, _Area]:
    """ZIP areas with a real zone (823 rows, mostly military, have none; one names a town instead)."""
    known = zoneinfo.available_timezones()
    return {
        row["zip_code"]: _Area(
            row["timezone"],
            frozenset(name.lower() for name in [row["city"], *row["acceptable_cities"]]),
            row["state"],
            float(row["lat"]),
            float(row["long"]),
        )
        for row in zipcodes.list_all()  # type: ignore[no-untyped-call]
        if row["timezone"] in known
    }


@cache
def _cities() -> dict[tuple[str, str], Counter[str]]:
    """How many ZIP areas of a city lie in which zone."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for area in _zips().values():
        for name in area.city_names:
            found[name, area.state][area.zone] += 1
    return found


@cache
def _states() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for area in _zips().values():
        found.setdefault(area.state, set()).add(area.zone)
    return found
