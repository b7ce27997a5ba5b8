"""How long an answer may be relied on, and when the payer is asked anew by itself (insurance.md 8.3). Pure.

Before admission an answer holds a day, and never into another month: plans end with the month. In care
every client is asked anew on one of the first three days of a month, spread so that no payer meets them all
at once, and on the day a plan year begins.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.insurance.rules.states import Cause
from shared.contracts.insurance import ExpiryReason

MINUTES_OF_MONTHLY_DAYS: Final = 3 * 24 * 60
BEFORE_ADMISSION: Final = time(6, 0)  # by the centre's clock, on the day itself


def holds_until(
    answered_at: datetime, fresh_for: timedelta, zone: ZoneInfo, service_date: date | None = None
) -> tuple[datetime, ExpiryReason]:
    """Until when an answer is good to admit on, and why it ends then. It is about `service_date`, and holds
    no longer than that day's month."""
    about = datetime.combine(service_date, time(12), zone) if service_date else answered_at
    month = _month_after(min(about, answered_at), zone)
    aged = answered_at + fresh_for
    return (aged, ExpiryReason.AGED) if aged <= month else (month, ExpiryReason.MONTH_BEGAN)


def next_look(
    case_id: UUID,
    answered_at: datetime,
    plan_year_begins: date | None,
    zone: ZoneInfo,
    *,
    twice_a_month: bool = False,
) -> tuple[datetime, ExpiryReason, Cause]:
    """When a client in care is asked about anew: the earliest of a month's beginning, its middle for
    Medicaid, and the plan year's."""
    spread = timedelta(minutes=case_id.int % MINUTES_OF_MONTHLY_DAYS)
    month = _month_after(answered_at, zone)
    looks = [(month + spread, ExpiryReason.MONTH_BEGAN, Cause.MONTHLY)]
    middle = datetime.combine(answered_at.astimezone(zone).date().replace(day=15), time(), zone)
    if twice_a_month and answered_at < middle:
        looks.append((middle + spread, ExpiryReason.AGED, Cause.MONTHLY))
    begins = datetime.combine(_next_year(answered_at.astimezone(zone).date(), plan_year_begins), time(), zone)
    looks.append((begins + spread / 3, ExpiryReason.PLAN_YEAR_BEGAN, Cause.PLAN_YEAR))
    return min(looks, key=lambda look: look[0])


def before_admission(admission_on: date, zone: ZoneInfo) -> datetime:
    """When the coverage of somebody who comes that day is looked at once more."""
    return datetime.combine(admission_on, BEFORE_ADMISSION, zone)


def _month_after(at: datetime, zone: ZoneInfo) -> datetime:
    first = at.astimezone(zone).date().replace(day=1)
    return datetime.combine((first + timedelta(days=32)).replace(day=1), time(), zone)


def _next_year(today: date, plan_year_begins: date | None) -> date:
    """The next first day of a plan year; without one stated, 1 January."""
    month, day = (plan_year_begins.month, min(plan_year_begins.day, 28)) if plan_year_begins else (1, 1)
    this_year = date(today.year, month, day)
    return this_year if this_year > today else this_year.replace(year=today.year + 1)
