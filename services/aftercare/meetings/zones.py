"""In which time zone a listed meeting is held, and how we know.

Stated; else by the coordinates; else the ZIP code or city and state through the `zipcodes` package; else the
state, when it lies in one zone; else the zone the importing person gave for the whole list; else unknown,
and then the meeting is kept but never offered: an hour wrong is worse than not offered.
"""

import re
import zoneinfo
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import zipcodes

from services.aftercare.meetings.normal_form import Basis
from services.aftercare.meetings.zone_map import zone_at

_US = {"us", "usa", "u.s.", "u.s.a.", "united states", "united states of america"}
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
_LEGACY = {
    "us/eastern": "America/New_York", "us/central": "America/Chicago", "us/mountain": "America/Denver",
    "us/pacific": "America/Los_Angeles", "us/arizona": "America/Phoenix", "us/alaska": "America/Anchorage",
    "us/hawaii": "Pacific/Honolulu", "canada/eastern": "America/Toronto", "canada/central":
    "America/Winnipeg", "canada/mountain": "America/Edmonton", "canada/pacific": "America/Vancouver",
    "asia/calcutta": "Asia/Kolkata", "gb": "Europe/London",
}  # fmt: skip
_STATE_AND_ZIP = re.compile(r"(?P<state>[a-z][a-z .]*?)?[ ,]*(?P<zip>\d{4,5})?(?:-\d{4})?", re.IGNORECASE)


# One ZIP area of El Paso's 138 is listed in the wrong zone: a city is where nine in ten of its areas are.
_CITY_SHARE = 0.9


class Place(NamedTuple):
    """What a row says of where it is; "" for what it does not say. `state` is a US postal code."""

    city: str = ""
    state: str = ""
    zip_code: str = ""
    abroad: bool = False


@dataclass(frozen=True)
class _Area:
    zone: str
    city_names: frozenset[str]
    state: str
    lat: float
    lon: float


def canonical(name: str) -> str | None:
    """The IANA name behind a stated one (any case, old names included), or None."""
    key = name.strip().lower().replace(" ", "_")
    return _LEGACY.get(key) or _names().get(key)


def place(address: str, city: str, state: str, postal_code: str, country: str) -> Place:
    """Read a place from separate fields or, failing those, from the end of a formatted address."""
    abroad = bool(country) and country.lower() not in _US
    parts = [part.strip() for part in address.split(",") if part.strip()]
    if parts and parts[-1].lower() in _US:
        country = parts.pop()
    if not (city or state or postal_code) and parts:
        found = _STATE_AND_ZIP.fullmatch(parts[-1])
        named = _state_code(found["state"] or "") if found else ""
        if found and (named or (found["zip"] and not found["state"])):
            state, postal_code = named, found["zip"] or ""
            city = parts[-2] if len(parts) > 1 else ""
            if not state and len(parts) > 1 and (named := _state_code(parts[-2])):
                state, city = named, parts[-3] if len(parts) > 2 else ""
        else:
            abroad = True  # the last part is neither a state nor a ZIP: "London, UK"
    code = _state_code(state)
    if state and not code:
        abroad = True
    # Spreadsheets eat the leading zero of New England's ZIP codes.
    found = re.fullmatch(r"(\d{3,5})(?:-\d{4})?", postal_code.strip())
    zip_code = found[1].zfill(5) if found and (len(found[1]) == 5 or code or country.lower() in _US) else ""
    return Place(city, code, zip_code, abroad)


def zone_of(
    stated: str, where: Place, point: tuple[float, float] | None = None, default: str | None = None
) -> tuple[str | None, Basis | None]:
    """(zone, basis), or (None, None) when nothing tells. `point` is (latitude, longitude)."""
    if stated and (name := canonical(stated)):
        return name, Basis.STATED
    if found := (zone_at(point) if point else None) or _zone_in(where):
        return found, Basis.INFERRED
    return (default, Basis.DEFAULT) if default else (None, None)


@lru_cache(maxsize=65536)
def _zone_in(where: Place) -> str | None:
    if where.abroad:
        return None
    if area := _area(where):
        return area.zone
    city = _cities().get((where.city.lower(), where.state))
    if city and city.most_common(1)[0][1] >= _CITY_SHARE * city.total():
        return city.most_common(1)[0][0]
    state = _states().get(where.state, set())
    return next(iter(state)) if len(state) == 1 else None


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
    agrees = where.state == area.state if where.state else where.city.lower() in area.city_names
    return area if agrees else None


def _state_code(name: str) -> str:
    key = name.strip().strip(".").lower()
    code = key.upper()
    return _STATES.get(key) or (code if code in _STATES.values() else "")


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones()}


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
