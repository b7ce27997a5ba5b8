"""On which days a benefit row says the person is covered: its own dates, completed by the person's. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.insurance.x12.answers import Period
from services.insurance.x12.codes import BEGINS, ENDS, SPANS, VISITS


@dataclass(frozen=True, slots=True)
class Days:
    """Every first and every last day stated. No bound on a side is no limit there: the payer answered for the
    day we asked."""

    firsts: tuple[date, ...] = ()
    lasts: tuple[date, ...] = ()

    def cover(self, day: date) -> bool:
        return all(first <= day for first in self.firsts) and all(day <= last for last in self.lasts)

    def ended_before(self, day: date) -> bool:
        """Days that end before they begin contradict each other, and prove no end."""
        return any(last < day for last in self.lasts) and self._agree()

    def lie_elsewhere(self, day: date) -> bool:
        """Whether they are stated, and all before or all after `day`."""
        return self._agree() and not self.cover(day)

    def _agree(self) -> bool:
        return not self.firsts or not self.lasts or max(self.firsts) <= min(self.lasts)


def days_of(row: Iterable[Period], person: Iterable[Period] = ()) -> Days:
    """The days of a row with these dates. A side it does not state itself is the person's: the date of a last
    update, or the first day of a benefit, must not hide the last day of the plan.

    The day of a visit (472, 435) bounds the row, but says nothing of the plan.
    """
    own, general = list(row), list(person)
    of_the_plan = [p for p in own if p.qualifier not in VISITS]
    firsts, lasts = _firsts(own), _lasts(own)
    if not _firsts(of_the_plan):
        firsts += _firsts(general)
    if not _lasts(of_the_plan):
        lasts += _lasts(general)
    return Days(tuple(firsts), tuple(lasts))


def _firsts(periods: list[Period]) -> list[date]:
    return [p.start for p in periods if p.qualifier in BEGINS | SPANS]


def _lasts(periods: list[Period]) -> list[date]:
    lasts = [p.start for p in periods if p.qualifier in ENDS]
    return lasts + [p.end for p in periods if p.qualifier in BEGINS | SPANS and p.end is not None]
