"""What staff send to have a stay priced."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, model_validator

from services.insurance.desk.requests import Body, Text
from services.insurance.episodes import Step
from shared.contracts.care import LevelOfCare, Network

# A slip of the hand (year 9999, year 26) is a refusal, not arithmetic beyond the calendar.
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class NewStep(Body):
    """One step of the stay: `units` days or visits. Without a day it follows the step before."""

    level: LevelOfCare
    units: int = Field(ge=1, le=366)
    starts_on: Day | None = None
    per_week: int | None = Field(default=None, ge=1, le=7)


Episode = Annotated[list[NewStep], Field(min_length=1, max_length=12)]


class NewOptions(Body):
    """How this plan reckons, where it is known better than the payer's terms in the directory say."""

    aggregate: bool | None = None
    copay_before_deductible: bool | None = None
    copay_instead_of_coinsurance: bool | None = None
    copay_outside_cap: bool | None = None
    deductible_outside_cap: bool | None = None
    balance_billing: bool | None = None
    assumed_coinsurance_in: Decimal | None = Field(default=None, ge=0, le=1)
    assumed_coinsurance_out: Decimal | None = Field(default=None, ge=0, le=1)


class NewEstimate(Body):
    """`network` null: not known yet, the range holds both. `plan_year_start`: when the next one begins."""

    episode: Episode
    network: Network | None = None
    plan_year_start: Day | None = None
    options: NewOptions = NewOptions()


class NewGoodFaithEstimate(Body):
    """For somebody who pays without a plan (45 CFR 149.610). `requested_on`: today where it is left out."""

    patient_name: Text = Field(min_length=1, max_length=120, pattern=r"\S")
    birth_date: date
    episode: Episode
    requested_on: Day | None = None
    scheduled_for: Day | None = None
    diagnosis_codes: list[Annotated[str, Field(pattern=r"^[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?$")]] = Field(
        default_factory=list, max_length=12
    )
    separately_scheduled: list[LevelOfCare] = Field(default_factory=list, max_length=5)

    @model_validator(mode="after")
    def _in_order(self) -> "NewGoodFaithEstimate":
        if self.scheduled_for and self.requested_on and self.scheduled_for < self.requested_on:
            raise ValueError("care cannot be scheduled before it was asked for")
        return self


class NewActual(Body):
    """The client's share as billed in the end, in dollars."""

    amount: Decimal = Field(ge=0, le=10_000_000, decimal_places=2)


def steps(episode: Sequence[NewStep]) -> tuple[Step, ...]:
    return tuple(Step(one.level, one.units, one.starts_on, one.per_week) for one in episode)


def chosen(options: NewOptions) -> dict[str, Any]:
    """The options that were said, by name."""
    return options.model_dump(exclude_none=True)
