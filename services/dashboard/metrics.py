"""Pure: the figures of one case are the fold of its timeline, and the numbers are folds of figures.

Entries are folded in the order (producer, case_seq), and each figure listens to one producer only. Facts of
different services reach us in any order, and again after a rebuild; the figures come out the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from services.dashboard.timeline import Entry

COVERAGE = {
    "verification_started": "asked",
    "coverage_confirmed": "confirmed",
    "coverage_declined": "declined",
    "coverage_unclear": "unclear",
    "coverage_correction_needed": "needs_correction",
    "payer_unavailable": "payer_unavailable",
}
ANSWERS = {"confirmed", "declined", "unclear", "needs_correction"}


@dataclass(frozen=True)
class Figures:
    """The same columns as the table `case_figures`."""

    case_id: UUID
    channel: str | None = None
    priority: str | None = None
    received_at: datetime | None = None
    respond_by: datetime | None = None
    claimed_at: datetime | None = None
    first_contact_at: datetime | None = None
    contacts: int = 0
    reached_at: datetime | None = None
    verification_requested_at: datetime | None = None
    coverage: str | None = None
    coverage_answered_at: datetime | None = None
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    discharge_type: str | None = None
    enrolled_at: datetime | None = None
    first_meeting_at: datetime | None = None


def figures_of(case_id: UUID, entries: Iterable[Entry]) -> Figures:
    figures = Figures(case_id)
    for entry in sorted(entries, key=lambda entry: (entry.producer, entry.case_seq)):
        figures = _after(figures, entry)
    return figures


def _after(figures: Figures, entry: Entry) -> Figures:
    """The figures once `entry` has happened. "First" figures keep what they have."""
    codes, at = entry.codes, entry.at
    match entry.kind:
        case "inquiry_received":
            return replace(
                figures,
                channel=codes["channel"],
                priority=codes["priority"],
                received_at=figures.received_at or at,
                respond_by=datetime.fromisoformat(codes["respond_by"]),
            )
        case "case_claimed":
            return replace(figures, claimed_at=figures.claimed_at or at)
        case "contact_logged":
            first = figures.first_contact_at or at
            return replace(figures, first_contact_at=first, contacts=figures.contacts + 1)
        case "client_reached":
            return replace(figures, reached_at=figures.reached_at or at)
        case "verification_requested":
            return replace(figures, verification_requested_at=figures.verification_requested_at or at)
        case kind if kind in COVERAGE:
            coverage = COVERAGE[kind]
            answered = at if coverage in ANSWERS else figures.coverage_answered_at
            return replace(figures, coverage=coverage, coverage_answered_at=answered)
        case "client_admitted":
            return replace(figures, admitted_at=datetime.fromisoformat(codes["admitted_at"]))
        case "client_discharged":
            discharged = datetime.fromisoformat(codes["discharged_at"])
            return replace(figures, discharged_at=discharged, discharge_type=codes["type"])
        case "meeting_enrolled":
            first = datetime.fromisoformat(codes["first_occurrence_at"])
            earliest = min(first, figures.first_meeting_at) if figures.first_meeting_at else first
            return replace(figures, enrolled_at=figures.enrolled_at or at, first_meeting_at=earliest)
    return figures


@dataclass(frozen=True)
class LastHour:
    """How the front door did in the last hour. `median_answer` runs from receipt to the first attempt."""

    came: int
    answered: int
    median_answer: timedelta | None
    last_received_at: datetime | None

    def sentence(self) -> str:
        if not self.came:
            return "Last hour: nobody asked for help."
        median_words = f", median {minutes(self.median_answer)}" if self.median_answer is not None else ""
        return f"Last hour: {self.came} came, {self.answered} answered{median_words}."


def last_hour(figures: Iterable[Figures], now: datetime) -> LastHour:
    """Figures of any cases; those received before the hour count only for `last_received_at`."""
    received = [(each.received_at, each.first_contact_at) for each in figures if each.received_at]
    recent = [pair for pair in received if pair[0] > now - timedelta(hours=1)]
    waits = [contact - came for came, contact in recent if contact]
    typical = timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None
    return LastHour(len(recent), len(waits), typical, max((came for came, _ in received), default=None))


def minutes(span: timedelta) -> str:
    whole = round(span.total_seconds() / 60)
    return "under a minute" if span < timedelta(minutes=1) else f"{whole} min"
