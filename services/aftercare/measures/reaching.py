"""How reliably people did what was due: calls in their window, concerns answered, care after use. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.aftercare.measures.small_cells import middle, percent, total
from shared.contracts.aftercare import FollowUpKind, FollowUpOutcome

_CARE_WITHIN = timedelta(days=7)
_ACKNOWLEDGED_WITHIN = timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)
_SPOKE = (FollowUpOutcome.REACHED, FollowUpOutcome.DECLINED)


@dataclass(frozen=True)
class Call:
    kind: FollowUpKind
    due_by: datetime
    done_at: datetime | None
    outcome: FollowUpOutcome | None


@dataclass(frozen=True)
class Answer:
    """A level 3 concern and when somebody said "I have it"."""

    opened_at: datetime
    acknowledged_at: datetime | None


def reach(calls: Sequence[Call]) -> dict[str, object]:
    """Of the calls whose window is over: per cent in which the client was spoken with before it closed."""
    kinds = (FollowUpKind.FIRST_CALL, FollowUpKind.CALL)
    return {kind.value: _in_window([call for call in calls if call.kind is kind]) for kind in kinds}


def _in_window(calls: Sequence[Call]) -> dict[str, int | None]:
    met = sum(
        call.outcome in _SPOKE and call.done_at is not None and call.done_at <= call.due_by for call in calls
    )
    return {"due": total(len(calls)), "in_window_percent": percent(met, len(calls))}


def escalation(answers: Sequence[Answer]) -> dict[str, object]:
    """Minutes until a level 3 concern had somebody, of those that have; and how many had within fifteen."""
    taken = [one.acknowledged_at - one.opened_at for one in answers if one.acknowledged_at is not None]
    in_time = sum(time <= _ACKNOWLEDGED_WITHIN for time in taken)
    return {
        "concerns": total(len(answers)),
        "within_15_minutes_percent": percent(in_time, len(answers)),
        "minutes": middle([time / _MINUTE for time in taken]),
    }


def return_to_care(
    reports: Iterable[tuple[UUID, datetime]], visits: Mapping[UUID, Collection[datetime]], now: datetime
) -> dict[str, object]:
    """Of the reports of use older than seven days: per cent with a clinical visit within those."""
    old = [(case_id, at) for case_id, at in reports if at + _CARE_WITHIN <= now]
    came = sum(
        any(at <= visit <= at + _CARE_WITHIN for visit in visits.get(case_id, ())) for case_id, at in old
    )
    return {"reports": total(len(old)), "within_7_days_percent": percent(came, len(old))}
