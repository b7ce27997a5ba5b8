"""A calendar application that takes what is e-mailed to it, in whatever order it comes (RFC 5546 2.1.5).

Written against the RFC alone. It keeps one version of the series and of each of its dates: a message of a
lower SEQUENCE than what it holds is old news; a newer series replaces the series and forgets older dates.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar


@dataclass
class Application:
    master: Any = None
    dates: dict[datetime, Any] = field(default_factory=dict)
    _gone: int = -1  # SEQUENCE of the CANCEL that took all away

    def take(self, content: bytes) -> None:
        for event in Calendar.from_ical(content).walk("VEVENT"):
            if "recurrence-id" in event:
                self._take_date(event)
            else:
                self._take_series(event)

    def _take_series(self, event: Any) -> None:
        sequence = event["sequence"]
        if sequence < max(self._gone, self.master["sequence"] if self.master else -1):
            return
        if event["status"] == "CANCELLED":
            self.master, self.dates, self._gone = None, {}, sequence
            return
        self.master = event
        self.dates = {start: one for start, one in self.dates.items() if one["sequence"] >= sequence}

    def _take_date(self, event: Any) -> None:
        start = _utc(event["recurrence-id"].dt)
        held = self.dates.get(start) or self.master
        if event["sequence"] >= max(self._gone, held["sequence"] if held else -1):
            self.dates[start] = event

    def shown(self, until: datetime) -> list[tuple[datetime, str]]:
        """Every date up to `until`, as instants with their STATUS."""
        found = []
        for start in self._of_the_series(until):
            one = self.dates.get(start)
            if one is None:
                found.append((start, "CONFIRMED"))
            elif one["status"] != "CANCELLED":
                found.append((_utc(one["dtstart"].dt), str(one["status"])))
        return sorted(found)

    def _of_the_series(self, until: datetime) -> list[datetime]:
        if self.master is None:
            return []
        start = self.master["dtstart"].dt
        rule = rrulestr(self.master["rrule"].to_ical().decode(), dtstart=start)
        off = self.master.get("exdate", [])
        lists = off if isinstance(off, list) else [off]
        without = {_utc(moment.dt) for listed in lists for moment in listed.dts}
        dates = rule.between(start - timedelta(days=1), until, inc=True)
        return [_utc(one) for one in dates if _utc(one) not in without]


def _utc(moment: datetime) -> datetime:
    assert moment.tzinfo is not None
    return moment.astimezone(UTC)
