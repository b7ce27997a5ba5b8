"""Is addiction treatment covered at this level of care, and on what terms (insurance.md 1.2, 8.2 rule 5).
Pure.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from services.insurance.rules.eligibility import covers
from services.insurance.rules.level_limits import Limit, LimitSpan, counts, limits_of, usual_unit
from services.insurance.rules.level_rows import (
    BASIS_ORDER,
    PLAN_WIDE,
    REFUSED,
    STAYS,
    Fit,
    denies,
    fit,
    narrowing,
)
from services.insurance.rules.level_words import authorization_of, deductible_in_words
from services.insurance.rules.shares import (
    NETWORK_CODES,
    NO_LIMIT,
    PERS,
    basis_of,
    client_part,
    evidence,
    is_copay,
    own,
    plan_paid,
)
from services.insurance.rules.statements import (
    Basis,
    Covered,
    Evidence,
    LevelAnswer,
    Per,
    Purpose,
    Statement,
)
from services.insurance.x12.codes import ACTIVE, INACTIVE, PENDING, TOTAL_PERIODS
from shared.contracts.care import LevelOfCare, Network

T_co = TypeVar("T_co", covariant=True)

UNLIMITED: Final = "H"
# NM101 of who may manage a benefit beside the payer, and of people, who never do.
ADMINISTRATORS: Final = frozenset({"Y2", "VN", "2B", "X3", "VER"})
PEOPLE: Final = frozenset({"1P", "IL", "03", "P3", "P4", "QC", "74", "SEP"})
PHONE: Final = re.compile(r"\(?\b\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b|\b1?\d{10}\b")


@dataclass(frozen=True, slots=True)
class Part(Generic[T_co]):
    """One answer about a level: `value` None is unknown. `cheaper` is set where rows disagreed: `value` is
    then the dearer one."""

    value: T_co | None = None
    basis: Basis | None = None
    evidence: tuple[Evidence, ...] = ()
    cheaper: T_co | None = None

    @property
    def inherited(self) -> bool:
        return self.basis in (Basis.INHERITED_MENTAL_HEALTH, Basis.INHERITED_PLAN)


class OpenQuestion(StrEnum):
    """What a phone call has to ask about one level in one network."""

    COVERED = "covered"
    COST_SHARE = "cost_share"
    DEDUCTIBLE_APPLIES = "deductible_applies"
    AUTHORIZATION = "authorization"
    LIMIT = "limit"
    LIMIT_USED = "limit_used"


@dataclass(frozen=True, slots=True)
class Copay:
    """Dollars for each visit, day or admission; `per` None when the payer did not say for what."""

    amount: Decimal
    per: Per | None


@dataclass(frozen=True, slots=True)
class LevelBenefit:
    """One level of care in one network. `limits.value` () means stated to be unlimited.

    `places`: the place of service codes (III) the payer tied its rows to. `open_questions`: what is unknown,
    or (coverage only) merely inherited from the plan; `to_confirm`: the parts answered by inheritance.
    """

    level: LevelOfCare
    network: Network
    covered: Part[Covered]
    copay: Part[Copay]
    coinsurance: Part[Decimal]
    deductible_applies: Part[bool]
    authorization: Part[bool]
    limits: Part[tuple[Limit, ...]]
    places: Part[tuple[str, ...]]
    open_questions: tuple[OpenQuestion, ...]
    to_confirm: tuple[OpenQuestion, ...]


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who manages behavioural care for the plan. `ids`: (qualifier, id) as in NM108, NM109."""

    name: str
    ids: tuple[tuple[str, str], ...]
    phones: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def levels_of_care(
    statements: Sequence[Statement],
    human: Sequence[LevelAnswer],
    wanted: Sequence[LevelOfCare],
    *,
    service_date: date | None = None,
) -> tuple[LevelBenefit, ...]:
    """One benefit per wanted level and network (in, then out), in the order of `wanted`.

    `human` in the order of the calls: a later one goes before an earlier one, and any before the payer's
    rows. Rows dated away from `service_date` are history and do not count.
    """
    rows = [s for s in own(statements) if service_date is None or covers(s.benefit.dates, service_date)]
    carved_out = administrator(rows) is not None and all(s.purpose is not Purpose.CARVE_OUT for s in rows)
    return tuple(
        _benefit(
            Speaking(rows, level, network, carved_out),
            [a for a in reversed(human) if a.level is level and a.network is network],
        )
        for level in wanted
        for network in (Network.IN, Network.OUT)
    )


