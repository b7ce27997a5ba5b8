"""FUI-7/30 as we define it for ourselves, and mutual help beside it, never in it (aftercare.md 8.8). Pure.

Ours is an internal estimate, not the licensed measure [30][31]:
- counted are discharges to home, in whatever way: completed, home, administrative, against advice. A
  transfer, a death and a discharge nobody named are not;
- readmitted or transferred on within 30 days, somebody's count restarts at the later discharge;
- met: a completed clinical visit for substance use on days 1 to 7 (or 30) after the day of leaving, in the
  centre's calendar. The day itself does not count, and a mutual-help meeting never does;
- a discharge counts once its thirty days are over, met or not: counting those met sooner would flatter;
- the measure is for age 13 and over. How old a client is, aftercare does not know, so nobody is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from shared.contracts.intake import DischargeType

CLINICAL_DAYS = (7, 30)
MEETING_DAYS = (2, 7, 30)
_HOME = (
    DischargeType.COMPLETED,
    DischargeType.HOME,
    DischargeType.ADMINISTRATIVE,
    DischargeType.AGAINST_ADVICE,
)
_WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class Stay:
    """One stay on the centre's calendar; `admitted_on` may not be known."""

    case_id: UUID
    left_on: date | None
    kind: DischargeType | None
    admitted_on: date | None = None


@dataclass(frozen=True)
class Leaving:
    case_id: UUID
    left_on: date


@dataclass(frozen=True)
class Counted:
    """`of`: discharges whose thirty days are over; `met`: how many of them met it, by number of days."""

    of: int
    met: dict[int, int]


def leavings(stays: Sequence[Stay], since: date, until: date) -> list[Leaving]:
    """The discharges that count, left in [since, until). `stays`: all of their cases, for the restarts."""
    by_case: dict[UUID, list[Stay]] = {}
    for stay in sorted(stays, key=lambda one: one.left_on or date.max):
        by_case.setdefault(stay.case_id, []).append(stay)
    return [
        Leaving(case_id, day)
        for case_id, theirs in by_case.items()
        for number, stay in enumerate(theirs, start=1)
        if (day := stay.left_on) is not None
        and since <= day < until
        and stay.kind in _HOME
        and not _restarted(day, theirs[number:])
    ]


def _restarted(left_on: date, later: Sequence[Stay]) -> bool:
    """A later stay began within 30 days; one whose beginning nobody told us, ended in them."""
    begun = (stay.admitted_on or stay.left_on for stay in later)
    return any(day is not None and left_on <= day <= left_on + _WINDOW for day in begun)


def clinical(
    found: Sequence[Leaving], visits: Mapping[UUID, Collection[date]], today: date, *, days: Sequence[int]
) -> Counted:
    """Met by a visit on days 1 to n."""
    return _count(found, visits, today, days, first=1)


def mutual_help(
    found: Sequence[Leaving], meetings: Mapping[UUID, Collection[date]], today: date, *, days: Sequence[int]
) -> Counted:
    """Met by the first meeting attended by day n; the evening of the day of leaving counts."""
    return _count(found, meetings, today, days, first=0)


def _count(
    found: Sequence[Leaving],
    dates: Mapping[UUID, Collection[date]],
    today: date,
    days: Sequence[int],
    *,
    first: int,
) -> Counted:
    over = [one for one in found if today - one.left_on > _WINDOW]
    soonest = [
        min(
            (n for day in dates.get(one.case_id, ()) if (n := (day - one.left_on).days) >= first),
            default=None,
        )
        for one in over
    ]
    met = {number: sum(day is not None and day <= number for day in soonest) for number in days}
    return Counted(len(over), met)
