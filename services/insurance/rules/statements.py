"""What was said about a plan, and where: the payer's benefit rows of every question asked, and a person's
call.

One verification asks up to three questions (the plan, behavioural care, a carve-out administrator). Each
answer counts its segments from 1, so a figure is traced by its question and its position there, never by
position alone.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.insurance.x12.answers import Benefit
from shared.contracts.care import LevelOfCare, Network


class Purpose(StrEnum):
    """Why a question goes out, in the order they may: the least revealing first (insurance.md 8.6)."""

    PLAN = "plan"
    BEHAVIOURAL = "behavioural"
    CARVE_OUT = "carve_out"


class Basis(StrEnum):
    """How an answer about addiction treatment was come by, the most telling first."""

    HUMAN = "human"
    STATED = "stated"
    INHERITED_MENTAL_HEALTH = "inherited_mental_health"
    INHERITED_PLAN = "inherited_plan"


class Covered(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Per(StrEnum):
    """What a copay is paid for."""

    VISIT = "visit"
    DAY = "day"
    ADMISSION = "admission"


class LimitUnit(StrEnum):
    DAYS = "days"
    VISITS = "visits"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A segment of one question's answer, or, with `call_id`, what a representative said on the phone."""

    question_id: UUID | None = None
    position: int | None = None
    call_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One benefit row and the question it answers."""

    question_id: UUID
    purpose: Purpose
    benefit: Benefit

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.question_id, self.benefit.position)


@dataclass(frozen=True, slots=True)
class LevelAnswer:
    """What the plan's representative said about one level of care in one network. None is "was not told".

    `coinsurance` is the client's part of a bill, 0-1. `limit` counts days or visits in the plan year.
    """

    call_id: UUID
    level: LevelOfCare
    network: Network
    covered: Covered
    copay: Decimal | None = None
    copay_per: Per | None = None
    coinsurance: Decimal | None = None
    deductible_applies: bool | None = None
    authorization: bool | None = None
    limit: int | None = None
    limit_unit: LimitUnit | None = None
    limit_used: int | None = None
