"""What a stay may cost the client: low, likely and high, with what would change it (insurance.md 8.7). Pure.

Low is the best plausible reading of what was stated, likely the order of 8.2, high the worst reading: an
unmet deductible, no cap and nothing covered wherever these are unknown. What is known holds in all three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.insurance.rules.cost_sharing import NOTHING, Line, Priced, Reading, day_of, priced
from services.insurance.rules.levels_of_care import LevelBenefit
from services.insurance.rules.plan_readings import Caveat, Mood, Notes, PayerWays, Said, reading
from services.insurance.rules.shares import Share
from services.insurance.rules.statements import Evidence
from shared.contracts.care import LevelOfCare, Network

__all__ = ["RULESET", "Caveat", "Estimate", "Inputs", "PayerWays", "PlannedCare", "Rate"]
__all__ += ["estimate", "inputs_from"]

RULESET = "2026-1"
AS_USUAL = PayerWays()


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars a unit. A contract's rate is one figure (`Rate.agreed`); out of network it is a range."""

    low: Decimal
    likely: Decimal
    high: Decimal

    @classmethod
    def agreed(cls, amount: Decimal) -> "Rate":
        return cls(amount, amount, amount)

    def of(self, mood: Mood) -> Decimal:
        return {Mood.LOW: self.low, Mood.LIKELY: self.likely, Mood.HIGH: self.high}[mood]


@dataclass(frozen=True, slots=True)
class PlannedCare:
    """One step of the episode (detox 5 days, residential 21 days, ...) as it is planned.

    `allowed` is the rate in the network the stay is planned in; `allowed_out` the one out of network, needed
    only while the network is not known (None: the same).
    """

    level: LevelOfCare
    starts_on: date
    units: int
    allowed: Rate
    allowed_out: Rate | None = None
    charge: Decimal | None = None
    self_pay: Decimal | None = None
    per_week: int = 7


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything an estimate was worked out from, to be kept with it. `high_network`: the worst reading's."""

    care: tuple[PlannedCare, ...]
    network: Network | None
    high_network: Network
    low: Reading
    likely: Reading
    high: Reading
    caveats: tuple[Caveat, ...]
    evidence: tuple[Evidence, ...]
    ruleset: str = RULESET


@dataclass(frozen=True, slots=True)
class Estimate:
    low: Priced
    likely: Priced
    high: Priced
    caveats: tuple[Caveat, ...]
    evidence: tuple[Evidence, ...]
    ruleset: str = RULESET


def inputs_from(
    levels: Sequence[LevelBenefit],
    shares: Sequence[Share],
    care: Sequence[PlannedCare],
    *,
    network: Network | None,
    next_plan_year: date | None,
    ways: PayerWays = AS_USUAL,
) -> Inputs:
    """The three readings of what was stated, for `care` planned in `network` (None: not known yet).

    While the network is not known, the worst reading is out of network. `next_plan_year`: the day deductible
    and cap begin anew; it counts only where the stay reaches it.
    """
    notes = Notes()
    planned = network or Network.IN
    worst = network or Network.OUT
    if network is None:
        notes.note(Caveat.NETWORK_UNKNOWN)
    elif network is Network.OUT:
        notes.note(Caveat.OUT_OF_NETWORK)
    if any(step.allowed.low != step.allowed.high for step in care):
        notes.note(Caveat.RATE_ASSUMED)
    days = [_line(step, Mood.HIGH, worst, network) for step in care]
    said = Said(
        levels,
        shares,
        starts_on=min((line.starts_on for line in days), default=date.min),
        renewals=_renewals(days, next_plan_year),
        whole_bill=sum((line.allowed * line.units for line in days), NOTHING),
        ways=ways,
    )
    wanted = [step.level for step in care]
    low, likely = (reading(said, mood, planned, wanted, notes) for mood in (Mood.LOW, Mood.LIKELY))
    # What is unknown out of network matters only while the network is: that caveat stands for all of it.
    elsewhere = Notes(evidence=notes.evidence) if network is None else notes
    high = reading(said, Mood.HIGH, worst, wanted, elsewhere)
    caveats, evidence = tuple(notes.caveats), tuple(notes.evidence)
    return Inputs(tuple(care), network, worst, low, likely, high, caveats, evidence)


def estimate(inputs: Inputs) -> Estimate:
    """The range. Low is never above likely, likely never above high."""
    planned = inputs.network or Network.IN
    likely = priced([_line(s, Mood.LIKELY, planned, inputs.network) for s in inputs.care], inputs.likely)
    others = (
        priced([_line(s, Mood.LOW, planned, inputs.network) for s in inputs.care], inputs.low),
        priced([_line(s, Mood.HIGH, inputs.high_network, inputs.network) for s in inputs.care], inputs.high),
    )
    # The worst reading can come out cheaper, where self-pay rates are low: the range holds both.
    low = min((likely, *others), key=lambda one: one.total)
    high = max((likely, *others), key=lambda one: one.total)
    caveats = dict.fromkeys(inputs.caveats)
    covered = {terms.level for terms in inputs.likely.terms if terms.covered}
    if any(p.self_pay_units for one in likely.lines if one.line.level in covered for p in one.parts):
        caveats[Caveat.LIMIT_REACHED] = None
    if high.balance_bill:
        caveats[Caveat.BALANCE_BILL] = None
    return Estimate(low, likely, high, tuple(caveats), inputs.evidence, inputs.ruleset)


def _line(step: PlannedCare, mood: Mood, network: Network, planned: Network | None) -> Line:
    elsewhere = planned is None and network is Network.OUT
    rate = (step.allowed_out or step.allowed) if elsewhere else step.allowed
    return Line(
        step.level, step.starts_on, step.units, rate.of(mood), step.charge, step.self_pay, step.per_week
    )


def _renewals(lines: Sequence[Line], next_plan_year: date | None) -> tuple[date, ...]:
    """The days within the stay on which a plan year begins."""
    last = max((day_of(line, line.units - 1) for line in lines if line.units), default=date.min)
    found: list[date] = []
    begins = next_plan_year
    while begins is not None and begins <= last:
        found.append(begins)
        begins = date(begins.year + 1, begins.month, min(begins.day, 28))
    return tuple(found)
