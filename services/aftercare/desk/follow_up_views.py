"""Follow-ups, attempts and concerns as staff see them: ids, codes and times; notes only when asked for."""

from typing import Any

from services.aftercare.follow_up.caller_words import ADVICE
from services.aftercare.tables import Attempt, Concern, FollowUp


def follow_up_view(one: FollowUp) -> dict[str, Any]:
    return {
        "follow_up_id": one.id,
        "case_id": one.case_id,
        "plan_id": one.plan_id,
        "kind": one.kind,
        "state": one.state,
        "due_from": one.due_from,
        "due_by": one.due_by,
        "overdue_since": one.overdue_at,
        "attempts": one.attempts,
        "outcome": one.outcome,
        "done_at": one.done_at,
        "owner_id": one.owner_id,
        "advice": list(ADVICE.get(one.kind, ())),
        "version": one.version,
    }


def attempt_view(one: Attempt, note: str | None = None) -> dict[str, Any]:
    return {
        "attempt_id": one.id,
        "channel": one.channel,
        "outcome": one.outcome,
        "staff_id": one.staff_id,
        "at": one.at,
        "withdrawn_at": one.withdrawn_at,
        "note": note,
    }


def concern_view(one: Concern, note: str | None = None) -> dict[str, Any]:
    return {
        "concern_id": one.id,
        "case_id": one.case_id,
        "plan_id": one.plan_id,
        "level": one.level,
        "cause": one.cause,
        "opened_at": one.opened_at,
        "due_by": one.due_by,
        "pages": one.pages,
        "acknowledged_at": one.acknowledged_at,
        "owner_id": one.owner_id,
        "resolved_at": one.resolved_at,
        "note": note,
    }
