"""Run by another Python: what recurring-ical-events makes of a calendar on standard input.

`expand_calendar.py <from> <until>`, both ISO instants; prints a JSON list of [start, minutes, status, uid].
"""

import json
import sys
from datetime import UTC, datetime

import recurring_ical_events  # type: ignore[import-not-found]
from icalendar import Calendar


def main() -> None:
    since, until = (datetime.fromisoformat(text) for text in sys.argv[1:3])
    calendar = Calendar.from_ical(sys.stdin.buffer.read())
    shown = []
    for event in recurring_ical_events.of(calendar).between(since, until):
        start, end = event["DTSTART"].dt, event.end
        minutes = int((end - start).total_seconds() // 60)
        shown.append([start.astimezone(UTC).isoformat(), minutes, str(event["STATUS"]), str(event["UID"])])
    print(json.dumps(sorted(shown)))


if __name__ == "__main__":
    main()
