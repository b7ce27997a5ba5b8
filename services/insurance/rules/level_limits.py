"""How many days or visits a plan pays for: EB*F with EB09/EB10, or the HSD below a row. Pure.

EB09 says what EB10 counts (DY days, VS visits, P6 services) or what the number is (M2 the most, QA approved,
99 used); EB06 says of which span, or that it is what was used (24) or is left (29).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from services.insurance.rules.statements import LimitUnit
from services.insurance.x12.answers import Benefit
from shared.contracts.care import LevelOfCare


class LimitSpan(StrEnum):
    PLAN_YEAR = "plan_year"
    LIFETIME = "lifetime"
    ADMISSION = "admission"


class Role(StrEnum):
    TOTAL = "total"
    USED = "used"
    LEFT = "left"
    SPENT = "spent"  # the total, and all of it is gone


@dataclass(frozen=True, slots=True)
class Limit:
    """Days or visits the plan pays for. Any of the three figures may be unknown, not all."""

    unit: LimitUnit
    span: LimitSpan
    total: int | None
    used: int | None
    remaining: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """One figure of one row."""

    unit: LimitUnit
    span: LimitSpan
    role: Role
    quantity: int


LIMITATION: Final = "F"
# Where an HSD below a row limits what the row grants: active, benefit description, coverage basis.
GRANTING: Final = frozenset({"1", "D", "CB", LIMITATION})
UNITS: Final = {
    "DY": LimitUnit.DAYS,
    "DA": LimitUnit.DAYS,
    "VS": LimitUnit.VISITS,
    "P6": LimitUnit.VISITS,
}
# Quantities of the level's own unit.
TOTALS: Final = frozenset({"M2", "QA"})
USED: Final = "99"
# EB06 or HSD05 -> span and role. A limit a week or a month says how dense care may be, not how long.
PERIODS: Final[dict[str, tuple[LimitSpan, Role]]] = {
    **dict.fromkeys(("", "21", "22", "23", "25", "31"), (LimitSpan.PLAN_YEAR, Role.TOTAL)),
    "24": (LimitSpan.PLAN_YEAR, Role.USED),
    "29": (LimitSpan.PLAN_YEAR, Role.LEFT),
    "30": (LimitSpan.PLAN_YEAR, Role.SPENT),
    "32": (LimitSpan.LIFETIME, Role.TOTAL),
    "33": (LimitSpan.LIFETIME, Role.LEFT),
    **dict.fromkeys(("26", "36"), (LimitSpan.ADMISSION, Role.TOTAL)),
}


def usual_unit(level: LevelOfCare) -> LimitUnit:
    """What a level is counted in when the payer names no unit."""
    visits = (LevelOfCare.INTENSIVE, LevelOfCare.OUTPATIENT)
    return LimitUnit.VISITS if level in visits else LimitUnit.DAYS


def counts(benefit: Benefit, level: LevelOfCare) -> list[Count]:
    """The figures of one row that count days or visits."""
    found: list[Count] = []
    qualifier = benefit.quantity_qualifier
    if benefit.information == LIMITATION and benefit.quantity is not None and benefit.quantity >= 0:
        unit = UNITS.get(qualifier) or (usual_unit(level) if qualifier in TOTALS | {USED} else None)
        placed = PERIODS.get(benefit.period)
        if unit and placed:
            span, role = placed
            found.append(Count(unit, span, Role.USED if qualifier == USED else role, int(benefit.quantity)))
    if benefit.information in GRANTING:
        for delivery in benefit.deliveries:
            quantity, unit = _whole(delivery.quantity), UNITS.get(delivery.quantity_qualifier)
            placed = PERIODS.get(delivery.period or benefit.period)
            if quantity is not None and unit and placed:
                found.append(Count(unit, *placed, quantity))
    return found


def limits_of(found: Sequence[Count]) -> tuple[Limit, ...]:
    """The limits by unit and span. Of figures that disagree the one that leaves the client less counts."""
    kinds = dict.fromkeys((count.unit, count.span) for count in found)
    limits = []
    for unit, span in kinds:
        here = [count for count in found if (count.unit, count.span) == (unit, span)]
        total = _least(here, Role.TOTAL, Role.SPENT)
        used = max((c.quantity for c in here if c.role is Role.USED), default=None)
        left = _least(here, Role.LEFT)
        if any(c.role is Role.SPENT for c in here):
            left = 0
        if left is None and total is not None and used is not None:
            left = max(total - used, 0)
        limits.append(Limit(unit, span, total, used, left))
    return tuple(limits)


def _least(found: Iterable[Count], *roles: Role) -> int | None:
    return min((count.quantity for count in found if count.role in roles), default=None)


def _whole(text: str) -> int | None:
    try:
        quantity = int(Decimal(text))
    except (InvalidOperation, OverflowError, ValueError):
        return None
    return quantity if quantity >= 0 else None
