"""How reliably people did what was due: calls in their window, concerns answered, care after use. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.aftercare.measures.small_cells import LEAST, events, middle, share
from shared.contracts.aftercare import FollowUpKind, FollowUpOutcome

_CARE_WITHIN = timedelta(days=7)
_ACKNOWLEDGED_WITHIN = timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)
_SPOKE = (FollowUpOutcome.REACHED, FollowUpOutcome.DECLINED)


@dataclass(frozen=True)
class Call:
    case_id: UUID
    kind: FollowUpKind
    due_from: datetime
    due_by: datetime
    done_at: datetime | None
    outcome: FollowUpOutcome | None


@dataclass(frozen=True)
class Answer:
    """A level 3 concern and when somebody said "I have it"."""

    case_id: UUID
    opened_at: datetime
    acknowledged_at: datetime | None


def reach(calls: Sequence[Call]) -> dict[str, object]:
    """Of the calls whose window is over: per cent in which the client was spoken with in it."""
    kinds = (FollowUpKind.FIRST_CALL, FollowUpKind.CALL)
    return {kind.value: _in_window([call for call in calls if call.kind is kind]) for kind in kinds}


def _in_window(calls: Sequence[Call]) -> dict[str, int | None]:
    met, rest = _parted((call.case_id, _is_in_window(call)) for call in calls)
    return {"due": events(met + rest), "in_window_percent": share(met, rest)}


def _is_in_window(call: Call) -> bool:
    done = call.done_at if call.outcome in _SPOKE else None
    return done is not None and call.due_from <= done <= call.due_by


def escalation(answers: Sequence[Answer]) -> dict[str, object]:
    """Minutes until a level 3 concern had somebody, of those that have; and how many had within fifteen."""
    taken = [one.acknowledged_at - one.opened_at for one in answers if one.acknowledged_at is not None]
    people = {one.case_id for one in answers if one.acknowledged_at is not None}
    in_time, late = _parted((one.case_id, _is_in_time(one)) for one in answers)
    return {
        "concerns": events(in_time + late),
        "within_15_minutes_percent": share(in_time, late),
        "minutes": middle([time / _MINUTE for time in taken] if len(people) >= 2 * LEAST else []),
    }


def _is_in_time(one: Answer) -> bool:
    taken = one.acknowledged_at
    return taken is not None and taken - one.opened_at <= _ACKNOWLEDGED_WITHIN


def return_to_care(
    reports: Iterable[tuple[UUID, datetime]],
    care: Sequence[Mapping[UUID, Collection[datetime]]],
    now: datetime,
) -> dict[str, object]:
    """Of the reports of use older than seven days: per cent with care within those. `care`: what counts as
    such by case, clinical visits and readmissions."""
    old = [(case_id, at) for case_id, at in reports if at + _CARE_WITHIN <= now]
    came, rest = _parted(
        (
            case_id,
            any(at <= one <= at + _CARE_WITHIN for kind in care for one in kind.get(case_id, ())),
        )
        for case_id, at in old
    )
    return {"reports": events(came + rest), "within_7_days_percent": share(came, rest)}


def _parted(answers: Iterable[tuple[UUID, bool]]) -> tuple[list[UUID], list[UUID]]:
    """Whose they are: those that met it, and the rest."""
    found: dict[bool, list[UUID]] = {True: [], False: []}
    for case_id, met in answers:
        found[met].append(case_id)
    return found[True], found[False]
