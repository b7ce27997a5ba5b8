"""What staff send after phoning a plan."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from services.insurance.desk.requests import Body, Text
from services.insurance.phone.answers import Accumulator, AccumulatorAnswer, CallRecord, PlanAnswer, Whose
from services.insurance.rules.statements import Covered, LevelAnswer, LimitUnit, Per
from shared.contracts.care import LevelOfCare, Network

Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)]


class NewLevelAnswer(Body):
    """What was said about one level of care in one network. Leave out what was not told."""

    level: LevelOfCare
    network: Network
    covered: Covered
    copay: Dollars | None = None
    copay_per: Per | None = None
    coinsurance: Decimal | None = Field(default=None, ge=0, le=1, description="The client's part, 0-1.")
    deductible_applies: bool | None = None
    authorization: bool | None = None
    limit: int | None = Field(default=None, ge=0, le=1000)
    limit_unit: LimitUnit | None = None
    limit_used: int | None = Field(default=None, ge=0, le=1000)

    @model_validator(mode="after")
    def _complete(self) -> "NewLevelAnswer":
        if (self.limit is not None or self.limit_used is not None) and self.limit_unit is None:
            raise ValueError("say whether the limit counts days or visits")
        return self


class NewSum(Body):
    kind: Accumulator
    network: Network
    whose: Whose = Whose.ONE_PERSON
    total: Dollars | None = None
    remaining: Dollars | None = None

    @model_validator(mode="after")
    def _plausible(self) -> "NewSum":
        if self.total is not None and self.remaining is not None and self.remaining > self.total:
            raise ValueError("what is left cannot be more than the total")
        return self


class NewCall(Body):
    """A finished call. Every answer may be unknown; the reference may only be left out if they give none."""

    number_dialled: Text = Field(min_length=3, max_length=24, pattern=r"[0-9]")
    representative: Text = Field(min_length=1, max_length=80, pattern=r"\S")
    reference: Text | None = Field(default=None, max_length=80)
    no_reference_given: bool = False
    started_at: AwareDatetime
    ended_at: AwareDatetime
    disclaimers: Text = Field(default="", max_length=2000)
    plan_status: Literal["active", "inactive", "unknown"] = "unknown"
    plan_year_starts: date | None = None
    sums: list[NewSum] = Field(default_factory=list, max_length=16)
    levels: list[NewLevelAnswer] = Field(default_factory=list, max_length=20)
    corrects: UUID | None = None

    @model_validator(mode="after")
    def _sound(self) -> "NewCall":
        if bool(self.reference) is self.no_reference_given:
            raise ValueError("give the call reference, or say that they give none")
        places = [(one.level, one.network) for one in self.levels]
        sums = [(one.kind, one.network, one.whose) for one in self.sums]
        if len(set(places)) < len(places) or len(set(sums)) < len(sums):
            raise ValueError("answer each question once")
        return self


class Verdict(Body):
    agrees: bool


def call_record(body: NewCall, call_id: UUID) -> CallRecord:
    """The call itself, without what it brought."""
    return CallRecord(
        id=call_id,
        dialled=body.number_dialled,
        representative=body.representative,
        reference=body.reference or None,
        started_at=body.started_at,
        ended_at=body.ended_at,
        disclaimers=body.disclaimers,
        corrects=body.corrects,
    )


def plan_answer(body: NewCall, call_id: UUID) -> PlanAnswer:
    """What the call told of the plan as a whole."""
    active = {"active": True, "inactive": False}.get(body.plan_status)
    sums = tuple(AccumulatorAnswer(call_id=call_id, **one.model_dump()) for one in body.sums)
    return PlanAnswer(active, body.plan_year_starts, sums)


def level_answers(body: NewCall, call_id: UUID) -> tuple[LevelAnswer, ...]:
    """What the call told of levels of care."""
    return tuple(LevelAnswer(call_id=call_id, **one.model_dump()) for one in body.levels)
