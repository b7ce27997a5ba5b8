"""What the databases say happened, read without the services' code."""

import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

SERVICES = ("intake", "insurance", "aftercare", "dashboard")


class History:
    """The outboxes and inboxes of a stopped or running installation on SQLite."""

    def __init__(self, data_dir: Path) -> None:
        self.said: dict[str, tuple[str, str, int]] = {}  # event id: subject, case, number
        self.heard: dict[str, set[str]] = {}
        self.parked = 0
        for service in SERVICES:
            with closing(sqlite3.connect(f"file:{data_dir / f'{service}.db'}?mode=ro", uri=True)) as database:
                for event_id, body in database.execute("select event_id, body from outbox"):
                    fact = json.loads(body)
                    subject = database.execute(
                        "select subject from outbox where event_id = ?", (event_id,)
                    ).fetchone()[0]
                    self.said[event_id] = (subject, fact["case_id"], fact["case_seq"])
                self.heard[service] = {row[0] for row in database.execute("select event_id from inbox")}
                self.parked += database.execute("select count(*) from parked").fetchone()[0]

    def unheard(self, service: str, subjects: set[str]) -> list[str]:
        """Facts of these subjects that the service has never applied."""
        wanted = {event_id for event_id, (subject, _, _) in self.said.items() if subject in subjects}
        return sorted(wanted - self.heard[service])

    def gaps(self) -> list[tuple[str, str]]:
        """(producer, case) whose facts are not numbered 1, 2, 3, … without a gap."""
        numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
        for subject, case, number in self.said.values():
            numbers[subject.split(".")[1], case].append(number)
        return [key for key, seen in numbers.items() if sorted(seen) != list(range(1, len(seen) + 1))]

    def counts(self, case: str) -> Counter[str]:
        """How often each fact was said of a case."""
        return Counter(subject.split(".")[2] for subject, of_case, _ in self.said.values() if of_case == case)
