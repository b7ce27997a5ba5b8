"""What a column is called: the format's own name for whatever a sheet's author wrote over it."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

# Seen over sheets that follow the format in all but these names.
_ALSO_CALLED = {
    "meeting": "name", "meeting_name": "name",
    "weekday": "day", "days": "day", "day_of_week": "day", "meeting_day": "day",
    "start": "time", "start_time": "time", "starts": "time", "meeting_time": "time",
    "end": "end_time", "ends": "end_time",
    "time_zone": "timezone", "tz": "timezone",
    "street": "address", "street_address": "address", "full_address": "formatted_address",
    "province": "state", "zip": "postal_code", "zip_code": "postal_code", "zipcode": "postal_code",
    "postcode": "postal_code", "postalcode": "postal_code",
    "lat": "latitude", "lng": "longitude", "lon": "longitude", "long": "longitude",
    "type": "types", "meeting_types": "types", "location_name": "location", "venue": "location",
    "online_url": "conference_url", "zoom_link": "conference_url", "zoom_url": "conference_url",
    "meeting_url": "conference_url", "group_name": "group", "last_updated": "updated",
    # A centre's own sheet may be kept in Spanish, or in Canada in French.
    "nombre": "name", "dia": "day", "hora": "time", "inicio": "time", "hora_de_inicio": "time",
    "fin": "end_time", "hora_fin": "end_time", "hora_de_fin": "end_time", "zona_horaria": "timezone",
    "direccion": "address", "ciudad": "city", "estado": "state", "provincia": "state",
    "codigo_postal": "postal_code", "pais": "country", "lugar": "location", "grupo": "group", "tipo": "types",
    "tipos": "types", "enlace": "conference_url", "notas": "notes", "latitud": "latitude",
    "longitud": "longitude", "nom": "name", "jour": "day", "heure": "time", "adresse": "address",
    "ville": "city",
}  # fmt: skip
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GAP = re.compile(r"[\W_]+")


def column(name: Any) -> str:
    """`Conference URL`, `conference-url` and `conferenceUrl` are one column."""
    return _column(name) if isinstance(name, str) else ""


@lru_cache(maxsize=1024)
def _column(name: str) -> str:
    letters = unicodedata.normalize("NFD", _HUMP.sub("_", name.strip()[:80]).lower())
    key = _GAP.sub("_", "".join(one for one in letters if not unicodedata.combining(one))).strip("_")
    return _ALSO_CALLED.get(key, key)


def by_column(row: dict[Any, Any]) -> dict[str, Any]:
    """The row under the format's names; of two columns with one name the first that says something counts."""
    named: dict[str, Any] = {}
    for name, value in row.items():
        key = column(name)
        if named.get(key) in (None, ""):
            named[key] = value
    return named
