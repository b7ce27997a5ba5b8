"""What the client pays, as far as the payer states it (insurance.md 8.2 rule 6; 2.5, 1 to 7). Pure.

Unknown is a value: a total whose remainder nobody stated has `remaining=None`, and a network nobody spoke of
has no share at all. Every figure names the segments it came from, so staff can show it to the client.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.insurance.rules.statements import Basis, Evidence, Per, Purpose, Statement
from services.insurance.x12.answers import Benefit
from services.insurance.x12.codes import MENTAL_HEALTH, SUBSTANCE_USE, TOTAL_PERIODS
from shared.contracts.care import Network

# "No limit" written as a number: family 99,999.99 and the like (insurance.md 2.5, 1).
NO_LIMIT = Decimal(99_999)
# EB12 by network, the exact one before W, which counts for both. Unstated stays unstated: it may be either.
NETWORK_CODES: dict[Network | None, tuple[tuple[str, ...], ...]] = {
    Network.IN: (("Y",), ("W",)),
    Network.OUT: (("N",), ("W",)),
    None: (("", "U"),),
}
PLAN_TYPES = frozenset({"30", "1", "60"})
# EB06 of an amount that is no total: used up so far, left, exceeded, not exceeded.
USED, LEFT, EXCEEDED, NOT_EXCEEDED = "24", "29", "30", "31"
LIFETIME, LIFETIME_LEFT = "32", "33"
PERS = {"27": Per.VISIT, "6": None, "7": Per.DAY, "13": Per.DAY, "26": Per.ADMISSION, "36": Per.ADMISSION}


class ShareKind(StrEnum):
    DEDUCTIBLE = "deductible"
    OUT_OF_POCKET = "out_of_pocket"
    COPAY = "copay"
    COINSURANCE = "coinsurance"


ACCUMULATED = {"C": ShareKind.DEDUCTIBLE, "G": ShareKind.OUT_OF_POCKET}


@dataclass(frozen=True, slots=True)
class Share:
    """One thing the client may pay. Amounts in dollars; `fraction` 0-1 is the client's part of a bill.

    `network` None: the payer did not say which. `level`: IND, FAM or "" (not stated). Of rows that disagree
    the figures are the dearer ones; `cheaper` then holds the lowest of what was stated (what is left, else
    the total; the copay; the fraction). `lifetime`: the amounts are for good, not for a plan year.
    """

    kind: ShareKind
    network: Network | None
    level: str
    basis: Basis
    total: Decimal | None = None
    used: Decimal | None = None
    remaining: Decimal | None = None
    amount: Decimal | None = None
    fraction: Decimal | None = None
    per: Per | None = None
    lifetime: bool = False
    cheaper: Decimal | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def disagreeing(self) -> bool:
        return self.cheaper is not None


def shares(statements: Sequence[Statement], exact: Sequence[str] = ()) -> tuple[Share, ...]:
    """Every share stated, per kind, network and level, from the benefit nearest to addiction treatment.

    Nearest: a service type of `exact`, then substance use, mental health, the whole plan.
    """
    rows = own(statements)
    found: list[Share | None] = []
    for network in NETWORK_CODES:
        for code, kind in ACCUMULATED.items():
            amounts = [s for s in rows if s.benefit.information == code and s.benefit.amount is not None]
            for level in ("IND", "FAM", ""):
                here = [s for s in amounts if s.benefit.coverage_level == level]
                for lifetime in (False, True):
                    span = [s for s in here if (s.benefit.period in (LIFETIME, LIFETIME_LEFT)) is lifetime]
                    found.append(_accumulated(kind, network, level, lifetime, _nearest(span, network, exact)))
        found.append(_copay(network, _nearest(_copays(rows), network, exact)))
        # What the client pays goes before what the plan pays (EB*D), from which it is only inferred.
        stated = _nearest(_coinsurances(rows), network, exact)
        found.append(_coinsurance(network, stated or _nearest(_plan_parts(rows), network, exact)))
    return tuple(share for share in found if share is not None)


def own(statements: Sequence[Statement]) -> list[Statement]:
    """The patient's rows. Of the subscriber's, below a dependant, the family's amounts count too.

    What a subscriber has paid of an individual deductible is nothing a dependant has paid. An answer that
    puts everything at the subscriber is taken as it is.
    """
    speaking = {s.question_id for s in statements if s.benefit.scope == "patient"}
    return [
        s
        for s in statements
        if s.benefit.scope == "patient"
        or s.question_id not in speaking
        or (s.benefit.information in ACCUMULATED and s.benefit.coverage_level == "FAM")
    ]


def basis_of(statement: Statement) -> Basis | None:
    """How near a row is to addiction treatment; None when it is about something else altogether.

    A carve-out administrator's plan is for behavioural care and nothing else.
    """
    types = set(statement.benefit.service_types)
    if types & SUBSTANCE_USE:
        return Basis.STATED
    if types & MENTAL_HEALTH:
        return Basis.INHERITED_MENTAL_HEALTH
    if types and not types & PLAN_TYPES:
        return None
    return Basis.INHERITED_MENTAL_HEALTH if statement.purpose is Purpose.CARVE_OUT else Basis.INHERITED_PLAN


def plan_paid(benefit: Benefit) -> Decimal | None:
    """The client's part where the payer states the plan's (EB*D percent; insurance.md 2.5, 7)."""
    if benefit.information != "D" or benefit.fraction is None:
        return None
    return 1 - benefit.fraction


def _nearest(
    rows: Sequence[Statement], network: Network | None, exact: Sequence[str]
) -> tuple[Basis, list[Statement]] | None:
    """The rows of one network about the nearest benefit; a row for this network alone before one for both."""
    nearness: tuple[tuple[Basis, Callable[[Statement], bool]], ...] = (
        (Basis.STATED, lambda s: not set(exact).isdisjoint(s.benefit.service_types)),
        *((basis, lambda s, basis=basis: basis_of(s) is basis) for basis in Basis),
    )
    for basis, near in nearness:
        matching = [s for s in rows if near(s)]
        for codes in NETWORK_CODES[network]:
            chosen = [s for s in matching if s.benefit.network in codes]
            if chosen:
                return basis, chosen
    return None


def _accumulated(
    kind: ShareKind,
    network: Network | None,
    level: str,
    lifetime: bool,
    nearest: tuple[Basis, list[Statement]] | None,
) -> Share | None:
    """Total, used and left to one share. What is left is stated, or total minus used, or unknown."""
    if nearest is None:
        return None
    basis, rows = nearest
    whole = {LIFETIME} if lifetime else TOTAL_PERIODS | {EXCEEDED, NOT_EXCEEDED}
    totals = [s for s in rows if s.benefit.period in whole]
    used = [s for s in rows if s.benefit.period == USED]
    left = [s for s in rows if s.benefit.period == (LIFETIME_LEFT if lifetime else LEFT)]
    if not totals and not left:
        return None
    total, spent, remaining = _highest(totals), _highest(used), _highest(left)
    if remaining is None and total is not None and spent is not None:
        remaining = max(total - spent, Decimal(0))
    if remaining is None and totals and all(s.benefit.period == EXCEEDED for s in totals):
        remaining = Decimal(0)
    if total is not None and total >= NO_LIMIT:
        return None
    if kind is ShareKind.OUT_OF_POCKET and total == 0 and not left and not used:
        return None  # some payers write 0 for "none"; as a cap it would make every estimate nothing (2.5, 2)
    if total is None and remaining is not None and remaining >= NO_LIMIT:
        return None
    deciding = left or totals
    return Share(
        kind,
        network,
        level,
        basis,
        total=total,
        used=spent,
        remaining=remaining,
        lifetime=lifetime,
        cheaper=_cheaper([_amount(s) for s in deciding]),
        evidence=evidence((*totals, *used, *left)),
    )


def _copay(network: Network | None, nearest: tuple[Basis, list[Statement]] | None) -> Share | None:
    if nearest is None:
        return None
    basis, rows = nearest
    row = max(rows, key=_amount)
    return Share(
        ShareKind.COPAY,
        network,
        row.benefit.coverage_level,
        basis,
        amount=_amount(row),
        per=PERS.get(row.benefit.period),
        cheaper=_cheaper([_amount(s) for s in rows]),
        evidence=evidence(rows),
    )


def _coinsurance(network: Network | None, nearest: tuple[Basis, list[Statement]] | None) -> Share | None:
    if nearest is None:
        return None
    basis, rows = nearest
    parts = [client_part(s.benefit) or Decimal(0) for s in rows]
    return Share(
        ShareKind.COINSURANCE,
        network,
        rows[0].benefit.coverage_level,
        basis,
        fraction=max(parts),
        cheaper=_cheaper(parts),
        evidence=evidence(rows),
    )


def client_part(benefit: Benefit) -> Decimal | None:
    """The client's part of a bill a row states: EB*A itself, EB*D what the plan leaves."""
    return benefit.fraction if benefit.information == "A" else plan_paid(benefit)


