"""Pure: what a payer needs to know of a person, as staff correct and complete it.

A correction is partial: what is absent stays, null clears. The policy holder is whole or nobody, because a
payer looks for a family by the holder's name and birth date and cannot use half of them.
"""

from contextlib import suppress
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from services.intake.answers import EARLIEST_BIRTH, FieldError, InvalidInquiry, Line
from shared.contracts.care import LevelOfCare

_FARTHEST = timedelta(days=366)  # a planned admission is at most this far from today, either way

_NAMED = ("first_name", "last_name", "birth_date")
HOLDER = tuple(f"holder_{name}" for name in _NAMED)
NEEDED = ("payer", "member_id", *_NAMED)  # without one of them no payer can be asked
SEALED_DETAILS = (*NEEDED, "group_number", *HOLDER)
# By these a payer finds the person: an answer given for others says nothing about this plan.
IDENTIFYING = frozenset({*NEEDED, *HOLDER, "holder_relationship"})


class Relationship(StrEnum):
    """What the client is to the policy holder (X12 005010X279A1, loop 2100D INS02: 01, 19, G8)."""

    SPOUSE = "spouse"
    CHILD = "child"
    OTHER = "other"


def _day(value: object) -> object:
    """ISO 8601 text only: a library that also reads numbers would turn a mistyped one into a date."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value.strip())
    raise PydanticCustomError("not_a_date", "Enter a real date, for example 1985-03-27")


def _needed(value: str) -> str:
    if not value:
        raise PydanticCustomError("missing", "The plan is looked for by the policy holder's full name")
    return value


def _ordered(levels: tuple[LevelOfCare, ...] | None) -> tuple[LevelOfCare, ...]:
    return tuple(level for level in LevelOfCare if level in (levels or ()))


Day = Annotated[date | None, BeforeValidator(_day)]
NeededLine = Annotated[Line, AfterValidator(_needed)]


class Details(BaseModel):
    """Refusals must not repeat what was sent: it is personal."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Holder(Details):
    """Who holds the policy, when it is not the client; `relationship` is what the client is to them."""

    first_name: NeededLine
    last_name: NeededLine
    birth_date: Annotated[date, BeforeValidator(_day)]
    relationship: Relationship


class CoverageDetails(Details):
    """A partial correction: only the fields that were sent count."""

    payer: Line | None = None
    member_id: Line | None = None
    group_number: Line | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    birth_date: Day = None
    holder: Holder | None = None
    levels_of_care: Annotated[tuple[LevelOfCare, ...] | None, AfterValidator(_ordered)] = None
    admission_on: Day = None

    @property
    def sealed(self) -> dict[str, str]:
        """The sealed columns that were sent, as text; empty clears."""
        said = {
            name: str(getattr(self, name) or "") for name in SEALED_DETAILS if name in self.model_fields_set
        }
        if "holder" in self.model_fields_set:
            said |= {
                f"holder_{name}": str(getattr(self.holder, name)) if self.holder else "" for name in _NAMED
            }
        return said

    @property
    def plain(self) -> dict[str, object]:
        """The other columns that were sent."""
        said: dict[str, object] = {}
        if "holder" in self.model_fields_set:
            said["holder_relationship"] = self.holder.relationship.value if self.holder else None
        if "levels_of_care" in self.model_fields_set:
            said["levels_of_care"] = [level.value for level in _ordered(self.levels_of_care)]
        if "admission_on" in self.model_fields_set:
            said["admission_on"] = self.admission_on
        return said


def check(said: CoverageDetails, today: date) -> None:
    """Raises InvalidInquiry for days that cannot be, with every one of them at once."""
    errors = []
    born = {"birth_date": said.birth_date, "holder/birth_date": said.holder and said.holder.birth_date}
    for field, day in born.items():
        if day and day >= today:
            errors.append(FieldError(field, "in_future", "Birth date must be in the past"))
        elif day and day < EARLIEST_BIRTH:
            errors.append(FieldError(field, "too_early", "Enter the birth year with four digits"))
    if said.admission_on and abs(said.admission_on - today) > _FARTHEST:
        message = "A planned admission is at most a year from today"
        errors.append(FieldError("admission_on", "implausible", message))
    if errors:
        raise InvalidInquiry(errors)