class Speaking:
    """The rows that speak of one level in one network, each with how nearly."""

    def __init__(
        self, rows: Sequence[Statement], level: LevelOfCare, network: Network, carved_out: bool
    ) -> None:
        self.level, self.network, self.carved_out = level, network, carved_out
        self.rows = [(found, s) for s in rows if (found := fit(s, level)) is not None]
        self.denying = [s for s in rows if denies(s, level)]

    def nearest(
        self, holds: Callable[[Statement], bool], *, blank: bool | None = None
    ) -> list[tuple[Fit, Statement]]:
        """The nearest rows for which `holds`; a row for this network alone before one for both.

        `blank`: whether a row that names no network counts, last. Unless told otherwise it does in the plan's
        own network only: that nobody spoke of the other one must not become an answer about it.
        """
        codes = [code for group in NETWORK_CODES[self.network] for code in group]
        if blank if blank is not None else self.network is Network.IN:
            codes += ["", "U"]
        ranked = [
            ((found, codes.index(s.benefit.network)), s)
            for found, s in self.rows
            if s.benefit.network in codes and holds(s)
        ]
        if not ranked:
            return []
        least = min(rank for rank, _ in ranked)
        # An unstated network is as near as a stated one only where there is no stated one.
        return [(rank[0], s) for rank, s in ranked if rank == least]


def _benefit(speaking: Speaking, human: Sequence[LevelAnswer]) -> LevelBenefit:
    covered = _covered(speaking, human)
    blank = covered.value is Covered.NO
    copay: Part[Copay] = Part() if blank else _copay(speaking, human)
    coinsurance: Part[Decimal] = Part() if blank else _coinsurance(speaking, human)
    deductible: Part[bool] = Part() if blank else _deductible_applies(speaking, human, copay, coinsurance)
    authorization: Part[bool] = Part() if blank else _authorization(speaking, human)
    limits: Part[tuple[Limit, ...]] = Part() if blank else _limits(speaking, human)
    parts: dict[OpenQuestion, tuple[Part[Any], ...]] = {
        OpenQuestion.COVERED: (covered,),
        OpenQuestion.COST_SHARE: (copay, coinsurance),
        OpenQuestion.DEDUCTIBLE_APPLIES: (deductible,),
        OpenQuestion.AUTHORIZATION: (authorization,),
        OpenQuestion.LIMIT: (limits,),
    }
    open_questions = [name for name, asked in parts.items() if all(p.value is None for p in asked)]
    if covered.value is Covered.UNKNOWN or covered.basis is Basis.INHERITED_PLAN:
        open_questions.insert(0, OpenQuestion.COVERED)
    if any(limit.total is not None and limit.remaining is None for limit in limits.value or ()):
        open_questions.append(OpenQuestion.LIMIT_USED)
    known = {name: [p for p in asked if p.value is not None] for name, asked in parts.items()}
    return LevelBenefit(
        speaking.level,
        speaking.network,
        covered,
        copay,
        coinsurance,
        deductible,
        authorization,
        limits,
        _places(speaking),
        () if blank else tuple(open_questions),
        tuple(
            name
            for name, told in known.items()
            if name not in open_questions and told and all(p.inherited for p in told)
        ),
    )


def _covered(speaking: Speaking, human: Sequence[LevelAnswer]) -> Part[Covered]:
    """8.2 rule 5. Yes and no need somebody to have said so; a payer that says both is asked."""
    told = next((a for a in human if a.covered is not Covered.UNKNOWN), None)
    if told is not None:
        return Part(told.covered, Basis.HUMAN, (Evidence(call_id=told.call_id),))
    granting = speaking.nearest(_grants)
    # A refusal without a network holds in both; a grant out of network has to be stated.
    refusing = speaking.nearest(lambda s: s.benefit.information in (*REFUSED, INACTIVE), blank=True)
    unsettled = speaking.nearest(lambda s: s.benefit.information in PENDING, blank=True)
    refused = bool(refusing) and refusing[0][0].basis is Basis.STATED
    if speaking.denying and not refused and not _is_narrower(granting, speaking):
        return Part(Covered.UNKNOWN, None, evidence(speaking.denying))
    for basis in BASIS_ORDER:
        yes = [(f, s) for f, s in granting if f.basis is basis]
        no = [(f, s) for f, s in refusing if f.basis is basis]
        seen = evidence(s for _, s in (*yes, *no))
        if no and yes and yes[0][0] < no[0][0]:
            return Part(Covered.UNKNOWN, None, seen)
        if no and basis is Basis.STATED:
            return Part(Covered.NO, basis, evidence(s for _, s in no))
        if no and not yes and basis is Basis.INHERITED_PLAN and _is_plan_refused(no, speaking.network):
            return Part(Covered.NO, basis, seen)
        if no:
            return Part(Covered.UNKNOWN, None, seen)  # mental health refused says nothing of addiction
        if any(f.basis is basis for f, _ in unsettled):
            return Part(Covered.UNKNOWN, None, evidence(s for _, s in unsettled))
        if yes and basis is Basis.INHERITED_PLAN and speaking.carved_out:
            return Part(Covered.UNKNOWN, None, seen)  # behavioural care is another plan's
        if yes:
            return Part(Covered.YES, basis, seen)
    return Part(Covered.UNKNOWN)


