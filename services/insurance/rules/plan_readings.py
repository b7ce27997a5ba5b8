"""Three ways to read what was said about a plan: the best plausible, the likely and the worst (8.7). Pure.

What is known holds in all three. Each reading fills what is unknown in its own way, and notes it as a caveat.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from services.insurance.rules.cost_sharing import NOTHING, LimitLeft, Options, PlanYear, Reading, Terms
from services.insurance.rules.level_limits import Limit, LimitSpan
from services.insurance.rules.levels_of_care import LevelBenefit, Part
from services.insurance.rules.shares import Share, ShareKind
from services.insurance.rules.statements import Basis, Covered, Evidence, Per
from shared.contracts.care import LevelOfCare, Network

NEARNESS = tuple(Basis)
EVERYTHING = Decimal(1)


class Mood(StrEnum):
    LOW = "low"
    LIKELY = "likely"
    HIGH = "high"


class Caveat(StrEnum):
    """Why the range is as wide as it is, and what would narrow or change it."""

    COVERAGE_UNKNOWN = "coverage_unknown"
    COVERAGE_INHERITED = "coverage_inherited"
    NOT_COVERED = "not_covered"
    NETWORK_UNKNOWN = "network_unknown"
    OUT_OF_NETWORK = "out_of_network"
    AUTHORIZATION_NEEDED = "authorization_needed"
    AUTHORIZATION_UNKNOWN = "authorization_unknown"
    DEDUCTIBLE_UNKNOWN = "deductible_unknown"
    DEDUCTIBLE_USE_UNKNOWN = "deductible_use_unknown"
    DEDUCTIBLE_MAY_NOT_APPLY = "deductible_may_not_apply"
    CAP_UNKNOWN = "cap_unknown"
    CAP_USE_UNKNOWN = "cap_use_unknown"
    COST_SHARE_UNKNOWN = "cost_share_unknown"
    COST_SHARE_INHERITED = "cost_share_inherited"
    FIGURES_DISAGREE = "figures_disagree"
    LIMIT_UNKNOWN = "limit_unknown"
    LIMIT_USE_UNKNOWN = "limit_use_unknown"
    LIMIT_REACHED = "limit_reached"
    PLAN_YEAR_RENEWS = "plan_year_renews"
    NEXT_YEAR_UNKNOWN = "next_year_unknown"
    BALANCE_BILL = "balance_bill"
    RATE_ASSUMED = "rate_assumed"


@dataclass(frozen=True, slots=True)
class PayerWays:
    """What is known of how the payer reckons; None is unknown, and the readings then differ.

    `assumed_coinsurance_*`: the client's part the likely reading takes where none was stated, always marked
    with a caveat.
    """

    aggregate: bool | None = None
    copay_before_deductible: bool = False
    copay_instead_of_coinsurance: bool | None = None
    copay_outside_cap: bool = False
    deductible_outside_cap: bool = False
    balance_billing: bool = True
    assumed_coinsurance_in: Decimal = Decimal("0.2")
    assumed_coinsurance_out: Decimal = Decimal("0.4")


@dataclass(slots=True)
class Notes:
    """What the readings came upon: caveats and the segments or calls they rest on, each once."""

    caveats: dict[Caveat, None] = field(default_factory=dict)
    evidence: dict[Evidence, None] = field(default_factory=dict)

    def note(self, *caveats: Caveat) -> None:
        self.caveats.update(dict.fromkeys(caveats))

    def used(self, evidence: Sequence[Evidence]) -> None:
        self.evidence.update(dict.fromkeys(evidence))


@dataclass(frozen=True, slots=True)
class Said:
    """What the readings are made of. `renewals`: the days a plan year begins within the stay; `whole_bill`:
    the dearest the stay can be allowed at, which an unknown deductible cannot exceed."""

    levels: Sequence[LevelBenefit]
    shares: Sequence[Share]
    starts_on: date
    renewals: Sequence[date]
    whole_bill: Decimal
    ways: PayerWays


def reading(said: Said, mood: Mood, network: Network, wanted: Sequence[LevelOfCare], notes: Notes) -> Reading:
    """The plan as read in `mood` for care in `network`."""
    ways = said.ways
    replaced = ways.copay_instead_of_coinsurance
    options = Options(
        aggregate=bool(ways.aggregate),
        copay_before_deductible=ways.copay_before_deductible,
        copay_instead_of_coinsurance=mood is Mood.LOW if replaced is None else replaced,
        copay_outside_cap=ways.copay_outside_cap,
        deductible_outside_cap=ways.deductible_outside_cap,
        balance_billing=ways.balance_billing and network is Network.OUT,
    )
    terms = tuple(_terms(said, level, mood, network, notes) for level in dict.fromkeys(wanted))
    return Reading(tuple(_years(said, mood, network, notes)), terms, options)


def _terms(said: Said, level: LevelOfCare, mood: Mood, network: Network, notes: Notes) -> Terms:
    benefit = next((b for b in said.levels if b.level is level and b.network is network), None)
    if benefit is None:
        notes.note(Caveat.COVERAGE_UNKNOWN, Caveat.COST_SHARE_UNKNOWN, Caveat.LIMIT_UNKNOWN)
        assumed = _assumed_coinsurance(said.ways, mood, network)
        return Terms(level, covered=mood is not Mood.HIGH, coinsurance=assumed)
    if not _is_covered(benefit, mood, notes):
        return Terms(level, covered=False)
    copay, per, coinsurance = _cost_share(benefit, said.ways, mood, notes)
    limits = _limits(benefit, mood, notes)
    _note_authorization(benefit, notes)
    return Terms(
        level,
        covered=True,
        deductible_applies=_deductible_applies(benefit, mood, notes),
        copay=copay,
        copay_per=per,
        coinsurance=coinsurance,
        limits=limits,
        limit_pool=_pool(benefit),
    )


def _pool(benefit: LevelBenefit) -> str:
    """What tells a limit stated once for several levels: the same segments. What was said on the phone was
    said of each level by itself."""
    stated = [one for one in benefit.limits.evidence if one.position is not None]
    return "|".join(sorted(f"{one.question_id}:{one.position}" for one in stated))


def _is_covered(benefit: LevelBenefit, mood: Mood, notes: Notes) -> bool:
    notes.used(benefit.covered.evidence)
    match benefit.covered.value:
        case Covered.NO:
            notes.note(Caveat.NOT_COVERED)
            return False
        case Covered.YES if benefit.covered.basis is not Basis.INHERITED_PLAN:
            return True
        case Covered.YES:
            notes.note(Caveat.COVERAGE_INHERITED)
        case _:
            notes.note(Caveat.COVERAGE_UNKNOWN)
    return mood is not Mood.HIGH


def _cost_share(
    benefit: LevelBenefit, ways: PayerWays, mood: Mood, notes: Notes
) -> tuple[Decimal, Per, Decimal]:
    """Copay, what for, and coinsurance. Of two stated at different distances only the nearer one counts, but
    in the worst reading."""
    copay, coinsurance = benefit.copay, benefit.coinsurance
    known: list[Part[object]] = [p for p in (copay, coinsurance) if p.value is not None]
    if not known:
        notes.note(Caveat.COST_SHARE_UNKNOWN)
        return NOTHING, Per.VISIT, _assumed_coinsurance(ways, mood, benefit.network)
    nearest = min(_distance(part) for part in known)
    if all(part.inherited for part in known if _distance(part) == nearest):
        notes.note(Caveat.COST_SHARE_INHERITED)
    amount, per, fraction = NOTHING, Per.VISIT, NOTHING
    if copay.value is not None and (mood is Mood.HIGH or _distance(copay) == nearest):
        one = copay.cheaper if mood is Mood.LOW and copay.cheaper is not None else copay.value
        _use(copay, notes)
        amount, per = one.amount, one.per or (Per.ADMISSION if mood is Mood.LOW else Per.VISIT)
    if coinsurance.value is not None and (mood is Mood.HIGH or _distance(coinsurance) == nearest):
        _use(coinsurance, notes)
        fraction = coinsurance.value
        if mood is Mood.LOW and coinsurance.cheaper is not None:
            fraction = coinsurance.cheaper
    return amount, per, fraction


def _assumed_coinsurance(ways: PayerWays, mood: Mood, network: Network) -> Decimal:
    """Where no share was stated: nothing at best, everything at worst."""
    assumed = ways.assumed_coinsurance_in if network is Network.IN else ways.assumed_coinsurance_out
    return {Mood.LOW: NOTHING, Mood.LIKELY: assumed, Mood.HIGH: EVERYTHING}[mood]


def _deductible_applies(benefit: LevelBenefit, mood: Mood, notes: Notes) -> bool:
    """Where unknown: not at best; likely unless there is only a copay, which mostly stands instead of it."""
    part = benefit.deductible_applies
    if part.value is not None:
        notes.used(part.evidence)
        return part.value
    notes.note(Caveat.DEDUCTIBLE_MAY_NOT_APPLY)
    only_copay = benefit.copay.value is not None and (
        benefit.coinsurance.value is None or _distance(benefit.copay) < _distance(benefit.coinsurance)
    )
    return mood is Mood.HIGH or (mood is Mood.LIKELY and not only_copay)


def _limits(benefit: LevelBenefit, mood: Mood, notes: Notes) -> tuple[LimitLeft, ...]:
    """What each limit leaves now, and in a new plan year."""
    if benefit.limits.value is None:
        notes.note(Caveat.LIMIT_UNKNOWN)
        return ()
    notes.used(benefit.limits.evidence)
    if any(
        limit.remaining is None and limit.span is not LimitSpan.ADMISSION for limit in benefit.limits.value
    ):
        notes.note(Caveat.LIMIT_USE_UNKNOWN)
    return tuple(
        LimitLeft(left, _renewed(limit, left))
        for limit in benefit.limits.value
        if (left := _left(limit, mood)) is not None
    )


def _renewed(limit: Limit, left: int) -> int | None:
    if limit.span is not LimitSpan.PLAN_YEAR:
        return None
    return left if limit.total is None else limit.total


def _left(limit: Limit, mood: Mood) -> int | None:
    if limit.span is LimitSpan.ADMISSION:
        return limit.total
    if limit.remaining is not None:
        return limit.remaining
    return 0 if mood is Mood.HIGH else limit.total


def _note_authorization(benefit: LevelBenefit, notes: Notes) -> None:
    notes.used(benefit.authorization.evidence)
    if benefit.authorization.value is None:
        notes.note(Caveat.AUTHORIZATION_UNKNOWN)
    elif benefit.authorization.value:
        notes.note(Caveat.AUTHORIZATION_NEEDED)


def _years(said: Said, mood: Mood, network: Network, notes: Notes) -> list[PlanYear]:
    deductible = _pair(said, ShareKind.DEDUCTIBLE, network)
    cap = _pair(said, ShareKind.OUT_OF_POCKET, network)
    for share in (*deductible, *cap):
        if share is not None:
            notes.used(share.evidence)
            if share.disagreeing:
                notes.note(Caveat.FIGURES_DISAGREE)
    # A plan year that begins before the stay does leaves nothing of the current one.
    current = min((said.starts_on, *(begins - timedelta(days=1) for begins in said.renewals)))
    years = [
        PlanYear(
            current,
            *_deductible_left(said, deductible, mood, notes),
            *_cap_left(cap, mood, notes),
        )
    ]
    if said.renewals:
        notes.note(Caveat.PLAN_YEAR_RENEWS)
    for begins in said.renewals:
        years.append(
            PlanYear(
                begins, *_deductible_anew(said, deductible, years[0], mood, notes), *_cap_anew(cap, notes)
            )
        )
    return years


Pair = tuple[Share | None, Share | None]
Amounts = tuple[Decimal | None, Decimal | None]


def _pair(said: Said, kind: ShareKind, network: Network) -> Pair:
    """The individual and the family share of `network`; in the plan's own, one without a network too."""
    networks: list[Network | None] = [network, None] if network is Network.IN else [network]

    def found(*levels: str) -> Share | None:
        return next(
            (
                share
                for level in levels
                for one in networks
                for share in said.shares
                if (share.kind, share.network, share.level, share.lifetime) == (kind, one, level, False)
            ),
            None,
        )

    return found("IND", ""), found("FAM")


