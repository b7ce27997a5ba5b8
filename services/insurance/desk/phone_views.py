"""Phone tasks, calls and the form as the API shows them."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.desk import shown
from services.insurance.phone.calls import calls_of, opened_call
from services.insurance.phone.form import PhoneForm, SumAsked
from services.insurance.rules.statements import LevelAnswer
from services.insurance.tables import PhoneCall, PhoneTask
from shared.sealing import box


async def calls_view(session: AsyncSession, task: PhoneTask) -> list[dict[str, Any]]:
    """The calls of a task, in the order they were recorded."""
    rows = [row for row in await calls_of(session, [task.case_id]) if row.task_id == task.id]
    opened = await box(session, task.case_id) if rows else None
    calls = []
    for row in rows:
        assert opened is not None
        said = opened_call(row, opened)
        calls.append(
            call_view(row)
            | {
                "number_dialled": said.call.dialled,
                "representative": said.call.representative,
                "reference": said.call.reference,
                "disclaimers": said.call.disclaimers,
                "corrects": said.call.corrects,
                "plan_active": said.plan.active,
                "plan_year_starts": said.plan.plan_year_starts,
                "sums": [shown.share(one.share) for one in said.plan.accumulators],
                "levels": [_level_answer(one) for one in said.levels],
            }
        )
    return calls


def task_view(task: PhoneTask) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "verification_id": task.verification_id,
        "case_id": task.case_id,
        "state": task.state,
        "reason": task.reason,
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "owner_id": task.owner_id,
        "closed_at": task.closed_at,
    }


def call_view(row: PhoneCall) -> dict[str, Any]:
    return {
        "call_id": row.id,
        "staff_id": row.staff_id,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "recorded_at": row.recorded_at,
        "counts": row.checked_at is not None,
        "checked_by": row.checked_by,
        "checked_at": row.checked_at,
    }


def _level_answer(one: LevelAnswer) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in LevelAnswer.__slots__ if name != "call_id"}
    return values | {"copay": shown.figure(one.copay), "coinsurance": shown.figure(one.coinsurance)}


def form_view(form: PhoneForm) -> dict[str, Any]:
    return {
        "numbers": [{"of": one.of, "name": one.name, "phone": one.phone} for one in form.numbers],
        "service_date": form.service_date,
        "ask_status": form.ask_status,
        "sums": [_sum(one) for one in form.sums],
        "levels": [
            shown.level(one) | {"to_ask": list(one.open_questions), "confirm": list(one.to_confirm)}
            for one in form.levels
        ],
        "administrator": form.administrator.name if form.administrator else None,
        "name_addiction_care": form.name_addiction_care,
        "open_count": form.open_count,
    }


def _sum(one: SumAsked) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "network": one.network,
        "whose": one.whose,
        "known": shown.share(one.known) if one.known else None,
        "to_ask": one.to_ask,
    }
