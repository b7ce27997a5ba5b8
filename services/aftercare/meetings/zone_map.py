"""The time zone a point on the map lies in. Offline: the boundaries come with the timezonefinder package."""

import warnings
import zoneinfo
from functools import cache, lru_cache

from timezonefinder import TimezoneFinder


@lru_cache(maxsize=65536)
def zone_at(point: tuple[float, float]) -> str | None:
    """The IANA zone of (latitude, longitude); None at sea, where nobody holds meetings, and off the map."""
    latitude, longitude = point
    try:
        name = _finder().timezone_at(lat=latitude, lng=longitude)
    except ValueError:
        return None
    return name if name in _known() else None


@cache
def _finder() -> TimezoneFinder:
    """Loaded on the first question: 0.2 s and some 50 MB that a process without lists never pays for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it advises on optional accelerators
        return TimezoneFinder(in_memory=True)


@cache
def _known() -> frozenset[str]:
    return frozenset(name for name in zoneinfo.available_timezones() if not name.startswith("Etc/"))