def _deductible_left(said: Said, pair: Pair, mood: Mood, notes: Notes) -> Amounts:
    individual, family = pair
    if said.ways.aggregate:
        individual, family = None, family or individual
    known = [share for share in (individual, family) if share is not None]
    if not known:
        notes.note(Caveat.DEDUCTIBLE_UNKNOWN)
        return (said.whole_bill if mood is Mood.HIGH else NOTHING), None
    if any(share.remaining is None for share in known):
        notes.note(Caveat.DEDUCTIBLE_USE_UNKNOWN)
    return _unmet(individual, mood), _unmet(family, mood)


def _unmet(share: Share | None, mood: Mood) -> Decimal | None:
    """What is left of one deductible; of one whose use nobody stated nothing at best, else all of it."""
    if share is not None and share.remaining is None:
        return NOTHING if mood is Mood.LOW else share.total
    return _remaining(share, mood)


def _deductible_anew(said: Said, pair: Pair, now: PlanYear, mood: Mood, notes: Notes) -> Amounts:
    individual, family = pair
    if said.ways.aggregate:
        individual, family = None, family or individual
    totals = _total(individual), _total(family)
    if totals != (None, None):
        return totals
    notes.note(Caveat.NEXT_YEAR_UNKNOWN)
    if mood is Mood.LIKELY:
        return now.deductible_individual, now.deductible_family
    return (said.whole_bill if mood is Mood.HIGH else NOTHING), None


