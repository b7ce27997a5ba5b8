"""On which days a benefit row says the person is covered: its own dates, completed by the person's. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.insurance.x12.answers import Period
from services.insurance.x12.codes import BEGINS, ENDS, SPANS, VISITS

BOUNDING: Final = (BEGINS | SPANS) - VISITS  # DTP01 whose first date is a first day of the coverage


@dataclass(frozen=True, slots=True)
class Days:
    """Every first and every last day stated. No bound on a side is no limit there: the payer answered for the
    day we asked. `visits` are first and last days of visits (472, 435), which bound the row and say nothing
    of the plan."""

    firsts: tuple[date, ...] = ()
    lasts: tuple[date, ...] = ()
    visits: tuple[tuple[date, date | None], ...] = ()

    def cover(self, day: date) -> bool:
        of_the_plan = all(first <= day for first in self.firsts) and all(day <= last for last in self.lasts)
        return of_the_plan and all(first <= day <= (last or day) for first, last in self.visits)

    def ended_before(self, day: date) -> bool:
        """Days that end before they begin contradict each other, and prove no end."""
        lasts = (*self.lasts, *(last for _, last in self.visits if last))
        return self._agree() and any(last < day for last in lasts)

    def lie_elsewhere(self, day: date) -> bool:
        """Whether they are stated, and do not include `day`."""
        return self._agree() and not self.cover(day)

    def _agree(self) -> bool:
        return not self.firsts or not self.lasts or max(self.firsts) <= min(self.lasts)


def days_of(row: Iterable[Period], person: Iterable[Period] = ()) -> Days:
    """The days of a row with these dates. A side it does not state itself is the person's: the date of a last
    update, or the first day of a benefit, must not hide the last day of the plan."""
    own, general = list(row), list(person)
    return Days(
        _firsts(own) or _firsts(general),
        _lasts(own) or _lasts(general),
        _visits(own) or _visits(general),
    )


def _firsts(periods: list[Period]) -> tuple[date, ...]:
    return tuple(p.start for p in periods if p.qualifier in BOUNDING)


def _lasts(periods: list[Period]) -> tuple[date, ...]:
    stated = [p.start for p in periods if p.qualifier in ENDS]
    return (*stated, *(p.end for p in periods if p.qualifier in BOUNDING and p.end is not None))


def _visits(periods: list[Period]) -> tuple[tuple[date, date | None], ...]:
    return tuple((p.start, p.end) for p in periods if p.qualifier in VISITS)
