"""What staff write down of a group of the house, and the meeting it is to matcher and calendar."""

from datetime import date, time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.aftercare.meetings import cells, zones
from services.aftercare.meetings.joining import dial_in
from services.aftercare.meetings.normal_form import (
    Basis,
    Frequency,
    Join,
    Meeting,
    Modality,
    Programme,
    Recurrence,
    Venue,
    Verification,
)
from services.aftercare.meetings.seats import HOUSE

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
Code = Annotated[str, Field(pattern=r"^[a-z_]{2,30}$")]


class Group(BaseModel):
    """`weekday` counts from 0 = Sunday, `time` is the wall clock of `timezone` (the centre's when left out).

    Every other week needs `first_on`, a date it is held on; `month_weeks` (1-4, -1 = the last) makes it
    monthly. There must be a place to go to (with a ZIP code or a point, so that a distance can be told), a
    link or a number.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
    programme: Programme = Programme.SMART
    weekday: Annotated[int, Field(ge=0, le=6)]
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    timezone: str | None = None
    minutes: Annotated[int, Field(ge=15, le=480)] = 90
    every_weeks: Literal[1, 2] = 1
    first_on: date | None = None
    month_weeks: Annotated[list[Literal[1, 2, 3, 4, -1]], Field(max_length=5)] = []
    seats: Annotated[int, Field(ge=1, le=500)]
    address: Words = ""
    postal_code: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    directions: Words = ""
    conference_url: Annotated[str, Field(max_length=2000)] = ""
    conference_phone: Annotated[str, Field(max_length=80)] = ""
    languages: Annotated[list[Code], Field(min_length=1, max_length=5)] = ["en"]
    audiences: Annotated[list[Code], Field(max_length=10)] = []
    exclusive: bool = False  # for these audiences only
    access: Annotated[list[Code], Field(max_length=10)] = []
    verification: Verification = Verification.FACILITATOR

    @model_validator(mode="after")
    def _is_a_meeting(self) -> Self:
        if self.timezone is not None and zones.canonical(self.timezone) is None:
            raise ValueError("timezone must be an IANA time zone such as America/Denver")
        if self.every_weeks == 2 and (self.month_weeks or self.first_on is None):
            raise ValueError(
                "every other week needs first_on, a date the group is held on, and no month_weeks"
            )
        if self.first_on is not None and self.first_on.isoweekday() % 7 != self.weekday:
            raise ValueError("first_on must fall on the weekday")
        if self.conference_url and not cells.link(self.conference_url):
            raise ValueError("conference_url must be an http(s) address")
        if self.conference_phone and not dial_in(self.conference_phone):
            raise ValueError("conference_phone must have ten digits at least")
        if not (self.address or self.conference_url or self.conference_phone):
            raise ValueError("a group needs an address, a conference_url or a conference_phone")
        if self.address and self._point() is None:
            raise ValueError("an address needs a known postal_code, or latitude and longitude")
        return self

    def listing(self, group_id: UUID, centre_zone: str) -> Meeting:
        """The normal form."""
        zone = zones.canonical(self.timezone) if self.timezone else None
        rule = Recurrence(
            freq=Frequency.MONTHLY if self.month_weeks else Frequency.WEEKLY,
            interval=self.every_weeks,
            byday=self.weekday,
            setpos=tuple(dict.fromkeys(self.month_weeks)),
            wall_time=time.fromisoformat(self.time),
            tz=zone or centre_zone,
            tz_basis=Basis.STATED if zone else Basis.DEFAULT,
            anchor=self.first_on if self.every_weeks == 2 else None,
        )
        join = Join(cells.link(self.conference_url), dial_in(self.conference_phone))
        ways = {Modality.IN_PERSON: self.address, Modality.ONLINE: join.url or join.phone}
        audiences = frozenset(self.audiences)
        return Meeting(
            source=HOUSE,
            source_id=str(group_id),
            programme=self.programme,
            name=self.name,
            recurrence=rule,
            duration=self.minutes,
            duration_basis=Basis.STATED,
            modalities=frozenset(way for way, there in ways.items() if there),
            venue=self._venue(),
            join=join,
            languages=tuple(self.languages),
            audiences=audiences,
            exclusive_audiences=audiences if self.exclusive else frozenset(),
            access=frozenset(self.access),
            verification=self.verification,
        )

    def _venue(self) -> Venue:
        point = self._point() if self.address else None
        if point is None:
            return Venue()
        precision = "zip" if self.latitude is None or self.longitude is None else "point"
        return Venue(self.address, *point, precision, self.directions)

    def _point(self) -> tuple[float, float] | None:
        if self.latitude is not None and self.longitude is not None:
            return self.latitude, self.longitude
        return zones.zip_centre(self.postal_code) if self.postal_code else None
