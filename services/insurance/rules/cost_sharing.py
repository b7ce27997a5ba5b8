"""What the client pays of a stay under one reading of the plan (insurance.md 8.7). Pure arithmetic.

Money is Decimal dollars, rounded half up to cents. Lines are worked off by their first day; a line that
crosses the start of a plan year is split there, because deductible, cap and yearly limits begin anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from services.insurance.rules.statements import Per
from shared.contracts.care import LevelOfCare

CENT = Decimal("0.01")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A run of days or visits at one level of care.

    `allowed`: dollars a unit the plan reckons with; `charge`: what the centre bills; `self_pay`: what it asks
    of somebody who pays without a plan (days beyond a limit cost this, else the charge, else the allowed).
    `per_week`: units a week, from 7 (every day) down, to know which fall into the next plan year.
    """

    level: LevelOfCare
    starts_on: date
    units: int
    allowed: Decimal
    charge: Decimal | None = None
    self_pay: Decimal | None = None
    per_week: int = 7


@dataclass(frozen=True, slots=True)
class LimitLeft:
    """Days or visits the plan still pays for, and how many in a new plan year (None: it does not renew)."""

    left: int
    renewed: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the plan says of one level. `coinsurance` is the client's part, 0-1.

    All of `limits` hold at once (so many a year and so many in a lifetime). Levels with the same `limit_pool`
    draw on the same limits: the plan stated them once.
    """

    level: LevelOfCare
    covered: bool = True
    deductible_applies: bool = True
    copay: Decimal = NOTHING
    copay_per: Per = Per.VISIT
    coinsurance: Decimal = NOTHING
    limits: tuple[LimitLeft, ...] = ()
    limit_pool: str = ""

    @property
    def pool(self) -> str:
        return self.limit_pool or self.level.value


@dataclass(frozen=True, slots=True)
class PlanYear:
    """What is left to pay in the plan year that begins on a day; None is "not stated".

    No deductible stated counts as none, no cap stated as no cap.
    """

    begins_on: date
    deductible_individual: Decimal | None = None
    deductible_family: Decimal | None = None
    cap_individual: Decimal | None = None
    cap_family: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a plan reckons, where plans differ. `aggregate`: only the family's deductible counts.

    `balance_billing`: the centre may bill what is above the allowed amount (out of network, where neither law
    nor contract forbids it).
    """

    aggregate: bool = False
    copay_before_deductible: bool = False
    copay_instead_of_coinsurance: bool = False
    copay_outside_cap: bool = False
    deductible_outside_cap: bool = False
    balance_billing: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand what was said: the plan years in order, the first one current, and the terms."""

    years: tuple[PlanYear, ...]
    terms: tuple[Terms, ...]
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class LinePart:
    """What falls into one plan year of a line. `plan_share` is the client's part under the plan, after the
    cap; `units` are covered, `self_pay_units` are not."""

    begins_on: date
    units: int
    self_pay_units: int
    allowed: Decimal
    deductible: Decimal
    copay: Decimal
    coinsurance: Decimal
    plan_share: Decimal
    self_pay: Decimal
    balance_bill: Decimal


@dataclass(frozen=True, slots=True)
class LineResult:
    line: Line
    parts: tuple[LinePart, ...]

    @property
    def plan_share(self) -> Decimal:
        return sum((p.plan_share for p in self.parts), NOTHING)

    @property
    def self_pay(self) -> Decimal:
        return sum((p.self_pay for p in self.parts), NOTHING)

    @property
    def balance_bill(self) -> Decimal:
        return sum((p.balance_bill for p in self.parts), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.plan_share + self.self_pay + self.balance_bill


@dataclass(frozen=True, slots=True)
class Priced:
    """A whole stay under one reading. `total` holds all three; the balance bill is never capped."""

    lines: tuple[LineResult, ...]

    @property
    def plan_share(self) -> Decimal:
        return sum((one.plan_share for one in self.lines), NOTHING)

    @property
    def self_pay(self) -> Decimal:
        return sum((one.self_pay for one in self.lines), NOTHING)

    @property
    def balance_bill(self) -> Decimal:
        return sum((one.balance_bill for one in self.lines), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.plan_share + self.self_pay + self.balance_bill


def priced(lines: Sequence[Line], reading: Reading) -> Priced:
    """What the client pays for `lines` under `reading`. The order of `lines` makes no difference."""
    account = _Account(reading)
    ordered = sorted(lines, key=_in_order)
    return Priced(tuple(LineResult(line, tuple(account.charged(line))) for line in ordered))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def day_of(line: Line, unit: int) -> date:
    """The day of the unit numbered `unit` from 0, with the units spread evenly over each week."""
    return line.starts_on + timedelta(days=unit * 7 // line.per_week)


class _Account:
    """What is left of deductible, cap and limits while the lines are worked off in order of time."""

    def __init__(self, reading: Reading) -> None:
        self._options = reading.options
        self._years = sorted(reading.years, key=lambda year: year.begins_on) or [PlanYear(date.min)]
        self._terms = {terms.level: terms for terms in reading.terms}
        self._limits = {terms.pool: [limit.left for limit in terms.limits] for terms in reading.terms}
        self._current = 0
        self._open(self._years[0])

    def charged(self, line: Line) -> Iterator[LinePart]:
        """The parts of `line`, one a plan year."""
        first = True
        for year, units in self._by_year(line):
            while self._current < year:
                self._current += 1
                self._open(self._years[self._current])
                self._renew_limits()
            part = self._part(line, units, first)
            # A copay for the admission falls due with the first unit that is covered.
            first = first and part.units == 0
            yield part

    def _open(self, year: PlanYear) -> None:
        self._deductibles = _Remaining(
            None if self._options.aggregate else year.deductible_individual, year.deductible_family
        )
        self._caps = _Remaining(year.cap_individual, year.cap_family)

    def _renew_limits(self) -> None:
        renewed = {terms.pool: terms.limits for terms in self._terms.values()}
        for pool, limits in renewed.items():
            self._limits[pool] = [
                left if limit.renewed is None else limit.renewed
                for limit, left in zip(limits, self._limits[pool], strict=True)
            ]

    def _by_year(self, line: Line) -> list[tuple[int, int]]:
        """How many units fall into which plan year; what lies before the first counts as the first."""
        counts: dict[int, int] = {}
        for unit in range(line.units):
            on = day_of(line, unit)
            begun = sum(year.begins_on <= on for year in self._years)
            place = max(begun - 1, self._current)
            counts[place] = counts.get(place, 0) + 1
        return sorted(counts.items())

    def _part(self, line: Line, units: int, first: bool) -> LinePart:
        terms = self._terms.get(line.level) or Terms(line.level, covered=False)
        covered = self._within_limit(terms, units)
        allowed = cents(line.allowed * covered)
        deductible, copay, coinsurance = self._shared(terms, allowed, covered, first)
        plan_share = self._capped(deductible, copay, coinsurance)
        rate = next(r for r in (line.self_pay, line.charge, line.allowed) if r is not None)
        above = (
            max((line.charge or NOTHING) - line.allowed, NOTHING)
            if self._options.balance_billing
            else NOTHING
        )
        return LinePart(
            begins_on=self._years[self._current].begins_on,
            units=covered,
            self_pay_units=units - covered,
            allowed=allowed,
            deductible=deductible,
            copay=copay,
            coinsurance=coinsurance,
            plan_share=plan_share,
            self_pay=cents(rate * (units - covered)),
            balance_bill=cents(above * covered),
        )

    def _within_limit(self, terms: Terms, units: int) -> int:
        if not terms.covered:
            return 0
        left = self._limits.get(terms.pool, [])
        paid = min([units, *left])
        self._limits[terms.pool] = [one - paid for one in left]
        return paid

    def _shared(
        self, terms: Terms, allowed: Decimal, units: int, first: bool
    ) -> tuple[Decimal, Decimal, Decimal]:
        """Deductible, copay and coinsurance of one part, before the cap."""
        times = units if terms.copay_per is not Per.ADMISSION else int(first and units > 0)
        copay = cents(terms.copay * times)
        due = NOTHING
        if terms.deductible_applies:
            # Once the cap is reached no deductible is collected any more, unless it lies outside the cap.
            room = None if self._options.deductible_outside_cap else self._caps.least
            due = min(x for x in (self._deductibles.least or NOTHING, room) if x is not None)
        if self._options.copay_before_deductible:
            copay = min(copay, allowed)
            deductible = min(due, allowed - copay)
        else:
            deductible = min(due, allowed)
            copay = min(copay, allowed - deductible)
        replaced = self._options.copay_instead_of_coinsurance and terms.copay > 0
        rest = allowed - deductible - copay
        coinsurance = NOTHING if replaced else cents(terms.coinsurance * rest)
        self._deductibles.take(deductible)
        return deductible, copay, coinsurance

    def _capped(self, deductible: Decimal, copay: Decimal, coinsurance: Decimal) -> Decimal:
        """What the client pays: everything inside the cap up to it, and what lies outside in full."""
        outside = NOTHING
        if self._options.copay_outside_cap:
            outside += copay
        if self._options.deductible_outside_cap:
            outside += deductible
        inside = deductible + copay + coinsurance - outside
        least = self._caps.least
        paid = inside if least is None else min(inside, least)
        self._caps.take(paid)
        return paid + outside


class _Remaining:
    """An individual and a family amount, both of which a payment counts towards. None is unknown."""

    def __init__(self, *amounts: Decimal | None) -> None:
        self._amounts = [max(amount, NOTHING) for amount in amounts if amount is not None]

    @property
    def least(self) -> Decimal | None:
        return min(self._amounts, default=None)

    def take(self, paid: Decimal) -> None:
        self._amounts = [max(amount - paid, NOTHING) for amount in self._amounts]


def _in_order(line: Line) -> tuple[date, int, str]:
    """By first day, then from the most intensive level; the rest only makes the order of input irrelevant."""
    return line.starts_on, list(LevelOfCare).index(line.level), repr(line)
