"""What an answer means for the person we asked about (insurance.md 8.2). Pure: values in, a decision out.

Nothing here guesses. An answer that was cut off, speaks of somebody else, or does not state a status is
`unclear`, with the reason, and a person looks at it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.insurance.rules.rejections import Action, disposition
from services.insurance.rules.same_person import Asked, echoed, ours
from services.insurance.x12 import Reading
from services.insurance.x12.answers import Answer, Benefit, Period, Rejection
from services.insurance.x12.codes import (
    ACTIVE,
    BEGINS,
    ENDS,
    INACTIVE,
    NOT_MEDICAL,
    PENDING,
    SERVICE_TYPES,
    SPANS,
)
from shared.contracts.insurance import CorrectableField, DeclinedReason, UnavailableReason, UnclearReason


class PlanStatus(StrEnum):
    """What the payer says of the plan itself, before asking whose it is."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    PENDING = "pending"
    NOT_MEDICAL = "not_medical"
    NOT_STATED = "not_stated"


class Outcome(StrEnum):
    """How a file reads by itself, for the command line, where nobody says whom was asked about."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    REJECTED = "rejected"
    MIXED = "mixed"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class Active:
    answer: Answer


@dataclass(frozen=True, slots=True)
class Inactive:
    reason: DeclinedReason
    answer: Answer


@dataclass(frozen=True, slots=True)
class Correct:
    """The payer could not find the person as we gave them; `fields` says what to look at."""

    fields: tuple[CorrectableField, ...]
    reasons: tuple[str, ...] = field(default=(), compare=False)
    """AAA03 of every refusal; none when it was not the payer who refused."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The payer cannot answer now. `wait_days` is set when the payer itself named a time."""

    reason: UnavailableReason
    wait_days: int | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    reason: UnclearReason
    answer: Answer | None = None


Decision = Active | Inactive | Correct | AskAgain | Unclear


def decide(reading: Reading, asked: Asked) -> Decision:
    """The decision about `asked` from everything one reply held. Order as in 8.2, each rule a reason to
    stop."""
    if any(not receipt.accepted for receipt in reading.acknowledgements):
        return Unclear(UnclearReason.PAYER_REFUSED)
    if not reading.responses or not all(r.whole for r in reading.responses):
        return Unclear(UnclearReason.NOT_READABLE)
    answers = [a for r in reading.responses for a in r.answers if ours(a, asked)]
    if not answers:
        return Unclear(UnclearReason.IDENTITY_NOT_ECHOED)
    refused = [a for a in answers if _name_rejections(a)]
    if refused:
        return _refusal(refused[0])
    answer = next((a for a in answers if echoed(a, asked)), None)
    if answer is None:
        return Unclear(UnclearReason.IDENTITY_NOT_ECHOED)
    return _by_status(answer, asked.service_date)


def outcome(answer: Answer, *, whole: bool = True) -> Outcome:
    """How `answer` reads by itself. Refusals beside benefits are `mixed`, whatever the benefits say."""
    if not whole:
        return Outcome.INDETERMINATE
    if answer.rejections:
        return Outcome.MIXED if answer.benefits else Outcome.REJECTED
    status = plan_status(answer.benefits, None)
    return (
        Outcome(status.value) if status in (PlanStatus.ACTIVE, PlanStatus.INACTIVE) else Outcome.INDETERMINATE
    )


def plan_status(benefits: Sequence[Benefit], service_date: date | None) -> PlanStatus:
    """Active if the whole plan (30, or no type at all), medical care or any medical benefit is; else what
    else is said.

    An inactive row whose span of dates lies elsewhere is history (answers like Medicare's append old months).
    """
    benefits = _own(benefits)
    active = [b for b in benefits if b.information in ACTIVE]
    if any(_is_medical(b) for b in active):
        return PlanStatus.ACTIVE
    if any(b.information in PENDING and _is_medical(b) for b in benefits):
        return PlanStatus.PENDING
    inactive = [b for b in benefits if b.information == INACTIVE and _is_medical(b)]
    if any(not _is_history(b, service_date) for b in inactive):
        return PlanStatus.INACTIVE
    other = active and all(set(b.service_types) <= NOT_MEDICAL for b in active)
    return PlanStatus.NOT_MEDICAL if other and not inactive else PlanStatus.NOT_STATED


def plan_rows(benefits: Sequence[Benefit]) -> list[Benefit]:
    """The active medical rows, the most telling first: the whole plan before a single benefit, EB*1 before
    EB*2-4.

    EB*3 is often a vendor that manages one benefit, and must not be taken as the plan (insurance.md 2.5, 5).
    """
    rows = [b for b in _own(benefits) if b.information in ACTIVE and _is_medical(b)]
    order = {"30": 0, "1": 1, "60": 2}

    def rank(row: Benefit) -> tuple[bool, int, bool, int]:
        whole = min((order.get(code, 4) for code in row.service_types), default=3)
        return (row.information != "1", whole, not row.plan, row.position)

    return sorted(rows, key=rank)


