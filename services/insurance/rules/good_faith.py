"""The Good Faith Estimate for somebody who pays without a plan (No Surprises Act, 45 CFR 149.610). Pure.

What it must hold is 149.610(c)(1), by when it is due 149.610(b)(1)(vi), the right to dispute a bill 149.620.
The words are in `good_faith_letter.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.insurance.rules.business_days import business_days_after, business_days_between
from services.insurance.rules.cost_sharing import NOTHING, cents
from shared.contracts.care import LevelOfCare

DISPUTE_ABOVE: Final = Decimal(400)
DISPUTE_WITHIN_DAYS: Final = 120
# Scheduled so many business days ahead -> due so many after scheduling; asked for without a date the last.
SCHEDULED_FAR: Final = 10
SCHEDULED_NEAR: Final = 3
DUE_AFTER_NEAR: Final = 1
DUE_AFTER_ASKING: Final = 3
# A course of care that recurs may be put into one estimate for up to twelve months.
LONGEST: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Provider:
    """Who expects to furnish the care: name, NPI, TIN, state and place (149.610(c)(1)(v))."""

    name: str
    npi: str
    tin: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class ExpectedService:
    """One service of the itemized list: `units` at `rate` dollars. `codes`: HCPCS or revenue codes."""

    level: LevelOfCare
    codes: tuple[str, ...]
    starts_on: date
    ends_on: date
    units: int
    rate: Decimal

    @property
    def charge(self) -> Decimal:
        return cents(self.rate * self.units)


@dataclass(frozen=True, slots=True)
class GoodFaithEstimate:
    """`diagnosis_codes` may be empty before an assessment: the rule asks for the applicable ones.

    `scheduled_for` None: asked for without a date. `separately_scheduled`: care that is likely to follow and
    gets an estimate of its own.
    """

    patient_name: str
    birth_date: date
    provider: Provider
    services: tuple[ExpectedService, ...]
    prepared_on: date
    scheduled_for: date | None = None
    diagnosis_codes: tuple[str, ...] = ()
    separately_scheduled: tuple[LevelOfCare, ...] = ()

    @property
    def total(self) -> Decimal:
        return services_total(self.services)


def services_total(services: Sequence[ExpectedService]) -> Decimal:
    return sum((service.charge for service in services), NOTHING)


def due_by(requested_on: date, scheduled_for: date | None = None) -> date:
    """The last day to hand it over, in the centre's calendar, counted from the day of scheduling or asking.

    One business day when care is 3 to 9 business days ahead, three when it is 10 or more, three when it was
    asked for without a date. Nearer than 3 business days the rule sets no day; we hand it over before care
    begins, and on the day itself at the latest.
    """
    if scheduled_for is None:
        return business_days_after(requested_on, DUE_AFTER_ASKING)
    ahead = business_days_between(requested_on, scheduled_for)
    if ahead >= SCHEDULED_FAR:
        return business_days_after(requested_on, DUE_AFTER_ASKING)
    due = business_days_after(requested_on, DUE_AFTER_NEAR)
    return due if ahead >= SCHEDULED_NEAR else max(min(due, scheduled_for), requested_on)


def missing(one: GoodFaithEstimate) -> tuple[str, ...]:
    """The required contents (149.610(c)(1)) that are not there, as field names; empty when complete."""
    texts = {
        "patient_name": one.patient_name,
        "provider.name": one.provider.name,
        "provider.npi": one.provider.npi,
        "provider.tin": one.provider.tin,
        "provider.address": one.provider.address,
    }
    found = [name for name, text in texts.items() if not text.strip()]
    if not one.services:
        found.append("services")
    found += [f"services.{n}.codes" for n, service in enumerate(one.services) if not service.codes]
    if one.services:
        first = min(service.starts_on for service in one.services)
        last = max(service.ends_on for service in one.services)
        if last - first > LONGEST:
            found.append("services.period")
    return tuple(found)


def may_dispute(total: Decimal, billed: Decimal) -> bool:
    """Whether a provider's bill is so far above its estimate that the client may dispute it (149.620)."""
    return billed - total >= DISPUTE_ABOVE


def dispute_until(first_bill_on: date) -> date:
    """The last day to begin a dispute: 120 calendar days from the first bill."""
    return first_bill_on + timedelta(days=DISPUTE_WITHIN_DAYS)
