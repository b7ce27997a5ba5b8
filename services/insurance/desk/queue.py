"""The benefits desk's queue: what is to be done next, by anybody or by me."""

from collections import Counter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.insurance.desk.requests import Db, Reader, Zone
from services.insurance.words.payer_words import refusal_in_words, to_do
from services.insurance.worklist import MOST, Urgency, WorkItem, WorkKind, urgency, worklist
from shared import clock
from shared.audit import record

router = APIRouter(tags=["queue"])


@router.get("/queue")
async def show_queue(
    database: Db,
    zone: Zone,
    caller: Reader,
    kind: Annotated[list[WorkKind] | None, Query(max_length=20)] = None,
    payer: Annotated[str | None, Query(max_length=40)] = None,
    case_id: UUID | None = None,
    mine: bool = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
) -> dict[str, Any]:
    """Open work, the most urgent first; `mine`: phone tasks I have taken. `counts` are of everything."""
    now = clock.now()
    async with database.transaction() as session:
        await record(session, caller, "queue.read", case_id, ("states",))
        items = await worklist(session, now, zone)
    counts = Counter(item.kind for item in items)
    wanted = [
        item
        for item in items
        if (kind is None or item.kind in kind)
        and (payer is None or item.payer_code == payer)
        and (case_id is None or item.case_id == case_id)
        and (not mine or (item.owner_id is not None and item.owner_id == caller.id))
    ]
    return {
        "as_of": now,
        "counts": {each: counts[each] for each in WorkKind},
        "items": [_shown(item, urgency(item, now, zone)) for item in wanted[:limit]],
        "more": max(len(wanted) - limit, 0),
    }


def _shown(item: WorkItem, how_urgent: Urgency) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "urgency": how_urgent,
        "case_id": item.case_id,
        "verification_id": item.verification_id,
        "state": item.state,
        "reason": item.reason,
        "fields": list(item.fields),
        "payer_says": [{"code": code, "words": refusal_in_words(code)} for code in item.refusals],
        "to_do": to_do(item.fields),
        "differences": list(item.differences),
        "payer": item.payer_code,
        "due_at": item.due_at,
        "since": item.since,
        "admission_on": item.admission_on,
        "task_id": item.task_id,
        "owner_id": item.owner_id,
    }
