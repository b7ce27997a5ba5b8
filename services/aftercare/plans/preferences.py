"""What a client wants of meetings: one sealed document, with sensible answers while nobody has asked."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare import tables
from services.aftercare.matching.wishes import Client, Device, Pathway, Window
from services.aftercare.meetings import zones
from services.aftercare.meetings.normal_form import Modality
from shared import clock
from shared.contracts.aftercare import MessageChannel
from shared.sealing import box
from shared.upsert import insert_for

_PLACE = "preferences.document"


def _known_zone(name: str) -> str:
    if (zone := zones.canonical(name)) is None:
        raise ValueError("must be an IANA time zone such as America/Los_Angeles")
    return zone


Zone = Annotated[str, AfterValidator(_known_zone)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Code = Annotated[str, Field(pattern=r"^[a-z_]{2,30}$")]


class Hours(BaseModel):
    """A span on weekdays (0 = Sunday), "HH:MM" on the client's clock; past midnight when it ends earlier."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)]
    opens: Clock
    closes: Clock

    def windows(self) -> list[Window]:
        opens, closes = _minutes(self.opens), _minutes(self.closes)
        return [Window(day, opens, closes if closes > opens else closes + 24 * 60) for day in self.days]


class Preferences(BaseModel):
    """As staff and client agree on them. Empty `modalities`: in person first when a home point is known."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    zone: Zone
    windows: Annotated[list[Hours], Field(min_length=1, max_length=20)] = [
        Hours(days=[1, 2, 3, 4, 5], opens="17:30", closes="21:30"),
        Hours(days=[6, 0], opens="09:00", closes="20:00"),
    ]
    modalities: Annotated[list[Modality], Field(max_length=2)] = []
    zip_code: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    max_miles: Annotated[float, Field(gt=0, le=200)] = 10
    languages: Annotated[list[Code], Field(min_length=1, max_length=5)] = ["en"]
    audiences: Annotated[list[Code], Field(max_length=10)] = []
    access: Annotated[list[Code], Field(max_length=10)] = []
    device: Device = Device.VIDEO
    pathway: Pathway = Pathway.SMART_FIRST
    verification_needed: bool = False
    target: Annotated[int, Field(ge=1, le=7)] = 3
    busy: Annotated[list[Hours], Field(max_length=20)] = []
    blocked: Annotated[list[UUID], Field(max_length=100)] = []
    # A court or an employer wants attendance: at least one secular choice is always shown.
    mandated: bool = False
    # How the client wants to be written to; what is allowed at all is the consents' matter, in intake.
    written_in: Literal["en", "es"] = "en"
    channels: Annotated[list[MessageChannel], Field(max_length=2)] = list(MessageChannel)
    invitations_by_email: bool = True
    full_names: bool = False  # the meeting's own name in messages and calendar: an extra tick, revocable
    check_in_day: Annotated[int, Field(ge=0, le=6)] = 3

    def as_client(self, start: datetime, also_blocked: frozenset[str] = frozenset()) -> Client:
        """The matcher's view, free from `start` on."""
        home = zones.zip_centre(self.zip_code) if self.zip_code else None
        usual = (Modality.IN_PERSON, Modality.ONLINE) if home else (Modality.ONLINE, Modality.IN_PERSON)
        return Client(
            zone=self.zone,
            start=start,
            windows=tuple(window for hours in self.windows for window in hours.windows()),
            modalities=tuple(dict.fromkeys(self.modalities)) or usual,
            home=home,
            max_miles=self.max_miles,
            languages=tuple(self.languages),
            audiences=frozenset(self.audiences),
            access=frozenset(self.access),
            device=self.device,
            pathway=self.pathway,
            verification_needed=self.verification_needed,
            target=self.target,
            busy=tuple(window for hours in self.busy for window in hours.windows()),
            blocked=frozenset(map(str, self.blocked)) | also_blocked,
            mandated=self.mandated,
        )


def _minutes(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)


async def preferences_of(session: AsyncSession, case_id: UUID, centre_zone: str) -> Preferences:
    """What is on file, or the usual answers. The caller has written the audit row."""
    row = await session.scalar(select(tables.Preferences).where(tables.Preferences.case_id == case_id))
    if row is None:
        return Preferences(zone=centre_zone)
    opened = (await box(session, case_id)).open(_PLACE, case_id, row.document)
    return Preferences.model_validate_json(opened)


async def keep_preferences(session: AsyncSession, case_id: UUID, wanted: Preferences) -> None:
    """Replace what is on file."""
    values: dict[str, Any] = {
        "document": (await box(session, case_id)).seal(_PLACE, case_id, wanted.model_dump_json()),
        "changed_at": clock.now(),
    }
    statement = insert_for(session, cast(Table, tables.Preferences.__table__))
    statement = statement.values(case_id=case_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=values))
