"""Pure: the rows of the list "Now", who among them is waiting, and what the strip at the top says of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True)
class Row:
    """One case as intake listed it. `version` is what an action on this row is checked against."""

    case_id: UUID
    reference: str
    name_to_use: str
    stage: str
    priority: str
    channel: str
    coverage: str
    received_at: datetime
    respond_by: datetime
    first_attempt_at: datetime | None
    reached_at: datetime | None
    owner_id: UUID | None
    owned_until: datetime | None
    safe_contact: dict[str, bool]
    version: int
    next_step: str
    allowed_actions: tuple[str, ...]

    @classmethod
    def of(cls, case: dict[str, Any]) -> Self:
        """From the JSON of `GET /api/v1/cases`. Raises KeyError, ValueError when it is not that."""
        return cls(
            case_id=UUID(case["case_id"]),
            reference=case["reference"],
            name_to_use=case["name_to_use"] or "No name given",
            stage=case["stage"],
            priority=case["priority"],
            channel=case["channel"],
            coverage=case["coverage"],
            received_at=datetime.fromisoformat(case["received_at"]),
            respond_by=datetime.fromisoformat(case["respond_by"]),
            first_attempt_at=moment(case.get("first_attempt_at")),
            reached_at=moment(case.get("reached_at")),
            owner_id=UUID(case["owner_id"]) if case.get("owner_id") else None,
            owned_until=moment(case.get("owned_until")),
            safe_contact=case.get("safe_contact") or {},
            version=case["version"],
            next_step=case["next_step"],
            allowed_actions=tuple(case.get("allowed_actions", ())),
        )

    def is_held(self, now: datetime) -> bool:
        return self.owner_id is not None and self.owned_until is not None and now < self.owned_until

    def is_mine(self, staff_id: UUID, now: datetime) -> bool:
        return self.owner_id == staff_id and self.is_held(now)

    def is_waiting(self, now: datetime) -> bool:
        """Nobody has spoken with the person and nobody holds the case, so nobody is about to."""
        return self.reached_at is None and not self.is_held(now)

    @property
    def is_urgent(self) -> bool:
        return self.priority == "P0" and self.reached_at is None


@dataclass(frozen=True)
class Strip:
    """The top of every page, in numbers."""

    waiting: int
    oldest: timedelta | None
    urgent: int
    mine: int


def strip_of(rows: Iterable[Row], staff_id: UUID, now: datetime) -> Strip:
    rows = list(rows)
    waits = [now - row.received_at for row in rows if row.is_waiting(now)]
    return Strip(
        waiting=len(waits),
        oldest=max(waits, default=None),
        urgent=sum(row.is_urgent for row in rows),
        mine=sum(row.is_mine(staff_id, now) for row in rows),
    )


SHOWN = {"all": "Everybody", "waiting": "Waiting", "urgent": "Urgent", "mine": "Mine"}


def chosen(rows: Iterable[Row], show: str, staff_id: UUID, now: datetime) -> list[Row]:
    """The rows a filter leaves, in the order they came."""
    keep: dict[str, Callable[[Row], bool]] = {
        "waiting": lambda row: row.is_waiting(now),
        "urgent": lambda row: row.is_urgent,
        "mine": lambda row: row.is_mine(staff_id, now),
    }
    return [row for row in rows if show not in keep or keep[show](row)]


@dataclass(frozen=True)
class News:
    """What the frozen list on the screen does not show yet."""

    new: int
    urgent: int
    changed: int

    def sentence(self) -> str:
        """Empty when the screen is up to date."""
        if self.new:
            urgent = f", {self.urgent} urgent" if self.urgent else ""
            return f"{self.new} new{urgent}: show"
        return f"{self.changed} changed: show" if self.changed else ""


def news(frozen: Sequence[Row], fresh: Sequence[Row]) -> News:
    on_screen = {row.case_id: row.version for row in frozen}
    new = [row for row in fresh if row.case_id not in on_screen]
    gone = len(on_screen.keys() - {row.case_id for row in fresh})
    moved = sum(row.version != on_screen.get(row.case_id, row.version) for row in fresh)
    return News(len(new), sum(row.is_urgent for row in new), moved + gone)


def after(rows: Sequence[Row], case_id: UUID | None) -> Row | None:
    """The next case in the order of the list; after the last one the first again."""
    ids = [row.case_id for row in rows]
    if not ids:
        return None
    return rows[(ids.index(case_id) + 1) % len(ids)] if case_id in ids else rows[0]


def moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None