def _is_narrower(granting: Sequence[tuple[Fit, Statement]], speaking: Speaking) -> bool:
    """Whether some row grants exactly this level, whatever a wider row denies in passing."""
    return any(not found.wide and s not in speaking.denying for found, s in granting)


def _is_plan_refused(refusing: Sequence[tuple[Fit, Statement]], network: Network) -> bool:
    """Whether the whole plan is refused in this very network, as where a plan has none outside its own.

    A refusal without a network often means some other service, which its messages name.
    """
    codes = {code for group in NETWORK_CODES[network] for code in group}
    return any(
        found.tier == PLAN_WIDE and (s.benefit.network in codes or s.benefit.information == INACTIVE)
        for found, s in refusing
    )


def _grants(statement: Statement) -> bool:
    """Active, or a share of the cost that leaves the plan something to pay."""
    benefit = statement.benefit
    if benefit.information in ACTIVE:
        return True
    part = client_part(benefit)
    if part is not None:
        return part < 1
    if benefit.information == "C":
        return benefit.amount is not None and 0 < benefit.amount < NO_LIMIT
    return is_copay(benefit)


def _copay(speaking: Speaking, human: Sequence[LevelAnswer]) -> Part[Copay]:
    for told in human:
        if told.copay is not None:
            return Part(Copay(told.copay, told.copay_per), Basis.HUMAN, (Evidence(call_id=told.call_id),))
    found = speaking.nearest(lambda s: _is_copay_here(s, speaking.level))
    if not found:
        return Part()
    rows = [s for _, s in found]
    copays = [Copay(s.benefit.amount or Decimal(0), PERS.get(s.benefit.period)) for s in rows]
    dearest, cheapest = max(copays, key=lambda c: c.amount), min(copays, key=lambda c: c.amount)
    cheaper = cheapest if cheapest.amount != dearest.amount else None
    return Part(dearest, found[0][0].basis, evidence(rows), cheaper)


def _is_copay_here(statement: Statement, level: LevelOfCare) -> bool:
    """A copay for a visit is none for a stay, unless the payer tied it to this level."""
    if not is_copay(statement.benefit):
        return False
    visit = PERS.get(statement.benefit.period) is Per.VISIT
    return not (visit and level in STAYS and narrowing(statement.benefit).levels is None)


def _coinsurance(speaking: Speaking, human: Sequence[LevelAnswer]) -> Part[Decimal]:
    for told in human:
        if told.coinsurance is not None:
            return Part(told.coinsurance, Basis.HUMAN, (Evidence(call_id=told.call_id),))
    found = speaking.nearest(
        lambda s: s.benefit.information == "A" and s.benefit.fraction is not None
    ) or speaking.nearest(lambda s: plan_paid(s.benefit) is not None)
    if not found:
        return Part()
    parts = [client_part(s.benefit) or Decimal(0) for _, s in found]
    cheaper = min(parts) if len(set(parts)) > 1 else None
    return Part(max(parts), found[0][0].basis, evidence(s for _, s in found), cheaper)


def _deductible_applies(
    speaking: Speaking,
    human: Sequence[LevelAnswer],
    copay: Part[Copay],
    coinsurance: Part[Decimal],
) -> Part[bool]:
    """Said in words, or by a deductible of its own for this care; of the plan's only beside a coinsurance.

    A plan's deductible of nothing applies to nothing. One of some amount may be waived for care with a copay.
    """
    for told in human:
        if told.deductible_applies is not None:
            return Part(told.deductible_applies, Basis.HUMAN, (Evidence(call_id=told.call_id),))
    worded = speaking.nearest(lambda s: deductible_in_words(s.benefit.messages) is not None)
    if worded:
        says = any(deductible_in_words(s.benefit.messages) for _, s in worded)
        return Part(says, worded[0][0].basis, evidence(s for _, s in worded))
    found = speaking.nearest(_is_yearly_deductible)
    if not found:
        return Part()
    basis, rows = found[0][0].basis, [s for _, s in found]
    applies = any(s.benefit.amount for s in rows)
    if applies and basis is Basis.INHERITED_PLAN and (coinsurance.value is None or copay.value is not None):
        return Part()
    return Part(applies, basis, evidence(rows))


