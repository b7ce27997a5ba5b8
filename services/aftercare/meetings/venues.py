"""Where one goes: a place one can walk into, or only an area to know the time zone by."""

from typing import Any

from services.aftercare.meetings import cells, zones
from services.aftercare.meetings.normal_form import Venue

Row = dict[str, Any]


def place_of(row: Row) -> zones.Place:
    """City, state and ZIP, from separate fields or the end of the formatted address."""
    written = ("city", "state", "postal_code", "country")
    city, state, postal_code, country = (cells.text(row.get(field), 100) for field in written)
    address = cells.text(row.get("formatted_address")) or cells.text(row.get("address"))
    return zones.place(address, city, state, postal_code, country)


def venue_of(row: Row, where: zones.Place) -> tuple[Venue, bool]:
    """The place, and whether one can go there: the test deployed readers use, address parts included."""
    address = cells.text(row.get("formatted_address")) or _address(row, where)
    lat, lon = cells.number(row.get("latitude"), 90), cells.number(row.get("longitude"), 180)
    approximate = cells.yes_or_no(row.get("approximate"))
    corners = cells.text(row.get("coordinates")).split(",")
    if len(corners) in (2, 4):
        approximate = len(corners) == 4  # four numbers are the box around an area
        if not approximate:
            lat, lon = cells.number(corners[0], 90), cells.number(corners[1], 180)
    if approximate is None:
        approximate = len(address.split(",")) < 4
    exact = bool(address) and not approximate
    precision = "point" if exact and lat is not None and lon is not None else ""
    if exact and not precision and (centre := zones.centre_of(where)):
        (lat, lon), precision = centre, "zip"
    if not precision:
        lat = lon = None  # an online meeting's nominal point must never become a distance
    shown = ", ".join(filter(None, (cells.text(row.get("location")), address))) if exact else address
    return Venue(shown[:400], lat, lon, precision, cells.impersonal(row.get("location_notes"))), exact


def _address(row: Row, where: zones.Place) -> str:
    """The formatted address readers build from its parts; a US state brings its country along."""
    country = cells.text(row.get("country")) or (
        "USA" if where.state and cells.text(row.get("state")) else ""
    )
    state_and_zip = f"{cells.text(row.get('state'))} {cells.text(row.get('postal_code'))}".strip()
    parts = (cells.text(row.get("address")), cells.text(row.get("city")), state_and_zip, country)
    return ", ".join(filter(None, parts))