def evidence(statements: Iterable[Statement]) -> tuple[Evidence, ...]:
    """Where each row stands, each once."""
    return tuple(dict.fromkeys(s.evidence for s in statements))


def is_copay(benefit: Benefit) -> bool:
    """A copay, or a deductible due at each admission, which is paid like one and fills no plan year."""
    if benefit.amount is None or benefit.amount < 0:
        return False
    at_admission = PERS.get(benefit.period) is Per.ADMISSION
    return benefit.information == "B" or (benefit.information == "C" and at_admission)


def _copays(rows: Iterable[Statement]) -> list[Statement]:
    return [s for s in rows if is_copay(s.benefit)]


def _coinsurances(rows: Iterable[Statement]) -> list[Statement]:
    return [s for s in rows if s.benefit.information == "A" and s.benefit.fraction is not None]


def _plan_parts(rows: Iterable[Statement]) -> list[Statement]:
    return [s for s in rows if plan_paid(s.benefit) is not None]


def _amount(statement: Statement) -> Decimal:
    """What is overpaid is nothing left to pay, not a debt of the plan's."""
    return max(statement.benefit.amount or Decimal(0), Decimal(0))


def _highest(rows: Iterable[Statement]) -> Decimal | None:
    return max((_amount(s) for s in rows), default=None)


def _cheaper(figures: Sequence[Decimal]) -> Decimal | None:
    return min(figures) if len(set(figures)) > 1 else None