def _is_yearly_deductible(statement: Statement) -> bool:
    benefit = statement.benefit
    return benefit.information == "C" and benefit.amount is not None and benefit.period in TOTAL_PERIODS


def _authorization(speaking: Speaking, human: Sequence[LevelAnswer]) -> Part[bool]:
    """Needed where any of the nearest rows says so. Not needed only where it is said for behavioural care: a
    plan-wide "no" that is wrong for a stay costs the whole claim."""
    for told in human:
        if told.authorization is not None:
            return Part(told.authorization, Basis.HUMAN, (Evidence(call_id=told.call_id),))
    # A refused benefit needs no authorization; the row says nothing about what is covered.
    said = [
        (found, s, needed)
        for found, s in speaking.rows
        if s.benefit.information not in REFUSED
        and s.benefit.network in _codes(speaking.network)
        and (needed := authorization_of(s.benefit)) is not None
    ]
    for basis in BASIS_ORDER:
        here = [(s, needed) for found, s, needed in said if found.basis is basis]
        if not here:
            continue
        needed = any(needed for _, needed in here)
        if not needed and basis is Basis.INHERITED_PLAN:
            return Part()
        return Part(needed, basis, evidence(s for s, one in here if one is needed))
    return Part()


def _codes(network: Network) -> set[str]:
    codes = {code for group in NETWORK_CODES[network] for code in group}
    # Authorization is rarely stated per network: a row without one is about the care itself.
    return codes | {"", "U"}


def _limits(speaking: Speaking, human: Sequence[LevelAnswer]) -> Part[tuple[Limit, ...]]:
    for told in human:
        if told.limit is not None:
            left = None if told.limit_used is None else max(told.limit - told.limit_used, 0)
            unit = told.limit_unit or usual_unit(told.level)
            limit = Limit(unit, LimitSpan.PLAN_YEAR, told.limit, told.limit_used, left)
            return Part((limit,), Basis.HUMAN, (Evidence(call_id=told.call_id),))
    found = speaking.nearest(
        lambda s: bool(counts(s.benefit, speaking.level)) or s.benefit.information == UNLIMITED, blank=True
    )
    if not found or (found[0][0].basis is Basis.INHERITED_PLAN and found[0][0].tier == PLAN_WIDE):
        return Part()
    rows = [s for _, s in found]
    limits = limits_of([count for s in rows for count in counts(s.benefit, speaking.level)])
    return Part(limits, found[0][0].basis, evidence(rows))


def _places(speaking: Speaking) -> Part[tuple[str, ...]]:
    """The places of service that tied a row to this level, in the order of the answer."""
    tied = [s for _, s in speaking.rows if s.benefit.places]
    codes = tuple(dict.fromkeys(code for s in tied for code in s.benefit.places))
    return Part(codes, Basis.STATED, evidence(tied)) if codes else Part()


def administrator(statements: Sequence[Statement]) -> Administrator | None:
    """The behavioural administrator the payer names, if it does: in a "contact" or "other payer" row (U, R)
    about behavioural care, or below any behavioural row as a managed care organisation or vendor.

    An R row about the whole plan is another coverage, not an administrator. Of several the first counts.
    """
    for statement in statements:
        benefit = statement.benefit
        behavioural = basis_of(statement) in (Basis.STATED, Basis.INHERITED_MENTAL_HEALTH)
        if not behavioural or statement.purpose is Purpose.CARVE_OUT:
            continue
        pointing = benefit.information in ("U", "R")
        for party in benefit.entities:
            named = bool(party.name or party.id) and party.entity not in PEOPLE
            if named and (pointing or party.entity in ADMINISTRATORS):
                ids = ((party.id_qualifier, party.id),) if party.id else ()
                phones = [n for q, n in party.numbers if q in ("TE", "WP")]
                phones += [m.group() for text in benefit.messages for m in PHONE.finditer(text)]
                seen = evidence(s for s in statements if party in s.benefit.entities)
                return Administrator(party.name, ids, tuple(dict.fromkeys(phones)), seen)
    return None
