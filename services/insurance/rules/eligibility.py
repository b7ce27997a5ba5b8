"""What an answer means for the person we asked about (insurance.md 8.2). Pure: values in, a decision out.

Nothing here guesses. An answer that was cut off, speaks of somebody else, or does not state a status is
`unclear`, with the reason, and a person looks at it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from services.insurance.rules.covered_days import Days, days_of
from services.insurance.rules.rejections import Action, disposition
from services.insurance.rules.same_person import Asked, echoed, names_another, ours, traced
from services.insurance.x12 import Reading
from services.insurance.x12.answers import Answer, Benefit, Period, Rejection
from services.insurance.x12.codes import (
    ACTIVE,
    BEGINS,
    DEATH,
    ENDS,
    INACTIVE,
    NOT_MEDICAL,
    PENDING,
    SERVICE_TYPES,
    SHARES,
    SPANS,
    TERMS,
)
from shared.contracts.insurance import CorrectableField, DeclinedReason, UnavailableReason, UnclearReason

# EB01 that say whether the plan is active, however they decide.
STATUS: Final = ACTIVE | PENDING | {INACTIVE}
# EB02 of a subscriber's row that speaks of nobody else in the family.
SUBSCRIBER_ALONE: Final = frozenset({"EMP", "IND"})
# EB03 that decide where no row names the whole plan: medical care, general benefits (8.2, 4).
IN_GENERAL: Final = frozenset({"1", "60"})


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
    refused = [a for a in answers if _name_rejections(a) and (traced(a) or not names_another(a, asked))]
    if refused:
        return _refusal(refused[0])
    found = [a for a in answers if echoed(a, asked)]
    if not found:
        return Unclear(UnclearReason.IDENTITY_NOT_ECHOED)
    return _together([_by_status(a, asked.service_date) for a in found], asked.service_date)


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


def plan_status(
    benefits: Sequence[Benefit], service_date: date | None, person: Sequence[Period] = ()
) -> PlanStatus:
    """What is said of the whole plan (30, or no type at all); where nothing is, of medical care or general
    benefits (1, 60), and last of any medical benefit: one service must not overrule the plan.

    `person` are the dates stated for the person. A row that says "inactive" or "pending" for a span of days
    elsewhere is history (answers like Medicare's append old months). Without a service date no row is.
    """
    rows = _own(benefits)
    stating = [b for b in rows if b.information in STATUS and _is_medical(b)]
    current = [b for b in stating if b.information in ACTIVE or not _is_history(b, service_date)]
    if current:
        first = min(_tier(b) for b in current)
        deciding = [b for b in current if _tier(b) == first]
        beside = [b for b in current if _tier(b) != first]
        return _said(deciding, beside, service_date, person)
    active = [b for b in rows if b.information in ACTIVE]
    other = active and all(b.service_types and set(b.service_types) <= NOT_MEDICAL for b in active)
    return PlanStatus.NOT_MEDICAL if other and not stating else PlanStatus.NOT_STATED


def plan_rows(benefits: Sequence[Benefit]) -> list[Benefit]:
    """The active medical rows, the most telling first: the whole plan before a single benefit.

    Beside an EB*1 no EB*2-4 is among them: it is often a vendor that manages one benefit, and must not be
    taken as the plan (insurance.md 2.5, 5).
    """
    rows = [b for b in _own(benefits) if b.information in ACTIVE and _is_medical(b)]
    rows = [b for b in rows if b.information == "1"] or rows
    order = {"30": 0, "1": 2, "60": 3}

    def rank(row: Benefit) -> tuple[int, bool, int]:
        whole = min((order.get(code, 4) for code in row.service_types), default=1)
        return (whole, not row.plan, row.position)

    return sorted(rows, key=rank)


def plan_name(benefits: Sequence[Benefit]) -> str | None:
    """EB05 of the rows that decide the status, else of what the whole plan costs. Another payer, a vendor or
    a dental plan names itself in rows of its own, which are never read for it."""
    for rows in (_own(benefits), [b for b in benefits if b.scope == "subscriber"]):
        if named := next((b.plan for b in _naming(rows) if b.plan), None):
            return named
    return None


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
    return days_of(periods).cover(service_date)


def _together(decisions: Sequence[Decision], service_date: date) -> Decision:
    """One decision from every answer about the person, who may hold several policies.

    An active one decides beside policies for other days and beside a dental one; where they disagree about
    the day itself, a person looks.
    """
    active = next((d for d in decisions if isinstance(d, Active)), None)
    if active is not None:
        decisions = [d for d in decisions if not _leaves_alone(d, service_date)]
        if not decisions:
            return active
    unclear = next((d for d in decisions if isinstance(d, Unclear)), None)
    if unclear is not None:
        return unclear
    if active is not None:
        return Unclear(UnclearReason.STATUS_NOT_STATED, active.answer)
    return next((d for d in decisions if not _is_dental(d)), decisions[0])


def _leaves_alone(decision: Decision, service_date: date) -> bool:
    """Whether `decision` is compatible with an active policy on the day."""
    if isinstance(decision, Active) or _is_dental(decision):
        return True
    answer = decision.answer if isinstance(decision, Inactive | Unclear) else None
    return answer is not None and _speaks_of_other_days(answer, service_date)


def _is_dental(decision: Decision) -> bool:
    return isinstance(decision, Inactive) and decision.reason is DeclinedReason.NO_MEDICAL_COVERAGE


def _speaks_of_other_days(answer: Answer, service_date: date) -> bool:
    """Whether every status in `answer` is dated, and for days before or after `service_date`. A death is no
    such thing: it puts the person in doubt."""
    person = _person_dates(answer)
    rows = [b for b in _own(answer.benefits) if b.information in STATUS and _is_medical(b)]
    elsewhere = all(days_of(b.dates, person).lie_elsewhere(service_date) for b in rows)
    return bool(rows) and elsewhere and not _died_before(answer, service_date)


def _by_status(answer: Answer, service_date: date) -> Decision:
    if _died_before(answer, service_date):
        return Unclear(UnclearReason.STATUS_NOT_STATED, answer)
    match plan_status(answer.benefits, service_date, _person_dates(answer)):
        case PlanStatus.ACTIVE:
            return Active(answer)
        case PlanStatus.INACTIVE:
            return Inactive(DeclinedReason.INACTIVE, answer)
        case PlanStatus.NOT_MEDICAL:
            return Inactive(DeclinedReason.NO_MEDICAL_COVERAGE, answer)
        case PlanStatus.PENDING:
            return Unclear(UnclearReason.STATUS_PENDING, answer)
        case _:
            return Unclear(UnclearReason.STATUS_NOT_STATED, answer)


def _tier(row: Benefit) -> int:
    """How much a medical row speaks of: 0 the whole plan, 1 medical care in general, 2 a service."""
    if _is_whole(row):
        return 0
    return 1 if set(row.service_types) & IN_GENERAL else 2


def _said(
    rows: Sequence[Benefit], beside: Sequence[Benefit], service_date: date | None, person: Sequence[Period]
) -> PlanStatus:
    """What rows of one rank say together; `beside` are those of the lower ranks, which can only raise a
    doubt."""

    def live(row: Benefit) -> bool:
        return service_date is None or days_of(row.dates, person).cover(service_date)

    def ended(row: Benefit) -> bool:
        return service_date is not None and days_of(row.dates, person).ended_before(service_date)

    active = [b for b in rows if b.information in ACTIVE]
    inactive = any(b.information == INACTIVE for b in rows)
    if any(live(b) for b in active):
        against = [b for b in rows if b.information not in ACTIVE and _holds_on(b, service_date)]
        if any(live(a) and not any(_takes_back(b, a) for b in against) for a in active):
            return PlanStatus.ACTIVE
        doubtful = any(b.information in PENDING for b in against)
        return PlanStatus.PENDING if doubtful else PlanStatus.NOT_STATED
    if not all(ended(b) for b in active):
        return PlanStatus.NOT_STATED
    if any(b.information in PENDING for b in rows):
        return PlanStatus.PENDING
    said_of_the_plan = inactive and _is_whole(rows[0])
    doubted = any(b.information in ACTIVE and live(b) for b in beside)
    return PlanStatus.NOT_STATED if doubted and not said_of_the_plan else PlanStatus.INACTIVE


def _holds_on(row: Benefit, service_date: date | None) -> bool:
    """Whether an "inactive" or "pending" is meant for the day: without dates it is, and with some if they
    include it."""
    days = days_of(row.dates)
    return days.cover(service_date) if service_date else days == Days()


def _takes_back(row: Benefit, active: Benefit) -> bool:
    """Whether `row` denies what `active` says: of the same services, and of the same programme where a payer
    has several (insurance.md 2.5, 5). An EB*2-4 may be a vendor's, and stands against no programme."""
    whole = _is_whole(row) and _is_whole(active)
    if not whole and set(active.service_types) & SERVICE_TYPES - NOT_MEDICAL - set(row.service_types):
        return False
    return active.information != "1" or not any(
        ours and theirs and ours != theirs
        for ours, theirs in ((row.plan, active.plan), (row.insurance_type, active.insurance_type))
    )


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


def _naming(rows: Sequence[Benefit]) -> list[Benefit]:
    """The rows that may name the plan, the most telling first."""
    denied = plan_status(rows, None) in (PlanStatus.INACTIVE, PlanStatus.PENDING)
    naming = [] if denied else plan_rows(rows)
    if not naming:
        found = [b for b in rows if b.information in PENDING | {INACTIVE} and _is_medical(b)]
        naming = sorted(found, key=lambda b: not _is_whole(b))
    return naming + [b for b in rows if b.information in SHARES and _is_whole(b)]


def _own(benefits: Sequence[Benefit]) -> Sequence[Benefit]:
    """The patient's own rows: a subscriber's active plan must not cover for a dependant who was dropped from
    it.

    Where they state costs and nothing else, the status stands at the subscriber, unless it is said to be the
    subscriber's alone.
    """
    own = [b for b in benefits if b.scope == "patient"]
    if any(b.information not in TERMS for b in own):
        return own
    return [
        b
        for b in benefits
        if b.scope == "patient" or b.information not in ACTIVE or b.coverage_level not in SUBSCRIBER_ALONE
    ]


def _person_dates(answer: Answer) -> list[Period]:
    return [p for one in (answer.dependant, answer.subscriber) if one is not None for p in one.dates]


def _died_before(answer: Answer, service_date: date) -> bool:
    dates = [*_person_dates(answer), *(p for b in answer.benefits for p in b.dates)]
    return any(p.qualifier == DEATH and p.start < service_date for p in dates)


def _is_whole(benefit: Benefit) -> bool:
    """Whether a row speaks of the plan as a whole. One that names a procedure speaks of that alone."""
    return "30" in benefit.service_types or not (benefit.service_types or benefit.procedure)


def _is_medical(benefit: Benefit) -> bool:
    """A code nobody knows may be anything, a damaged one among them: it proves no medical plan."""
    return _is_whole(benefit) or bool(set(benefit.service_types) & SERVICE_TYPES - NOT_MEDICAL)


def _is_history(benefit: Benefit, service_date: date | None) -> bool:
    spans = [p for p in benefit.dates if p.end is not None]
    return service_date is not None and bool(spans) and not covers(spans, service_date)
