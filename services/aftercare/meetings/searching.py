"""Finding meetings on file by what staff know of them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, or_, select

from services.aftercare.meetings.normal_form import ListingState, Modality, Programme
from services.aftercare.meetings.sighting import Standing
from services.aftercare.tables import Meeting


@dataclass(frozen=True)
class Wanted:
    """None asks for nothing. `text` is looked for in name and address, in any case."""

    weekday: int | None = None
    programme: Programme | None = None
    modality: Modality | None = None
    standing: Standing | None = None
    source: str | None = None
    text: str | None = None


def search(wanted: Wanted, limit: int, after: UUID | None = None) -> Select[Meeting]:
    """In order of arrival, from behind `after` on."""
    query = select(Meeting).where(*_conditions(wanted)).order_by(Meeting.id).limit(limit)
    return query.where(Meeting.id > after) if after else query


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.weekday is not None:
        found.append(Meeting.listing[("recurrence", "byday")].as_integer() == wanted.weekday)
    if wanted.programme is not None:
        found.append(Meeting.programme == wanted.programme)
    if wanted.modality is not None:
        # The array as it is written; both databases print it with the quotes.
        found.append(cast(Meeting.listing["modalities"], String).contains(f'"{wanted.modality.value}"'))
    if wanted.source is not None:
        found.append(Meeting.source == wanted.source)
    if wanted.text is not None:
        address = Meeting.listing[("venue", "address")].as_string()
        found.append(
            or_(
                Meeting.name.icontains(wanted.text, autoescape=True),
                address.icontains(wanted.text, autoescape=True),
            )
        )
    return found + _stands(wanted.standing)


def _stands(standing: Standing | None) -> list[ColumnElement[bool]]:
    """As `sighting.standing` decides: the gravest first."""
    here = Meeting.withdrawn_on.is_(None)
    match standing:
        case None:
            return []
        case Standing.WITHDRAWN:
            return [Meeting.withdrawn_on.is_not(None)]
        case Standing.UNSEEN:
            return [here, Meeting.unseen > 0]
        case Standing.INACTIVE:
            return [here, Meeting.unseen == 0, Meeting.state == ListingState.INACTIVE]
        case Standing.ACTIVE:
            return [here, Meeting.unseen == 0, Meeting.state == ListingState.ACTIVE]
