"""What the client pays, as far as the payer states it (insurance.md 8.2, 5 and 6). Pure.

Unknown is a value: a total whose remainder nobody stated has `remaining=None`, and a network nobody spoke of
has no share at all. Every figure names the segments it came from, so staff can show it to the client.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.insurance.x12.answers import Benefit
from services.insurance.x12.codes import MENTAL_HEALTH, SUBSTANCE_USE, TOTAL_PERIODS

# "No limit" written as a number: family 99,999.99 and the like (insurance.md 2.5, 1).
NO_LIMIT = Decimal(99_999)
# EB12 by network, the exact one before W, which counts for both. Unstated stays unstated: it may be either.
NETWORKS = {"in": (("Y",), ("W",)), "out": (("N",), ("W",)), "unstated": (("", "U"),)}
MONEY_KINDS = {"C": "deductible", "G": "out_of_pocket"}


class Basis(StrEnum):
    """What kind of benefit a figure was stated for, nearest to addiction treatment first."""

    SUBSTANCE_USE = "substance_use"
    MENTAL_HEALTH = "mental_health"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Share:
    """One thing the client may pay. Amounts in dollars; `fraction` 0-1 is the client's part of a bill.

    `kind`: deductible, out_of_pocket, copay, coinsurance. `network`: in, out, unstated. `level`: IND, FAM or
    "".
    """

    kind: str
    network: str
    level: str
    basis: Basis
    total: Decimal | None = None
    remaining: Decimal | None = None
    amount: Decimal | None = None
    fraction: Decimal | None = None
    per: str = ""
    positions: tuple[int, ...] = ()
    disagreeing: bool = False


def shares(benefits: Sequence[Benefit]) -> tuple[Share, ...]:
    """Every share stated, per kind, network and level, from the benefit nearest to addiction treatment."""
    found: list[Share] = []
    for network in NETWORKS:
        for code, kind in MONEY_KINDS.items():
            for level in ("IND", "FAM", ""):
                rows = [b for b in benefits if b.information == code and b.coverage_level == level]
                share = _accumulator(kind, network, level, _nearest(rows, network))
                found += [share] if share else []
        for code, kind in {"B": "copay", "A": "coinsurance"}.items():
            share = _rate(kind, network, _nearest([b for b in benefits if b.information == code], network))
            found += [share] if share else []
    return tuple(found)


def _nearest(rows: Iterable[Benefit], network: str) -> tuple[Basis, list[Benefit]] | None:
    """The rows of one network stated for the nearest basis; a row for this network alone goes before one for
    both."""
    for basis in Basis:
        matching = [b for b in rows if _basis(b) is basis]
        for codes in NETWORKS[network]:
            chosen = [b for b in matching if b.network in codes]
            if chosen:
                return basis, chosen
    return None


def _basis(benefit: Benefit) -> Basis | None:
    types = set(benefit.service_types)
    if types & SUBSTANCE_USE:
        return Basis.SUBSTANCE_USE
    if types & MENTAL_HEALTH:
        return Basis.MENTAL_HEALTH
    return Basis.PLAN if not types or types & {"30", "1", "60"} else None


def _accumulator(
    kind: str, network: str, level: str, nearest: tuple[Basis, list[Benefit]] | None
) -> Share | None:
    """Total, used (24) and remaining (29) rows to one share. Remaining is stated, or total minus used, or
    unknown."""
    if nearest is None:
        return None
    basis, rows = nearest
    stated = [b for b in rows if b.amount is not None]
    totals = [b for b in stated if b.period in TOTAL_PERIODS]
    used = [b for b in stated if b.period == "24"]
    left = [b for b in stated if b.period == "29"]
    if not totals and not left:
        return None
    total = _dearest(totals)
    remaining = _dearest(left)
    if remaining is None and total is not None and used:
        remaining = max(total - (_dearest(used) or Decimal(0)), Decimal(0))
    if total is not None and total >= NO_LIMIT:
        return None
    if kind == "out_of_pocket" and total == 0 and not left and not used:
        return None  # some payers write 0 for "none"; as a cap it would make every estimate nothing (2.5, 2)
    return Share(
        kind,
        network,
        level,
        basis,
        total=total,
        remaining=remaining,
        positions=tuple(b.position for b in (*totals, *used, *left)),
        disagreeing=len({b.amount for b in totals}) > 1 or len({b.amount for b in left}) > 1,
    )


def _rate(kind: str, network: str, nearest: tuple[Basis, list[Benefit]] | None) -> Share | None:
    """A copay (dollars) or coinsurance (the client's fraction). Of several the dearer, and the disagreement
    shown."""
    if nearest is None:
        return None
    basis, rows = nearest
    if kind == "copay":
        stated = [b for b in rows if b.amount is not None]
        if not stated:
            return None
        row = max(stated, key=lambda b: b.amount or Decimal(0))
        return Share(
            kind,
            network,
            row.coverage_level,
            basis,
            amount=row.amount,
            per=row.period,
            positions=tuple(b.position for b in stated),
            disagreeing=len({b.amount for b in stated}) > 1,
        )
    stated = [b for b in rows if b.percent is not None]
    if not stated:
        return None
    fractions = {_fraction(b.percent) for b in stated if b.percent is not None}
    return Share(
        kind,
        network,
        stated[0].coverage_level,
        basis,
        fraction=max(fractions),
        positions=tuple(b.position for b in stated),
        disagreeing=len(fractions) > 1,
    )


def _fraction(percent: Decimal) -> Decimal:
    """.2 and 20 both mean a fifth (insurance.md 2.5, 7)."""
    return percent / 100 if percent > 1 else percent


def _dearest(rows: Iterable[Benefit]) -> Decimal | None:
    return max((b.amount for b in rows if b.amount is not None), default=None)