def plan_name(benefits: Sequence[Benefit]) -> str | None:
    """EB05 of the first active row that has one, else of any row."""
    rows = [*plan_rows(benefits), *benefits]
    return next((b.plan for b in rows if b.plan), None)


def plan_begins(periods: Iterable[Period]) -> date | None:
    """The first day of the plan (DTP 346), else of the person's eligibility (356, 307, 291), the latest
    stated."""
    for qualifiers in ({"346"}, {"356"}, SPANS):
        stated = [p.start for p in periods if p.qualifier in qualifiers]
        if stated:
            return max(stated)
    return None


def plan_ends(periods: Iterable[Period]) -> date | None:
    """The last day of the plan (DTP 347, or the end of a span), the earliest stated."""
    ends = [p.start for p in periods if p.qualifier in ENDS]
    ends += [p.end for p in periods if p.qualifier in SPANS | BEGINS and p.end is not None]
    return min(ends, default=None)


def covers(periods: Iterable[Period], service_date: date) -> bool:
    """Whether the stated dates include `service_date`. Nothing stated does: the payer answered for the day we
    asked."""
    for period in periods:
        begins = period.qualifier in BEGINS or period.qualifier in SPANS
        if begins and period.start > service_date:
            return False
        last = period.start if period.qualifier in ENDS else period.end
        if last is not None and last < service_date and (period.qualifier in ENDS | BEGINS | SPANS):
            return False
    return True


def _by_status(answer: Answer, service_date: date) -> Decision:
    match plan_status(answer.benefits, service_date):
        case PlanStatus.ACTIVE:
            people = [p for p in (answer.dependant, answer.subscriber) if p is not None]
            general = next((p.dates for p in people if p.dates), ())
            rows = plan_rows(answer.benefits)
            # A row without dates of its own takes the dates stated for the person.
            if any(covers(row.dates or general, service_date) for row in rows):
                return Active(answer)
            ended = all(_ended(row.dates or general, service_date) for row in rows)
            return (
                Inactive(DeclinedReason.INACTIVE, answer)
                if ended
                else Unclear(UnclearReason.STATUS_NOT_STATED, answer)
            )
        case PlanStatus.INACTIVE:
            return Inactive(DeclinedReason.INACTIVE, answer)
        case PlanStatus.NOT_MEDICAL:
            return Inactive(DeclinedReason.NO_MEDICAL_COVERAGE, answer)
        case PlanStatus.PENDING:
            return Unclear(UnclearReason.STATUS_PENDING, answer)
        case _:
            return Unclear(UnclearReason.STATUS_NOT_STATED, answer)


def _refusal(answer: Answer) -> Decision:
    """The most careful of the name-level refusals decides; what else the answer holds is kept, never used."""
    asked_for = [disposition(r.loop, r.reason, r.followup) for r in _name_rejections(answer)]
    worst = max(d.action for d in asked_for)
    days = [d.wait_days for d in asked_for if d.wait_days is not None]
    fields = tuple(dict.fromkeys(f for d in asked_for for f in d.fields))
    if worst is Action.RETRY:
        return AskAgain(UnavailableReason.CANNOT_RESPOND)
    if worst is Action.WAIT and days:
        return AskAgain(UnavailableReason.CANNOT_RESPOND, max(days))
    if worst is Action.CORRECT and fields:
        return Correct(fields, tuple(r.reason for r in _name_rejections(answer)))
    return Unclear(UnclearReason.PAYER_REFUSED, answer)


def _name_rejections(answer: Answer) -> list[Rejection]:
    return [r for r in answer.rejections if not disposition(r.loop, r.reason, r.followup).benefit_only]


def _own(benefits: Sequence[Benefit]) -> Sequence[Benefit]:
    """The patient's own rows: a subscriber's active plan must not cover for a dependant who was dropped from
    it."""
    return [b for b in benefits if b.scope == "patient"] or benefits


def _is_medical(benefit: Benefit) -> bool:
    """A code nobody knows may be anything, a damaged one among them: it proves no medical plan."""
    return not benefit.service_types or bool(set(benefit.service_types) & SERVICE_TYPES - NOT_MEDICAL)


def _is_history(benefit: Benefit, service_date: date | None) -> bool:
    spans = [p for p in benefit.dates if p.end is not None]
    return service_date is not None and bool(spans) and not covers(spans, service_date)


def _ended(periods: Iterable[Period], service_date: date) -> bool:
    return any(
        last < service_date
        for p in periods
        if (last := p.start if p.qualifier in ENDS else p.end) is not None
    )
