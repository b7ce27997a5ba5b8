"""What a newer answer says otherwise than the one before, and how near estimates came. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from statistics import median

from services.insurance.rules.cost_sharing import cents
from services.insurance.rules.level_limits import Limit
from services.insurance.rules.levels_of_care import Copay, LevelBenefit, Part
from services.insurance.rules.shares import Share, ShareKind
from services.insurance.rules.statements import Basis, Evidence
from services.insurance.rules.states import State
from shared.contracts.care import LevelOfCare, Network
from shared.contracts.insurance import Difference


@dataclass(frozen=True, slots=True)
class Result:
    """What one verification found, as far as two of them are compared."""

    state: State
    reason: str | None = None
    plan: str | None = None
    begins_on: date | None = None
    ends_on: date | None = None
    shares: tuple[Share, ...] = ()
    levels: tuple[LevelBenefit, ...] = ()


class Detail(StrEnum):
    """Which part of the difference's subject it is."""

    STATE = "state"
    REASON = "reason"
    NAME = "name"
    BEGINS_ON = "begins_on"
    ENDS_ON = "ends_on"
    TOTAL = "total"
    REMAINING = "remaining"
    COPAY = "copay"
    COINSURANCE = "coinsurance"
    DEDUCTIBLE_APPLIES = "deductible_applies"
    AUTHORIZATION = "authorization"
    COVERED = "covered"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` are codes or figures as text; None is "not stated".

    `expected`: it merely moved as care uses it up (a deductible that went down); listed, but no alarm.
    `who`: "IND", "FAM" or "" for accumulators.
    """

    kind: Difference
    detail: Detail
    before: str | None
    after: str | None
    expected: bool = False
    network: Network | None = None
    who: str = ""
    level: LevelOfCare | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """An estimate and what the client really paid."""

    payer_code: str
    low: Decimal
    likely: Decimal
    high: Decimal
    actual: Decimal


@dataclass(frozen=True, slots=True)
class Accuracy:
    """`median_error`: dollars between likely and actual, without sign; `median_bias`: with sign, positive
    when clients paid more than we said. `within_range`: the part of estimates (0-1) whose range held."""

    payer_code: str
    count: int
    median_error: Decimal
    median_bias: Decimal
    within_range: Decimal


def differences(before: Result, after: Result) -> tuple[Change, ...]:
    """Everything `after` says otherwise, in the order staff read it: status, plan, dates, sums, care.

    A thing one of the two does not speak of has changed only where it was a fact about the plan: of what is
    left of a sum, silence is no news.
    """
    return (
        *_plan(before, after),
        *_accumulators(before, after),
        *_rates(before, after),
        *_levels(before, after),
    )


def alarming(changes: Sequence[Change]) -> tuple[Difference, ...]:
    """The kinds to tell of, each once: of changes that are not expected."""
    return tuple(dict.fromkeys(change.kind for change in changes if not change.expected))


def accuracy(pairs: Sequence[Settled]) -> tuple[Accuracy, ...]:
    """Per payer, by payer code."""
    payers = sorted({pair.payer_code for pair in pairs})
    return tuple(_of_payer(payer, [p for p in pairs if p.payer_code == payer]) for payer in payers)


def _of_payer(payer: str, pairs: Sequence[Settled]) -> Accuracy:
    errors = [pair.actual - pair.likely for pair in pairs]
    held = sum(pair.low <= pair.actual <= pair.high for pair in pairs)
    return Accuracy(
        payer_code=payer,
        count=len(pairs),
        median_error=cents(median([abs(error) for error in errors])),
        median_bias=cents(median(errors)),
        within_range=(Decimal(held) / len(pairs)).quantize(Decimal("0.001"), ROUND_HALF_UP),
    )


def _plan(before: Result, after: Result) -> Iterator[Change]:
    facts: tuple[tuple[Difference, Detail, object, object], ...] = (
        (Difference.STATUS, Detail.STATE, before.state, after.state),
        (Difference.STATUS, Detail.REASON, before.reason, after.reason),
        (Difference.PLAN, Detail.NAME, _folded(before.plan), _folded(after.plan)),
        (Difference.DATES, Detail.BEGINS_ON, before.begins_on, after.begins_on),
        (Difference.DATES, Detail.ENDS_ON, before.ends_on, after.ends_on),
    )
    for kind, detail, old, new in facts:
        if old == new:
            continue
        if detail is Detail.NAME:
            old, new = before.plan, after.plan
        yield Change(kind, detail, _text(old), _text(new))


Key = tuple[ShareKind, Network | None, str, bool]


def _keyed(result: Result, kinds: Sequence[ShareKind]) -> dict[Key, Share]:
    """By what they are about; of two about the same thing the first counts."""
    found: dict[Key, Share] = {}
    for share in result.shares:
        if share.kind in kinds:
            found.setdefault((share.kind, share.network, share.level, share.lifetime), share)
    return found


def _accumulators(before: Result, after: Result) -> Iterator[Change]:
    kinds = {
        ShareKind.DEDUCTIBLE: Difference.DEDUCTIBLE,
        ShareKind.OUT_OF_POCKET: Difference.OUT_OF_POCKET,
    }
    olds, news = _keyed(before, tuple(kinds)), _keyed(after, tuple(kinds))
    for key in dict.fromkeys((*olds, *news)):
        old, new = olds.get(key), news.get(key)
        seen = (news.get(key) or olds[key]).evidence
        totals = (old.total if old else None, new.total if new else None)
        lefts = (old.remaining if old else None, new.remaining if new else None)

        about, network, who = kinds[key[0]], key[1], key[2]
        if totals[0] != totals[1]:
            was, now = map(_text, totals)
            yield Change(about, Detail.TOTAL, was, now, network=network, who=who, evidence=seen)
        if None not in lefts and lefts[0] != lefts[1]:
            used_up = totals[0] == totals[1] and (lefts[1] or 0) < (lefts[0] or 0)
            was, now = map(_text, lefts)
            yield Change(about, Detail.REMAINING, was, now, used_up, network, who, None, seen)


def _rates(before: Result, after: Result) -> Iterator[Change]:
    details = {ShareKind.COPAY: Detail.COPAY, ShareKind.COINSURANCE: Detail.COINSURANCE}
    olds, news = _keyed(before, tuple(details)), _keyed(after, tuple(details))
    for key in dict.fromkeys((*olds, *news)):
        old, new = _rate(olds.get(key)), _rate(news.get(key))
        if old != new:
            seen = (news.get(key) or olds[key]).evidence
            yield Change(
                Difference.COST_SHARE, details[key[0]], old, new, network=key[1], who=key[2], evidence=seen
            )


def _levels(before: Result, after: Result) -> Iterator[Change]:
    olds = {(one.level, one.network): one for one in before.levels}
    for new in after.levels:
        old = olds.get((new.level, new.network))
        if old is None:
            continue
        parts: tuple[tuple[Difference, Detail, Part[object], Part[object]], ...] = (
            (Difference.LEVEL_OF_CARE, Detail.COVERED, old.covered, new.covered),
            (Difference.AUTHORIZATION, Detail.AUTHORIZATION, old.authorization, new.authorization),
            (Difference.COST_SHARE, Detail.COPAY, old.copay, new.copay),
            (Difference.COST_SHARE, Detail.COINSURANCE, old.coinsurance, new.coinsurance),
            (
                Difference.COST_SHARE,
                Detail.DEDUCTIBLE_APPLIES,
                old.deductible_applies,
                new.deductible_applies,
            ),
        )
        for kind, detail, was, now in parts:
            # What is inherited changes with the plan's own figure, which is listed already.
            if was.value == now.value or (_plan_wide(was) and _plan_wide(now)):
                continue
            yield Change(
                kind,
                detail,
                _text(was.value),
                _text(now.value),
                network=new.network,
                level=new.level,
                evidence=now.evidence or was.evidence,
            )
        yield from _limits(old, new)


def _limits(old: LevelBenefit, new: LevelBenefit) -> Iterator[Change]:
    """Days that went down because they were used are expected; another number of days is not."""
    if old.limits.value == new.limits.value:
        return
    totals = [
        None if part.value is None else [(one.unit, one.span, one.total) for one in part.value]
        for part in (old.limits, new.limits)
    ]
    lefts = [[one.remaining for one in part.value or ()] for part in (old.limits, new.limits)]
    used_up = totals[0] == totals[1] and all(
        was is None or now is None or now <= was for was, now in zip(lefts[0], lefts[1], strict=False)
    )
    yield Change(
        Difference.LEVEL_OF_CARE,
        Detail.LIMIT,
        _text(old.limits.value),
        _text(new.limits.value),
        expected=used_up,
        network=new.network,
        level=new.level,
        evidence=new.limits.evidence or old.limits.evidence,
    )


def _plan_wide(part: Part[object]) -> bool:
    return part.basis in (Basis.INHERITED_PLAN, None)


def _rate(share: Share | None) -> str | None:
    if share is None:
        return None
    if share.kind is ShareKind.COINSURANCE:
        return _text(share.fraction)
    return _text(Copay(share.amount or Decimal(0), share.per))


def _folded(name: str | None) -> str | None:
    """Another spelling of a plan's name is no other plan."""
    return None if name is None else re.sub(r"[^a-z0-9]", "", name.casefold())


def _text(value: object) -> str | None:
    """Codes and figures as they are stored and compared: "2000", "30 visit", "30 days plan_year 18"."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return value.value
        case Decimal():
            return f"{value.normalize():f}"
        case Copay(amount, per):
            return " ".join(filter(None, (_text(amount), per and per.value)))
        case tuple():
            return ", ".join(_limit(limit) for limit in value) or "unlimited"
        case _:
            return str(value)


def _limit(limit: Limit) -> str:
    total = "?" if limit.total is None else str(limit.total)
    left = "" if limit.remaining is None else f", {limit.remaining} left"
    return f"{total} {limit.unit.value} ({limit.span.value}{left})"
