"""A planned stay as steps of care with days and rates. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.insurance.rates import EVERYBODY, RateBook, RateKind, RateLine
from services.insurance.rules.estimate import PlannedCare, Rate
from services.insurance.rules.good_faith import ExpectedService
from shared.contracts.care import LevelOfCare, Network

# Units a week where the plan of care does not say: care by the day every day, programmes on their usual days.
PER_WEEK = {
    LevelOfCare.WITHDRAWAL: 7,
    LevelOfCare.RESIDENTIAL: 7,
    LevelOfCare.PARTIAL: 5,
    LevelOfCare.INTENSIVE: 3,
    LevelOfCare.OUTPATIENT: 1,
}
# How far what a plan allows out of network may lie from what is assumed of it.
ASSUMED_SPREAD = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the episode: `units` days or visits; without `starts_on` it follows the step before."""

    level: LevelOfCare
    units: int
    starts_on: date | None = None
    per_week: int | None = None


@dataclass(frozen=True, slots=True)
class MissingRate:
    """No rate of this kind holds for `level` on `day`."""

    level: LevelOfCare
    kind: RateKind
    day: date


class RatesMissing(Exception):
    """The stay cannot be priced; `missing` says what for."""

    def __init__(self, missing: Sequence[MissingRate]) -> None:
        super().__init__("rates are missing")
        self.missing = tuple(missing)


def in_order(steps: Sequence[Step], first: date) -> tuple[Step, ...]:
    """The steps with their days: one without a day begins the day after the one before it ends."""
    dated: list[Step] = []
    for step in steps:
        begins = step.starts_on or (last_day(dated[-1]) + timedelta(days=1) if dated else first)
        per_week = step.per_week or PER_WEEK[step.level]
        dated.append(Step(step.level, step.units, begins, per_week))
    return tuple(dated)


def planned(
    dated: Sequence[Step],
    network: Network | None,
    book: RateBook,
    payer_code: str,
    allowed_part: Decimal | None,
    *,
    balance_billing: bool = True,
) -> tuple[PlannedCare, ...]:
    """The steps with their rates. Raises RatesMissing with everything that is missing.

    `allowed_part`: what of a charge the plan allows out of network (0-1), where no rate says. Out of network
    the charge itself is needed too, unless nobody may bill what is above the allowed amount.
    """
    missing: list[MissingRate] = []
    care: list[PlannedCare] = []
    for step in dated:
        day = step.starts_on
        assert day is not None
        charge = book.line(RateKind.CHARGE, EVERYBODY, step.level, day)
        own = book.line(RateKind.SELF_PAY, EVERYBODY, step.level, day)
        rates = {
            Network.IN: _agreed(book.line(RateKind.IN, payer_code, step.level, day)),
            Network.OUT: _agreed(book.line(RateKind.OUT, payer_code, step.level, day))
            or _assumed(charge, allowed_part),
        }
        needed = [network] if network is not None else list(Network)
        missing += [MissingRate(step.level, RateKind(n.value), day) for n in needed if rates[n] is None]
        if charge is None and balance_billing and Network.OUT in needed:
            missing.append(MissingRate(step.level, RateKind.CHARGE, day))
        allowed = rates[network or Network.IN]
        if allowed is None or missing:
            continue
        care.append(
            PlannedCare(
                level=step.level,
                starts_on=day,
                units=step.units,
                allowed=allowed,
                allowed_out=rates[Network.OUT] if network is None else None,
                charge=charge.amount if charge else None,
                self_pay=own.amount if own else None,
                per_week=step.per_week or 7,
            )
        )
    if missing:
        raise RatesMissing(missing)
    return tuple(care)


def expected_services(dated: Sequence[Step], book: RateBook) -> tuple[ExpectedService, ...]:
    """The steps as the itemised list of a Good Faith Estimate, at the self-pay rate or else the charge.

    Raises RatesMissing.
    """
    missing: list[MissingRate] = []
    services: list[ExpectedService] = []
    for step in dated:
        day = step.starts_on
        assert day is not None
        kinds = (RateKind.SELF_PAY, RateKind.CHARGE)
        line = next((found for kind in kinds if (found := book.line(kind, EVERYBODY, step.level, day))), None)
        if line is None:
            missing.append(MissingRate(step.level, RateKind.SELF_PAY, day))
            continue
        codes = (line.billing_code,) if line.billing_code else ()
        services.append(ExpectedService(step.level, codes, day, last_day(step), step.units, line.amount))
    if missing:
        raise RatesMissing(missing)
    return tuple(services)


def last_day(step: Step) -> date:
    """The day of the last unit when `per_week` of them fall into a week."""
    assert step.starts_on is not None
    return step.starts_on + timedelta(days=(step.units - 1) * 7 // (step.per_week or 7))


def _agreed(line: RateLine | None) -> Rate | None:
    return Rate.agreed(line.amount) if line else None


def _assumed(charge: RateLine | None, part: Decimal | None) -> Rate | None:
    """Out of network and no rate known: a part of the charge, give or take, never more than the charge."""
    if charge is None or part is None:
        return None
    likely = charge.amount * part
    low, high = likely * (1 - ASSUMED_SPREAD), min(likely * (1 + ASSUMED_SPREAD), charge.amount)
    return Rate(*(one.quantize(Decimal("0.01")) for one in (low, likely, high)))


def allowed_part_of(terms: Mapping[str, Any]) -> Decimal | None:
    """The part of a charge (0-1) a payer's terms say it allows out of network."""
    stated = terms.get("out_of_network_allows")
    return None if stated is None else Decimal(str(stated))