def _cap_left(pair: Pair, mood: Mood, notes: Notes) -> Amounts:
    """A cap of which nobody said what is used is taken as unused."""
    known = [share for share in pair if share is not None]
    if not known:
        notes.note(Caveat.CAP_UNKNOWN)
        return None, None
    if any(share.remaining is None for share in known):
        notes.note(Caveat.CAP_USE_UNKNOWN)
    individual, family = (
        _total(share) if share is not None and share.remaining is None else _remaining(share, mood)
        for share in pair
    )
    return individual, family


def _cap_anew(pair: Pair, notes: Notes) -> Amounts:
    totals = _total(pair[0]), _total(pair[1])
    if totals == (None, None) and pair != (None, None):
        notes.note(Caveat.NEXT_YEAR_UNKNOWN)
    return totals


def _total(share: Share | None) -> Decimal | None:
    return None if share is None else share.total


def _remaining(share: Share | None, mood: Mood) -> Decimal | None:
    if share is None or share.remaining is None:
        return None
    if mood is Mood.LOW and share.cheaper is not None:
        return min(share.remaining, share.cheaper)
    return share.remaining


def _distance(part: Part[object]) -> int:
    return NEARNESS.index(part.basis) if part.basis is not None else len(NEARNESS)


def _use(part: Part[object], notes: Notes) -> None:
    notes.used(part.evidence)
    if part.cheaper is not None:
        notes.note(Caveat.FIGURES_DISAGREE)
