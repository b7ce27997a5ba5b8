"""Where one goes: a place one can walk into, or only an area to know the time zone by."""

from typing import Any

from services.aftercare.meetings import cells, zones
from services.aftercare.meetings.normal_form import Venue

Row = dict[str, Any]
Point = tuple[float, float]


def place_of(row: Row) -> zones.Place:
    """City, state and ZIP, from separate fields or the end of the formatted address."""
    written = ("city", "state", "postal_code", "country")
    city, state, postal_code, country = (cells.text(row.get(field), 100) for field in written)
    address = cells.text(row.get("formatted_address")) or cells.text(row.get("address"))
    return zones.place(address, city, state, postal_code, country)


def point_of(row: Row) -> Point | None:
    """(latitude, longitude), nominal or not; of a box around an area, its middle."""
    corners = [cells.number(part, 180) for part in _corners(row)]
    if len(corners) == 2:
        lat, lon = corners
    elif len(corners) == 4 and None not in corners:
        south, west, north, east = (corner or 0.0 for corner in corners)
        lat, lon = (south + north) / 2, (west + east) / 2
    else:
        lat, lon = cells.number(row.get("latitude"), 90), cells.number(row.get("longitude"), 180)
    return None if lat is None or lon is None or abs(lat) > 90 else (lat, lon)


def venue_of(row: Row, where: zones.Place, point: Point | None) -> tuple[Venue, bool]:
    """The place, and whether one can go there: the test deployed readers use, address parts included."""
    address = cells.label(row.get("formatted_address")) or _address(row, where)
    approximate = cells.yes_or_no(row.get("approximate"))
    if corners := _corners(row):
        approximate = len(corners) == 4  # four numbers are the box around an area
    if approximate is None:
        approximate = len(address.split(",")) < 4
    exact = bool(address) and not approximate
    shown = ", ".join(filter(None, (cells.label(row.get("location")), address))) if exact else address
    directions = cells.impersonal(row.get("location_notes"))
    return venue(shown, point if exact else None, where if exact else None, directions), exact


def venue(address: str, point: Point | None, where: zones.Place | None, directions: str = "") -> Venue:
    """With its point, or the middle of its ZIP area. Give neither `point` nor `where` for a place nobody can
    go to: an online meeting's nominal point must never become a distance."""
    precision = "point" if point else ""
    if point is None and where and (point := zones.centre_of(where)):
        precision = "zip"
    lat, lon = point or (None, None)
    return Venue(address[:400], lat, lon, precision, directions)


def _corners(row: Row) -> list[str]:
    """Two or four numbers of `coordinates`, else nothing."""
    parts = cells.text(row.get("coordinates")).split(",")
    return parts if len(parts) in (2, 4) else []


def _address(row: Row, where: zones.Place) -> str:
    """The formatted address readers build from its parts; a US state brings its country along."""
    country = cells.text(row.get("country")) or (
        "USA" if where.state and cells.text(row.get("state")) else ""
    )
    postal_code = cells.text(row.get("postal_code"))
    if where.zip_code.endswith(postal_code):
        postal_code = where.zip_code  # with the zero a spreadsheet ate
    state_and_zip = f"{cells.text(row.get('state'))} {postal_code}".strip()
    parts = (cells.label(row.get("address")), cells.label(row.get("city")), state_and_zip, country)
    return ", ".join(filter(None, parts))
