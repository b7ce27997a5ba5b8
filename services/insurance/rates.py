"""What a unit of care is allowed by a plan, charged by the centre, or asked of somebody who pays alone.

`RateBook` is pure; loading and replacing run inside `transaction()`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.tables import Rate, of
from shared.contracts.care import LevelOfCare
from shared.database import insert_or_ignore

EVERYBODY = ""  # the payer code of rates that hold whatever the plan


class RateKind(StrEnum):
    """`in`, `out`: what a payer allows, with and without a contract. The other two are the centre's own."""

    IN = "in"
    OUT = "out"
    CHARGE = "charge"
    SELF_PAY = "self_pay"


class RateUnit(StrEnum):
    DAY = "day"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class RateLine:
    """Dollars a unit, from the first to the last day (both included; `valid_until` None is open)."""

    payer_code: str
    kind: RateKind
    level: LevelOfCare
    amount: Decimal
    unit: RateUnit
    billing_code: str
    valid_from: date
    valid_until: date | None = None

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    @property
    def id(self) -> UUID:
        """The same line has the same id, so that of two people saving at once one is noticed."""
        named = "|".join((self.payer_code, self.kind, self.level, str(self.valid_from)))
        return UUID(bytes=hashlib.sha256(named.encode()).digest()[:16], version=4)


class RateBook:
    """Rates to look up by payer, kind, level and day."""

    def __init__(self, lines: Iterable[RateLine]) -> None:
        self.lines = tuple(lines)

    def line(self, kind: RateKind, payer_code: str, level: LevelOfCare, day: date) -> RateLine | None:
        """The rate on `day`; of two the one that began last. The centre's own kinds know no payer."""
        whose = payer_code if kind in (RateKind.IN, RateKind.OUT) else EVERYBODY
        valid = [
            one
            for one in self.lines
            if (one.kind, one.payer_code, one.level) == (kind, whose, level) and one.valid_on(day)
        ]
        return max(valid, key=lambda one: one.valid_from, default=None)

    @property
    def tag(self) -> str:
        """A fingerprint of these rates: another one means that somebody changed them."""
        shown = sorted(repr(one) for one in self.lines)
        return hashlib.sha256("\n".join(shown).encode()).hexdigest()[:16]


class RatesChanged(Exception):
    """Somebody saved these rates since they were read; `tag` is their fingerprint now."""

    def __init__(self, tag: str) -> None:
        super().__init__("the rates have changed")
        self.tag = tag


class RatesOverlap(Exception):
    """Two rates of the same kind and level hold on the same day: nobody could say which."""

    def __init__(self, one: RateLine, other: RateLine) -> None:
        super().__init__("rates overlap")
        self.one, self.other = one, other


async def load_rates(session: AsyncSession, *payer_codes: str) -> RateBook:
    """The rates of these payers (`EVERYBODY` for the centre's own); of nobody named, all."""
    query = select(Rate).order_by(Rate.payer_code, Rate.network, Rate.level_of_care, Rate.valid_from)
    if payer_codes:
        query = query.where(Rate.payer_code.in_(payer_codes))
    return RateBook([_line(row) for row in await session.scalars(query)])


async def replace_rates(
    session: AsyncSession, payer_code: str, lines: Sequence[RateLine], seen: str | None
) -> RateBook:
    """All rates of one payer anew. `seen`: the tag the caller read; None replaces whatever is there.

    Estimates already told keep the rates they were worked out with. Raises RatesOverlap, RatesChanged.
    """
    check_overlaps(lines)
    locked = select(Rate).where(Rate.payer_code == payer_code).with_for_update()
    current = RateBook([_line(row) for row in await session.scalars(locked)])
    if seen is not None and seen != current.tag:
        raise RatesChanged(current.tag)
    await session.execute(delete(Rate).where(Rate.payer_code == payer_code))
    rows = [_row(one) for one in lines]
    if len(await insert_or_ignore(session, of(Rate), rows, ["id"])) != len(rows):
        raise RatesChanged(current.tag)
    return RateBook(lines)


def check_overlaps(lines: Sequence[RateLine]) -> None:
    """Raises RatesOverlap for the first two that hold on the same day."""
    for one, other in combinations(sorted(lines, key=lambda line: line.valid_from), 2):
        same = (one.kind, one.level) == (other.kind, other.level)
        if same and (one.valid_until is None or other.valid_from <= one.valid_until):
            raise RatesOverlap(one, other)


def _row(one: RateLine) -> dict[str, object]:
    return {
        "id": one.id,
        "payer_code": one.payer_code,
        "network": one.kind.value,
        "level_of_care": one.level.value,
        "amount": str(one.amount),
        "unit": one.unit.value,
        "billing_code": one.billing_code,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
    }


def _line(row: Rate) -> RateLine:
    return RateLine(
        payer_code=row.payer_code,
        kind=RateKind(row.network),
        level=LevelOfCare(row.level_of_care),
        amount=Decimal(row.amount),
        unit=RateUnit(row.unit),
        billing_code=row.billing_code,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
